// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <errno.h>

#include "stream/desc.h"

static union record_buf r;

static void make(unsigned int kind, unsigned int size)
{
	memset(&r, 0, sizeof(r));
	r.h.kind = (__u16)kind;
	r.h.size = (__u16)size;
}

static void expect_bad(size_t avail, const char *clause)
{
	const char *why = NULL;

	ASSERT_EQ(record_validate(&r.h, avail, &why), -EINVAL);
	ASSERT_HAS(why, clause);
	ASSERT_EQ(record_validate(&r.h, avail, NULL), -EINVAL);
}

static void test_validate__plain_kinds(void)
{
	for (unsigned int kind = 1; kind < HMT_KIND_MAX; kind++) {
		const struct record_desc *d = record_desc(kind);

		if (!d || d->has_tail)
			continue;
		make(kind, d->size);
		ASSERT_OK(record_validate(&r.h, d->size, NULL));
		ASSERT_EQ(record_validate(&r.h, d->size - 1, NULL), -EINVAL);
		make(kind, d->size + 8u);	/* a newer minor version's */
		ASSERT_OK(record_validate(&r.h, sizeof(r), NULL));
	}
}

static void test_validate__sizes(void)
{
	make(HMT_TICK, 40);
	expect_bad(0, "less than a record header");
	expect_bad(31, "less than a record header");
	expect_bad(39, "longer than what holds it");
	make(HMT_TICK, 0);
	expect_bad(sizeof(r), "smaller than its header");
	make(HMT_TICK, 24);
	expect_bad(sizeof(r), "smaller than its header");
	make(HMT_TICK, 36);
	expect_bad(sizeof(r), "multiple of 8");
	make(HMT_TICK, HMT_RECORD_MAX + 8);
	expect_bad(1 << 20, "larger than any");
	make(0, 40);
	expect_bad(sizeof(r), "kind 0");
	make(HMT_FREE, 56);
	expect_bad(sizeof(r), "too small");
	make(HMT_STACK, 32);
	expect_bad(sizeof(r), "too small");
	make(HMT_SYNC_OBJECT, 56);
	expect_bad(sizeof(r), "too small");
}

static void test_validate__unknown_kinds_pass(void)
{
	static const unsigned int kinds[] = { 21, 63, HMT_KIND_MAX, 0xffff };

	for (int i = 0; i < 4; i++) {
		make(kinds[i], 32);
		ASSERT_OK(record_validate(&r.h, 32, NULL));
		make(kinds[i], HMT_RECORD_MAX);
		ASSERT_OK(record_validate(&r.h, sizeof(r), NULL));
		ASSERT_EQ(record_validate(&r.h, 64, NULL), -EINVAL);
	}
}

static void test_validate__stack(void)
{
	struct hmt_stack *s = (struct hmt_stack *)&r;

	for (unsigned int nr = 0; nr <= HMT_STACK_DEPTH; nr++) {
		make(HMT_STACK, sizeof(*s) + 8 * nr);
		s->nr = nr;
		ASSERT_OK(record_validate(&r.h, sizeof(r), NULL));
		s->nr = nr + 1;
		ASSERT_EQ(record_validate(&r.h, sizeof(r), NULL), -EINVAL);
	}
	expect_bad(sizeof(r), "more frames");
	s->nr = 0xffffffff;
	expect_bad(sizeof(r), "more frames");
	s->nr = 0;
	expect_bad(sizeof(r), "disagree");
}

static void test_validate__symbol(void)
{
	struct hmt_symbol *s = (struct hmt_symbol *)&r;
	char *tail = (char *)(s + 1);
	size_t n;

	n = symbol_build(s, 0, 1, 2, "name", "mod");
	ASSERT_OK(record_validate(&r.h, n, NULL));
	tail[2] = '\0';
	expect_bad(n, "does not end where");
	tail[2] = tail[4] = 'x';
	expect_bad(n, "does not end where");
	symbol_build(s, 0, 1, 2, "name", "mod");
	tail[5 + 3] = 'x';
	expect_bad(n, "does not end where");
	symbol_build(s, 0, 1, 2, "name", "mod");
	s->name_len = 0xffffffff;
	s->module_len = 1;
	expect_bad(n, "longer than a record");
	s->name_len = 4;
	s->module_len = 0xfffffff0;
	expect_bad(n, "longer than a record");
	s->module_len = 100;
	expect_bad(n, "disagree");
}

static void test_validate__short_records_are_extended(void)
{
	union record_buf buf;
	const struct hmt_range_register *x;

	make(HMT_RANGE_REGISTER, 64);
	memset(r.bytes + 64, 0xff, 64);
	((struct hmt_id *)&r)->range = 0xd;
	ASSERT_OK(record_validate(&r.h, 64, NULL));
	x = (const void *)record_extend(&r.h, &buf);
	ASSERT((const void *)x == &buf);
	ASSERT_EQ(x->h.size, sizeof(*x));
	ASSERT_EQ(x->range, 0xd);
	ASSERT_EQ(x->start, 0);
	ASSERT_EQ(x->mm_count, 0);
	make(HMT_RANGE_REGISTER, sizeof(*x));
	ASSERT(record_extend(&r.h, &buf) == &r.h);
	make(77, 32);
	ASSERT(record_extend(&r.h, &buf) == &r.h);
}

/* Whatever the bytes: an answer without a look beyond avail (run under ASan). */
static void test_validate__any_bytes(void)
{
	__u64 state = 7;

	for (int i = 0; i < 200000; i++) {
		size_t avail = (size_t)(state >> 40) % 257;
		unsigned char *p = malloc(avail ? avail : 1);

		for (size_t k = 0; k < avail; k++) {
			state = state * 6364136223846793005ULL + 1442695040888963407ULL;
			p[k] = (unsigned char)(state >> 56) & (state >> 33 & 1 ? 0x3f : 0xff);
		}
		if (avail >= 32 && i % 2) {
			p[0] = i % 4 == 1 ? HMT_SYMBOL : HMT_STACK;
			p[1] = p[3] = 0;
			p[2] &= 0xf8;
		}
		record_validate((const void *)p, avail, NULL);
		free(p);
		state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	}
}

TEST_MAIN(TEST(test_validate__plain_kinds), TEST(test_validate__sizes),
	  TEST(test_validate__unknown_kinds_pass), TEST(test_validate__stack),
	  TEST(test_validate__symbol), TEST(test_validate__short_records_are_extended),
	  TEST(test_validate__any_bytes))
