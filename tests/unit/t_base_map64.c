// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <errno.h>

#include "base/map64.h"
#include "base/mem.h"

static int vals[4096];

static void test_map64__empty(void)
{
	struct map64 m = { 0 };
	struct map64_iter it;

	ASSERT_NULL(map64__get(&m, 0));
	ASSERT_NULL(map64__del(&m, 7));
	map64__for_each(&m, &it)
		FAIL("an empty map has an entry");
	map64__free(&m);
	ASSERT_EQ(map64__put(&m, 1, NULL), -EINVAL);
	ASSERT_NULL(m.slots);
}

static void test_map64__any_key(void)
{
	static const __u64 keys[] = { 0, 1, ~0ULL, 1ULL << 63, 0xffff888100000000, 32, 33 };
	struct map64 m;

	map64__init(&m);
	for (size_t i = 0; i < 7; i++)
		ASSERT_OK(map64__put(&m, keys[i], &vals[i]));
	for (size_t i = 0; i < 7; i++)
		ASSERT(map64__get(&m, keys[i]) == &vals[i]);
	ASSERT_OK(map64__put(&m, 0, &vals[9]));
	ASSERT_EQ(m.nr, 7);
	ASSERT(map64__get(&m, 0) == &vals[9]);
	map64__free(&m);
}

static __u64 next_random(__u64 *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 20;
}

/* Against an array that cannot be wrong, through growth and much deletion. */
static void test_map64__model(void)
{
	static int *model[4096];
	struct map64_iter it;
	__u64 state = 1;
	struct map64 m;
	size_t nr = 0;

	map64__init(&m);
	memset(model, 0, sizeof(model));
	for (int step = 0; step < 200000; step++) {
		size_t k = next_random(&state) % (step < 100000 ? 4096 : 64);
		__u64 key = k * 64 + 0xffff888000000000ULL; /* as a slab gives them */

		if (next_random(&state) % 2) {
			nr += !model[k];
			model[k] = &vals[next_random(&state) % 4096];
			ASSERT_OK(map64__put(&m, key, model[k]));
		} else {
			nr -= !!model[k];
			ASSERT(map64__del(&m, key) == model[k]);
			model[k] = NULL;
		}
		ASSERT_EQ(m.nr, nr);
		ASSERT(map64__get(&m, key) == model[k]);
	}
	for (size_t k = 0; k < 4096; k++)
		ASSERT(map64__get(&m, k * 64 + 0xffff888000000000ULL) == model[k]);
	map64__for_each(&m, &it) {
		ASSERT(model[(it.key - 0xffff888000000000ULL) / 64] == it.val);
		nr--;
	}
	ASSERT_EQ(nr, 0);
	map64__free(&m);
}

static void test_map64__no_memory(void)
{
	long live = hmt_mem_live();

	for (unsigned long n = 1;; n++) {
		struct map64 m = { 0 };
		int failed_at = -1;

		hmt_mem_fail_at(n);
		for (int i = 0; i < 100 && failed_at < 0; i++)
			if (map64__put(&m, (__u64)i, &vals[i]))
				failed_at = i;
		if (failed_at >= 0) {
			ASSERT_EQ(m.nr, failed_at);
			for (int i = 0; i < failed_at; i++)
				ASSERT(map64__get(&m, (__u64)i) == &vals[i]);
			ASSERT_OK(map64__put(&m, (__u64)failed_at, &vals[0]));
		}
		map64__free(&m);
		ASSERT_EQ(hmt_mem_live(), live);
		if (!hmt_mem_failed())
			break;
	}
	hmt_mem_fail_at(0);
}

TEST_MAIN(TEST(test_map64__empty), TEST(test_map64__any_key), TEST(test_map64__model),
	  TEST(test_map64__no_memory))
