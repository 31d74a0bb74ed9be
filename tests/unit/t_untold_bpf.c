// SPDX-License-Identifier: GPL-2.0
/*
 * What the programs sum up when there is no room, and what the reader makes of it: lives
 * that are told, lost, or both, in rings that hold thirty records. What is known after
 * a resync is compared with what was done. Needs root.
 */
#include "test.h"

#ifndef HMT_NO_BPF
#include "fired.h"

#include "capture/known.h"
#include "capture/reader.h"
#include "capture/untold.h"

#define ADDRS 6			/* of each class; few, so that they are used again soon */
#define ADDR(class, i) (0xffff888000000000ULL + ((__u64)(class) << 20) + (__u64)(i) * 256)
enum { W_MM, W_HMM, W_MIRROR, W_RANGE, W_OPS, W_X0, W_X1, W_X2, W_X3 };

/* What is the case. */
static struct {
	bool alive;
	__s64 count;
	__u64 start;
} truth[HMT_CLASS_RANGE + 1][ADDRS];

static struct known known;
static struct untold_set taken;
static __u32 turn;
static unsigned long random_state, nr_lost_syncs, nr_said, nr_counted;
/* Gets find one reference that others have put meanwhile. */
static bool races;

static unsigned int draw(unsigned int below)
{
	random_state = random_state * 6364136223846793005UL + 1442695040888963407UL;
	return (unsigned int)(random_state >> 33) % below;
}

/* --- what happens ------------------------------------------------------------------- */

static void happens(__u32 kind, __u64 hmm, __u64 mirror, __u64 range, const __u64 x[static 4])
{
	__u64 *w = skel->bss->bench_words;

	skel->bss->bench_kind = kind;
	w[W_HMM] = hmm;
	w[W_MIRROR] = mirror;
	w[W_RANGE] = range;
	memcpy(w + W_X0, x, 4 * sizeof(*x));
	fire_one();
}

static void range_step(int i)
{
	const __u64 x[4] = { (__u64)fired << 12, ((__u64)fired + 1) << 12, 12, 0 };
	__u64 addr = ADDR(HMT_CLASS_RANGE, i);
	bool was = truth[HMT_CLASS_RANGE][i].alive;

	truth[HMT_CLASS_RANGE][i].alive = !was;
	truth[HMT_CLASS_RANGE][i].start = x[0];
	happens(was ? HMT_RANGE_UNREGISTER_BEGIN : HMT_RANGE_REGISTER, 0, 0, addr, x);
}

/* A notifier with users of its own. */
static void mirror_step(int i)
{
	__u64 addr = ADDR(HMT_CLASS_MIRROR, i), x[4] = { 1, 0 };
	__s64 *count = &truth[HMT_CLASS_MIRROR][i].count;
	bool *alive = &truth[HMT_CLASS_MIRROR][i].alive;
	unsigned int what = draw(4);

	if (!*alive) {
		*alive = true;
		*count = 1;
		happens(HMT_MIRROR_REGISTER, 0, addr, 0, x);
	} else if (what == 0) {
		*alive = false;
		x[0] = 0;
		happens(HMT_MIRROR_UNREGISTER, 0, addr, 0, x);
	} else {
		const bool put = what == 1 && *count > 1;

		x[0] = *count += put ? -1 : 1;
		happens(put ? HMT_REF_PUT : HMT_REF_GET, 0, addr, 0, x);
	}
}

