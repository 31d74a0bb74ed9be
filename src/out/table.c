// SPDX-License-Identifier: GPL-2.0
#include "out/table.h"

#include <stdarg.h>
#include <string.h>

#include "base/mem.h"

static size_t nr_columns(const struct table *t)
{
	return strlen(t->align);
}

static bool grow(struct table *t, size_t nr)
{
	size_t cap = t->cap ? t->cap * 2 : 64;
	char **cells;

	if (t->nr_cells + nr <= t->cap)
		return true;
	cells = hmt_realloc(t->cells, cap, sizeof(*cells));
	if (!cells)
		return false;
	t->cells = cells;
	t->cap = cap;
	return true;
}

void table__row(struct table *t, ...)
{
	size_t nr = nr_columns(t);
	va_list ap;

	if (t->failed || !grow(t, nr)) {
		t->failed = true;
		return;
	}
	va_start(ap, t);
	for (size_t i = 0; i < nr; i++) {
		t->cells[t->nr_cells] = hmt_strdup(va_arg(ap, const char *));
		if (!t->cells[t->nr_cells])
			t->failed = true;
		t->nr_cells++;
	}
	va_end(ap);
}

static void print_row(const struct table *t, char *const *row, const size_t *width,
		      struct strbuf *sb)
{
	size_t nr = nr_columns(t), start = sb->len;

	for (size_t i = 0; i < nr; i++) {
		size_t len = strlen(row[i]);

		if (i)
			strbuf__adds(sb, "  ");
		if (t->align[i] == 'r')
			strbuf__pad(sb, ' ', width[i] - len);
		strbuf__adds(sb, row[i]);
		if (t->align[i] == 'l')
			strbuf__pad(sb, ' ', width[i] - len);
	}
	/* No blanks at the end of a line. */
	while (sb->len > start && sb->buf[sb->len - 1] == ' ')
		strbuf__truncate(sb, sb->len - 1);
}

void table__print(struct table *t, const char *indent, struct strbuf *sb)
{
	size_t nr = nr_columns(t), width[TABLE_COLUMNS] = { 0 };

	if (t->failed)
		goto out;
	for (size_t i = 0; i < t->nr_cells; i++)
		if (strlen(t->cells[i]) > width[i % nr])
			width[i % nr] = strlen(t->cells[i]);
	for (size_t i = 0; i < t->nr_cells; i += nr) {
		strbuf__adds(sb, indent);
		print_row(t, t->cells + i, width, sb);
		strbuf__addc(sb, '\n');
	}
out:
	sb->failed |= t->failed;
	table__free(t);
}

void table__free(struct table *t)
{
	for (size_t i = 0; i < t->nr_cells; i++)
		hmt_free(t->cells[i]);
	hmt_free(t->cells);
	t->cells = NULL;
	t->nr_cells = t->cap = 0;
	t->failed = false;
}
