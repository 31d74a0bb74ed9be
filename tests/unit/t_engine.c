// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <errno.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "engine/transition.h"

/* --- the tables --------------------------------------------------------------------- */

static void test_transition__every_pair_has_a_row(void)
{
	for (int s = 0; s < LIFE_NR; s++) {
		for (int ev = 0; ev < LE_NR; ev++) {
			ASSERT(life_steps[s][ev].act > ACT_MISSING && life_steps[s][ev].act < ACT_NR);
			ASSERT(life_steps[s][ev].next < LIFE_NR);
		}
		for (int ev = 0; ev < HE_NR; ev++) {
			ASSERT(hmm_steps[s][ev].act > ACT_MISSING && hmm_steps[s][ev].act < ACT_NR);
			ASSERT(hmm_steps[s][ev].next < LIFE_NR);
		}
		for (int ev = 0; ev < ME_NR; ev++) {
			ASSERT(mm_steps[s][ev].act > ACT_MISSING && mm_steps[s][ev].act < ACT_NR);
			ASSERT(mm_steps[s][ev].next < LIFE_NR);
		}
	}
}

/* What is ignored changes nothing, and nothing but a register brings the dead to life. */
static void test_transition__acts_fit_states(void)
{
	for (int s = 0; s < LIFE_NR; s++) {
		for (int ev = 0; ev < LE_NR; ev++) {
			struct step step = life_steps[s][ev];
			bool was = s == LIFE_LIVE, is = step.next == LIFE_LIVE;

			if (step.act == ACT_IGNORE)
				ASSERT_EQ(step.next, s);
			if (is && !was)
				ASSERT(step.act == ACT_BIRTH || step.act == ACT_BIRTH_IN_GAP ||
				       step.act == ACT_CONFIRM);
		}
		ASSERT_EQ(life_steps[s][LE_REGISTER].next, LIFE_LIVE);
		ASSERT(life_steps[s][LE_UNREGISTER].next != LIFE_LIVE);
	}
}

/* --- the rules ---------------------------------------------------------------------- */

static void test_rule__names_round_trip(void)
{
	for (int id = RULE_NONE + 1; id < RULE_NR; id++) {
		const char *name = rule_name(id);

		ASSERT(*name && *rule_title(id));
		for (const char *c = name; *c; c++)
			ASSERT((*c >= 'a' && *c <= 'z') || *c == '-');
		ASSERT_EQ(rule_by_name(name), id);
		ASSERT(rule_severity(id) >= SEVERITY_NOTE && rule_severity(id) <= SEVERITY_ERROR);
	}
	ASSERT_EQ(rule_by_name("no-such-rule"), RULE_NONE);
	ASSERT_EQ(rule_by_name(""), RULE_NONE);
	ASSERT_EQ(rule_by_name("none"), RULE_NONE);
	ASSERT_EQ(strcmp(rule_name(RULE_RANGE_ORPHANED_BY_MM), "range-orphaned-by-mm"), 0);
	ASSERT_EQ(strcmp(severity_name(SEVERITY_WARN), "warn"), 0);
}

/* --- a few records ------------------------------------------------------------------- */

struct heard {
	struct finding last;
	int findings, released, lives, ended;
};

static void on_finding(void *ctx, const struct finding *f)
{
	struct heard *h = ctx;

	h->last = *f;
	h->findings++;
}

static void on_released(void *ctx, const struct finding *f, const struct moment *m)
{
	((struct heard *)ctx)->released++;
}

static void on_life(void *ctx, const struct object_view *o, const struct moment *m)
{
	((struct heard *)ctx)->lives++;
	((struct heard *)ctx)->ended += m->ts != 0;
}

static struct engine *start(struct heard *h, const struct engine_opts *opts)
{
	struct engine_cb cb = { h, on_finding, on_released, on_life };

	memset(h, 0, sizeof(*h));
	return engine__new(opts, &cb);
}

static int insert(struct engine *e, __u64 ts, __u64 range, long ret)
{
	struct hmt_range_register r = {
		.h = { .kind = HMT_RANGE_REGISTER, .size = sizeof(r), .ts = ts, .mm = 0xa0,
		       .tgid = 7, .tid = 8 },
		.range = range, .ops = 0xe0, .start = 0x1000, .end = 0x3000, .ret = ret,
		.owner = 7, .stack = 5,
	};

	return engine__feed(e, &r.h);
}

