// SPDX-License-Identifier: GPL-2.0
/* t_diff.c - what is new, what may be, and what is not: every combination of two runs. */
#include "test.h"

#include "base/mem.h"
#include "out/diff.h"

static int add(struct diff *d, const struct symtab *t, enum diff_side s, int how)
{
	const struct finding f = {
		.rule = RULE_RANGE_ORPHANED_BY_MM, .severity = SEVERITY_ERROR, .serial = 1,
		.confidence = how == 'o' ? CONFIDENCE_INCONCLUSIVE : CONFIDENCE_CERTAIN,
		.object = { .class = HMT_CLASS_RANGE, .serial = 1, .born = { .ts = 1, .stack = -1 } },
		.offence = { .stack = -1 },
	};

	return how ? diff__finding(d, s, t, &f) : 0;
}

/* 'c' certain, 'o' inconclusive, 0 none; 'l' behind: the run lost events. */
static void test_diff__states(void)
{
	static const struct {
		int a; bool lossy_a; int b; bool lossy_b; int state, verdict;
	} rows[] = {
		{ 'c', false, 'c', false, DIFF_SAME, 0 },
		{ 'c', true, 'c', false, DIFF_SAME, 0 },
		{ 'c', false, 'c', true, DIFF_SAME, 3 },
		{ 0, false, 'c', false, DIFF_NEW, 1 },
		{ 0, false, 'c', true, DIFF_NEW, 1 },
		{ 0, true, 'c', false, DIFF_MAYBE_NEW, 3 },
		{ 'o', false, 'c', false, DIFF_MAYBE_NEW, 3 },
		{ 0, false, 'o', false, DIFF_MAYBE_NEW, 3 },
		{ 0, true, 'o', true, DIFF_MAYBE_NEW, 3 },
		{ 'o', false, 'o', false, DIFF_MAYBE_NEW, 3 },
		{ 'c', false, 'o', false, DIFF_SAME, 0 },
		{ 'c', false, 0, false, DIFF_GONE, 0 },
		{ 'c', true, 0, false, DIFF_GONE, 0 },
		{ 'c', false, 0, true, DIFF_MAYBE_GONE, 3 },
		{ 'o', false, 0, false, DIFF_MAYBE_GONE, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct symtab *t = symtab__new();
		struct diff d = { .lossy = { rows[i].lossy_a, rows[i].lossy_b } };

		ASSERT_OK(add(&d, t, DIFF_A, rows[i].a));
		ASSERT_OK(add(&d, t, DIFF_B, rows[i].b));
		diff__finish(&d);
		ASSERT_EQ(d.signatures.nr, 1);
		ASSERT_MSG((int)d.findings[0].state == rows[i].state, "row %zu: %d", i,
			   d.findings[0].state);
		ASSERT_MSG(d.verdict == rows[i].verdict, "row %zu: %d", i, d.verdict);
		diff__free(&d);
		symtab__free(t);
	}
}

static void test_diff__empty(void)
{
	struct diff d = { .verdict = -1 };

	diff__finish(&d);
	ASSERT_EQ(d.verdict, 0);
	d.lossy[DIFF_A] = true;
	diff__finish(&d);
	ASSERT_EQ(d.verdict, 0);
	d.lossy[DIFF_B] = true;
	diff__finish(&d);
	ASSERT_EQ(d.verdict, 3);
	diff__free(&d);
}

static void test_diff__lives(void)
{
	const struct object_view o = {
		.class = HMT_CLASS_RANGE, .born = { .ts = 100, .stack = -1 },
	};
	const struct object_view before = { .class = HMT_CLASS_RANGE, .born = { .stack = -1 } };
	const struct moment end = { .ts = 150, .stack = -1 }, never = { .stack = -1 };
	struct symtab *t = symtab__new();
	struct diff d = { .verdict = 0 };

	ASSERT_OK(diff__life(&d, DIFF_A, t, &o, &end, 10, 1000));
	ASSERT_OK(diff__life(&d, DIFF_B, t, &before, &end, 10, 1000));
	ASSERT_OK(diff__life(&d, DIFF_B, t, &o, &never, 10, 1000));
	ASSERT_EQ(d.groups.nr, 1);
	ASSERT_EQ(d.lives[0].lifetime[DIFF_A].max, 50);
	ASSERT_EQ(d.lives[0].lifetime[DIFF_B].min, 140);
	ASSERT_EQ(d.lives[0].lifetime[DIFF_B].max, 900);
	ASSERT_EQ(d.lives[0].alive[DIFF_B], 1);
	diff__free(&d);
	symtab__free(t);
}

/* Every allocation may fail, and nothing is left behind. */
static void test_diff__out_of_memory(void)
{
	const struct object_view o = { .class = HMT_CLASS_RANGE, .born = { .ts = 1, .stack = -1 } };
	const struct moment end = { .ts = 5, .stack = -1 };
	long before = hmt_mem_live();
	int ret = -1;

	for (unsigned long n = 1; ret; n++) {
		struct symtab *t = symtab__new();
		struct diff d = { .verdict = 0 };

		hmt_mem_fail_at(n);
		ret = add(&d, t, DIFF_B, 'c');
		if (!ret)
			ret = diff__life(&d, DIFF_B, t, &o, &end, 0, 9);
		hmt_mem_fail_at(0);
		diff__free(&d);
		symtab__free(t);
		ASSERT_EQ(hmt_mem_live(), before);
		ASSERT_LT(n, 200);
	}
}

TEST_MAIN(TEST(test_diff__states), TEST(test_diff__empty), TEST(test_diff__lives),
	  TEST(test_diff__out_of_memory))
