// SPDX-License-Identifier: GPL-2.0
/* t_report.c - distributions and curves against arithmetic done the long way, and the model. */
#include "test.h"

#include <stdint.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "out/report_html.h"
#include "out/report_story.h"
#include "out/report_text.h"
#include "out/stats.h"
#include "stream/text.h"

/* --- stats ------------------------------------------------------------------------ */

static __u64 dice(__u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static int by_value(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

static void test_report__small_values_are_exact(void)
{
	struct hist h = { 0 };

	ASSERT_EQ(hist__percentile(&h, 500), 0);
	for (__u64 v = 1; v <= 100; v++)
		ASSERT_EQ(hist__add(&h, v), 0);
	ASSERT_EQ(hist__percentile(&h, 500), 50);
	ASSERT_EQ(hist__percentile(&h, 950), 95);
	ASSERT_EQ(hist__percentile(&h, 990), 99);
	ASSERT_EQ(hist__percentile(&h, 1000), 100);
	ASSERT_EQ(h.min, 1);
	ASSERT_EQ(h.max, 100);
	hist__free(&h);
}

/* In two halves or in one: what is read from it is the same. */
static void test_report__halves_merge(void)
{
	struct hist all = { 0 }, half[2] = { { 0 }, { 0 } }, sum = { 0 };
	__u64 low[2], high[2], nr[2], state = 5;
	size_t at[2] = { 0 };

	ASSERT_OK(hist__merge(&sum, &half[0]));
	ASSERT_EQ(hist__percentile(&sum, 500), 0);
	for (int i = 0; i < 5000; i++) {
		__u64 v = dice(&state) >> dice(&state) % 64;

		ASSERT_OK(hist__add(&all, v));
		ASSERT_OK(hist__add(&half[v > 1000000], v));
	}
	ASSERT_OK(hist__merge(&sum, &half[1]));
	ASSERT_OK(hist__merge(&sum, &half[0]));
	ASSERT_EQ(sum.nr, all.nr);
	ASSERT_EQ(sum.sum, all.sum);
	ASSERT_EQ(sum.min, all.min);
	ASSERT_EQ(sum.max, all.max);
	do {
		nr[0] = hist__next(&all, &at[0], &low[0], &high[0]);
		nr[1] = hist__next(&sum, &at[1], &low[1], &high[1]);
		ASSERT_EQ(nr[0], nr[1]);
		ASSERT(!nr[0] || (low[0] == low[1] && high[0] == high[1]));
	} while (nr[0]);
	hist__free(&all);
	hist__free(&half[0]);
	hist__free(&half[1]);
	hist__free(&sum);
}

/* Over all magnitudes, 2^64 - 1 among them, a percentile is off by at most 0.8 %. */
static void test_report__percentiles_are_close(void)
{
	static const unsigned int permille[] = { 1, 100, 500, 900, 950, 990, 999, 1000 };
	static __u64 values[10000];
	const size_t nr = sizeof(values) / sizeof(values[0]);
	struct hist h = { 0 };
	__u64 state = 88172645463325252ULL, sum = 0, low, high, n;
	size_t at = 0;

	for (size_t i = 0; i < nr; i++) {
		values[i] = dice(&state) >> dice(&state) % 64;
		ASSERT_EQ(hist__add(&h, values[i]), 0);
	}
	ASSERT_EQ(hist__add(&h, ~0ULL), 0);
	values[0] = ~0ULL;
	qsort(values, nr, sizeof(values[0]), by_value);
	for (size_t i = 0; i < sizeof(permille) / sizeof(permille[0]) - 1; i++) {
		__u64 got = hist__percentile(&h, permille[i]);
		/* One value is different from what is in h: a neighbour is as good. */
		__u64 rank = (nr * permille[i] + 999) / 1000;
		double lo = (double)values[rank > 2 ? rank - 3 : 0] * 0.992,
		       hi = (double)values[rank + 1] * 1.008;

		ASSERT_MSG((double)got >= lo && (double)got <= hi, "p%u: %llu is not in %g..%g",
			   permille[i], (unsigned long long)got, lo, hi);
	}
	ASSERT_EQ(hist__percentile(&h, 1000), ~0ULL);
	while ((n = hist__next(&h, &at, &low, &high))) {
		ASSERT_MSG(low <= high, "a bucket from %llu to %llu", (unsigned long long)low,
			   (unsigned long long)high);
		sum += n;
	}
	ASSERT_EQ(sum, nr + 1);
	hist__free(&h);
}

static void test_report__curve_keeps_its_peaks(void)
{
	struct curve c;
	__u64 most = 0;

	curve__begin(&c, 1000000);
	/* A peak of a nanosecond in an hour is still there when the hour is over. */
	for (int i = 0; i < 7; i++)
		curve__add(&c, 1000100, 1);
	curve__add(&c, 1000101, -6);
	curve__move(&c, 1000000 + 3600000000000ULL);
	ASSERT_EQ(c.most, 7);
	ASSERT_EQ(c.most_ts, 1000100);
	ASSERT_EQ(c.live, 1);
	ASSERT_EQ(c.bins[0], 7);
	ASSERT(c.at < CURVE_BINS && c.at >= CURVE_BINS / 2);
	for (size_t i = 1; i <= c.at; i++)
		most = c.bins[i] > most ? c.bins[i] : most;
	ASSERT_EQ(most, 1);
	/* Never below nothing, and never backwards. */
	curve__add(&c, 0, -5);
	ASSERT_EQ(c.live, 0);
}

static void test_report__curves_agree_on_bins(void)
{
	struct curve a, b;

	curve__begin(&a, 5);
	curve__begin(&b, 5);
	for (__u64 t = 5; t < 100000000; t += 77777)
		curve__add(&a, t, 1);
	curve__add(&b, 99, 1);
	curve__move(&a, 100000000);
	curve__move(&b, 100000000);
	ASSERT_EQ(a.width_ns, b.width_ns);
	ASSERT_EQ(a.at, b.at);
}

/* --- the model -------------------------------------------------------------------- */

static const char trace[] =
	"0.000000 start flags=1\n"
	"0.000100 symbol addr=0xf0 offset=0 name=a_ops module=drv_a\n"
	"0.000100 symbol addr=0xf1 offset=4 name=a_born module=drv_a\n"
	"0.000100 symbol addr=0xf9 offset=0 name=b_ops module=drv_b\n"
	"0.000200 stack stack=1 ips=0xf1\n"
	"0.001000 ref-get tgid=7 mm=0xa0 hmm=0xb0 count=1 stack=1\n"
	"0.001000 mirror-register tgid=7 mm=0xa0 hmm=0xb0 mirror=0xc0 ops=0xf0 refs=1 owner=7\n"
	"0.002000 ref-get tgid=7 mm=0xa0 hmm=0xb0 count=2\n"
	"0.002000 range-register tgid=7 mm=0xa0 hmm=0xb0 mirror=0xc0 range=0xd0 ops=0xf0 "
		"start=0x1000 end=0x3000 owner=7 stack=1\n"
	"0.003000 range-register tgid=7 mm=0xa0 range=0xd1 ops=0xf9 start=0x1000 end=0x2000 "
		"owner=7\n"
	"0.005000 range-unregister-begin tgid=7 mm=0xa0 hmm=0xb0 mirror=0xc0 range=0xd0 ops=0xf0\n"
	"0.005000 range-unregister-end tgid=7 mm=0xa0 hmm=0xb0 mirror=0xc0 range=0xd0 ops=0xf0\n"
	"0.005000 ref-put tgid=7 mm=0xa0 hmm=0xb0 count=1\n"
	"0.006000 range-register tgid=7 mm=0xa0 hmm=0xb0 mirror=0xc0 range=0xd0 ops=0xf0 "
		"start=0x1000 end=0x2000 owner=7 stack=1\n"
	"0.007000 mirror-unregister tgid=7 mm=0xa0 hmm=0xb0 mirror=0xc0 ops=0xf0 refs=1\n"
	"0.007000 ref-put tgid=7 mm=0xa0 hmm=0xb0 count=0\n"
	"3.000000 end\n";

struct run {
	struct report r;
	struct story story;
	struct symtab *symtab;
	struct engine *engine;
	struct html_page page;
	struct sink sink;
	FILE *out;
	char *text;
	size_t len;
};

static void on_life(void *ctx, const struct object_view *o, const struct moment *m)
{
	struct run *run = ctx;

	report__life(&run->r, o, m);
	story__life(&run->story, o, m);
}

static void on_finding(void *ctx, const struct finding *f)
{
	struct run *run = ctx;

	report__finding(&run->r, f);
	run->sink.ops->finding(&run->sink, f);
}

static void on_released(void *ctx, const struct finding *f, const struct moment *m)
{
	struct run *run = ctx;

	report__released(&run->r, f);
}

static int feed_all(struct run *run)
{
	const struct hmt_hdr *rec;
	struct source *s = NULL;
	struct errmsg err;
	FILE *f = fmemopen((void *)(uintptr_t)trace, sizeof(trace) - 1, "r");
	int ret;

	ret = text_source__open(f, "trace", &s, &err);
	while (!ret && source__next(s, &rec) == 1) {
		ret = symtab__feed(run->symtab, rec);
		if (!ret)
			ret = engine__feed(run->engine, rec);
		if (!ret)
			ret = report__record(&run->r, run->engine, rec);
		if (!ret)
			ret = story__record(&run->story, run->engine, rec);
	}
	if (s)
		source__free(s);
	fclose(f);
	return ret;
}

/* Return: 0, or what failed. Whatever it is, end_run() gives everything back. */
static int run_it(struct run *run)
{
	const struct engine_cb cb = {
		.ctx = run, .on_life = on_life, .on_finding = on_finding,
		.on_released = on_released,
	};
	struct summary sum = { .verdict = 1 };
	struct errmsg err;
	int ret;

	*run = (struct run){ .symtab = NULL };
	run->out = open_memstream(&run->text, &run->len);
	run->symtab = symtab__new();
	run->engine = engine__new(NULL, &cb);
	ret = !run->symtab || !run->engine ? -12 : report__init(&run->r, run->symtab);
	if (!ret)
		ret = html_page__init(&run->page);
	if (ret)
		return ret;
	run->r.keep_lives = true;
	run->sink = (struct sink){ .symtab = run->symtab };
	html_page__take(&run->page, &run->sink);
	ret = story__init(&run->story, "R1.2", &err);
	if (!ret)
		ret = story__begin(&run->story, &run->sink, false);
	if (!ret)
		ret = feed_all(run);
	if (!ret)
		ret = engine__finish(run->engine);
	if (!ret)
		ret = report__finish(&run->r);
	if (ret)
		return ret;
	sum.stats = engine__stats(run->engine);
	ret = html_page__write(&run->page, &run->r, &sum, run->out);
	run->sink.f = run->out;
	report_text_causes(&run->r, &run->sink);
	report_text_tables(&run->r, &run->sink);
	report_json_lines(&run->r, &run->sink);
	if (!ret)
		ret = story__print(&run->story);
	fflush(run->out);
	return ret;
}

static void end_run(struct run *run)
{
	story__free(&run->story);
	html_page__free(&run->page);
	report__free(&run->r);
	engine__free(run->engine);
	symtab__free(run->symtab);
	fclose(run->out);
	free(run->text);
}

static void test_report__model_counts(void)
{
	const struct report_driver **d;
	const struct report_holder **h;
	struct run run;
	size_t nr;

	ASSERT_EQ(run_it(&run), 0);
	ASSERT_EQ(run.r.nr_seen, 3);
	ASSERT_EQ(run.r.nr_lives, 3);
	ASSERT_EQ(run.r.live.most, 2);
	ASSERT_EQ(run.r.live.live, 2);
	ASSERT_EQ(run.r.lifetime.nr, 1);
	ASSERT_EQ(run.r.lifetime.max, 3000000);
	d = report_sorted_drivers(&run.r, &nr);
	ASSERT_EQ(nr, 2);
	ASSERT_STREQ(d[0]->name, "drv_a");
	ASSERT_EQ(d[0]->ranges, 2);
	ASSERT_EQ(d[0]->live.live, 1);
	ASSERT_EQ(d[0]->bytes_live, 0x1000);
	ASSERT_EQ(d[0]->certain, 1);
	ASSERT_EQ(d[1]->ranges, 1);
	hmt_free(d);
	h = report_sorted_holders(&run.r, &nr);
	ASSERT_EQ(nr, 2);
	ASSERT_EQ(h[0]->place ? h[0]->place : h[1]->place, 0xf1);
	hmt_free(h);
	ASSERT_NOT_NULL(strstr(run.text, "a_born+0x4 [drv_a]"));
	ASSERT_NOT_NULL(strstr(run.text, "life 2 of 2 at this address"));
	end_run(&run);
}

/* Any allocation may fail: it is said, and everything is given back. */
static void test_report__allocations_may_fail(void)
{
	long live = hmt_mem_live();
	struct run run;
	int ret;

	for (unsigned long n = 1;; n++) {
		hmt_mem_fail_at(n);
		ret = run_it(&run);
		end_run(&run);
		if (!hmt_mem_failed())
			break;
		ASSERT_EQ(hmt_mem_live(), live);
		ASSERT_MSG(n < 100000, "it never gets through");
	}
	hmt_mem_fail_at(0);
	ASSERT_EQ(ret, 0);
	ASSERT_EQ(hmt_mem_live(), live);
}

static void test_report__story_ids(void)
{
	static const char *const bad[] = { "", "R", "X1", "R0", "1", "R1.", "R1.0", "R-1", "M1x",
					   "R4294967296", "A1.4294967296" };
	struct errmsg err;
	struct story st;

	ASSERT_EQ(story__init(&st, "r17.2", &err), 0);
	ASSERT_STREQ(st.id, "R17.2");
	ASSERT_EQ(st.class, HMT_CLASS_RANGE);
	ASSERT_EQ(st.serial, 17);
	ASSERT_EQ(st.generation, 2);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ASSERT_MSG(story__init(&st, bad[i], &err) < 0, "'%s' is taken", bad[i]);
}

TEST_MAIN(TEST(test_report__small_values_are_exact),
	  TEST(test_report__halves_merge), TEST(test_report__percentiles_are_close),
	  TEST(test_report__curve_keeps_its_peaks),
	  TEST(test_report__curves_agree_on_bins),
	  TEST(test_report__model_counts),
	  TEST(test_report__allocations_may_fail),
	  TEST(test_report__story_ids))
