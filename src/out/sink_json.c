// SPDX-License-Identifier: GPL-2.0
/*
 * sink_json.c - NDJSON: one object a line, the first says what follows.
 *
 *	{"type":"header","version":"1.1",...}
 *	{"type":"finding","serial":1,"rule":"range-orphaned-by-mirror",...}
 *	{"type":"released","finding":1,...}
 *	{"type":"lost","cause":"ring-full","count":12,...}
 *	{"type":"summary","verdict":"findings",...}
 *
 * Every member is there every time; what does not apply is null. Times are
 * nanoseconds of CLOCK_MONOTONIC, names say their unit, cookies and addresses
 * are strings. A stream whose last line is no summary is incomplete.
 */
#include <string.h>

#include "out/json_parts.h"
#include "out/sink.h"
#include "out/undecided.h"
#include "out/words.h"
#include "stream/desc.h"

/* A line is written whole or not at all. */
static void close_line(struct sink *s, struct jsonw *j)
{
	if (json_line_write(j, s->f))
		s->failed = true;
}

static void key_stack(struct jsonw *j, const struct sink *s, __s32 id)
{
	const __u64 *ips;
	__u32 nr;

	ips = symtab__stack(s->symtab, id, &nr);
	jsonw__key(j, "stack");
	jsonw__array(j);
	for (__u32 i = 0; i < nr; i++)
		json_symbolized(j, s->symtab, ips[i]);
	jsonw__end(j);
}

static void moment_value(struct jsonw *j, const struct sink *s, const struct moment *m)
{
	const struct record_desc *d = record_desc(m->kind);

	if (!m->ts) {
		jsonw__null(j);
		return;
	}
	jsonw__object(j);
	jsonw__ku64(j, "ts_ns", m->ts);
	jsonw__kstr_or_null(j, "event", d ? d->name : NULL);
	jsonw__ku64(j, "pid", m->tgid);
	jsonw__ku64(j, "tid", m->tid);
	jsonw__kstr_or_null(j, "comm", symtab__comm(s->symtab, m->tgid));
	jsonw__ks64(j, "ret", m->ret);
	jsonw__ks64(j, "count", (__s64)m->count);
	json_key_symbolized(j, s->symtab, "call_site", m->call_site);
	key_stack(j, s, m->stack);
	jsonw__end(j);
}

static void key_moment(struct jsonw *j, const struct sink *s, const char *key,
		       const struct moment *m)
{
	jsonw__key(j, key);
	moment_value(j, s, m);
}

static void key_id(struct jsonw *j, const struct object_view *o)
{
	char id[32];

	jsonw__kstr(j, "id", words_object(o, id, sizeof(id)));
	jsonw__kstr(j, "class", class_name(o->class));
	jsonw__ku64(j, "serial", o->serial);
	jsonw__ku64(j, "generation", o->generation);
}

static void key_owner(struct jsonw *j, const struct sink *s, __u32 owner)
{
	jsonw__key(j, "owner");
	if (!owner) {
		jsonw__null(j);
		return;
	}
	jsonw__object(j);
	jsonw__ku64(j, "pid", owner);
	jsonw__kstr_or_null(j, "comm", symtab__comm(s->symtab, owner));
	jsonw__kts(j, "exited_ns", symtab__exited(s->symtab, owner));
	jsonw__end(j);
}

static void key_object(struct jsonw *j, const struct sink *s, const struct finding *f)
{
	const struct object_view *o = &f->object;
	bool range = o->class == HMT_CLASS_RANGE;

	jsonw__key(j, "object");
	jsonw__object(j);
	key_id(j, o);
	jsonw__kstr(j, "layer", words_layer(o));
	jsonw__khex(j, "address", o->addr);
	jsonw__khex(j, "mm", o->mm);
	jsonw__khex(j, "hmm", o->hmm);
	jsonw__kstr_or_null(j, "driver", words_driver(s->symtab, f));
	json_key_symbolized(j, s->symtab, "ops", o->ops);
	json_key_symbolized(j, s->symtab, "ops_fn", o->ops_fn);
	key_owner(j, s, o->owner);
	jsonw__key(j, "window");
	if (range) {
		jsonw__object(j);
		jsonw__khex(j, "start", o->start);
		jsonw__khex(j, "end", o->end);
		jsonw__ku64(j, "size_bytes", o->end - o->start);
		jsonw__end(j);
	} else {
		jsonw__null(j);
	}
	jsonw__ku64(j, "references", o->live_refs);
	jsonw__kbool(j, "born_before_trace", o->born_before);
	jsonw__kbool(j, "lost_in_life", o->in_gap);
	jsonw__ku64_or_null(j, "age_ns", o->born.ts && f->flagged_ts >= o->born.ts,
			    f->flagged_ts - o->born.ts);
	key_moment(j, s, "born", &o->born);
	jsonw__end(j);
}

