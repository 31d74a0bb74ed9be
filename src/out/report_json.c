// SPDX-License-Identifier: GPL-2.0
/*
 * report_json.c - the rows of a report as NDJSON:
 *
 *	{"type":"cause","rule":"range-orphaned-by-mirror","driver":"hmm_exerciser",...}
 *	{"type":"driver","driver":"hmm_exerciser","ranges":38,...}
 *	{"type":"mirror","id":"M3",...}
 *	{"type":"holder","driver":"hmm_exerciser","place":{...},...}
 *	{"type":"ranges","lifetime":{...},"live":{...}}
 */
#include "out/report_json.h"

#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "out/json_parts.h"
#include "out/report_text.h"
#include "out/words.h"

static void key_owner(struct jsonw *j, __u32 owner, const char *comm)
{
	jsonw__key(j, "owner");
	if (!owner) {
		jsonw__null(j);
		return;
	}
	jsonw__object(j);
	jsonw__ku64(j, "pid", owner);
	jsonw__kstr_or_null(j, "comm", comm);
	jsonw__end(j);
}

static void key_driver(struct jsonw *j, const struct report_driver *d)
{
	jsonw__kstr_or_null(j, "driver", strcmp(d->name, "?") ? d->name : NULL);
}

void report_json_lifetime(struct jsonw *j, const char *key, const struct hist *h)
{
	jsonw__key(j, key);
	if (!h->nr) {
		jsonw__null(j);
		return;
	}
	jsonw__object(j);
	jsonw__ku64(j, "count", h->nr);
	jsonw__ku64(j, "min_ns", h->min);
	jsonw__ku64(j, "p50_ns", hist__percentile(h, 500));
	jsonw__ku64(j, "p95_ns", hist__percentile(h, 950));
	jsonw__ku64(j, "p99_ns", hist__percentile(h, 990));
	jsonw__ku64(j, "max_ns", h->max);
	jsonw__ku64(j, "mean_ns", h->sum / h->nr);
	jsonw__end(j);
}

void report_json_curve(struct jsonw *j, const char *key, const struct curve *c)
{
	size_t nr = c->width_ns ? c->at + 1 : 0;

	jsonw__key(j, key);
	jsonw__object(j);
	jsonw__ku64(j, "width_ns", c->width_ns);
	jsonw__ku64(j, "most", c->most);
	jsonw__ku64_or_null(j, "most_ts_ns", c->most, c->most_ts);
	jsonw__key(j, "bins");
	jsonw__array(j);
	for (size_t i = 0; i < nr; i++)
		jsonw__u64(j, c->bins[i]);
	jsonw__end(j);
	jsonw__end(j);
}

void report_json_cause(struct jsonw *j, const struct report *r, const struct report_cause *c)
{
	char id[32], doubt[WORDS_LEN];

	/* Beyond the cap: what is said of the first is said of none of the others. */
	jsonw__kstr(j, "rule", c->is_rest ? "others" : rule_name(c->rule));
	jsonw__kstr(j, "title", c->is_rest ? "findings of still other kinds" :
					     rule_title(c->rule));
	jsonw__kstr(j, "severity", severity_name(c->severity));
	key_driver(j, c->driver);
	jsonw__ku64(j, "certain", c->certain);
	jsonw__ku64(j, "inconclusive", c->inconclusive);
	words_doubt(&c->first, doubt, sizeof(doubt));
	jsonw__kstr_or_null(j, "doubt", c->is_rest ? NULL : doubt);
	jsonw__ku64(j, "released", c->released);
	jsonw__ku64(j, "bytes", c->bytes);
	jsonw__kstr_or_null(j, "first", c->is_rest ? NULL : words_object(&c->first.object, id, sizeof(id)));
	jsonw__ku64(j, "first_finding", c->first.serial);
	key_owner(j, c->owner, c->comm);
	jsonw__kts(j, "owner_exited_ns", c->owner_exited);
	jsonw__kbool(j, "more_owners", c->nr_owners > 1);
	json_key_symbolized(j, r->symtab, "born_in", c->place);
	json_key_symbolized(j, r->symtab, "left_in", c->first.offence.ts ? 0 : c->offence_place);
	json_key_symbolized(j, r->symtab, "wrong_in", c->first.offence.ts ? c->offence_place : 0);
	jsonw__kstr_or_null(j, "blame", c->is_rest ? NULL : c->blame);
	jsonw__kstr_or_null(j, "missing", c->is_rest ? NULL : words_missing(&c->first));
	jsonw__kstr_or_null(j, "surplus", c->is_rest ? NULL : words_surplus(&c->first));
	json_key_symbolized(j, r->symtab, "others_released_in", c->release_place);
	jsonw__ku64(j, "siblings", c->first.nr_siblings);
	jsonw__ku64(j, "siblings_released_there", c->first.sibling_release.count);
}

