// SPDX-License-Identifier: GPL-2.0
/* t_assert.c - assertions: each form passing, failing and in doubt; typos. */
#include "test.h"

#include <stdint.h>

#include "base/fmt.h"
#include "out/assert.h"
#include "stream/text.h"

/* --- a stream and what it gives ---------------------------------------------------- */

struct world {
	struct symtab *symtab;
	struct engine *engine;
	struct evidence ev;
	struct lost_row lost[8];
};

static void on_finding(void *ctx, const struct finding *f)
{
	struct world *w = ctx;

	ASSERT_OK(evidence__add_finding(&w->ev, f, STANDING_NEW));
}

static void on_released(void *ctx, const struct finding *f, const struct moment *m)
{
}

static void on_life(void *ctx, const struct object_view *o, const struct moment *m)
{
	struct world *w = ctx;

	ASSERT_OK(evidence__add_life(&w->ev, o, m));
}

static void feed(struct world *w, const char *text)
{
	FILE *f = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	const struct hmt_hdr *rec;
	struct errmsg err = { "" };
	struct source *s;
	int ret;

	ASSERT_NOT_NULL(f);
	ret = text_source__open(f, "test", &s, &err);
	ASSERT_MSG(!ret, "%s", err.text);
	while ((ret = source__next(s, &rec)) == 1) {
		ASSERT_OK(symtab__feed(w->symtab, rec));
		ASSERT_OK(engine__feed(w->engine, rec));
		if (rec->kind == HMT_LOST) {
			const struct hmt_lost *l = (const void *)rec;

			w->lost[w->ev.nr_lost++] = (struct lost_row){
				.cause = l->cause, .cpu = l->h.cpu, .count = l->count,
			};
		}
	}
	ASSERT_MSG(!ret, "%s", s->err.text);
	ASSERT_OK(engine__finish(w->engine));
	source__free(s);
	fclose(f);
}

/* Whether lives are kept one by one only where they are needed. */
static bool few_lives;

static void open_world(struct world *w, const char *text)
{
	const struct engine_cb cb = {
		.ctx = w, .on_finding = on_finding, .on_released = on_released, .on_life = on_life,
	};

	memset(w, 0, sizeof(*w));
	w->symtab = symtab__new();
	w->engine = engine__new(NULL, &cb);
	w->ev.symtab = w->symtab;
	w->ev.stats = engine__stats(w->engine);
	w->ev.lost = w->lost;
	w->ev.few_lives = few_lives;
	feed(w, text);
}

static void close_world(struct world *w)
{
	evidence__free(&w->ev);
	engine__free(w->engine);
	symtab__free(w->symtab);
}

#define TASKS \
	"0.000500 task tgid=7 tid=7 comm=good parent=1\n" \
	"0.000500 task tgid=8 tid=8 comm=bad parent=1\n" \
	"0.000600 symbol addr=0xf1 offset=0 name=good_ops module=good_drv\n" \
	"0.000600 symbol addr=0xf2 offset=0 name=bad_ops module=bad_drv\n" \
	"0.000600 symbol addr=0xff offset=16 name=bad_open module=bad_drv\n" \
	"0.000700 stack stack=1 ips=0xff\n"
/* Two ranges of the notifier layer, one after the other and 100 ms and 300 ms long. */
#define GOOD \
	"0.001000 mirror-register tgid=7 tid=7 mm=0xa7 mirror=0xc7 ops=0xf1 refs=1 owner=7\n" \
	"0.100000 range-register tgid=7 tid=7 mm=0xa7 range=0xd1 ops=0xf1 start=0x10000 " \
		"end=0x14000 owner=7\n" \
	"0.200000 range-unregister-begin tgid=7 tid=7 mm=0xa7 range=0xd1 ops=0xf1\n" \
	"0.300000 range-register tgid=7 tid=7 mm=0xa7 range=0xd2 ops=0xf1 start=0x10000 " \
		"end=0x20000 owner=7\n" \
	"0.600000 range-unregister-begin tgid=7 tid=7 mm=0xa7 range=0xd2 ops=0xf1\n" \
	"0.601000 ref-put tgid=7 tid=7 mm=0xa7 mirror=0xc7 count=0\n" \
	"0.602000 mirror-unregister tgid=7 tid=7 mm=0xa7 mirror=0xc7 ops=0xf1 refs=0\n" \
	"0.603000 mirror-unregister-end tgid=7 tid=7 mm=0xa7 mirror=0xc7 ops=0xf1\n"
