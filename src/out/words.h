/* SPDX-License-Identifier: GPL-2.0 */
/*
 * words.h - what every sink says about a finding, whatever its format: ids,
 * the call that is missing, the place that names a driver function. Only what
 * follows from the finding and the symbols of the stream.
 */
#ifndef OUT_WORDS_H
#define OUT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "engine/engine.h"
#include "stream/symtab.h"

#define WORDS_LEN 512
#define WORDS_WIDTH 79	/* of prose; names and numbers are never cut */

/* "R17", "R17.2": see finding.h. */
char *words_object(const struct object_view *o, char *buf, size_t size);
/* "address space", "mirror", "range" */
const char *words_class(const struct object_view *o);
/* "mirror-api" or "notifier": which kernel interface the object belongs to. */
const char *words_layer(const struct object_view *o);

/* The call that would have released what is held, NULL when nothing is missing. */
const char *words_missing(const struct finding *f);
/* The call that should not have been made, NULL when none was. */
const char *words_surplus(const struct finding *f);
/* Is the balance of references worth showing? */
bool words_about_references(const struct finding *f);

/* What was lost, by its cause: "12 events (ring-full)", "the end of the trace (cut)". */
char *words_lost(__u32 cause, __u64 count, char *buf, size_t size);
/* Why the finding is inconclusive, a clause; "" when it is certain. */
char *words_doubt(const struct finding *f, char *buf, size_t size);

/*
 * The address of m that says most to the one who wrote the driver: the first
 * frame in a module, else the first outside of the hmm and mmu notifier code,
 * else the call site. 0 when nothing is known.
 */
__u64 words_place(const struct symtab *t, const struct moment *m);

/*
 * The function of a driver that should have made the missing call: the one that
 * ended what the object hung on. 0 when it was no driver, or nobody knows.
 */
__u64 words_forgot_in(const struct symtab *t, const struct finding *f);
/*
 * Which function did what wrong, or forgot it, as one clause: "a_close() unregisters
 * the mirror without hmm_range_unregister() of the range that a_open() registered".
 * "" when the functions that matter have no name.
 */
char *words_blame(const struct symtab *t, const struct finding *f, char *buf, size_t size);

/* Is a function of that name code that every driver calls, rather than the driver? */
bool words_plumbing(const char *name);

/*
 * The driver to blame, "" when it is not known. An address space has none of
 * its own: there it is the one whose code made the event that is wrong.
 */
const char *words_driver(const struct symtab *t, const struct finding *f);

/* How many frames of a stack, innermost first, are there before the entry into the kernel. */
__u32 words_depth(const struct symtab *t, const __u64 *ips, __u32 nr);

/*
 * A sentence and a newline, in lines that end before column 80; what follows the
 * first begins in column indent, as the first does. A word is never cut.
 */
void words_wrap(struct strbuf *sb, const char *text, unsigned int indent);

/* A copy fit for a terminal: what does not print becomes '?'. */
char *words_clean(const char *s, char *buf, size_t size);

#endif /* OUT_WORDS_H */
