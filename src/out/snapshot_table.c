// SPDX-License-Identifier: GPL-2.0
#include "out/snapshot_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "out/json_parts.h"
#include "out/table.h"
#include "out/words.h"

int snapshot_table__add(struct snapshot_table *t, const struct hmt_sync_object *o, bool changing)
{
	if (t->nr == t->cap) {
		size_t cap = t->cap ? 2 * t->cap : 64;
		void *rows = hmt_realloc(t->rows, cap, sizeof(*t->rows));

		if (!rows)
			return -ENOMEM;
		t->rows = rows;
		t->cap = cap;
	}
	t->rows[t->nr++] = (struct snapshot_row){ .o = *o, .changing = changing };
	t->changing |= changing;
	return 0;
}

static __u64 row_size(const struct snapshot_row *r)
{
	return r->o.end > r->o.start ? r->o.end - r->o.start : 0;
}

static int descending(__u64 a, __u64 b)
{
	return a > b ? -1 : a < b;
}

static int by_owner(const void *a, const void *b)
{
	const struct snapshot_row *x = a, *y = b;

	return descending(y->o.owner, x->o.owner);
}

static int by_weight(const void *a, const void *b)
{
	const struct snapshot_row *x = a, *y = b;
	int c = descending(x->owner_size, y->owner_size);

	c = c ? c : descending(x->owner_nr, y->owner_nr);
	c = c ? c : by_owner(a, b);
	c = c ? c : descending(row_size(x), row_size(y));
	c = c ? c : descending(y->o.class, x->o.class);
	c = c ? c : descending(y->o.start, x->o.start);
	return c ? c : descending(y->o.mirror | y->o.range, x->o.mirror | x->o.range);
}

void snapshot_table__sort(struct snapshot_table *t)
{
	qsort(t->rows, t->nr, sizeof(*t->rows), by_owner);
	for (size_t i = 0, end; i < t->nr; i = end) {
		__u64 size = 0;

		for (end = i; end < t->nr && t->rows[end].o.owner == t->rows[i].o.owner; end++)
			size += row_size(&t->rows[end]);
		for (size_t k = i; k < end; k++) {
			t->rows[k].owner_size = size;
			t->rows[k].owner_nr = end - i;
		}
	}
	qsort(t->rows, t->nr, sizeof(*t->rows), by_weight);
}

static const char *kind_of(const struct snapshot_row *r)
{
	return r->o.class == HMT_CLASS_RANGE ? "range" : "mirror";
}

static __u64 address_of(const struct snapshot_row *r)
{
	return r->o.class == HMT_CLASS_RANGE ? r->o.range : r->o.mirror;
}

static void text_row(const struct snapshot_table *t, const struct snapshot_row *r, struct table *out)
{
	char pid[16], window[48] = "whole address space", size[FMT_LEN] = "-", users[16] = "-";
	char comm[HMT_COMM_LEN + 1], driver[64], where[32];

	snprintf(pid, sizeof(pid), "%u", r->o.owner);
	if (r->o.class == HMT_CLASS_RANGE) {
		snprintf(window, sizeof(window), "0x%llx-0x%llx", (unsigned long long)r->o.start,
			 (unsigned long long)r->o.end);
		fmt_bytes(size, sizeof(size), row_size(r));
	} else {
		snprintf(users, sizeof(users), "%llu", (unsigned long long)r->o.count);
	}
	snprintf(where, sizeof(where), "0x%llx", (unsigned long long)address_of(r));
	words_clean(symtab__comm(t->symtab, r->o.owner), comm, sizeof(comm));
	words_clean(symtab__driver(t->symtab, r->o.ops, r->o.ops_fn), driver, sizeof(driver));
	table__row(out, pid, comm, driver, kind_of(r), window, size, users, where);
}

/* "3 objects of 2 processes" */
static void text_total(const struct snapshot_table *t, struct strbuf *sb)
{
	size_t owners = 0;

	for (size_t i = 0; i < t->nr; i++)
		owners += !i || t->rows[i].o.owner != t->rows[i - 1].o.owner;
	strbuf__addf(sb, "\n%zu object%s of %zu process%s\n", t->nr, t->nr == 1 ? "" : "s", owners,
		     owners == 1 ? "" : "es");
}

void snapshot_table__text(const struct snapshot_table *t, struct strbuf *sb)
{
	struct table out = TABLE_INIT("rllllrrl");

	if (!t->nr) {
		strbuf__adds(sb, "nothing is registered on any address space\n");
		return;
	}
	table__row(&out, "PID", "COMM", "DRIVER", "KIND", "WINDOW", "SIZE", "USERS", "ADDRESS");
	for (size_t i = 0; i < t->nr; i++)
		text_row(t, &t->rows[i], &out);
	table__print(&out, "", sb);
	text_total(t, sb);
	for (size_t i = 0; i < t->nr; i++)
		if (t->rows[i].changing && (!i || t->rows[i - 1].o.owner != t->rows[i].o.owner))
			strbuf__addf(sb, "process %u changed what it has while this was taken: "
				     "some of it may be missing, or gone\n", t->rows[i].o.owner);
}

static void key_symbol(struct jsonw *j, const char *key, const struct symtab *t, __u64 addr)
{
	struct symbol sym;

	jsonw__key(j, key);
	if (symtab__lookup(t, addr, &sym) && !sym.offset)
		jsonw__str(j, sym.name);
	else
		jsonw__null(j);
}

static void json_row(const struct snapshot_table *t, const struct snapshot_row *r,
		     struct strbuf *sb)
{
	const char *driver = symtab__driver(t->symtab, r->o.ops, r->o.ops_fn);
	struct jsonw w, *j = &w;

	json_line_open(j, sb, "object");
	jsonw__kstr(j, "class", kind_of(r));
	jsonw__khex(j, "address", address_of(r));
	jsonw__khex(j, "mm", r->o.h.mm);
	jsonw__ku64(j, "pid", r->o.owner);
	jsonw__kstr(j, "comm", symtab__comm(t->symtab, r->o.owner));
	jsonw__kstr(j, "driver", driver);
	key_symbol(j, "ops", t->symtab, r->o.ops);
	key_symbol(j, "ops_fn", t->symtab, r->o.ops_fn);
	jsonw__key(j, "window");
	if (r->o.class == HMT_CLASS_RANGE) {
		jsonw__object(j);
		jsonw__khex(j, "start", r->o.start);
		jsonw__khex(j, "end", r->o.end);
		jsonw__ku64(j, "size_bytes", row_size(r));
		jsonw__end(j);
	} else {
		jsonw__null(j);
	}
	jsonw__ku64_or_null(j, "users", r->o.class != HMT_CLASS_RANGE, r->o.count);
	jsonw__kbool(j, "changing", r->changing);
	json_line_close(j);
}

void snapshot_table__json(const struct snapshot_table *t, struct strbuf *sb)
{
	struct jsonw j;

	for (size_t i = 0; i < t->nr; i++)
		json_row(t, &t->rows[i], sb);
	json_line_open(&j, sb, "summary");
	jsonw__ku64(&j, "objects", t->nr);
	jsonw__kbool(&j, "changing", t->changing);
	json_line_close(&j);
}

void snapshot_table__free(struct snapshot_table *t)
{
	hmt_free(t->rows);
	t->rows = NULL;
	t->nr = t->cap = 0;
}
