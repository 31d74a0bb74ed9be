/* SPDX-License-Identifier: GPL-2.0 */
/*
 * suppress.h - findings that are not to be reported, in the manner of
 * LeakSanitizer: a line of a file each,
 *
 *	leak:PATTERN		the driver, or a function of its stacks
 *	driver:PATTERN		the driver alone
 *	symbol:PATTERN		a function alone
 *	rule:ID			all findings of a rule
 *	rule:ID:PATTERN		those that leak:PATTERN would suppress
 *
 * A pattern matches anywhere in a name; * stands for any characters, ^ in
 * front and $ behind tie it to the ends.
 */
#ifndef OUT_SUPPRESS_H
#define OUT_SUPPRESS_H

#include "base/err.h"
#include "base/strbuf.h"
#include "engine/finding.h"
#include "stream/symtab.h"

enum suppress_kind { SUPPRESS_NONE, SUPPRESS_LEAK, SUPPRESS_DRIVER, SUPPRESS_SYMBOL, SUPPRESS_RULE };

struct suppression {
	char *text;		/* the line */
	const char *pattern;	/* within text; "" for any */
	unsigned int line;
	enum suppress_kind kind;
	enum rule_id rule;
	__u64 hits;
};

struct suppressions {
	char *path;
	struct suppression *v;
	size_t nr, cap;
	__u64 hits;
};

/* Return: 0, or negative with *err a sentence that names the line. */
int suppressions__read(struct suppressions *s, const char *path, struct errmsg *err);
/* Is the finding suppressed? The first line that matches is the one that counts. */
bool suppressions__match(struct suppressions *s, const struct symtab *t, const struct finding *f);
void suppressions__free(struct suppressions *s);

/* Hits by line, and what was never used; nothing when there is no file. */
void suppressions__text(const struct suppressions *s, struct strbuf *sb);
void suppressions__json(const struct suppressions *s, struct strbuf *sb);

/* The line that would suppress the finding and those of its kind, without a newline. */
void suppression_for(const struct symtab *t, const struct finding *f, struct strbuf *sb);

bool suppress_pattern(const char *pattern, const char *name);

#endif /* OUT_SUPPRESS_H */