/* The mirror API: a mirror under which two ranges live at a time, one is left behind. */
#define BAD \
	"0.700000 ref-get tgid=8 tid=8 mm=0xa8 hmm=0xb8 mirror=0xc8 count=1 stack=1\n" \
	"0.700100 mirror-register tgid=8 tid=8 mm=0xa8 hmm=0xb8 mirror=0xc8 ops=0xf2 refs=1 " \
		"owner=8 stack=1\n" \
	"0.710000 ref-get tgid=8 tid=8 mm=0xa8 hmm=0xb8 count=2 stack=1\n" \
	"0.710100 range-register tgid=8 tid=8 mm=0xa8 hmm=0xb8 mirror=0xc8 range=0xe1 ops=0xf2 " \
		"start=0x10000 end=0x11000 owner=8 stack=1\n" \
	"0.720000 ref-get tgid=8 tid=8 mm=0xa8 hmm=0xb8 count=3 stack=1\n" \
	"0.720100 range-register tgid=8 tid=8 mm=0xa8 hmm=0xb8 mirror=0xc8 range=0xe2 ops=0xf2 " \
		"start=0x20000 end=0x21000 owner=8 stack=1\n" \
	"0.730000 ref-get tgid=8 tid=8 mm=0xa8 hmm=0xb8 count=4 stack=1 call_site=0xff\n" \
	"0.800000 range-unregister-begin tgid=8 tid=8 mm=0xa8 hmm=0xb8 mirror=0xc8 range=0xe1 " \
		"ops=0xf2\n" \
	"0.801000 fault-begin tgid=8 tid=8 mm=0xa8 range=0xe1 start=0x10000 end=0x11000\n" \
	"0.802000 ref-put tgid=8 tid=8 mm=0xa8 hmm=0xb8 count=3\n" \
	"0.803000 range-unregister-end tgid=8 tid=8 mm=0xa8 hmm=0xb8 mirror=0xc8 range=0xe1 " \
		"ops=0xf2\n" \
	"0.900000 mirror-unregister tgid=8 tid=8 mm=0xa8 hmm=0xb8 mirror=0xc8 ops=0xf2 refs=2\n" \
	"0.901000 ref-put tgid=8 tid=8 mm=0xa8 hmm=0xb8 count=2\n" \
	"0.902000 mirror-unregister-end tgid=8 tid=8 mm=0xa8 hmm=0xb8 mirror=0xc8 ops=0xf2\n"
#define END "3.000000 tick\n4.000000 end\n"
#define LOSS "0.650000 lost cause=ring-full count=9 since=0.610000 cpu=1\n" \
	"0.650000 lost cause=stack-miss count=2 since=0.610000 cpu=0\n"

static const char all[] = "0.000000 start flags=3\n" TASKS GOOD BAD END;
static const char good[] = "0.000000 start flags=1\n" TASKS GOOD END;
static const char lossy[] = "0.000000 start flags=3\n" TASKS GOOD LOSS BAD END;
static const char empty[] = "0.000000 start flags=1\n" END;
/* The grace time of the range that was left behind is cut short. */
static const char soon[] = "0.000000 start flags=3\n" TASKS GOOD BAD "1.000000 end\n";

/* --- rows -------------------------------------------------------------------------- */

struct row {
	const char *text, *expr;
	enum outcome outcome;
	const char *message;	/* a part of it */
};

#define PASS OUTCOME_PASSED
#define FAILS OUTCOME_FAILED
#define OPEN OUTCOME_OPEN

