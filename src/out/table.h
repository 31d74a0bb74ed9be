/* SPDX-License-Identifier: GPL-2.0 */
/*
 * table.h - columns. Rows are collected first, measured, then printed, so that
 * a column is as wide as its widest cell and no wider.
 *
 *	struct table t = TABLE_INIT("lrl");
 *
 *	table__row(&t, "ring-full", "12", "cpu 1");
 *	table__print(&t, "    ", &sb);
 */
#ifndef OUT_TABLE_H
#define OUT_TABLE_H

#include "base/strbuf.h"

#define TABLE_COLUMNS 8

struct table {
	const char *align;	/* one letter a column: l or r; its length is their number */
	char **cells;
	size_t nr_cells, cap;
	bool failed;
};

#define TABLE_INIT(letters) { .align = letters }

/* As many strings as there are columns; copied. */
void table__row(struct table *t, ...);
/* Appends the rows, each behind indent, and empties the table. */
void table__print(struct table *t, const char *indent, struct strbuf *sb);
void table__free(struct table *t);

#endif /* OUT_TABLE_H */