static void hmm_step(int i)
{
	__u64 addr = ADDR(HMT_CLASS_HMM, i), x[4] = { 0 };
	__s64 *count = &truth[HMT_CLASS_HMM][i].count;
	bool *alive = &truth[HMT_CLASS_HMM][i].alive;

	if (*alive && !*count) {
		*alive = false;
		happens(HMT_FREE, addr, 0, 0, x);
	} else if (*alive && draw(2)) {
		x[0] = --*count;
		happens(HMT_REF_PUT, addr, 0, 0, x);
	} else {
		*count = *alive ? *count + 1 : 1;
		*alive = true;
		x[0] = *count;
		if (!races || *count != 2 || draw(4)) {
			happens(HMT_REF_GET, addr, 0, 0, x);
			return;
		}
		/* Before this one looks at the count, another puts, who comes by before that. */
		x[0] = draw(2);
		happens(HMT_REF_PUT, addr, 0, 0, x);
		x[0] = *count = 1;
		happens(HMT_REF_GET, addr, 0, 0, x);
	}
}

static void step(void)
{
	int i = draw(ADDRS);

	switch (draw(3)) {
	case 0: return range_step(i);
	case 1: return mirror_step(i);
	default: return hmm_step(i);
	}
}

/* --- what the reader does (src/capture/reader.c), but for what takes a second thread --- */

/* All that was recorded before ts is delivered. */
static void deliver(__u64 ts)
{
	size_t nr;

	batch__sort(&batch);
	nr = batch__older(&batch, ts);
	for (size_t i = 0; i < nr; i++) {
		const struct hmt_hdr *rec = batch__at(&batch, i);

		if (rec->kind == HMT_LOST)
			known__keep_ended(&known);
		else
			ASSERT_OK(known__apply(&known, rec));
	}
	ASSERT_OK(batch__drop(&batch, nr));
}

/* meanwhile: so many things happen after the instant of the round, some of which find room. */
static void round_of(__u64 *reported, unsigned int meanwhile)
{
	__u64 lost = *(volatile __u64 *)&skel->bss->hmt_ring_lost, ts = clock_ns(CLOCK_MONOTONIC);

	ASSERT_OK(drain());
	while (meanwhile--) {
		step();
		if (!draw(8))
			ASSERT_OK(drain());
	}
	deliver(ts);
	if (lost != *reported)
		known__keep_ended(&known);
	*reported = lost;
}

static void turn_over(void)
{
	const int fds[] = {
		bpf_map__fd(skel->maps.hmt_untold_0), bpf_map__fd(skel->maps.hmt_untold_1),
	};
	__u32 zero = 0, old = turn++;

	ASSERT_OK(bpf_map_update_elem(bpf_map__fd(skel->maps.data_turn), &zero, &turn, BPF_ANY));
	ASSERT_OK(untold__take(&taken, fds[old & 1]));
}

static void is_true(const struct sync_obj *o)
{
	__u64 base = ADDR(o->class, 0);
	__u64 addr = o->class == HMT_CLASS_HMM ? o->val.hmm :
		     o->class == HMT_CLASS_MIRROR ? o->val.mirror : o->val.range;
	int i = (int)((addr - base) / 256);

	ASSERT_LT(i, ADDRS);
	ASSERT(truth[o->class][i].alive);
	ASSERT(o->val.born || races);
	ASSERT_EQ(o->val.mm, skel->bss->bench_words[W_MM]);
	if (o->class == HMT_CLASS_RANGE)
		ASSERT_EQ(o->val.start, truth[o->class][i].start);
	else if (!races || o->class != HMT_CLASS_HMM || !o->val.said)
		ASSERT_EQ((__s64)o->val.count, truth[o->class][i].count);
	nr_said += o->val.said;
	nr_counted += !o->val.said;
}

static void compare(void)
{
	struct sync_obj **list;
	long nr = known__list(&known, &list), nr_alive = 0, nr_registered = 0;

	ASSERT_GE(nr, 0);
	for (long i = 0; i < nr; i++) {
		is_true(list[i]);
		nr_registered += list[i]->class != HMT_CLASS_HMM;
	}
	for (int c = 0; c <= HMT_CLASS_RANGE; c++)
		for (int i = 0; i < ADDRS; i++)
			nr_alive += truth[c][i].alive;
	ASSERT_EQ(nr, nr_alive);
	ASSERT_EQ(known__is_registered(&known, skel->bss->bench_words[W_MM]), nr_registered > 0);
	hmt_free(list);
}