/* Each quantity: one that holds and one that does not. */
static const struct row quantity_rows[] = {
	{ good, "orphans == 0", PASS, "it is 0, of 3 objects" },
	{ all, "orphans == 0", FAILS, "worst: R4 of bad_drv, range-orphaned-by-mirror, pid 8 (bad), "
				     "born at bad_open+0x10 [bad_drv]" },
	{ good, "range.orphans == 0", PASS, "of 2 ranges" },
	{ all, "range.orphans < 1", FAILS, "it is 1, of 4 ranges; worst: R4" },
	{ all, "mirror.orphans == 0", PASS, "it is 0, of 2 mirrors" },
	{ all, "mirror.orphans > 0", FAILS, "it is 0, of 2 mirrors" },
	{ all, "references.unaccounted <= 1", PASS, "it is 1" },
	{ all, "references.unaccounted == 0", FAILS, "worst: A" },
	{ good, "findings == 0", PASS, "it is 0" },
	{ all, "findings == 0", FAILS, "it is 3" },
	{ all, "findings.errors == 2", PASS, "it is 2" },
	{ all, "findings.errors == 0", FAILS, "it is 2" },
	{ all, "findings.warnings == 1", PASS, "it is 1" },
	{ all, "findings.warnings == 0", FAILS, "worst: R3 of bad_drv, range-used-during-unregister" },
	{ all, "findings.inconclusive == 0", PASS, "it is 0" },
	{ soon, "findings.inconclusive == 0", FAILS, "worst: A" },
	{ all, "range.count == 4", PASS, "it is 4" },
	{ all, "range.count == 3", FAILS, "it is 4" },
	{ all, "range.live.max == 2", PASS, "it is 2" },
	{ all, "range.live.max < 2", FAILS, "the oldest was R3 of bad_drv, pid 8 (bad)" },
	{ good, "range.live.end == 0", PASS, "it is 0" },
	{ all, "range.live.end == 0", FAILS, "the oldest was R4" },
	{ all, "range.lifetime.min >= 89ms", PASS, "it is 89.9 ms" },
	{ all, "range.lifetime.min > 95ms", FAILS, "R3" },
	{ good, "range.lifetime.p50 == 100ms", PASS, "it is 100 ms" },
	{ good, "range.lifetime.p50 < 100ms", FAILS, "it is 100 ms, of 2 ranges; worst: R2" },
	{ good, "range.lifetime.p95 <= 300ms", PASS, "it is 300 ms" },
	{ good, "range.lifetime.p95 < 300ms", FAILS, "it is 300 ms" },
	{ good, "range.lifetime.p99 < 500ms", PASS, "it is 300 ms" },
	{ all, "range.lifetime.p99 < 500ms", FAILS, "3.27 s and still alive at the end" },
	{ good, "range.lifetime.max <= 0.3s", PASS, "it is 300 ms" },
	{ all, "range.lifetime.max <= 1s", FAILS, "it is 3.27 s, of 4 ranges; worst: R4" },
	{ all, "range.size.max <= 64K", PASS, "it is 64.0 KiB" },
	{ all, "range.size.max < 60K", FAILS, "R2 of good_drv" },
	{ all, "mirror.count == 2", PASS, "it is 2" },
	{ all, "mirror.count != 2", FAILS, "it is 2" },
	{ all, "mirror.live.max <= 4", PASS, "it is 1" },
	{ all, "mirror.live.max > 1", FAILS, "it is 1, of 2 mirrors" },
	{ all, "mirror.live.end == 0", PASS, "it is 0" },
	{ all, "mirror.live.end >= 1", FAILS, "it is 0" },
	{ all, "mirror.lifetime.min < 1s", PASS, "it is 199 ms" },
	{ all, "mirror.lifetime.min > 1s", FAILS, "it is 199 ms" },
	{ all, "mirror.lifetime.p50 < 1s", PASS, "it is 199 ms" },
	{ all, "mirror.lifetime.p50 > 1s", FAILS, "it is 199 ms" },
	{ all, "mirror.lifetime.p95 < 1s", PASS, "it is 601 ms" },
	{ all, "mirror.lifetime.p95 > 1s", FAILS, "it is 601 ms" },
	{ all, "mirror.lifetime.p99 < 1s", PASS, "it is 601 ms" },
	{ all, "mirror.lifetime.p99 > 1s", FAILS, "it is 601 ms" },
	{ all, "mirror.lifetime.max < 1m", PASS, "it is 601 ms" },
	{ all, "mirror.lifetime.max > 1h", FAILS, "it is 601 ms" },
	{ all, "events.lost == 0", PASS, "it is 0" },
	{ lossy, "events.lost == 0", FAILS, "it is 9, of 22 events; worst: 9 events (ring-full) on cpu 1" },
	{ good, "events.seen == 8", PASS, "it is 8" },
	{ good, "events.seen > 1000", FAILS, "it is 8" },
	{ all, "trace.duration >= 4s", PASS, "it is 4.00 s" },
	{ all, "trace.duration < 4s", FAILS, "it is 4.00 s" },
};

