// SPDX-License-Identifier: GPL-2.0
/*
 * report_html.c - the data of the page. Findings are the very lines that
 * `report --json` prints; lives are columns of numbers, because there can be
 * many. Whatever a driver or a process is called, it is data here: no '<' of
 * it reaches the file, and the page puts names into text nodes only.
 */
#include "out/report_html.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "out/report_json.h"
#include "out/report_text.h"
#include "report_page.h"

/* --- while the trace goes by ------------------------------------------------------ */

static void page_begin(struct sink *s, const struct trace_meta *meta)
{
	sink_json_ops.begin(s, meta);
}

/* Room is for the first ones: they are what happened before things went wild. */
static bool has_room(struct html_page *p)
{
	return !fflush(p->f) && p->len < HTML_FINDINGS_BYTES;
}

static void page_finding(struct sink *s, const struct finding *f)
{
	struct html_page *p = s->owner;

	p->nr_findings++;
	if (has_room(p))
		sink_json_ops.finding(s, f);
	else
		p->nr_left_out++;
}

static void page_released(struct sink *s, const struct finding *f, const struct moment *m)
{
	if (has_room(s->owner))
		sink_json_ops.released(s, f, m);
}

static void page_lost(struct sink *s, const struct hmt_lost *l)
{
	if (has_room(s->owner))
		sink_json_ops.lost(s, l);
}

static void page_summary(struct sink *s, const struct summary *sum)
{
	sink_json_ops.summary(s, sum);
}

static const struct sink_ops page_ops = {
	.begin = page_begin,
	.finding = page_finding,
	.released = page_released,
	.lost = page_lost,
	.summary = page_summary,
};

int html_page__init(struct html_page *p)
{
	*p = (struct html_page){ .f = NULL };
	p->f = open_memstream(&p->text, &p->len);
	return p->f ? 0 : -ENOMEM;
}

void html_page__free(struct html_page *p)
{
	if (p->f)
		fclose(p->f);
	free(p->text);
	*p = (struct html_page){ .f = NULL };
}

void html_page__take(struct html_page *p, struct sink *s)
{
	s->ops = &page_ops;
	s->owner = p;
	s->f = p->f;
}

/* --- the data --------------------------------------------------------------------- */

static void add_lines(struct jsonw *j, const struct html_page *p)
{
	const char *line = p->text, *end = p->text + p->len, *next;

	jsonw__key(j, "lines");
	jsonw__array(j);
	for (; line < end; line = next) {
		char *copy;

		next = memchr(line, '\n', (size_t)(end - line));
		next = next ? next + 1 : end;
		copy = hmt_strndup(line, (size_t)(next - line) - (next[-1] == '\n'));
		if (copy)
			jsonw__raw(j, copy);
		else
			j->sb->failed = true;
		hmt_free(copy);
	}
	jsonw__end(j);
}

#define ROWS(key, what, writer, cap) do { \
	const struct report_##what **rows_ = report_sorted_##what##s(r, &nr); \
	\
	jsonw__key(j, key); \
	jsonw__array(j); \
	for (size_t i = 0; i < nr && i < (cap); i++) { \
		jsonw__object(j); \
		writer(j, r, rows_[i]); \
		jsonw__end(j); \
	} \
	jsonw__end(j); \
	hmt_free(rows_); \
} while (0)

static void page_driver(struct jsonw *j, const struct report *r, const struct report_driver *d)
{
	report_json_driver(j, r, d);
	report_json_curve(j, "live", &d->live);
}

/* Where the row is in the trace's own order, which is what a life refers to. */
static void add_lanes(struct jsonw *j, const struct report *r)
{
	const struct report_lane **rows;
	size_t nr, nr_curves = 0;

	jsonw__key(j, "mirrors");
	jsonw__array(j);
	rows = report_sorted_lanes(r, &nr);
	for (size_t i = 0; i < nr; i++) {
		size_t at = 0;

		while (r->lanes[at] != rows[i])
			at++;
		jsonw__object(j);
		jsonw__ku64(j, "lane", at);
		report_json_lane(j, r, rows[i]);
		if (rows[i]->live.most && nr_curves++ < HTML_CURVES)
			report_json_curve(j, "live", &rows[i]->live);
		jsonw__end(j);
	}
	jsonw__end(j);
	hmt_free(rows);
}

