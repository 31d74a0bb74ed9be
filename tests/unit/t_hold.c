// SPDX-License-Identifier: GPL-2.0
/* What is printed late: whole and in order, in bounded memory however much it is. */
#include "test.h"

#include <malloc.h>

#include "base/mem.h"
#include "cmd/hold.h"

/* A line for each number. */
static void write_lines(FILE *f, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		fprintf(f, "line %u of what was found\n", i);
}

static void expect_lines(FILE *f, unsigned int nr)
{
	char line[64], want[64];
	unsigned int i = 0;

	rewind(f);
	while (fgets(line, sizeof(line), f)) {
		snprintf(want, sizeof(want), "line %u of what was found\n", i++);
		ASSERT_STREQ(line, want);
	}
	ASSERT_EQ(i, nr);
}

static void check(unsigned int nr)
{
	long live = hmt_mem_live();
	FILE *out = tmpfile(), *f;
	struct hold *h;

	ASSERT_NOT_NULL(out);
	f = hold__open(&h);
	ASSERT_NOT_NULL(f);
	write_lines(f, nr);
	ASSERT_OK(hold__close(h));
	ASSERT_OK(hold__close(h));
	ASSERT_EQ(hold__empty(h), !nr);
	ASSERT_OK(hold__copy(h, out));
	ASSERT_OK(fflush(out));
	expect_lines(out, nr);
	hold__free(h);
	fclose(out);
	ASSERT_EQ(hmt_mem_live(), live);
}

static void test_hold__gives_back_what_was_written(void)
{
	check(0);
	check(1);
	check(1000);
}

/* 40 MiB and some: four times as much as stays in memory. */
static void test_hold__more_than_memory_is_for(void)
{
	check(1500000);
}

static void test_hold__memory_is_bounded(void)
{
	struct hold *h;
	FILE *f = hold__open(&h);

	ASSERT_NOT_NULL(f);
	write_lines(f, 1500000);
	ASSERT_LT(mallinfo2().uordblks + mallinfo2().hblkhd, 24U << 20);
	ASSERT_OK(hold__close(h));
	hold__free(h);
}

static void test_hold__no_memory(void)
{
	struct hold *h;
	FILE *f;

	hmt_mem_fail_at(1);
	ASSERT_NULL(hold__open(&h));
	hmt_mem_fail_at(0);
	f = hold__open(&h);
	ASSERT_NOT_NULL(f);
	hmt_mem_fail_at(1);
	write_lines(f, 10000);
	hmt_mem_fail_at(0);
	ASSERT_NE(hold__close(h), 0);
	hold__free(h);
	hold__free(NULL);
}

TEST_MAIN(TEST(test_hold__gives_back_what_was_written),
	  TEST(test_hold__more_than_memory_is_for), TEST(test_hold__memory_is_bounded),
	  TEST(test_hold__no_memory))