static void key_doubt(struct jsonw *j, const struct finding *f)
{
	char why[WORDS_LEN];

	jsonw__key(j, "doubt");
	if (f->confidence == CONFIDENCE_CERTAIN) {
		jsonw__null(j);
		return;
	}
	jsonw__object(j);
	jsonw__kstr(j, "reason", f->doubt == DOUBT_LOST ? "lost" :
				 f->doubt == DOUBT_CUT ? "cut" : "unknown");
	jsonw__kstr(j, "text", words_doubt(f, why, sizeof(why)));
	jsonw__ku64(j, "lost", f->lost);
	jsonw__kstr_or_null(j, "cause", f->doubt == DOUBT_LOST ? cause_name(f->lost_cause) : NULL);
	jsonw__ku64_or_null(j, "cpu", f->doubt == DOUBT_LOST && f->lost_cpu != HMT_CPU_NONE,
			    f->lost_cpu);
	jsonw__ku64(j, "grace_left_ns", f->grace_left_ns);
	jsonw__end(j);
}

static void key_siblings(struct jsonw *j, const struct sink *s, const struct finding *f)
{
	jsonw__key(j, "siblings");
	if (!f->nr_siblings) {
		jsonw__null(j);
		return;
	}
	jsonw__object(j);
	jsonw__ku64(j, "seen", f->nr_siblings);
	jsonw__ku64(j, "released", f->nr_siblings_released);
	jsonw__ku64(j, "released_there", f->sibling_release.count);
	json_key_symbolized(j, s->symtab, "place", words_place(s->symtab, &f->sibling_release));
	key_moment(j, s, "release", &f->sibling_release);
	jsonw__end(j);
}

static void key_holders(struct jsonw *j, const struct sink *s, const struct finding *f)
{
	jsonw__key(j, "holders");
	jsonw__array(j);
	for (__u32 i = 0; i < f->nr_holders && i < FINDING_HOLDERS; i++) {
		const struct file_holder *h = &f->holders[i];

		jsonw__object(j);
		jsonw__ku64(j, "pid", h->tgid);
		jsonw__kstr_or_null(j, "comm", symtab__comm(s->symtab, h->tgid));
		jsonw__ku64(j, "fd", h->fd);
		jsonw__kstr(j, "path", h->path);
		jsonw__khex(j, "file", h->file);
		jsonw__ku64(j, "seen_ns", f->holders_ts);
		jsonw__end(j);
	}
	jsonw__end(j);
	jsonw__ku64(j, "nr_holders", f->nr_holders);
}

static void key_failed(struct jsonw *j, const struct sink *s, const struct finding *f)
{
	jsonw__key(j, "failed_attempts");
	jsonw__array(j);
	for (__u32 i = 0; i < f->nr_failed; i++)
		moment_value(j, s, &f->failed[i]);
	jsonw__end(j);
}

static void key_sites(struct jsonw *j, const struct sink *s, const struct finding *f)
{
	jsonw__key(j, "sites");
	jsonw__array(j);
	for (__u32 i = 0; i < f->nr_sites; i++) {
		const struct ref_site *r = &f->sites[i];

		jsonw__object(j);
		json_key_symbolized(j, s->symtab, "call_site", r->call_site);
		jsonw__ku64(j, "gets", r->gets);
		jsonw__ku64(j, "puts", r->puts);
		jsonw__ku64(j, "open", r->gets > r->puts ? r->gets - r->puts : 0);
		jsonw__end(j);
	}
	jsonw__end(j);
}

static void key_counters(struct jsonw *j, const struct mm_counters *c)
{
	jsonw__key(j, "mm_counters");
	if (!c->ts) {
		jsonw__null(j);
		return;
	}
	jsonw__object(j);
	jsonw__ku64(j, "ts_ns", c->ts);
	jsonw__ku64(j, "mm_users", c->mm_users);
	jsonw__ku64(j, "mm_count", c->mm_count);
	jsonw__ku64(j, "rss_pages", c->rss_pages);
	jsonw__ku64(j, "faults_busy", c->nr_busy);
	jsonw__end(j);
}

