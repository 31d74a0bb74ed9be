// SPDX-License-Identifier: GPL-2.0
#include "out/cases.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "out/words.h"
#include "stream/desc.h"

/* Of one rule; a thousand blocks say no more, and some CI systems refuse large reports. */
#define BLOCKS_SHOWN 20

static void none_begin(struct sink *s, const struct trace_meta *meta)
{
}

static void none_finding(struct sink *s, const struct finding *f)
{
}

static void none_released(struct sink *s, const struct finding *f, const struct moment *m)
{
}

static void none_lost(struct sink *s, const struct hmt_lost *l)
{
}

static void none_summary(struct sink *s, const struct summary *sum)
{
}

const struct sink_ops sink_none_ops = {
	.begin = none_begin,
	.finding = none_finding,
	.released = none_released,
	.lost = none_lost,
	.summary = none_summary,
};

/* --- findings ---------------------------------------------------------------------- */

void cases_finding_text(const struct sink *sink, const struct finding *f, struct strbuf *sb)
{
	struct sink plain = *sink;
	char *text = NULL;
	size_t len = 0;

	plain.ops = &sink_text_ops;
	plain.color = plain.quiet = false;
	plain.f = open_memstream(&text, &len);
	if (!plain.f) {
		sb->failed = true;
		return;
	}
	plain.ops->finding(&plain, f);
	if (fclose(plain.f))
		sb->failed = true;
	else
		strbuf__add(sb, text, len);
	free(text);
}

void cases_finding_line(const struct symtab *t, const struct finding *f, struct strbuf *sb)
{
	const char *driver = words_driver(t, f), *missing = words_missing(f);
	const struct moment *born = &f->object.born;
	__u64 place = words_place(t, born->ts ? born : &f->offence);
	char buf[512];

	strbuf__adds(sb, words_object(&f->object, buf, sizeof(buf)));
	if (*driver)
		strbuf__addf(sb, " of %s", driver);
	if (f->object.owner)
		strbuf__addf(sb, ", pid %u", f->object.owner);
	if (f->object.owner && *symtab__comm(t, f->object.owner))
		strbuf__addf(sb, " (%s)", words_clean(symtab__comm(t, f->object.owner), buf,
						      sizeof(buf)));
	strbuf__addf(sb, ": %s", rule_title(f->rule));
	if (place) {
		symtab__format(t, place, buf, sizeof(buf));
		strbuf__addf(sb, "; %s %s", born->ts ? "born at" : "at", buf);
	}
	if (missing)
		strbuf__addf(sb, "; missing: %s", missing);
	place = words_forgot_in(t, f);
	if (missing && place) {
		symtab__format(t, place, buf, sizeof(buf));
		strbuf__addf(sb, " in %s", buf);
	}
	if (f->confidence != CONFIDENCE_CERTAIN)
		strbuf__addf(sb, "; inconclusive: %s", words_doubt(f, buf, sizeof(buf)));
}

/* --- cases ------------------------------------------------------------------------- */

static int add_case(struct cases *c, const char *group, const char *name, enum case_state state,
		    struct strbuf *message, struct strbuf *text)
{
	struct test_case *tc;

	if (c->nr == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 32;

		tc = hmt_realloc(c->v, cap, sizeof(*tc));
		if (!tc) {
			strbuf__free(message);
			strbuf__free(text);
			return -ENOMEM;
		}
		c->v = tc;
		c->cap = cap;
	}
	/* So that there is a string to detach. */
	strbuf__adds(message, "");
	strbuf__adds(text, "");
	tc = &c->v[c->nr++];
	*tc = (struct test_case){
		.group = group, .name = name, .state = state,
		.message = strbuf__detach(message), .text = strbuf__detach(text),
	};
	c->count[state]++;
	return tc->message && tc->text ? 0 : -ENOMEM;
}

static int trace_case(struct cases *c, const struct cases_input *in)
{
	struct strbuf message = STRBUF_INIT, text = STRBUF_INIT;
	const struct summary *sum = in->summary;
	bool lossy = evidence__lossy(in->evidence);
	char what[128];

	for (size_t i = 0; i < sum->nr_lost; i++) {
		const struct lost_row *l = &sum->lost[i];

		words_lost(l->cause, l->count, what, sizeof(what));
		strbuf__addf(&text, "lost: %s", what);
		if (l->cpu != HMT_CPU_NONE)
			strbuf__addf(&text, ", cpu %u", l->cpu);
		strbuf__adds(&text, cause_overturns(l->cause) ? "\n" : ", no verdict rests on it\n");
	}
	if (lossy)
		strbuf__adds(&message, "what is missing of the trace could overturn \"clean\"");
	return add_case(c, "trace", "complete", lossy ? CASE_OPEN : CASE_PASSED, &message, &text);
}