/* Selectors, and operators at both sides of a limit. */
static const struct row more_rows[] = {
	{ all, "mirror(driver=bad_drv).live.max <= 4", PASS, "of 1 mirror" },
	{ all, "orphans(driver=good_drv) == 0", PASS, "of 3 objects" },
	{ all, "orphans(driver=bad*) == 0", FAILS, "of 3 objects" },
	{ all, "range(comm=good).count == 2", PASS, "of 2 ranges" },
	{ all, "range(comm=good).count == 4", FAILS, "it is 2" },
	{ all, "range.count(pid=8) == 2", PASS, "of 2 ranges" },
	{ all, "range( pid = 8 , driver = bad_drv ).live.end==1", PASS, "it is 1" },
	{ all, "range(pid=7).live.end != 0", FAILS, "it is 0" },
	{ all, "findings(rule=range-orphaned-by-mirror) == 1", PASS, "it is 1" },
	{ all, "findings(rule=range-orphaned-by-mirror) == 0", FAILS, "it is 1" },
	{ all, "findings(rule=range-used-during-unregister) == 1", PASS, "of 1 fault or read event" },
	{ lossy, "events.lost(cause=stack-miss) == 2", PASS, "it is 2" },
	{ lossy, "events.lost(cause=ring-full) < 9", FAILS, "it is 9" },
	{ all, "references.unaccounted(driver=bad_drv) == 0", FAILS, "it is 1" },
	{ all, "range.count < 5", PASS, "" }, { all, "range.count < 4", FAILS, "" },
	{ all, "range.count <= 4", PASS, "" }, { all, "range.count <= 3", FAILS, "" },
	{ all, "range.count > 3", PASS, "" }, { all, "range.count > 4", FAILS, "" },
	{ all, "range.count >= 4", PASS, "" }, { all, "range.count >= 5", FAILS, "" },
	{ all, "range.count != 5", PASS, "" }, { all, "range.count != 4", FAILS, "" },
};

/* Nothing to look at is a failure, whatever the condition. */
static const struct row nothing_rows[] = {
	{ empty, "orphans == 0", FAILS, "it measured nothing: no object was seen" },
	{ empty, "range.live.max >= 0", FAILS, "no range was seen" },
	{ empty, "events.lost == 0", FAILS, "no event was seen" },
	{ empty, "trace.duration > 1s", FAILS, "no event was seen" },
	{ all, "mirror(driver=rxe).live.max <= 4", FAILS,
	  "no mirror was seen that the selector chooses; drivers seen: good_drv, bad_drv" },
	{ all, "range(comm=nobody).lifetime.max < 1h", FAILS, "measured nothing" },
	{ good, "findings(rule=use-of-unregistered-range) == 0", FAILS,
	  "no fault or read event was seen" },
	{ good, "references.unaccounted == 0", FAILS, "measured nothing" },
};