static void json_finding(struct sink *s, const struct finding *f)
{
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;

	json_line_open(&j, &sb, "finding");
	jsonw__ku64(&j, "serial", f->serial);
	jsonw__kstr(&j, "rule", rule_name(f->rule));
	jsonw__kstr(&j, "title", rule_title(f->rule));
	jsonw__kstr(&j, "severity", severity_name(f->severity));
	jsonw__kstr(&j, "confidence",
		    f->confidence == CONFIDENCE_CERTAIN ? "certain" : "inconclusive");
	key_doubt(&j, f);
	jsonw__kts(&j, "fact_ns", f->fact_ts);
	jsonw__kts(&j, "flagged_ns", f->flagged_ts);
	key_object(&j, s, f);
	jsonw__key(&j, "parent");
	if (f->parent.class != HMT_CLASS_NONE) {
		jsonw__object(&j);
		key_id(&j, &f->parent);
		jsonw__khex(&j, "address", f->parent.addr);
		jsonw__end(&j);
	} else {
		jsonw__null(&j);
	}
	key_moment(&j, s, "prior", &f->prior);
	key_moment(&j, s, "offence", &f->offence);
	jsonw__ku64(&j, "count", f->count);
	jsonw__ku64(&j, "expected", f->expected);
	jsonw__ku64(&j, "failed_registers", f->nr_failed_registers);
	jsonw__ks64(&j, "last_failed_ret", f->last_failed_ret);
	jsonw__kstr_or_null(&j, "last_failed_text", f->last_failed_ret < 0 ?
			    strerror((int)-f->last_failed_ret) : NULL);
	key_failed(&j, s, f);
	key_sites(&j, s, f);
	key_counters(&j, &f->counters);
	jsonw__kstr_or_null(&j, "missing", words_missing(f));
	jsonw__kstr_or_null(&j, "surplus", words_surplus(f));
	key_siblings(&j, s, f);
	key_holders(&j, s, f);
	jsonw__key(&j, "recent");
	jsonw__array(&j);
	for (__u32 i = 0; i < f->nr_recent; i++)
		moment_value(&j, s, &f->recent[i]);
	jsonw__end(&j);
	close_line(s, &j);
}

static void json_released(struct sink *s, const struct finding *f, const struct moment *m)
{
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;
	char id[32];

	json_line_open(&j, &sb, "released");
	jsonw__ku64(&j, "finding", f->serial);
	jsonw__kstr(&j, "rule", rule_name(f->rule));
	jsonw__kstr(&j, "object", words_object(&f->object, id, sizeof(id)));
	jsonw__kts(&j, "ts_ns", m->ts);
	jsonw__ku64_or_null(&j, "after_ns", m->ts >= f->flagged_ts, m->ts - f->flagged_ts);
	key_moment(&j, s, "release", m);
	close_line(s, &j);
}

static void lost_members(struct jsonw *j, __u32 cause, __u32 cpu, __u64 count)
{
	jsonw__kstr(j, "cause", cause_name(cause));
	jsonw__ku64_or_null(j, "cpu", cpu != HMT_CPU_NONE, cpu);
	jsonw__ku64(j, "count", count);
	jsonw__kbool(j, "overturns", cause_overturns(cause));
}

static void json_lost(struct sink *s, const struct hmt_lost *l)
{
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;

	json_line_open(&j, &sb, "lost");
	lost_members(&j, l->cause, l->h.cpu, l->count);
	jsonw__kts(&j, "since_ns", l->since);
	jsonw__kts(&j, "ts_ns", l->h.ts);
	close_line(s, &j);
}

static void key_rules(struct jsonw *j, const struct summary *sum)
{
	jsonw__key(j, "rules");
	jsonw__object(j);
	for (unsigned int r = 1; r < RULE_NR; r++) {
		if (!sum->certain[r] && !sum->inconclusive[r])
			continue;
		jsonw__key(j, rule_name(r));
		jsonw__object(j);
		jsonw__kstr(j, "severity", severity_name(sum->severity[r]));
		jsonw__ku64(j, "certain", sum->certain[r]);
		jsonw__ku64(j, "inconclusive", sum->inconclusive[r]);
		jsonw__ku64(j, "released", sum->released[r]);
		jsonw__end(j);
	}
	jsonw__end(j);
}

