/* SPDX-License-Identifier: GPL-2.0 */
/*
 * snapshot_table.h - the objects of one snapshot, for people and for programs:
 * by owner, the one with most first, and of each the biggest first.
 */
#ifndef OUT_SNAPSHOT_TABLE_H
#define OUT_SNAPSHOT_TABLE_H

#include <hmmtrace/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "stream/symtab.h"

struct snapshot_row {
	struct hmt_sync_object o;
	bool changing;			/* its address space changed under the walk */
	__u64 owner_size, owner_nr;	/* of all of its owner */
};

struct snapshot_table {
	const struct symtab *symtab;
	struct snapshot_row *rows;
	size_t nr, cap;
	bool changing;
};

/* Return: 0 or -ENOMEM. */
int snapshot_table__add(struct snapshot_table *t, const struct hmt_sync_object *o, bool changing);
/* Sorts; to be called once, before either of the two below. */
void snapshot_table__sort(struct snapshot_table *t);
void snapshot_table__text(const struct snapshot_table *t, struct strbuf *sb);
/* A line per object and a summary; the header is the sink's. */
void snapshot_table__json(const struct snapshot_table *t, struct strbuf *sb);
void snapshot_table__free(struct snapshot_table *t);

#endif /* OUT_SNAPSHOT_TABLE_H */
