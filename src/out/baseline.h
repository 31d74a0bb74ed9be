/* SPDX-License-Identifier: GPL-2.0 */
/*
 * baseline.h - findings by what they are about instead of where they are: the
 * rule, the driver and the functions of the birth stack, without offsets,
 * addresses and what compilers append. Two runs, two boots, two builds of the
 * same driver give the same signature for the same bug.
 */
#ifndef OUT_BASELINE_H
#define OUT_BASELINE_H

#include "base/err.h"
#include "base/map64.h"
#include "base/strbuf.h"
#include "engine/finding.h"
#include "stream/symtab.h"

/* "1.0": a reader refuses another major. */
#define BASELINE_VERSION "1.0"

/* The name of the function at addr without what a compiler appends; "?" when it is not known. */
char *signature_frame(const struct symtab *t, __u64 addr, char *buf, size_t size);
/*
 * The moment whose stack says where the finding comes from: the birth of the
 * object, or the get of the reference, or else the offence.
 */
const struct moment *signature_origin(const struct finding *f);
/* "rule\ndriver\nframe\nframe...", innermost frame first. */
void signature_make(const struct symtab *t, const struct finding *f, struct strbuf *sb);
__u64 signature_hash(const char *signature);

struct baseline_entry {
	char *signature;
	__u64 count;		/* findings */
};

/* A set of signatures in the order they were added. */
struct baseline {
	struct baseline_entry *v;
	size_t nr, cap;
	struct map64 index;	/* hash -> place in v + 1 */
};

/* Adds count findings. Return: 0 or -ENOMEM. */
int baseline__add(struct baseline *b, const char *signature, __u64 count);
/* Return: the entry, NULL when there is none. */
const struct baseline_entry *baseline__find(const struct baseline *b, const char *signature);
void baseline__free(struct baseline *b);

/* Return: 0, or negative with *err a sentence. */
int baseline__read(struct baseline *b, const char *path, struct errmsg *err);
void baseline__json(const struct baseline *b, struct strbuf *sb);

#endif /* OUT_BASELINE_H */