static void resync(__u64 *reported)
{
	bool lost = known.keep_ended;

	turn_over();
	/* Overtaken now and then: what was taken has to wait. */
	for (int i = draw(4) ? 0 : draw(60); i; i--) {
		step();
		if (!draw(8))
			ASSERT_OK(drain());
	}
	if (draw(2))
		round_of(reported, draw(60));
	turn_over();
	round_of(reported, 0);
	ASSERT_OK(untold__tell(&taken, &known));
	compare();
	nr_lost_syncs += lost;
	known__forget_ended(&known);
}

static void begin(unsigned long seed)
{
	/* Nobody is woken, so nobody but this test reads. */
	fired_setup(4096, 2048, 1);
	learn_mm();
	ASSERT_OK(drain());
	ASSERT_OK(batch__drop(&batch, batch.nr));
	known__free(&known);
	memset(truth, 0, sizeof(truth));
	random_state = getenv("SEED") ? strtoul(getenv("SEED"), NULL, 0) : seed;
	turn = 0;
	nr_lost_syncs = 0;
}

static void end(void)
{
	known__free(&known);
	untold__free(&taken);
	done();
}

static void many_lives(void)
{
	long live = hmt_mem_live();
	__u64 reported = 0;

	begin(1);
	for (int n = 0; n < 4000; n++) {
		for (int i = draw(120); i; i--)
			step();
		if (draw(3))
			round_of(&reported, draw(2) ? 0 : draw(60));
		else
			resync(&reported);
	}
	ASSERT_GT(reported, 10000);
	ASSERT_GT(nr_lost_syncs, 500);
	ASSERT_GT(nr_counted, 2 * nr_said);
	end();
	ASSERT_EQ(hmt_mem_live(), live);
}

static void test_untold_bpf__lives(void)
{
	many_lives();
}

/* Then a count can be wrong, but nothing is there that is not, nor the other way round. */
static void test_untold_bpf__races(void)
{
	races = true;
	many_lives();
	races = false;
}

/* So many at once that a table which grows has to: all of them are there. */
static void test_untold_bpf__grows(void)
{
	const int nr = 20000;
	const __u64 x[4] = { 0x1000, 0x2000, 12, 0 };

	if (libbpf_find_vmlinux_btf_id("bpf_mem_alloc_init", BPF_TRACE_FENTRY) <= 0)
		SKIP("tables do not grow on this kernel");
	growing = true;
	begin(3);
	growing = false;
	for (int i = 0; i < nr + 100; i++)
		happens(HMT_RANGE_REGISTER, 0, 0, ADDR(HMT_CLASS_RANGE, i), x);
	turn_over();
	ASSERT_GE(taken.nr, (size_t)nr);
	ASSERT_EQ(taken.nr, skel->bss->hmt_ring_lost);
	end();
}

/* As long as there is room nothing is summed up. */
static void test_untold_bpf__nothing_is_lost(void)
{
	__u64 reported = 0;

	begin(2);
	for (int n = 0; n < 500; n++) {
		for (int i = draw(10); i; i--)
			step();
		round_of(&reported, 0);
		if (!draw(10)) {
			turn_over();
			ASSERT_EQ(taken.nr, 0);
			compare();
		}
	}
	ASSERT_EQ(reported, 0);
	ASSERT_EQ(known.ended, NULL);
	end();
}

TEST_MAIN(TEST(test_untold_bpf__lives), TEST(test_untold_bpf__races),
	  TEST(test_untold_bpf__grows), TEST(test_untold_bpf__nothing_is_lost))
#else
/* Its subject is not in this build. */
static void test_untold_bpf__is_not_built(void)
{
}

TEST_MAIN(TEST(test_untold_bpf__is_not_built))
#endif