/* Loss: what it cannot overturn is certain, the rest is open. */
static const struct row loss_rows[] = {
	{ lossy, "range.lifetime.max < 1h", OPEN, "events were lost that could overturn it" },
	{ lossy, "range.lifetime.max > 1h", OPEN, "events were lost" },
	{ lossy, "mirror.live.max <= 4", OPEN, "events were lost" },
	{ lossy, "range.live.end == 0", OPEN, "events were lost" },
	{ lossy, "range.count >= 4", PASS, "" },
	{ lossy, "range.count < 4", FAILS, "" },
	{ lossy, "range.count == 4", OPEN, "" },
	{ lossy, "range.count != 5", OPEN, "" },
	{ lossy, "range.count != 3", PASS, "" },
	{ lossy, "range.count < 100", OPEN, "" },
	{ lossy, "range.size.max < 4K", FAILS, "" },
	{ lossy, "range.size.max < 1G", OPEN, "" },
	{ lossy, "mirror.orphans == 0", OPEN, "" },
	{ lossy, "events.seen >= 10", PASS, "" },
	{ soon, "orphans == 0", OPEN, "findings that could overturn it are inconclusive" },
	{ soon, "orphans <= 1", PASS, "" },
	{ soon, "orphans >= 1", OPEN, "" },
	{ soon, "orphans > 1", FAILS, "" },
};

static void check_rows(const struct row *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct row *r = &rows[i];
		struct assertions as = { 0 };
		struct errmsg err = { "" };
		struct world w;

		open_world(&w, r->text);
		ASSERT_MSG(!assertions__add(&as, r->expr, "-a", &err), "%s", err.text);
		ASSERT_OK(assertions__judge(&as, &w.ev));
		ASSERT_MSG(as.v[0].outcome == r->outcome, "%s: %s: %s", r->expr,
			   outcome_name(as.v[0].outcome), as.v[0].message);
		ASSERT_MSG(strstr(as.v[0].message, r->message),
			   "%s: \"%s\" lacks \"%s\"", r->expr, as.v[0].message, r->message);
		ASSERT_EQ(as.passed + as.failed + as.open, 1);
		assertions__free(&as);
		close_world(&w);
	}
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define NR(a) (sizeof(a) / sizeof((a)[0]))

static void test_assert__quantities(void)
{
	check_rows(quantity_rows, NR(quantity_rows));
}

/* What takes no life by itself is the same when the dead are only counted. */
static void test_assert__lives_that_are_counted(void)
{
	const struct row *rows[] = { quantity_rows, more_rows };
	const size_t nr[] = { NR(quantity_rows), NR(more_rows) };
	unsigned int checked = 0;
	struct world w;

	few_lives = true;
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < nr[k]; i++) {
			const char *expr = rows[k][i].expr;

			if (strstr(expr, ".lifetime.") || strstr(expr, ".live.max"))
				continue;
			check_rows(&rows[k][i], 1);
			checked++;
		}
	}
	few_lives = false;
	ASSERT_GT(checked, 40);
	/* and they are not there: two ranges of 16 and 64 KiB, each larger than what was before */
	few_lives = true;
	open_world(&w, "0.000000 start flags=1\n" TASKS GOOD
		   "0.7 range-register mm=0xa7 range=0xd3 ops=0xf1 start=0x10000 end=0x14000 owner=7\n"
		   "0.8 range-unregister-begin mm=0xa7 range=0xd3 ops=0xf1\n" END);
	few_lives = false;
	ASSERT_EQ(w.ev.nr_lives, 2);
	ASSERT_EQ(w.ev.nr_groups, 2);
	close_world(&w);
}

static __u64 dice(__u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}

/* Life number i of many: of two drivers and three processes, few lengths and many. */
static void add_some_life(struct world *w, __u64 i, __u64 *state)
{
	static const __u64 lengths[] = { 500, 100000, 123456789, 500000000 };
	__u64 r = dice(state);
	const struct object_view o = {
		.class = r % 11 ? HMT_CLASS_RANGE : HMT_CLASS_MIRROR,
		.serial = (__u32)i + 1, .generation = 1, .end = 4096,
		.ops = r & 1 ? 0xf1 : 0xf2, .owner = 7 + (r >> 8) % 3,
		.born = { .ts = 1000000 + i, .stack = -1 },
	};
	__u64 age = r >> 20 & 3 ? lengths[r >> 24 & 3] : 90000000 + (r >> 32) % 40000000;
	const struct moment end = { .ts = i % 97 ? o.born.ts + age : 0 };

	ASSERT_OK(evidence__add_life(&w->ev, &o, &end));
}

