// SPDX-License-Identifier: GPL-2.0
#include "cmd/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stream/desc.h"

static void before_output(struct judge *j)
{
	if (j->before_output)
		j->before_output(j->ctx);
}

static void after_output(struct judge *j)
{
	if (j->flush && fflush(j->sink.f) && !j->inv->write_errno)
		j->inv->write_errno = errno;
}

static void count_finding(struct summary *sum, const struct finding *f)
{
	sum->severity[f->rule] = f->severity;
	if (f->confidence == CONFIDENCE_CERTAIN) {
		sum->certain[f->rule]++;
		sum->by_severity[f->severity]++;
	} else {
		sum->inconclusive[f->rule]++;
		if (f->severity >= SEVERITY_WARN)
			sum->nr_inconclusive++;
	}
}

static void on_finding(void *ctx, const struct finding *f)
{
	struct judge *j = ctx;

	if (gate__finding(&j->gate, f, &j->sum) != STANDING_NEW)
		return;
	count_finding(&j->sum, f);
	if (j->watch.finding)
		j->watch.finding(j->watch.ctx, f);
	before_output(j);
	j->sink.ops->finding(&j->sink, f);
	after_output(j);
}

static void on_released(void *ctx, const struct finding *f, const struct moment *m)
{
	struct judge *j = ctx;

	if (gate__hides(&j->gate, f))
		return;
	j->sum.released[f->rule]++;
	if (j->watch.released)
		j->watch.released(j->watch.ctx, f);
	before_output(j);
	j->sink.ops->released(&j->sink, f, m);
	after_output(j);
}

static void on_life_over(void *ctx, const struct object_view *o, const struct moment *m)
{
	struct judge *j = ctx;

	if (gate__wants_lives(&j->gate))
		gate__life(&j->gate, o, m);
	if (j->watch.life)
		j->watch.life(j->watch.ctx, o, m);
}

int judge__init_lives(struct judge *j, struct invocation *inv, FILE *out, judge_life_fn on_life,
		      struct errmsg *err)
{
	const struct engine_cb cb = {
		.ctx = j, .on_finding = on_finding, .on_released = on_released,
		.on_life = on_life ? on_life : on_life_over,
	};
	struct engine_opts opts = { .max_objects = 0 };
	int ret;

	*j = (struct judge){ .inv = inv };
	ret = gate__init(&j->gate, inv, err);
	if (ret) {
		judge__free(j);
		return ret;
	}
	memcpy(opts.grace_ns, inv->o.grace_ns, sizeof(opts.grace_ns));
	memcpy(opts.severity, inv->o.severity, sizeof(opts.severity));
	j->symtab = symtab__new();
	j->engine = engine__new(&opts, &cb);
	if (!j->symtab || !j->engine) {
		judge__free(j);
		return err_set(err, -ENOMEM, "out of memory");
	}
	j->stats = engine__stats(j->engine);
	j->begun = ~0ULL;	/* the first record is told of in any case */
	gate__attach(&j->gate, j->symtab, j->stats);
	j->sink = (struct sink){
		.ops = gate_sink(&inv->o),
		.f = out,
		.symtab = j->symtab,
		.color = inv->color,
		.verbose = inv->o.verbose,
		.quiet = inv->o.quiet,
	};
	return 0;
}

int judge__init(struct judge *j, struct invocation *inv, FILE *out, struct errmsg *err)
{
	return judge__init_lives(j, inv, out, NULL, err);
}

int judge__hold(struct judge *j, struct errmsg *err)
{
	FILE *f = hold__open(&j->held);

	if (!f)
		return err_set(err, -ENOMEM, "out of memory");
	j->out = j->sink.f;
	j->sink.f = f;
	return 0;
}

/* Return: 0, or negative errno when what was held is not whole. */
static int stop_holding(struct judge *j)
{
	if (!j->out)
		return 0;
	j->sink.f = j->out;
	j->out = NULL;
	return hold__close(j->held);
}

void judge__print_held(struct judge *j, const char *lead)
{
	if (!j->held || hold__empty(j->held))
		return;
	fputs(lead, j->sink.f);
	if (hold__copy(j->held, j->sink.f) && !j->inv->write_errno)
		j->inv->write_errno = EIO;
	after_output(j);
}

void judge__begin(struct judge *j, const struct trace_meta *meta)
{
	j->sink.ops->begin(&j->sink, meta);
	after_output(j);
}

static struct lost_row *lost_row(struct judge *j, __u32 cause, __u32 cpu)
{
	struct summary *sum = &j->sum;
	size_t at = 0;

	while (at < sum->nr_lost && (sum->lost[at].cause < cause ||
				     (sum->lost[at].cause == cause && sum->lost[at].cpu < cpu)))
		at++;
	if (at < sum->nr_lost && sum->lost[at].cause == cause && sum->lost[at].cpu == cpu)
		return &sum->lost[at];
	if (sum->nr_lost == j->lost_cap) {
		size_t cap = j->lost_cap ? j->lost_cap * 2 : 16;
		struct lost_row *rows = hmt_realloc(sum->lost, cap, sizeof(*rows));

		if (!rows)
			return NULL;
		sum->lost = rows;
		j->lost_cap = cap;
	}
	memmove(sum->lost + at + 1, sum->lost + at, (sum->nr_lost - at) * sizeof(*sum->lost));
	sum->nr_lost++;
	sum->lost[at] = (struct lost_row){ .cause = cause, .cpu = cpu };
	return &sum->lost[at];
}

