// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#ifndef HMT_NO_BPF
#include <errno.h>
#include <sched.h>

#include "capture/mapcall.h"

/* Where this is not allowed, nothing may change. */
static int inside(void)
{
	const struct sched_param lowest = { .sched_priority = 1 }, none = { 0 };

	if (sched_setscheduler(0, SCHED_FIFO, &lowest))
		return sched_getscheduler(0);
	sched_setscheduler(0, SCHED_OTHER, &none);
	return SCHED_FIFO;
}

static void test_mapcall__not_asked_for(void)
{
	mapcall__begin();
	ASSERT_EQ(sched_getscheduler(0), SCHED_OTHER);
	mapcall__end();
}

static void test_mapcall__out_of_reach(void)
{
	int want = inside();

	mapcall__shield(true);
	mapcall__begin();
	ASSERT_EQ(sched_getscheduler(0), want);
	mapcall__begin();
	mapcall__end();
	ASSERT_EQ(sched_getscheduler(0), want);
	mapcall__end();
	ASSERT_EQ(sched_getscheduler(0), SCHED_OTHER);
	mapcall__shield(false);
}

static void test_mapcall__goes_back_to_what_it_was(void)
{
	const struct sched_param none = { 0 };

	mapcall__shield(true);
	ASSERT_EQ(sched_setscheduler(0, SCHED_BATCH, &none), 0);
	mapcall__begin();
	mapcall__end();
	ASSERT_EQ(sched_getscheduler(0), SCHED_BATCH);
	ASSERT_EQ(sched_setscheduler(0, SCHED_OTHER, &none), 0);
	mapcall__shield(false);
}

static void test_mapcall__errors_come_through(void)
{
	__u32 key = 0;
	__u64 val;

	mapcall__shield(true);
	ASSERT(mapcall_lookup(-1, &key, &val) < 0);
	ASSERT_EQ(errno, EBADF);
	ASSERT_EQ(sched_getscheduler(0), SCHED_OTHER);
	mapcall__shield(false);
}

TEST_MAIN(TEST(test_mapcall__not_asked_for), TEST(test_mapcall__out_of_reach),
	  TEST(test_mapcall__goes_back_to_what_it_was), TEST(test_mapcall__errors_come_through))

#else

/* Its subject is not in this build. */
static void test_mapcall__is_not_built(void)
{
}

TEST_MAIN(TEST(test_mapcall__is_not_built))

#endif