void report_json_driver(struct jsonw *j, const struct report *r, const struct report_driver *d)
{
	key_driver(j, d);
	jsonw__ku64(j, "mirrors", d->mirrors);
	jsonw__ku64(j, "live_mirrors", d->mirrors_live);
	jsonw__ku64(j, "ranges", d->ranges);
	jsonw__ku64(j, "live_ranges", d->live.live);
	jsonw__ku64(j, "most_ranges", d->live.most);
	jsonw__ku64(j, "live_bytes", d->bytes_live);
	jsonw__ku64(j, "certain", d->certain);
	jsonw__ku64(j, "inconclusive", d->inconclusive);
	report_json_lifetime(j, "lifetime", &d->lifetime);
}

void report_json_lane(struct jsonw *j, const struct report *r, const struct report_lane *l)
{
	char id[32];

	jsonw__kstr_or_null(j, "id", l->class == HMT_CLASS_NONE ? NULL : report_lane_id(l, id, sizeof(id)));
	key_driver(j, l->driver);
	key_owner(j, l->owner, l->comm);
	jsonw__kts(j, "born_ns", l->born);
	jsonw__kts(j, "ended_ns", l->ended);
	jsonw__ku64(j, "ranges", l->ranges);
	jsonw__ku64(j, "live_ranges", l->live.live);
	jsonw__ku64(j, "most_ranges", l->live.most);
	jsonw__ku64(j, "certain", l->certain);
	jsonw__ku64(j, "inconclusive", l->inconclusive);
	report_json_lifetime(j, "lifetime", &l->lifetime);
}

void report_json_holder(struct jsonw *j, const struct report *r, const struct report_holder *h)
{
	key_driver(j, h->driver);
	key_owner(j, h->owner, h->comm);
	json_key_symbolized(j, r->symtab, "born_in", h->place);
	jsonw__ku64(j, "live_ranges", h->live);
	jsonw__ku64(j, "live_bytes", h->bytes);
	jsonw__ku64(j, "most_ranges", h->most);
	jsonw__ku64(j, "most_bytes", h->most_bytes);
	jsonw__ku64(j, "ranges", h->born);
}

/* --- lines ------------------------------------------------------------------------ */

static void close_line(struct sink *s, struct jsonw *j)
{
	if (json_line_write(j, s->f))
		s->failed = true;
}

#define LINES(what, type, writer) do { \
	const struct report_##what **rows_ = report_sorted_##what##s(r, &nr); \
	\
	for (size_t i = 0; i < nr; i++) { \
		json_line_open(&j, &sb, type); \
		writer(&j, r, rows_[i]); \
		close_line(s, &j); \
	} \
	hmt_free(rows_); \
} while (0)

void report_json_lines(const struct report *r, struct sink *s)
{
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;
	size_t nr;

	LINES(cause, "cause", report_json_cause);
	LINES(driver, "driver", report_json_driver);
	LINES(lane, "mirror", report_json_lane);
	LINES(holder, "holder", report_json_holder);
	json_line_open(&j, &sb, "ranges");
	report_json_lifetime(&j, "lifetime", &r->lifetime);
	report_json_curve(&j, "live", &r->live);
	close_line(s, &j);
}
