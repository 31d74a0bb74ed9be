/* SPDX-License-Identifier: GPL-2.0 */
/*
 * symtab.h - names for what records carry as numbers: kernel addresses,
 * stacks, processes, drivers. Filled from the SYMBOL, STACK and TASK records
 * of the stream itself, so a file needs nothing from the machine it came from.
 */
#ifndef STREAM_SYMTAB_H
#define STREAM_SYMTAB_H

#include <hmmtrace/event.h>
#include <stdbool.h>
#include <stddef.h>

struct symtab;

struct symbol {
	const char *name;	/* "" when unknown */
	const char *module;	/* "" for the kernel itself */
	__u64 offset;
};

struct symtab *symtab__new(void);
void symtab__free(struct symtab *t);

/*
 * Takes what it can use from a record and ignores the rest: of kinds below HMT_TASK
 * all. Return: 0 or -ENOMEM.
 */
int symtab__feed(struct symtab *t, const struct hmt_hdr *rec);

/* Return: true and the symbol, false when addr has no SYMBOL record. */
bool symtab__lookup(const struct symtab *t, __u64 addr, struct symbol *ret_sym);
/* "name+0x1c [module]", or the address in hex. Return: as snprintf(). */
size_t symtab__format(const struct symtab *t, __u64 addr, char *buf, size_t size);
/* Return: the frames of a stack, innermost first; NULL with *ret_nr 0 if unknown. */
const __u64 *symtab__stack(const struct symtab *t, __s32 id, __u32 *ret_nr);
/* Return: comm of a process, "" if unknown. Valid until the next feed. */
const char *symtab__comm(const struct symtab *t, __u32 tgid);
/* When the process was seen to exit, 0 if it was not. */
__u64 symtab__exited(const struct symtab *t, __u32 tgid);
/*
 * The driver behind a callback table: the module of ops, else of ops_fn, else
 * the symbol of either ("hmm_mirror_mn_ops"), else "?". Valid until the next feed.
 */
const char *symtab__driver(const struct symtab *t, __u64 ops, __u64 ops_fn);

#endif /* STREAM_SYMTAB_H */
