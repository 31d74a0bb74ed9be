// SPDX-License-Identifier: GPL-2.0
/*
 * hot_table.c - counted events, as text
 *
 *	frequent events, counted
 *	  driver         what        calls   busy  errors  p50 below  p99 below       most
 *	  hmm_exerciser  fault       11112     12       0   16.38 us   131.1 us  1.200 ms
 *
 * and as lines {"type":"frequent",...}.
 */
#include "out/hot_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "out/json_parts.h"
#include "out/table.h"
#include "out/words.h"
#include "stream/desc.h"

static struct hot_row *row_of(struct hot_table *t, const struct hmt_hot_count *rec)
{
	struct hot_row *rows;

	for (size_t i = 0; i < t->nr; i++)
		if (t->rows[i].ops == rec->ops && t->rows[i].what == rec->what)
			return &t->rows[i];
	if (t->nr == t->cap) {
		rows = hmt_realloc(t->rows, t->cap ? 2 * t->cap : 16, sizeof(*rows));
		if (!rows)
			return NULL;
		t->rows = rows;
		t->cap = t->cap ? 2 * t->cap : 16;
	}
	rows = &t->rows[t->nr++];
	*rows = (struct hot_row){ .ops = rec->ops, .what = rec->what };
	return rows;
}

static void add(struct hot_row *to, const struct hot_row *from)
{
	to->count += from->count;
	to->busy += from->busy;
	to->errors += from->errors;
	to->total_ns += from->total_ns;
	if (from->max_ns > to->max_ns)
		to->max_ns = from->max_ns;
	for (unsigned int b = 0; b < HMT_HOT_BIN_NR; b++)
		to->bins[b] += from->bins[b];
}

int hot_table__add(struct hot_table *t, const struct hmt_hot_count *rec)
{
	struct hot_row more = {
		.count = rec->count, .busy = rec->busy, .errors = rec->errors,
		.total_ns = rec->total_ns, .max_ns = rec->max_ns,
	};
	struct hot_row *row = row_of(t, rec);

	if (!row)
		return -ENOMEM;
	if (rec->ops_fn)
		row->ops_fn = rec->ops_fn;
	memcpy(more.bins, &rec->bin8, sizeof(more.bins));
	add(row, &more);
	return 0;
}

__u64 hot_table__total(const struct hot_table *t, enum hmt_hot what)
{
	__u64 sum = 0;

	for (size_t i = 0; i < t->nr; i++)
		sum += t->rows[i].what == what ? t->rows[i].count : 0;
	return sum;
}

void hot_table__free(struct hot_table *t)
{
	hmt_free(t->rows);
	*t = (struct hot_table){ 0 };
}

__u64 hot_row__below_ns(const struct hot_row *row, unsigned int permille)
{
	__u64 timed = 0, seen = 0, rank;

	for (unsigned int b = 0; b < HMT_HOT_BIN_NR; b++)
		timed += row->bins[b];
	rank = timed / 1000 * permille + (timed % 1000 * permille + 999) / 1000;
	for (unsigned int b = 0; timed && b < HMT_HOT_BIN_NR - 1; b++) {
		seen += row->bins[b];
		if (seen >= rank)
			return 1ULL << (HMT_HOT_BIN_FIRST + b + 1);
	}
	return timed ? HOT_NS_UNKNOWN : 0;
}

/* --- rows by name: callbacks that one driver has several tables of ----------------- */

struct named {
	const char *driver;
	struct hot_row row;
};

static int by_name(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;
	int diff = strcmp(a->driver, b->driver);

	return diff ? diff : (int)a->row.what - (int)b->row.what;
}

/* No driver's: the address space's own, or of several where there was no more room. */
static const char *driver_of(const struct symtab *names, const struct hot_row *row)
{
	if (row->ops)
		return symtab__driver(names, row->ops, row->ops_fn);
	return row->what == HMT_HOT_INVALIDATE ? "" : "others";
}