static void judge_many(struct world *w, const struct assertions *like, struct assertions *as,
		       bool binned, unsigned int nr)
{
	__u64 state = 77 + nr;
	struct errmsg err;

	open_world(w, "0.000000 start flags=1\n" TASKS END);
	*as = (struct assertions){ 0 };
	for (size_t i = 0; i < like->nr; i++)
		ASSERT_OK(assertions__add(as, like->v[i].text, "t", &err));
	if (binned) {
		ASSERT_OK(assertions__prepare(as, &w->ev));
		w->ev.ages.exact_max = 50;
	}
	for (unsigned int i = 0; i < nr; i++)
		add_some_life(w, i, &state);
	ASSERT_OK(assertions__judge(as, &w->ev));
}

/* Every operator and percentile, of all and of some, around and at values that there are. */
static void add_many(struct assertions *as)
{
	static const char *const what[] = { "range", "mirror", "range(driver=good_drv)",
					    "range(pid=8)", "mirror(comm=good)" };
	static const char *const point[] = { "min", "p50", "p95", "p99", "max" };
	static const char *const op[] = { "==", "!=", "<", "<=", ">", ">=" };
	static const unsigned long limit[] = { 0, 500, 99999, 100000, 100001, 110000000, 123456788,
					       123456789, 123456790, 500000000, 500000001 };
	struct errmsg err;
	char text[128];

	for (size_t i = 0; i < NR(what) * NR(point) * NR(op) * NR(limit); i++) {
		size_t k = i;

		snprintf(text, sizeof(text), "%s.lifetime.%s %s %luns", what[k % NR(what)],
			 point[k / NR(what) % NR(point)],
			 op[k / NR(what) / NR(point) % NR(op)],
			 limit[k / NR(what) / NR(point) / NR(op)]);
		ASSERT_OK(assertions__add(as, text, "t", &err));
	}
}

/* Too many to keep: the outcome is that of all one by one, the value within 0.8 % of it. */
static void test_assert__binned_lives_decide_the_same(void)
{
	static const unsigned int sizes[] = { 1, 49, 50, 51, 100, 3000 };
	struct assertions like = { 0 }, exact, binned;
	struct world a, b;

	add_many(&like);
	for (size_t n = 0; n < NR(sizes); n++) {
		judge_many(&a, &like, &exact, false, sizes[n]);
		judge_many(&b, &like, &binned, true, sizes[n]);
		ASSERT_EQ(b.ev.ages.binned, sizes[n] > 50);
		for (size_t i = 0; i < like.nr; i++) {
			const struct measure *x = &exact.v[i].measure, *y = &binned.v[i].measure;
			__u64 off = x->value > y->value ? x->value - y->value : y->value - x->value;

			ASSERT_MSG(exact.v[i].outcome == binned.v[i].outcome &&
				   x->of == y->of && !strcmp(x->worst, y->worst) &&
				   off * 1000 <= x->value * 8,
				   "%u lives, %s: %s and %s", sizes[n], like.v[i].text,
				   exact.v[i].message, binned.v[i].message);
		}
		/* and few are there one by one */
		ASSERT(b.ev.ages.nr_lives <= 50);
		ASSERT(b.ev.nr_lives <= sizes[n] / 97 + 13);
		ASSERT(b.ev.ages.nr_buckets <= 12);
		assertions__free(&exact);
		assertions__free(&binned);
		close_world(&a);
		close_world(&b);
	}
	assertions__free(&like);
}

static void test_assert__selectors_and_operators(void)
{
	check_rows(more_rows, NR(more_rows));
}

static void test_assert__what_measured_nothing_fails(void)
{
	check_rows(nothing_rows, NR(nothing_rows));
}

static void test_assert__loss_never_lets_pass(void)
{
	check_rows(loss_rows, NR(loss_rows));
}