static const char *verdict_name(const struct summary *sum)
{
	if (sum->verdict != 1)
		return sum->verdict ? "inconclusive" : "clean";
	/* An assertion may fail where no rule is broken. */
	return sum->by_severity[SEVERITY_ERROR] || sum->by_severity[SEVERITY_WARN] ? "findings"
										    : "failed";
}

static void frequent_lines(struct sink *s, const struct summary *sum)
{
	struct strbuf sb = STRBUF_INIT;

	if (sum->hot && !hot_table__json(sum->hot, s->symtab, &sb) && !strbuf__err(&sb))
		fwrite(strbuf__str(&sb), 1, sb.len, s->f);
	else if (sum->hot)
		s->failed = true;
	strbuf__free(&sb);
}

static void json_summary(struct sink *s, const struct summary *sum)
{
	const struct engine_stats *st = sum->stats;
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;

	frequent_lines(s, sum);
	json_line_open(&j, &sb, "summary");
	jsonw__kstr(&j, "verdict", verdict_name(sum));
	jsonw__ku64(&j, "errors", sum->by_severity[SEVERITY_ERROR]);
	jsonw__ku64(&j, "warnings", sum->by_severity[SEVERITY_WARN]);
	jsonw__ku64(&j, "notes", sum->by_severity[SEVERITY_NOTE]);
	jsonw__ku64(&j, "inconclusive", sum->nr_inconclusive);
	key_rules(&j, sum);
	jsonw__ku64(&j, "records", st->records);
	jsonw__ku64(&j, "first_ns", st->first_ts);
	jsonw__ku64(&j, "last_ns", st->last_ts);
	jsonw__ku64(&j, "mirrors", st->mirrors);
	jsonw__ku64(&j, "ranges", st->ranges);
	jsonw__ku64(&j, "live_mirrors", st->live_mirrors);
	jsonw__ku64(&j, "live_ranges", st->live_ranges);
	jsonw__ku64(&j, "live_references", st->live_refs);
	jsonw__kbool(&j, "cut", sum->cut);
	jsonw__ku64(&j, "suppressed", sum->suppressed);
	jsonw__ku64(&j, "known", sum->known);
	jsonw__key(&j, "assertions");
	jsonw__object(&j);
	jsonw__ku64(&j, "passed", sum->assertions_passed);
	jsonw__ku64(&j, "failed", sum->assertions_failed);
	jsonw__ku64(&j, "inconclusive", sum->assertions_open);
	jsonw__end(&j);
	jsonw__ku64(&j, "lost_overturning", sum->nr_overturning);
	jsonw__key(&j, "lost");
	jsonw__array(&j);
	for (size_t i = 0; i < sum->nr_lost; i++) {
		jsonw__object(&j);
		lost_members(&j, sum->lost[i].cause, sum->lost[i].cpu, sum->lost[i].count);
		jsonw__end(&j);
	}
	jsonw__end(&j);
	close_line(s, &j);
}

static void json_begin(struct sink *s, const struct trace_meta *meta)
{
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;

	json_line_open(&j, &sb, "header");
	jsonw__kstr(&j, "version", SINK_JSON_VERSION);
	jsonw__kstr(&j, "clock", "monotonic");
	jsonw__kstr_or_null(&j, "recorder", meta ? meta->version : NULL);
	jsonw__kstr_or_null(&j, "uname", meta ? meta->uname : NULL);
	jsonw__kstr_or_null(&j, "boot_id", meta ? meta->boot_id : NULL);
	jsonw__kstr_or_null(&j, "command_line", meta ? meta->command_line : NULL);
	jsonw__kstr_or_null(&j, "filters", meta ? meta->filters : NULL);
	jsonw__kstr_or_null(&j, "tier", meta ? meta->tier : NULL);
	jsonw__kts(&j, "wall_start_ns", meta ? meta->wall_start_ns : 0);
	jsonw__kts(&j, "mono_start_ns", meta ? meta->mono_start_ns : 0);
	jsonw__key(&j, "undecidable");
	undecided__json(meta ? meta->plan : NULL, &j);
	close_line(s, &j);
}

const struct sink_ops sink_json_ops = {
	.begin = json_begin,
	.finding = json_finding,
	.released = json_released,
	.lost = json_lost,
	.summary = json_summary,
};
