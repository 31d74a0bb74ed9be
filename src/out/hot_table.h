/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hot_table.h - frequent events that were counted, summed up over the stream per
 * driver and sort: how many, how they ended, how long they took.
 */
#ifndef OUT_HOT_TABLE_H
#define OUT_HOT_TABLE_H

#include "base/strbuf.h"
#include "stream/symtab.h"

struct hot_row {
	__u64 ops, ops_fn;
	__u32 what;		/* enum hmt_hot */
	__u64 count, busy, errors, total_ns, max_ns;
	__u64 bins[HMT_HOT_BIN_NR];
};

struct hot_table {
	struct hot_row *rows;
	size_t nr, cap;
};

/* Return: 0 or -ENOMEM. */
int hot_table__add(struct hot_table *t, const struct hmt_hot_count *rec);
/* Of all sorts that a driver's name stands beside: calls so far. */
__u64 hot_table__total(const struct hot_table *t, enum hmt_hot what);
void hot_table__free(struct hot_table *t);

/*
 * Of so many of 1000 it took less than this; times are known to a power of two.
 * 0: there is none whose time is known, HOT_NS_UNKNOWN: longer than any bin ends.
 */
#define HOT_NS_UNKNOWN (~0ULL)
__u64 hot_row__below_ns(const struct hot_row *row, unsigned int permille);

/* A block for people, a line of NDJSON each; nothing when nothing was counted. Return: 0 or -ENOMEM. */
int hot_table__text(const struct hot_table *t, const struct symtab *names, struct strbuf *sb);
int hot_table__json(const struct hot_table *t, const struct symtab *names, struct strbuf *sb);

#endif /* OUT_HOT_TABLE_H */
