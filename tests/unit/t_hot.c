// SPDX-License-Identifier: GPL-2.0
/* Frequent events that are counted: from the kernel's counters to records, from records to rows. */
#include "test.h"

#include <errno.h>

#include "base/mem.h"
#include "capture/hot.h"
#include "out/hot_table.h"
#include "stream/desc.h"

#define CPUS 3

static struct hot hot;
static struct outq out;
static struct loss loss;
static struct enrich enrich;

static void begin(void)
{
	memset(&out, 0, sizeof(out));
	memset(&enrich, 0, sizeof(enrich));
	ASSERT_OK(loss__init(&loss, CPUS, 0));
	enrich = (struct enrich){ .ks = kallsyms__new(""), .out = &out, .loss = &loss,
				   .sysfs = "/nonexistent" };
	ASSERT_NOT_NULL(enrich.ks);
	/* As the reader does, before the first record. */
	ASSERT_OK(kallsyms__load(enrich.ks));
	hot__init(&hot, 100);
}

static void end(void)
{
	hot__free(&hot);
	kallsyms__free(enrich.ks);
	enrich__free(&enrich);
	loss__free(&loss);
	outq__free(&out);
}

static int take(__u64 mm, __u64 ops, __u32 what, const struct hot_val *vals, __u64 ts)
{
	const struct hot_key key = { .mm = mm, .ops = ops, .what = what };

	return hot__take(&hot, &key, vals, CPUS, ts, &enrich);
}

/* The next record; names of addresses are stepped over. */
static const struct hmt_hot_count *next(void)
{
	const struct hmt_hdr *rec;

	do
		rec = outq__pop(&out);
	while (rec && rec->kind == HMT_SYMBOL);
	if (rec)
		ASSERT_EQ(rec->kind, HMT_HOT_COUNT);
	return (const struct hmt_hot_count *)rec;
}

/* What is new is told, of all CPUs together, and nothing twice. */
static void test_hot__tells_what_is_new(void)
{
	struct hot_val v[CPUS] = {
		{ .count = 5, .busy = 2, .total_ns = 1000, .max_ns = 900, .bins = { [1] = 5 } },
		{ .count = 1, .errors = 1, .total_ns = 50, .max_ns = 950, .ops_fn = 0x77,
		  .bins = { [1] = 1 } },
	};
	const struct hmt_hot_count *r;

	begin();
	ASSERT_OK(take(0xa, 0xb, HMT_HOT_FAULT, v, 200));
	hot__taken(&hot, 200);
	r = next();
	ASSERT_NOT_NULL(r);
	ASSERT_OK(record_validate(&r->h, r->h.size, NULL));
	ASSERT_EQ(r->h.mm, 0xa);
	ASSERT_EQ(r->h.ts, 200);
	ASSERT_EQ(r->since, 100);
	ASSERT_EQ(r->ops, 0xb);
	ASSERT_EQ(r->ops_fn, 0x77);
	ASSERT_EQ(r->count, 6);
	ASSERT_EQ(r->busy, 2);
	ASSERT_EQ(r->errors, 1);
	ASSERT_EQ(r->total_ns, 1050);
	ASSERT_EQ(r->max_ns, 950);
	ASSERT_EQ(r->bin9, 6);
	ASSERT_NULL(next());
	/* nothing happened */
	ASSERT_OK(take(0xa, 0xb, HMT_HOT_FAULT, v, 300));
	hot__taken(&hot, 300);
	ASSERT_NULL(next());
	v[2].count = 4;
	v[2].bins[23] = 4;
	ASSERT_OK(take(0xa, 0xb, HMT_HOT_FAULT, v, 400));
	r = next();
	ASSERT_EQ(r->since, 300);
	ASSERT_EQ(r->count, 4);
	ASSERT_EQ(r->busy, 0);
	ASSERT_EQ(r->bin9, 0);
	ASSERT_EQ(r->bin31, 4);
	end();
}

/* The end of an invalidation adds its time to what was counted at its beginning. */
static void test_hot__time_may_come_later(void)
{
	struct hot_val v[CPUS] = { { .count = 1 } };
	const struct hmt_hot_count *r;

	begin();
	ASSERT_OK(take(0xa, 0, HMT_HOT_INVALIDATE, v, 200));
	ASSERT_EQ(next()->count, 1);
	v[1].total_ns = 4000;
	v[1].bins[3] = 1;
	ASSERT_OK(take(0xa, 0, HMT_HOT_INVALIDATE, v, 300));
	r = next();
	ASSERT_NOT_NULL(r);
	ASSERT_EQ(r->count, 0);
	ASSERT_EQ(r->total_ns, 4000);
	ASSERT_EQ(r->bin11, 1);
	end();
}