static int removal(struct engine *e, __u64 ts, __u64 range)
{
	struct hmt_range_unregister_begin r = {
		.h = { .kind = HMT_RANGE_UNREGISTER_BEGIN, .size = sizeof(r), .ts = ts,
		       .mm = 0xa0, .tgid = 9, .tid = 9 },
		.range = range, .ops = 0xe0, .stack = 6,
	};

	return engine__feed(e, &r.h);
}

/* Of any kind: as long as the longest that this is used for, as a reader makes them. */
static int plain(struct engine *e, __u64 ts, __u16 kind)
{
	struct hmt_mm_release r = {
		.h = { .kind = kind, .size = sizeof(r), .ts = ts, .mm = 0xa0 },
	};

	return engine__feed(e, &r.h);
}

static void test_engine__evidence_of_an_orphan(void)
{
	struct heard h;
	struct engine *e = start(&h, NULL);
	const struct engine_stats *st = engine__stats(e);

	for (__u64 i = 0; i < 5; i++)
		insert(e, 100 + i, 0xd0 + i * 16, 0);
	for (__u64 i = 1; i < 5; i++)
		removal(e, 200 + i, 0xd0 + i * 16);
	ASSERT_EQ(st->live_ranges, 1);
	plain(e, 1000, HMT_MM_RELEASE);
	plain(e, 1000000999, HMT_TICK);
	ASSERT_EQ(h.findings, 0);
	plain(e, 1000001000, HMT_TICK);
	ASSERT_EQ(h.findings, 1);
	ASSERT_EQ(h.last.rule, RULE_RANGE_ORPHANED_BY_MM);
	ASSERT_EQ(h.last.serial, 1);
	ASSERT_EQ(h.last.fact_ts, 1000);
	ASSERT_EQ(h.last.flagged_ts, 1000001000);
	ASSERT_EQ(h.last.object.serial, 1);
	ASSERT_EQ(h.last.object.owner, 7);
	ASSERT_EQ(h.last.object.start, 0x1000);
	ASSERT_EQ(h.last.object.born.stack, 5);
	ASSERT_EQ(h.last.object.born.tid, 8);
	ASSERT_EQ(h.last.parent.class, HMT_CLASS_HMM);
	ASSERT_EQ(h.last.prior.kind, HMT_MM_RELEASE);
	ASSERT_EQ(h.last.nr_siblings, 4);
	ASSERT_EQ(h.last.nr_siblings_released, 4);
	ASSERT_EQ(h.last.sibling_release.stack, 6);
	ASSERT_EQ(h.last.sibling_release.count, 4);
	removal(e, 1000002000, 0xd0);
	ASSERT_EQ(h.released, 1);
	ASSERT_EQ(engine__finish(e), 0);
	ASSERT_EQ(h.lives, 5);
	ASSERT_EQ(h.ended, 5);
	ASSERT_EQ(engine__verdict(e), 1);
	ASSERT_EQ(st->findings[SEVERITY_ERROR], 1);
	engine__free(e);
}

static void test_engine__severity_can_be_set(void)
{
	struct engine_opts opts = { 0 };
	struct heard h;
	struct engine *e;

	for (int sev = SEVERITY_OFF; sev <= SEVERITY_ERROR; sev++) {
		opts.severity[RULE_RANGE_DOUBLE_UNREGISTER] = (__u8)(sev + 1);
		e = start(&h, &opts);
		insert(e, 1, 0xd0, 0);
		removal(e, 2, 0xd0);
		removal(e, 3, 0xd0);
		removal(e, 4, 0xd0);
		engine__finish(e);
		ASSERT_EQ(h.findings, sev != SEVERITY_OFF);
		ASSERT_EQ(engine__verdict(e), sev >= SEVERITY_WARN);
		engine__free(e);
	}
}