/* Return: a new array of *ret_nr, NULL without memory. */
static struct named *by_driver(const struct hot_table *t, const struct symtab *names,
			       size_t *ret_nr)
{
	struct named *list = hmt_calloc(t->nr + 1, sizeof(*list));
	size_t nr = 0;

	for (size_t i = 0; list && i < t->nr; i++) {
		const char *driver = driver_of(names, &t->rows[i]);
		size_t at = 0;

		if (!t->rows[i].count && !t->rows[i].total_ns)
			continue;
		while (at < nr && (strcmp(list[at].driver, driver) ||
				   list[at].row.what != t->rows[i].what))
			at++;
		if (at == nr)
			list[nr++] = (struct named){ .driver = driver,
						     .row = { .what = t->rows[i].what } };
		add(&list[at].row, &t->rows[i]);
	}
	if (list)
		qsort(list, nr, sizeof(*list), by_name);
	*ret_nr = nr;
	return list;
}

static void number(char *buf, size_t size, __u64 v)
{
	snprintf(buf, size, "%llu", (unsigned long long)v);
}

static void below(char *buf, size_t size, __u64 ns)
{
	if (!ns)
		snprintf(buf, size, "-");
	else if (ns == HOT_NS_UNKNOWN)
		snprintf(buf, size, "longer");
	else
		fmt_duration(buf, size, ns);
}

int hot_table__text(const struct hot_table *t, const struct symtab *names, struct strbuf *sb)
{
	struct table out = TABLE_INIT("llrrrrrr");
	struct named *list;
	size_t nr;

	if (!t->nr)
		return 0;
	list = by_driver(t, names, &nr);
	if (!list)
		return -ENOMEM;
	if (nr)
		table__row(&out, "driver", "what", "calls", "busy", "errors", "p50 below",
			   "p99 below", "most");
	for (size_t i = 0; i < nr; i++) {
		const struct hot_row *r = &list[i].row;
		char calls[24], busy[24], errors[24], p50[FMT_LEN], p99[FMT_LEN], most[FMT_LEN];
		char driver[128];

		number(calls, sizeof(calls), r->count);
		number(busy, sizeof(busy), r->busy);
		number(errors, sizeof(errors), r->errors);
		below(p50, sizeof(p50), hot_row__below_ns(r, 500));
		below(p99, sizeof(p99), hot_row__below_ns(r, 990));
		below(most, sizeof(most), r->max_ns);
		table__row(&out, *list[i].driver ? words_clean(list[i].driver, driver,
							       sizeof(driver)) : "-",
			   hot_name(r->what), calls, busy, errors, p50, p99, most);
	}
	strbuf__adds(sb, "  frequent events, counted\n");
	table__print(&out, "    ", sb);
	hmt_free(list);
	return 0;
}

/* --- NDJSON ---------------------------------------------------------------------- */

static void key_below(struct jsonw *j, const char *key, __u64 ns)
{
	jsonw__ku64_or_null(j, key, ns && ns != HOT_NS_UNKNOWN, ns);
}

static void json_row(const struct named *n, struct strbuf *sb)
{
	const struct hot_row *r = &n->row;
	struct jsonw j;

	json_line_open(&j, sb, "frequent");
	jsonw__kstr_or_null(&j, "driver", n->driver);
	jsonw__kstr(&j, "what", hot_name(r->what));
	jsonw__ku64(&j, "calls", r->count);
	jsonw__ku64(&j, "busy", r->busy);
	jsonw__ku64(&j, "errors", r->errors);
	jsonw__ku64(&j, "total_ns", r->total_ns);
	jsonw__ku64_or_null(&j, "max_ns", r->max_ns, r->max_ns);
	key_below(&j, "p50_below_ns", hot_row__below_ns(r, 500));
	key_below(&j, "p99_below_ns", hot_row__below_ns(r, 990));
	jsonw__key(&j, "bins");
	jsonw__array(&j);
	for (unsigned int b = 0; b < HMT_HOT_BIN_NR; b++) {
		if (!r->bins[b])
			continue;
		jsonw__object(&j);
		jsonw__ku64_or_null(&j, "below_ns", b + 1 < HMT_HOT_BIN_NR,
				    1ULL << (HMT_HOT_BIN_FIRST + b + 1));
		jsonw__ku64(&j, "calls", r->bins[b]);
		jsonw__end(&j);
	}
	jsonw__end(&j);
	json_line_close(&j);
}

int hot_table__json(const struct hot_table *t, const struct symtab *names, struct strbuf *sb)
{
	struct named *list;
	size_t nr;

	if (!t->nr)
		return 0;
	list = by_driver(t, names, &nr);
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		json_row(&list[i], sb);
	hmt_free(list);
	return 0;
}