#define COLUMN(key, type, expr) do { \
	jsonw__key(j, key); \
	jsonw__array(j); \
	for (size_t i = 0; i < r->nr_lives; i++) { \
		const struct report_life *l = &r->lives[i]; \
		\
		jsonw__##type(j, expr); \
	} \
	jsonw__end(j); \
} while (0)

/* Times are since t0, so that a double holds them; no end is -1. */
static void add_lives(struct jsonw *j, const struct report *r)
{
	jsonw__key(j, "lives");
	jsonw__object(j);
	jsonw__ku64(j, "seen", r->nr_seen);
	jsonw__ku64(j, "one_in", 1ULL << r->shift);
	COLUMN("born", u64, l->born > r->t0 ? l->born - r->t0 : 0);
	COLUMN("lived", s64, l->ended ? (__s64)(l->ended - l->born) : -1);
	COLUMN("lane", u64, l->lane);
	COLUMN("holder", u64, l->holder);
	COLUMN("size", u64, l->size);
	COLUMN("serial", u64, l->serial);
	COLUMN("generation", u64, l->generation);
	COLUMN("flags", u64, l->flags);
	jsonw__end(j);
}

/* Holders in the order lives refer to; no more than are worth a look. */
static void add_holders(struct jsonw *j, const struct report *r)
{
	jsonw__key(j, "holders");
	jsonw__array(j);
	for (size_t i = 0; i < r->nr_holders && i < HTML_HOLDERS; i++) {
		jsonw__object(j);
		report_json_holder(j, r, r->holders[i]);
		jsonw__end(j);
	}
	jsonw__end(j);
}

static void add_histogram(struct jsonw *j, const struct hist *h)
{
	__u64 low, high, nr;
	size_t at = 0;

	jsonw__key(j, "histogram");
	jsonw__array(j);
	while ((nr = hist__next(h, &at, &low, &high))) {
		jsonw__u64(j, low);
		jsonw__u64(j, nr);
	}
	jsonw__end(j);
}

static void add_data(struct jsonw *j, const struct html_page *p, const struct report *r)
{
	size_t nr;

	jsonw__object(j);
	jsonw__ku64(j, "t0_ns", r->t0);
	jsonw__ku64(j, "span_ns", r->end > r->t0 ? r->end - r->t0 : 0);
	jsonw__ku64(j, "findings", p->nr_findings);
	jsonw__ku64(j, "findings_left_out", p->nr_left_out);
	add_lines(j, p);
	ROWS("causes", cause, report_json_cause, REPORT_CAUSES);
	ROWS("drivers", driver, page_driver, REPORT_DRIVERS);
	add_lanes(j, r);
	add_holders(j, r);
	report_json_lifetime(j, "lifetime", &r->lifetime);
	report_json_curve(j, "live", &r->live);
	add_histogram(j, &r->lifetime);
	add_lives(j, r);
	jsonw__end(j);
}

/* '<' is in strings only, where it may as well be written like this. */
static void write_escaped(const char *s, size_t len, FILE *out)
{
	const char *end = s + len, *lt;

	for (; (lt = memchr(s, '<', (size_t)(end - s))); s = lt + 1) {
		fwrite(s, 1, (size_t)(lt - s), out);
		fputs("\\u003c", out);
	}
	fwrite(s, 1, (size_t)(end - s), out);
}

int html_page__write(struct html_page *p, const struct report *r, const struct summary *sum,
		     FILE *out)
{
	struct sink s = { .ops = &page_ops, .f = p->f, .symtab = r->symtab, .owner = p };
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;
	int err;

	page_summary(&s, sum);
	if (fflush(p->f))
		return -ENOMEM;
	jsonw__init(&j, &sb);
	add_data(&j, p, r);
	err = strbuf__err(&sb);
	if (!err) {
		fwrite(page_head, 1, sizeof(page_head), out);
		write_escaped(strbuf__str(&sb), sb.len, out);
		fputc('\n', out);
		fwrite(page_tail, 1, sizeof(page_tail), out);
	}
	strbuf__free(&sb);
	return err;
}
