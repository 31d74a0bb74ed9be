// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include "stream/desc.h"

static void test_desc__every_kind_is_there(void)
{
	unsigned int nr = 0;

#define HMT_X(NAME, value, xname, text) do {				\
		const struct record_desc *d = record_desc(value);	\
									\
		ASSERT_NOT_NULL(d);					\
		ASSERT_STREQ(d->name, text);				\
		ASSERT_EQ(d->kind, HMT_##NAME);				\
		ASSERT_EQ(d->size, sizeof(struct hmt_##xname));		\
		ASSERT_EQ(record_kind_by_name(text), value);		\
		nr++;							\
	} while (0);
	HMT_EVENTS(HMT_X)
#undef HMT_X
	for (unsigned int i = 0; i < 100000; i++)
		nr -= record_desc(i) != NULL;
	ASSERT_EQ(nr, 0);
	ASSERT_EQ(record_kind_by_name("nothing"), 0);
	ASSERT_EQ(record_kind_by_name(""), 0);
}

/* The fields of a kind lie behind the header without a hole and without overlap. */
static void test_desc__fields_fill_the_record(void)
{
	for (unsigned int kind = 0; kind < HMT_KIND_MAX; kind++) {
		const struct record_desc *d = record_desc(kind);
		size_t at = sizeof(struct hmt_hdr);

		if (!d)
			continue;
		for (unsigned int i = 0; i < d->nr_fields; i++) {
			const struct field_desc *f = &d->fields[i];

			ASSERT_EQ(f->offset, at);
			at += f->type == FIELD_u64 || f->type == FIELD_s64 ? 8 : 4;
		}
		ASSERT_EQ(at, d->size);
	}
}

static void test_desc__set_and_get(void)
{
	static const __u64 values[] = { 0, 1, 0x7fffffff, 0x123456789abcdef0ULL };
	union record_buf r;

	for (unsigned int kind = 0; kind < HMT_KIND_MAX; kind++) {
		const struct record_desc *d = record_desc(kind);

		for (unsigned int i = 0; d && i < d->nr_fields; i++) {
			const struct field_desc *f = &d->fields[i];

			for (unsigned int v = 0; v < 4; v++) {
				__u64 want = values[v];

				if (f->type == FIELD_u32)
					want = (__u32)want;
				if (f->type == FIELD_s32)
					want = (__u64)(__s64)(__s32)want;
				memset(&r, 0, sizeof(r));
				field_set(&r.h, f, values[v]);
				ASSERT_EQ(field_value(&r.h, f), want);
			}
		}
	}
}

static void test_desc__signed_fields(void)
{
	const struct record_desc *d = record_desc(HMT_RANGE_REGISTER);
	struct hmt_range_register r = { .ret = -22, .stack = -17 };
	unsigned int seen = 0;

	for (unsigned int i = 0; i < d->nr_fields; i++) {
		if (!strcmp(d->fields[i].name, "ret"))
			seen += (__s64)field_value(&r.h, &d->fields[i]) == -22;
		if (!strcmp(d->fields[i].name, "stack"))
			seen += (__s64)field_value(&r.h, &d->fields[i]) == -17;
	}
	ASSERT_EQ(seen, 2);
}

static void test_desc__causes_and_classes(void)
{
#define HMT_X(NAME, value, text, over, help) do {				\
		ASSERT_STREQ(cause_name(value), text);			\
		ASSERT_EQ(cause_by_name(text), HMT_CAUSE_##NAME);	\
		ASSERT_EQ(cause_overturns(value), over);		\
	} while (0);
	HMT_CAUSES(HMT_X)
#undef HMT_X
	ASSERT_STREQ(cause_name(0), "?");
	ASSERT_STREQ(cause_name(99), "?");
	ASSERT_EQ(cause_by_name("?"), 0);
	ASSERT(cause_overturns(0));
	ASSERT(cause_overturns(99));
	for (unsigned int c = HMT_CLASS_HMM; c <= HMT_CLASS_RANGE; c++)
		ASSERT_EQ(class_by_name(class_name(c)), c);
	ASSERT_STREQ(class_name(0), "none");
	ASSERT_STREQ(class_name(4), "?");
	ASSERT_EQ(class_by_name("?"), 0);
}

static void test_desc__builders_give_valid_records(void)
{
	static char long_name[2 * HMT_RECORD_MAX];
	static const __u64 ips[HMT_STACK_DEPTH + 9] = { 1, 2, 3 };
	union record_buf r;
	const struct hmt_symbol *sym = (const void *)&r;
	char comm[HMT_COMM_LEN + 1];
	size_t n;

	for (unsigned int nr = 0; nr < HMT_STACK_DEPTH + 9; nr++) {
		n = stack_build((void *)&r, 5, 7, ips, nr);
		ASSERT_OK(record_validate(&r.h, n, NULL));
	}
	ASSERT_EQ(stack_ips((void *)&r)[2], 3);
	memset(long_name, 'x', sizeof(long_name) - 1);
	for (unsigned int len = 0; len < sizeof(long_name); len++) {
		n = symbol_build((void *)&r, 5, 1, 2, long_name + len, "mod");
		ASSERT_LE(n, HMT_RECORD_MAX);
		ASSERT_OK(record_validate(&r.h, n, NULL));
	}
	symbol_build((void *)&r, 5, 1, 2, "", long_name);
	ASSERT_OK(record_validate(&r.h, sizeof(r), NULL));
	symbol_build((void *)&r, 5, 1, 2, "name", "mod");
	ASSERT_STREQ(symbol_name(sym), "name");
	ASSERT_STREQ(symbol_module(sym), "mod");
	n = task_build((void *)&r, 5, 7, 1, "a-name-of-more-than-16");
	ASSERT_OK(record_validate(&r.h, n, NULL));
	task_comm((void *)&r, comm);
	ASSERT_STREQ(comm, "a-name-of-more-");
}

TEST_MAIN(TEST(test_desc__every_kind_is_there), TEST(test_desc__fields_fill_the_record),
	  TEST(test_desc__set_and_get), TEST(test_desc__signed_fields),
	  TEST(test_desc__causes_and_classes), TEST(test_desc__builders_give_valid_records))