/* A quantity without a row of each kind above does not exist. */
static void test_assert__every_quantity_passes_and_fails(void)
{
	for (const struct quantity *q = quantities; q->name; q++) {
		bool seen[2] = { false, false };

		for (size_t i = 0; i < NR(quantity_rows); i++) {
			const struct row *r = &quantity_rows[i];

			if (strcspn(r->expr, " ") == strlen(q->name) &&
			    !strncmp(r->expr, q->name, strlen(q->name)))
				seen[r->outcome == FAILS] = true;
		}
		ASSERT_MSG(seen[0] && seen[1], "%s", q->name);
	}
}

static bool has_form(const char *expr, const char *form)
{
	const char *op = expr + strcspn(expr, "!<>");

	if (strchr("=!<>", *form)) {
		/* The last sign that is no part of a selector, whole. */
		if (!*op)
			op = strstr(expr, "==");
		return op && strspn(op, "=!<>") == strlen(form) && !strncmp(op, form, strlen(form));
	}
	return strstr(expr, form) || (!strcmp(form, "pid=") && strstr(expr, "pid ="));
}

static void check_form(const char *form)
{
	bool seen[2] = { false, false };

	for (size_t i = 0; i < NR(more_rows); i++)
		if (has_form(more_rows[i].expr, form))
			seen[more_rows[i].outcome == FAILS] = true;
	ASSERT_MSG(seen[0], "nothing with %s passes", form);
	ASSERT_MSG(seen[1], "nothing with %s fails", form);
}

/* The manual has the list: `driver=GLOB` begins a line, the operators are one line. */
static void test_assert__every_form_passes_and_fails(void)
{
	FILE *f = fopen("docs/hmmtrace-assert.5.md", "r");
	unsigned int selectors = 0, operators = 0;
	char line[256], *p, *end;

	ASSERT_MSG(f, "there is no docs/hmmtrace-assert.5.md");
	while (fgets(line, sizeof(line), f)) {
		end = strchr(line, '=');
		if (line[0] == '`' && end && end > line + 1 && strspn(line + 1, LOWER) ==
		    (size_t)(end - line - 1)) {
			end[1] = '\0';
			check_form(line + 1);
			selectors++;
		}
		if (strncmp(line, "The operators are ", 18))
			continue;
		for (p = strchr(line, '`'); p && (end = strchr(p + 1, '`')); p = strchr(end + 1, '`')) {
			*end = '\0';
			check_form(p + 1);
			operators++;
		}
	}
	fclose(f);
	ASSERT_EQ(selectors, 5);
	ASSERT_EQ(operators, 6);
}

static void test_assert__typos_point_at_the_column(void)
{
	static const struct { const char *text; int column; const char *why; } rows[] = {
		{ "orphan == 0", 1, "'orphan' is not known here; there is orphans, range, mirror" },
		{ "range.lifetme.p99 < 5ms", 7, "there is orphans, count, live, lifetime, size" },
		{ "range.lifetime.p98 < 5ms", 16, "there is min, p50, p95, p99, max" },
		{ "range.lifetime < 5ms", 15, "something is missing: .min, p50" },
		{ "range.lifetime.p99.x < 5ms", 20, "'x' is not known here" },
		{ "range.(pid=3).count == 1", 7, "a name is expected" },
		{ "range.count = 2", 13, "one of == != <" },
		{ "range.count", 12, "one of == != <" },
		{ "range.count == 2ms", 16, "'2ms' is not a whole number" },
		{ "range.count == -2", 16, "'-2' is not" },
		{ "range.lifetime.max < 500", 22, "'500' is not a duration" },
		{ "range.size.max < 5ms", 18, "'5ms' is not a size" },
		{ "range.count ==", 15, "a number is expected" },
		{ "range.count == 2 3", 18, "nothing more is expected" },
		{ "range(drver=x).count == 1", 7, "one of driver, comm" },
		{ "range(driver).count == 1", 13, "'=' is expected" },
		{ "range(driver=).count == 1", 14, "driver needs a value" },
		{ "range(driver=x.count == 1", 26, "',' or ')' is expected" },
		{ "range(pid=0).count == 1", 11, "no process id" },
		{ "range(pid=1,pid=2).count == 1", 13, "pid is given twice" },
		{ "range(pid=1).count(pid=2) == 1", 19, "there is a selector already" },
		{ "findings(rule=foo) == 0", 15, "there is no rule 'foo'" },
		{ "events.lost(cause=foo) == 0", 19, "there is no cause of loss 'foo'" },
		{ "events.lost(pid=3) == 0", 13, "events.lost cannot be narrowed down by pid" },
		{ "  orphans = 0", 11, "one of == != <" },
	};

	for (size_t i = 0; i < NR(rows); i++) {
		struct assertions as = { 0 };
		struct errmsg err = { "" };
		char column[64], mark[128];

		ASSERT_MSG(assertions__add(&as, rows[i].text, "F:3", &err) == -22, "%s",
			   rows[i].text);
		snprintf(column, sizeof(column), "assertion F:3, column %d: ", rows[i].column);
		ASSERT_HAS(err.text, column);
		ASSERT_HAS(err.text, rows[i].why);
		snprintf(mark, sizeof(mark), "\n  %s\n  %*s^", rows[i].text, rows[i].column - 1, "");
		ASSERT_HAS(err.text, mark);
		assertions__free(&as);
	}
}