static void test_engine__numbers_of_lives(void)
{
	struct heard h;
	struct engine *e = start(&h, NULL);

	insert(e, 1, 0xd0, 0);
	insert(e, 2, 0xd8, 0);
	for (__u64 i = 0; i < 3; i++) {
		removal(e, 10 + 2 * i, 0xd8);
		insert(e, 11 + 2 * i, 0xd8, 0);
	}
	removal(e, 20, 0xd8);
	removal(e, 21, 0xd8);
	ASSERT_EQ(h.last.object.serial, 2);
	ASSERT_EQ(h.last.object.generation, 4);
	ASSERT_EQ(h.last.nr_recent, 3);
	ASSERT_EQ(h.last.recent[0].ts, 15);
	ASSERT_EQ(h.last.recent[2].ts, 21);
	engine__free(e);
}

static void test_engine__cap_is_a_loss(void)
{
	struct engine_opts opts = { .max_objects = 8 };
	struct heard h;
	struct engine *e = start(&h, &opts);

	for (__u64 i = 0; i < 100; i++)
		insert(e, 1 + i, 0x1000 + 16 * i, 0);
	for (__u64 i = 0; i < 100; i++) {
		removal(e, 200 + i, 0x1000 + 16 * i);
		removal(e, 300 + i, 0x1000 + 16 * i);
	}
	engine__finish(e);
	ASSERT(engine__stats(e)->lost[HMT_CAUSE_ENGINE_FULL] > 0);
	/* What it saw of one removed twice without a register between is still true. */
	ASSERT(engine__verdict(e) != 0);
	engine__free(e);
}

/* Many more dead than are remembered: memory stays flat and the forgotten are unknown. */
static void test_engine__forgets_the_dead(void)
{
	struct heard h;
	struct engine *e = start(&h, NULL);
	long live = 0;

	plain(e, 1, HMT_START);
	for (__u64 i = 0; i < 200000; i++) {
		insert(e, 10 + i, 0x100000 + 64 * i, 0);
		removal(e, 10 + i, 0x100000 + 64 * i);
		if (i == 100000)
			live = hmt_mem_live();
	}
	ASSERT_EQ(hmt_mem_live(), live);
	removal(e, 300000, 0x100000);
	ASSERT_EQ(h.findings, 0);
	removal(e, 300001, 0x100000 + 64 * 199999);
	ASSERT_EQ(h.findings, 1);
	engine__free(e);
}

static int on_mm(struct engine *e, __u16 kind, __u64 ts, __u64 mm, __u64 range)
{
	struct hmt_range_register r = {
		.h = { .kind = HMT_RANGE_REGISTER, .size = sizeof(r), .ts = ts, .mm = mm,
		       .tgid = 7, .tid = 8 },
		.range = range, .ops = 0xe0, .start = 0x1000, .end = 0x3000, .owner = 7,
	};

	/* What these share lies in the same place, and no handler reads on. */
	r.h.kind = kind;
	return engine__feed(e, &r.h);
}

enum death { NO_DEATH, TORN_DOWN, DESTROYED };

/* A process comes, uses a driver, and goes. */
static void short_life(struct engine *e, __u64 i, enum death death)
{
	__u64 ts = 10 + i * 10, mm = 0x100000000ULL + i * 0x1000, range = 0x800000 + i * 64;

	on_mm(e, HMT_RANGE_REGISTER, ts, mm, range);
	on_mm(e, HMT_RANGE_UNREGISTER_BEGIN, ts + 1, mm, range);
	on_mm(e, HMT_RANGE_UNREGISTER_END, ts + 2, mm, range);
	if (death >= TORN_DOWN)
		on_mm(e, HMT_MM_RELEASE, ts + 3, mm, 0);
	if (death == DESTROYED)
		on_mm(e, HMT_MM_DESTROY, ts + 4, mm, 0);
}

#define LIVES 100000