static int count_lost(struct judge *j, const struct hmt_lost *l)
{
	struct lost_row *row = lost_row(j, l->cause, l->h.cpu);

	if (!row)
		return -ENOMEM;
	row->count += l->count;
	if (cause_overturns(l->cause))
		j->sum.nr_overturning += l->count;
	if (l->cause == HMT_CAUSE_CUT)
		j->sum.cut = true;
	before_output(j);
	j->sink.ops->lost(&j->sink, l);
	after_output(j);
	return 0;
}

/* What is no event of a mirror or range. */
static __attribute__((noinline)) int feed_other(struct judge *j, const struct hmt_hdr *rec)
{
	/* Names first: what a record proves may already need them. */
	int ret = symtab__feed(j->symtab, rec);

	if (!ret)
		ret = engine__feed(j->engine, rec);
	if (ret)
		return ret;
	if (rec->kind == HMT_LOST)
		return count_lost(j, (const struct hmt_lost *)rec);
	if (rec->kind == HMT_HOT_COUNT)
		return hot_table__add(&j->hot, (const struct hmt_hot_count *)rec);
	return 0;
}

static __attribute__((noinline)) int tell_watch(struct judge *j, const struct hmt_hdr *rec)
{
	j->begun = j->stats->begun;
	return j->watch.record(j->watch.ctx, j->engine, rec);
}

static inline int feed(struct judge *j, const struct hmt_hdr *rec)
{
	bool event = rec->kind < HMT_TASK;
	int ret;

	if (!j->began) {
		j->sink.t0 = rec->ts;
		j->began = true;
	}
	ret = event ? engine__feed(j->engine, rec) : feed_other(j, rec);
	if (ret || !j->watch.record)
		return ret;
	if (!event || !j->watch.latest || j->begun != j->stats->begun)
		return tell_watch(j, rec);
	if (rec->ts > *j->watch.latest)
		*j->watch.latest = rec->ts;
	return 0;
}

int judge__feed(struct judge *j, const struct hmt_hdr *rec)
{
	return feed(j, rec);
}

int judge__finish(struct judge *j)
{
	int ret = engine__finish(j->engine), held = stop_holding(j);

	ret = ret ? ret : held;
	j->sum.stats = j->stats;
	j->sum.verdict = engine__verdict(j->engine);
	j->sum.hot = &j->hot;
	return ret ? ret : gate__finish(&j->gate, &j->sum);
}

void judge__print_summary(struct judge *j)
{
	before_output(j);
	/* The last line of NDJSON is the summary. */
	if (j->inv->o.json)
		gate__json(&j->gate, j->sink.f);
	j->sink.ops->summary(&j->sink, &j->sum);
	if (!j->inv->o.json && !j->inv->o.ktap && !j->inv->o.quiet)
		gate__text(&j->gate, j->sink.f);
	after_output(j);
}

int judge__write(struct judge *j, const char *command_end, struct errmsg *err)
{
	int ret = gate__write(&j->gate, &j->sum, &j->sink, command_end, err);

	after_output(j);
	return ret;
}

void judge__free(struct judge *j)
{
	stop_holding(j);
	hold__free(j->held);
	gate__free(&j->gate);
	engine__free(j->engine);
	symtab__free(j->symtab);
	hmt_free(j->sum.lost);
	hot_table__free(&j->hot);
	*j = (struct judge){ 0 };
}

int judge_failed(int code, struct errmsg *err)
{
	if (code == -ENOMEM)
		return err_set(err, code, "out of memory");
	return err_set(err, code, "what was found could not be kept in a temporary file: %s",
		       strerror(-code));
}

/* Which record of a run comes next to each stage of being expected. */
struct outlook {
	const struct hmt_hdr *next[EXPECT_NR];
};

/* As many records from one stage to the next as it takes memory to answer. */
#define OUTLOOK_STEP 8

static void expect_next(const struct engine *e, struct outlook *o, enum expect_stage stage,
			const struct hmt_hdr *end)
{
	if (o->next[stage] == end)
		return;
	engine__expect(e, o->next[stage], stage);
	o->next[stage] = record_behind(o->next[stage]);
}

static void expect_first(const struct engine *e, struct outlook *o, const struct record_run *run)
{
	for (int stage = 0; stage < EXPECT_NR; stage++) {
		o->next[stage] = run->first;
		for (int n = OUTLOOK_STEP * (EXPECT_NR - stage); n; n--)
			expect_next(e, o, (enum expect_stage)stage, run->end);
	}
}

static int feed_run(struct judge *j, const struct record_run *run)
{
	const bool large = engine__is_large(j->engine);
	struct outlook o;
	int ret;

	if (large)
		expect_first(j->engine, &o, run);
	for (const struct hmt_hdr *rec = run->first; rec != run->end; rec = record_behind(rec)) {
		for (int stage = 0; large && stage < EXPECT_NR; stage++)
			expect_next(j->engine, &o, (enum expect_stage)stage, run->end);
		ret = feed(j, rec);
		if (ret)
			return ret;
	}
	return 0;
}

int judge__run(struct judge *j, struct source *s, struct errmsg *err)
{
	struct record_run run;
	int ret;

	judge__begin(j, s->meta);
	while ((ret = source__next_run(s, &run)) == 1) {
		ret = feed_run(j, &run);
		if (ret)
			return err_set(err, ret, "out of memory");
	}
	if (ret < 0) {
		*err = s->err;
		return ret;
	}
	ret = judge__finish(j);
	return ret ? judge_failed(ret, err) : 0;
}