static unsigned int next_random(unsigned int *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 16;
}

/* Whatever is typed is an assertion or an error with a place within the text. */
static void test_assert__garbage(void)
{
	static const char alphabet[] = "range.lifetimp9(=,)<>!*# 05ms\t\"\x80";
	unsigned int seed = 1, column;

	for (int i = 0; i < 20000; i++) {
		const char *base = quantity_rows[next_random(&seed) % NR(quantity_rows)].expr;
		struct assertions as = { 0 };
		struct errmsg err = { "" };
		const char *at;
		char text[128];

		snprintf(text, sizeof(text), "%s", base);
		for (unsigned int n = next_random(&seed) % 4; n; n--)
			text[next_random(&seed) % strlen(text)] =
				alphabet[next_random(&seed) % (sizeof(alphabet) - 1)];
		if (assertions__add(&as, text, "-a", &err)) {
			at = strstr(err.text, "column ");
			ASSERT_MSG(at && sscanf(at, "column %u", &column) == 1, "%s", err.text);
			ASSERT_MSG(column && column <= strlen(text) + 1, "%s", err.text);
		} else {
			ASSERT_NOT_NULL(as.v[0].quantity);
		}
		assertions__free(&as);
	}
}

/* Of a cut file nobody knows how much is missing: there is no number that is right. */
static void test_assert__a_cut_is_a_loss(void)
{
	struct assertions as = { 0 };
	struct world w;

	open_world(&w, "0.000000 start flags=1\n" TASKS GOOD "0.700000 lost cause=cut count=0\n");
	ASSERT_OK(assertions__add(&as, "events.lost == 0", "-a", NULL));
	ASSERT_OK(assertions__add(&as, "events.lost <= 1000", "-a", NULL));
	ASSERT_OK(assertions__add(&as, "mirror.lifetime.max < 1h", "-a", NULL));
	ASSERT_OK(assertions__judge(&as, &w.ev));
	ASSERT_EQ(as.v[0].outcome, FAILS);
	ASSERT_EQ(as.v[1].outcome, OPEN);
	ASSERT_EQ(as.v[2].outcome, OPEN);
	assertions__free(&as);
	close_world(&w);
}

TEST_MAIN(TEST(test_assert__quantities), TEST(test_assert__lives_that_are_counted),
	  TEST(test_assert__binned_lives_decide_the_same),
	  TEST(test_assert__selectors_and_operators),
	  TEST(test_assert__what_measured_nothing_fails),
	  TEST(test_assert__loss_never_lets_pass),
	  TEST(test_assert__every_quantity_passes_and_fails),
	  TEST(test_assert__every_form_passes_and_fails),
	  TEST(test_assert__typos_point_at_the_column), TEST(test_assert__a_cut_is_a_loss),
	  TEST(test_assert__garbage))