/* However their ends are told, and if they are not: memory does not grow with those that were. */
static void test_engine__forgets_address_spaces(void)
{
	for (int death = NO_DEATH; death <= DESTROYED; death++) {
		struct heard h;
		struct engine *e = start(&h, NULL);
		long live = 0;

		plain(e, 1, HMT_START);
		for (__u64 i = 0; i < 2 * LIVES; i++) {
			short_life(e, i, (enum death)death);
			if (i == LIVES)
				live = hmt_mem_live();
		}
		ASSERT_EQ(hmt_mem_live(), live);
		ASSERT_EQ(engine__stats(e)->lost[HMT_CAUSE_ENGINE_FULL], 0);
		engine__finish(e);
		ASSERT_EQ(h.findings, 0);
		ASSERT_EQ(engine__verdict(e), 0);
		engine__free(e);
	}
}

/* More of them at once than the cap: those that are gone do not count. */
static void test_engine__address_spaces_do_not_fill_it(void)
{
	struct engine_opts opts = { .max_objects = 100000 };
	struct heard h;
	struct engine *e = start(&h, &opts);

	plain(e, 1, HMT_START);
	for (__u64 i = 0; i < 2 * LIVES; i++)
		short_life(e, i, TORN_DOWN);
	ASSERT_EQ(engine__stats(e)->lost[HMT_CAUSE_ENGINE_FULL], 0);
	engine__free(e);
}

/* Whatever comes and goes meanwhile: what is left behind on one is found, early or late. */
static void test_engine__keeps_address_spaces_in_use(void)
{
	static const __u64 used = 0xa000, torn = 0xb000, held = 0xc000;
	struct engine_opts opts = { .grace_ns = { [GRACE_RELEASE] = 100 } };
	struct hmt_task_exit left = {
		.h = { .kind = HMT_TASK_EXIT, .size = sizeof(left), .ts = 9, .mm = held,
		       .tgid = 1, .tid = 1 },
		.mm_users = 1, .mm_count = 2, .rss_pages = 3, .flags = HMT_EXIT_LAST,
	};
	struct heard h;
	struct engine *e = start(&h, &opts);
	__u64 ts = 10 + LIVES * 10;

	plain(e, 1, HMT_START);
	on_mm(e, HMT_RANGE_REGISTER, 2, used, 0xd00);
	on_mm(e, HMT_RANGE_REGISTER, 3, held, 0xd10);
	on_mm(e, HMT_RANGE_REGISTER, 4, torn, 0xd20);
	on_mm(e, HMT_MM_RELEASE, 5, torn, 0);
	engine__feed(e, &left.h);
	for (__u64 i = 0; i < LIVES; i++)
		short_life(e, i, TORN_DOWN);
	ASSERT_EQ(h.findings, 2);	/* one was an orphan, one had users left */
	/* It is torn down still: another range is on the dead one. */
	on_mm(e, HMT_RANGE_REGISTER, ts, torn, 0xd30);
	ASSERT_EQ(h.findings, 3);
	ASSERT_EQ(h.last.rule, RULE_RANGE_REGISTER_ON_DEAD_MM);
	/* So is the last of many, and of the first nothing is known. */
	on_mm(e, HMT_RANGE_REGISTER, ts + 1, 0x100000000ULL + (LIVES - 1) * 0x1000, 0xd40);
	ASSERT_EQ(h.findings, 4);
	on_mm(e, HMT_RANGE_REGISTER, ts + 2, 0x100000000ULL, 0xd50);
	ASSERT_EQ(h.findings, 4);
	on_mm(e, HMT_MM_RELEASE, ts + 3, used, 0);
	on_mm(e, HMT_MM_RELEASE, ts + 4, 0x100000000ULL, 0);
	plain(e, ts + 1000, HMT_TICK);
	ASSERT_EQ(h.findings, 6);
	ASSERT_EQ(h.last.rule, RULE_RANGE_ORPHANED_BY_MM);
	engine__free(e);
}