static void test_hot__keys_are_kept_apart(void)
{
	struct hot_val v[CPUS] = { { .count = 1 } };
	unsigned int nr = 0;

	begin();
	for (__u64 mm = 1; mm <= 40; mm++)
		for (__u64 ops = 0; ops < 4; ops++)
			for (__u32 what = 1; what < HMT_HOT_NR; what++)
				ASSERT_OK(take(mm << 12, ops << 12, what, v, 200));
	while (next())
		nr++;
	ASSERT_EQ(nr, 40 * 4 * 4);
	for (__u64 mm = 1; mm <= 40; mm++)
		ASSERT_OK(take(mm << 12, 0, 1, v, 300));
	ASSERT_NULL(next());
	end();
}

static void test_hot__no_memory(void)
{
	struct hot_val v[CPUS] = { { .count = 1 } };
	long live = hmt_mem_live();

	for (unsigned long n = 1;; n++) {
		int ret;

		begin();
		hmt_mem_fail_at(n);
		ret = take(0xa, 0xb, HMT_HOT_READ, v, 200);
		ASSERT_EQ(ret, hmt_mem_failed() ? -ENOMEM : 0);
		hmt_mem_fail_at(0);
		end();
		if (!ret)
			break;
	}
	ASSERT_EQ(hmt_mem_live(), live);
}

static void test_hot__room_is_bounded(void)
{
	ASSERT_EQ(hot_entries(1), HOT_ENTRIES_MAX);
	ASSERT_EQ(hot_entries(0), HOT_ENTRIES_MAX);
	ASSERT_EQ(hot_entries(100000), HOT_ENTRIES_MIN);
	ASSERT_LE((size_t)hot_entries(256) * 256 * sizeof(struct hot_val), HOT_BYTES_MAX);
}

/* --- rows ---------------------------------------------------------------------------- */

static struct hmt_hot_count count_of(__u64 ops, __u32 what, __u64 nr, unsigned int bin)
{
	struct hmt_hot_count r = {
		.h = { .kind = HMT_HOT_COUNT, .size = sizeof(r) },
		.ops = ops, .what = what, .count = nr, .max_ns = nr,
	};

	(&r.bin8)[bin - HMT_HOT_BIN_FIRST] = nr;
	return r;
}

static void test_hot__percentiles_are_the_end_of_their_bin(void)
{
	struct hot_table t = { 0 };
	struct hmt_hot_count r = count_of(1, HMT_HOT_FAULT, 98, 10);

	ASSERT_OK(hot_table__add(&t, &r));
	r = count_of(1, HMT_HOT_FAULT, 2, 20);
	ASSERT_OK(hot_table__add(&t, &r));
	ASSERT_EQ(t.nr, 1);
	ASSERT_EQ(hot_row__below_ns(&t.rows[0], 500), 1 << 11);
	ASSERT_EQ(hot_row__below_ns(&t.rows[0], 980), 1 << 11);
	ASSERT_EQ(hot_row__below_ns(&t.rows[0], 981), 1 << 21);
	r = count_of(1, HMT_HOT_FAULT, 1000, 31);
	ASSERT_OK(hot_table__add(&t, &r));
	ASSERT(hot_row__below_ns(&t.rows[0], 990) == HOT_NS_UNKNOWN);
	ASSERT_EQ(hot_table__total(&t, HMT_HOT_FAULT), 1100);
	ASSERT_EQ(hot_table__total(&t, HMT_HOT_READ), 0);
	hot_table__free(&t);
	/* counted, and how long it took is not known of any */
	r = count_of(1, HMT_HOT_READ, 3, 8);
	r.bin8 = 0;
	ASSERT_OK(hot_table__add(&t, &r));
	ASSERT_EQ(hot_row__below_ns(&t.rows[0], 500), 0);
	hot_table__free(&t);
}

TEST_MAIN(TEST(test_hot__tells_what_is_new), TEST(test_hot__time_may_come_later),
	  TEST(test_hot__keys_are_kept_apart), TEST(test_hot__no_memory),
	  TEST(test_hot__room_is_bounded),
	  TEST(test_hot__percentiles_are_the_end_of_their_bin))