struct tally {
	__u64 certain, open, known, suppressed, notes;
};

static void tally_rule(const struct cases_input *in, enum rule_id rule, struct tally *t,
		       struct strbuf *text)
{
	__u64 shown = 0, more;

	*t = (struct tally){ 0 };
	for (size_t i = 0; i < in->evidence->nr_findings; i++) {
		const struct evidence_finding *e = &in->evidence->findings[i];

		if (e->f.rule != rule)
			continue;
		if (e->standing == STANDING_KNOWN)
			t->known++;
		else if (e->standing == STANDING_SUPPRESSED)
			t->suppressed++;
		else if (e->f.severity < SEVERITY_WARN)
			t->notes++;
		else if (e->f.confidence == CONFIDENCE_CERTAIN)
			t->certain++;
		else
			t->open++;
		if (e->standing == STANDING_NEW && e->f.severity >= SEVERITY_WARN &&
		    shown++ < BLOCKS_SHOWN)
			cases_finding_text(in->sink, &e->f, text);
	}
	more = shown > BLOCKS_SHOWN ? shown - BLOCKS_SHOWN : 0;
	if (more)
		strbuf__addf(text, "and %llu more\n", (unsigned long long)more);
}

static void add_number(struct strbuf *sb, __u64 nr, const char *what)
{
	if (nr)
		strbuf__addf(sb, "%s%llu %s", sb->len ? ", " : "", (unsigned long long)nr, what);
}

static const struct finding *first_finding(const struct evidence *ev, enum rule_id rule)
{
	for (size_t i = 0; i < ev->nr_findings; i++)
		if (ev->findings[i].f.rule == rule && ev->findings[i].standing == STANDING_NEW)
			return &ev->findings[i].f;
	return NULL;
}

static int rule_case(struct cases *c, const struct cases_input *in, enum rule_id rule)
{
	struct strbuf message = STRBUF_INIT, text = STRBUF_INIT;
	enum case_state state = CASE_PASSED;
	struct tally t;

	tally_rule(in, rule, &t, &text);
	add_number(&message, t.certain, "certain");
	add_number(&message, t.open, "inconclusive");
	add_number(&message, t.known, "known");
	add_number(&message, t.suppressed, "suppressed");
	add_number(&message, t.notes, t.notes == 1 ? "note" : "notes");
	if (t.certain || t.open) {
		strbuf__adds(&message, "; first: ");
		cases_finding_line(in->evidence->symtab, first_finding(in->evidence, rule),
				   &message);
		state = t.certain ? CASE_FAILED : CASE_OPEN;
	} else if (in->severity[rule] == SEVERITY_OFF + 1) {
		strbuf__adds(&message, "the rule is turned off");
		state = CASE_SKIPPED;
	} else if (evidence__lossy(in->evidence)) {
		strbuf__addf(&message, "%snothing can be said: events were lost",
			     message.len ? "; " : "");
		state = CASE_SKIPPED;
	}
	return add_case(c, "rule", rule_name(rule), state, &message, &text);
}

static int assertion_case(struct cases *c, const struct assertion *a)
{
	struct strbuf message = STRBUF_INIT, text = STRBUF_INIT;

	strbuf__adds(&message, a->message);
	return add_case(c, "assertion", a->text + strspn(a->text, " \t"),
			a->outcome == OUTCOME_PASSED ? CASE_PASSED :
			a->outcome == OUTCOME_FAILED ? CASE_FAILED : CASE_OPEN, &message, &text);
}

int cases__build(struct cases *ret, const struct cases_input *in)
{
	const struct engine_stats *st = in->evidence->stats;
	int err;

	*ret = (struct cases){
		.duration_ns = st->last_ts - st->first_ts, .command_end = in->command_end,
	};
	err = trace_case(ret, in);
	for (unsigned int r = 1; !err && r < RULE_NR; r++)
		err = rule_case(ret, in, r);
	for (size_t i = 0; !err && i < in->assertions->nr; i++)
		err = assertion_case(ret, &in->assertions->v[i]);
	return err;
}

void cases__free(struct cases *c)
{
	for (size_t i = 0; i < c->nr; i++) {
		hmt_free(c->v[i].message);
		hmt_free(c->v[i].text);
	}
	hmt_free(c->v);
	*c = (struct cases){ 0 };
}