/* A thread is inside of it: late as it is, it has its name and is told to have ended. */
static void test_engine__keeps_address_spaces_of_calls(void)
{
	struct engine_opts opts = { .grace_ns = { [GRACE_INVALIDATE] = 10 * LIVES } };
	struct hmt_invalidate_begin inv = {
		.h = { .kind = HMT_INVALIDATE_BEGIN, .size = sizeof(inv), .ts = 5, .mm = 0xa000,
		       .tgid = 4, .tid = 4 },
	};
	struct heard h;
	struct engine *e = start(&h, &opts);

	plain(e, 1, HMT_START);
	on_mm(e, HMT_RANGE_REGISTER, 2, 0xa000, 0xd00);
	on_mm(e, HMT_RANGE_UNREGISTER_BEGIN, 3, 0xa000, 0xd00);
	on_mm(e, HMT_RANGE_UNREGISTER_END, 4, 0xa000, 0xd00);
	engine__feed(e, &inv.h);
	for (__u64 i = 0; i < 2 * LIVES; i++)
		short_life(e, i, TORN_DOWN);
	ASSERT_EQ(h.findings, 1);
	ASSERT_EQ(h.last.rule, RULE_INVALIDATION_NEVER_ENDED);
	ASSERT_EQ(h.last.object.mm, 0xa000);
	inv.h.kind = HMT_INVALIDATE_END;
	inv.h.ts = 10 * (2 * LIVES + 2);
	engine__feed(e, &inv.h);
	ASSERT_EQ(h.released, 1);
	engine__free(e);
}

static void test_engine__unknown_kinds_are_counted(void)
{
	struct heard h;
	struct engine *e = start(&h, NULL);

	ASSERT_EQ(plain(e, 5, 63), 0);
	ASSERT_EQ(plain(e, 6, 1000), 0);
	ASSERT_EQ(engine__stats(e)->kinds[63], 1);
	ASSERT_EQ(engine__stats(e)->records, 2);
	engine__finish(e);
	ASSERT_EQ(engine__verdict(e), 0);
	engine__free(e);
}

/* A fault that fails, a callback, a refused invalidation, an exit: what is kept on the side. */
static int late_things(struct engine *e)
{
	struct hmt_fault_end fault = {
		.h = { .kind = HMT_FAULT_END, .size = sizeof(fault), .ts = 64, .mm = 0xa0,
		       .tid = 1 },
		.range = 0xd10, .start = 0x1000, .end = 0x2000, .seq = 3, .ret = -16,
	};
	struct hmt_invalidate_begin inv = {
		.h = { .kind = HMT_INVALIDATE_BEGIN, .size = sizeof(inv), .ts = 65, .mm = 0xa0,
		       .tid = 2 },
		.ret = -11,
	};
	struct hmt_callback_begin cb = {
		.h = { .kind = HMT_CALLBACK_BEGIN, .size = sizeof(cb), .ts = 66, .mm = 0xa0,
		       .tid = 3 },
		.range = 0xd20,
	};
	struct hmt_task_exit left = {
		.h = { .kind = HMT_TASK_EXIT, .size = sizeof(left), .ts = 67, .mm = 0xa0,
		       .tgid = 1, .tid = 1 },
		.mm_users = 1, .mm_count = 2, .rss_pages = 3, .flags = HMT_EXIT_LAST,
	};
	int err = engine__feed(e, &fault.h);

	err = err ? err : engine__feed(e, &inv.h);
	err = err ? err : engine__feed(e, &cb.h);
	return err ? err : engine__feed(e, &left.h);
}

/* A bit of everything, for the torture below. Return: as engine__feed(). */
static int busy(struct engine *e)
{
	struct hmt_ref_get get = {
		.h = { .kind = HMT_REF_GET, .size = sizeof(get), .ts = 10, .mm = 0xa0, .tid = 1 },
		.hmm = 0xb0, .mirror = 0xc0, .count = 1, .call_site = 0xf0, .stack = -1,
	};
	struct hmt_mirror_register reg = {
		.h = { .kind = HMT_MIRROR_REGISTER, .size = sizeof(reg), .ts = 11, .mm = 0xa0,
		       .tid = 1 },
		.hmm = 0xb0, .mirror = 0xc0, .refs = 1, .stack = 2,
	};
	int err = engine__feed(e, &get.h);

	err = err ? err : engine__feed(e, &reg.h);
	for (__u64 i = 0; i < 40 && !err; i++) {
		get.h.ts = 20 + i;
		get.count = 2 + i;
		err = engine__feed(e, &get.h);
		err = err ? err : insert(e, 20 + i, 0xd00 + 16 * i, i % 8 ? 0 : -4);
	}
	err = err ? err : late_things(e);
	err = err ? err : removal(e, 70, 0xd10);
	err = err ? err : removal(e, 71, 0xd10);
	err = err ? err : plain(e, 80, HMT_MM_RELEASE);
	err = err ? err : plain(e, 3000000000, HMT_TICK);
	return err ? err : engine__finish(e);
}

/* Many live, of which each is expected, dies and is born again; so are records without a range. */
static void go_round(struct engine *e, bool expecting)
{
	const __u64 nr = 40000;
	struct hmt_hdr *rec;

	for (__u64 i = 0; i < nr; i++)
		ASSERT_OK(insert(e, 10 + i, 0x1000 + 64 * i, 0));
	for (__u64 i = 0; i < nr; i++) {
		struct hmt_id next = { .h = { .kind = HMT_RANGE_UNREGISTER_BEGIN },
				       .range = 0x1000 + 64 * ((i + 8) % (2 * nr)) };

		for (int stage = 0; expecting && stage < EXPECT_NR; stage++)
			engine__expect(e, &next.h, (enum expect_stage)stage);
		ASSERT_OK(removal(e, 100000 + 2 * i, 0x1000 + 64 * i));
		ASSERT_OK(insert(e, 100001 + 2 * i, 0x1000 + 64 * i, 0));
	}
	/* No more than a header, and no byte behind it is read. */
	rec = hmt_calloc(1, sizeof(*rec));
	for (__u16 kind = 0; expecting && kind < 80; kind++) {
		rec->kind = kind;
		if (kind >= HMT_TASK || (kind > HMT_MIRROR_UNREGISTER_END) || !kind)
			engine__expect(e, rec, EXPECT_LINKS);
	}
	hmt_free(rec);
}

static void test_engine__to_expect_changes_nothing(void)
{
	struct heard h[2];
	struct engine_stats st[2];

	for (int i = 0; i < 2; i++) {
		struct engine *e = start(&h[i], NULL);

		ASSERT(!engine__is_large(e));
		go_round(e, i);
		ASSERT(engine__is_large(e));
		ASSERT_OK(engine__finish(e));
		st[i] = *engine__stats(e);
		engine__free(e);
	}
	ASSERT_EQ(st[0].live_ranges, 40000);
	ASSERT_EQ(st[0].records, st[1].records);
	ASSERT_EQ(st[0].begun, st[1].begun);
	ASSERT_EQ(st[0].live_ranges, st[1].live_ranges);
	ASSERT_EQ(h[0].lives, h[1].lives);
	ASSERT_EQ(h[0].ended, h[1].ended);
}

static void test_engine__every_allocation_may_fail(void)
{
	long before = hmt_mem_live();
	struct heard h;

	for (unsigned long n = 1; n < 2000; n++) {
		struct engine *e;
		int err = -ENOMEM;

		hmt_mem_fail_at(n);
		e = start(&h, NULL);
		if (e)
			err = busy(e);
		engine__free(e);
		ASSERT_EQ(hmt_mem_live(), before);
		if (!hmt_mem_failed()) {
			hmt_mem_fail_at(0);
			ASSERT_EQ(err, 0);
			ASSERT(n > 20);
			return;
		}
		ASSERT_EQ(err, -ENOMEM);
	}
	ASSERT(0);
}

TEST_MAIN(TEST(test_transition__every_pair_has_a_row),
	  TEST(test_transition__acts_fit_states),
	  TEST(test_rule__names_round_trip),
	  TEST(test_engine__evidence_of_an_orphan),
	  TEST(test_engine__severity_can_be_set),
	  TEST(test_engine__numbers_of_lives),
	  TEST(test_engine__cap_is_a_loss),
	  TEST(test_engine__forgets_the_dead),
	  TEST(test_engine__forgets_address_spaces),
	  TEST(test_engine__address_spaces_do_not_fill_it),
	  TEST(test_engine__keeps_address_spaces_in_use),
	  TEST(test_engine__keeps_address_spaces_of_calls),
	  TEST(test_engine__unknown_kinds_are_counted),
	  TEST(test_engine__to_expect_changes_nothing),
	  TEST(test_engine__every_allocation_may_fail))
