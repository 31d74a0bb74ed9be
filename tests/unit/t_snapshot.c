// SPDX-License-Identifier: GPL-2.0
/* Several walks into one picture, and the table of it. */
#include "test.h"

#include "base/mem.h"
#include "capture/outq.h"
#include "capture/snapshot.h"
#include "out/snapshot_table.h"

#define MM 0x1000ULL
#define OTHER 0x2000ULL

static struct snapshot s;

static void sees(__u32 class, __u64 mm, __u64 addr, __u32 flags)
{
	struct snap_obj o = {
		.mm = mm, .addr = addr, .class = class, .flags = flags, .owner = 7, .tgid = 7,
		.start = addr << 12, .end = (addr << 12) + 4096, .users = 1,
	};

	ASSERT_OK(snapshot__add(&s, &o));
}

static void sees_range(__u64 addr)
{
	sees(HMT_CLASS_RANGE, MM, addr, 0);
}

static void walk_ends(__u32 flags)
{
	sees(HMT_CLASS_NONE, MM, 0, flags);
}

/* Return: how many objects are left. */
static long settled(bool with_process)
{
	struct sync_obj **list;
	struct sync_set set = { 0 };
	long nr;

	snapshot__settle(&s, with_process);
	ASSERT_OK(snapshot__to_sync(&s, &set));
	nr = sync_set__list(&set, &list);
	ASSERT_GE(nr, 0);
	hmt_free(list);
	sync_set__free(&set);
	return nr;
}

/* The same twice: that is enough, and certain. */
static void test_snapshot__stable(void)
{
	snapshot__init(&s);
	for (int i = 0; i < 2; i++) {
		ASSERT(snapshot__next_walk(&s));
		sees_range(1);
		sees_range(2);
		sees(HMT_CLASS_MIRROR, MM, 3, 0);
		walk_ends(0);
	}
	ASSERT(!snapshot__next_walk(&s));
	ASSERT_EQ(settled(true), 3);
	ASSERT_EQ(s.changing, 0);
	ASSERT(!snapshot__is_changing(&s, MM));
	snapshot__free(&s);
}

/* Nothing at all takes two walks as well. */
static void test_snapshot__empty(void)
{
	snapshot__init(&s);
	ASSERT(snapshot__next_walk(&s));
	ASSERT(snapshot__next_walk(&s));
	ASSERT(!snapshot__next_walk(&s));
	ASSERT_EQ(settled(true), 0);
	snapshot__free(&s);
}

/* One goes and one comes: two walks without the first, and it is gone. */
static void test_snapshot__changing(void)
{
	snapshot__init(&s);
	ASSERT(snapshot__next_walk(&s));
	sees_range(1);
	walk_ends(0);
	for (int i = 0; i < 2; i++) {
		ASSERT_MSG(snapshot__next_walk(&s), "walk %d", i);
		sees_range(2);
		walk_ends(0);
	}
	ASSERT(!snapshot__next_walk(&s));
	ASSERT_EQ(settled(true), 1);
	/* It has come to rest. */
	ASSERT_EQ(s.changing, 0);
	snapshot__free(&s);
}

/* What never rests is walked so often and no more; what is always there stays. */
static void test_snapshot__churn(void)
{
	__u64 addr = 100;
	int walks = 0;

	snapshot__init(&s);
	while (snapshot__next_walk(&s)) {
		sees_range(1);
		sees_range(addr++);
		walk_ends(0);
		walks++;
	}
	ASSERT_EQ(walks, SNAPSHOT_WALKS);
	/* The last two of those that come and go may be there. */
	ASSERT_EQ(settled(true), 3);
	ASSERT_EQ(s.changing, 1);
	ASSERT(snapshot__is_changing(&s, MM));
	snapshot__free(&s);
}

/* A walk that was cut short proves nothing about what it has not seen. */
static void test_snapshot__cut_short(void)
{
	snapshot__init(&s);
	ASSERT(snapshot__next_walk(&s));
	sees_range(1);
	sees_range(2);
	walk_ends(0);
	while (snapshot__next_walk(&s)) {
		sees_range(1);
		walk_ends(HMT_SNAP_CHANGED);
	}
	ASSERT_EQ(settled(true), 2);
	ASSERT_EQ(s.changing, 1);
	snapshot__free(&s);
}

/* A remove that waits for an invalidation has begun. */
static void test_snapshot__ending(void)
{
	snapshot__init(&s);
	while (snapshot__next_walk(&s)) {
		sees_range(1);
		sees(HMT_CLASS_RANGE, MM, 1, HMT_SNAP_ENDING);
		walk_ends(0);
	}
	ASSERT_EQ(settled(true), 0);
	snapshot__free(&s);
}

/* Its process went: for a table that is gone, for a trace it may be an orphan. */
static void test_snapshot__process_went(void)
{
	for (int with_process = 0; with_process < 2; with_process++) {
		snapshot__init(&s);
		ASSERT(snapshot__next_walk(&s));
		sees_range(1);
		walk_ends(0);
		while (snapshot__next_walk(&s))
			;
		ASSERT_EQ(settled(with_process), !with_process);
		snapshot__free(&s);
	}
}

static void test_snapshot__tasks(void)
{
	struct snap_obj space = { .mm = MM, .owner = 12, .tgid = 13 };
	const struct hmt_task *rec;
	struct outq q = { 0 };

	memcpy(space.comm, "render", 6);
	snapshot__init(&s);
	ASSERT(snapshot__next_walk(&s));
	ASSERT_OK(snapshot__add(&s, &space));
	ASSERT_OK(snapshot__tasks(&s, 99, &q));
	rec = (const struct hmt_task *)outq__pop(&q);
	ASSERT_NOT_NULL(rec);
	ASSERT_EQ(rec->h.kind, HMT_TASK);
	ASSERT_EQ(rec->h.tgid, 12);
	ASSERT_EQ(rec->h.ts, 99);
	ASSERT_STREQ((const char *)&rec->comm0, "render");
	outq__free(&q);
	snapshot__free(&s);
}

/* --- the table ------------------------------------------------------------------- */

static struct snapshot_table t;

static void row(__u32 owner, __u64 addr, __u64 size, bool changing)
{
	struct hmt_sync_object o = {
		.h.mm = owner, .owner = owner, .count = 1,
		.class = size ? HMT_CLASS_RANGE : HMT_CLASS_MIRROR,
		.start = addr << 20, .end = (addr << 20) + size,
	};

	if (size)
		o.range = addr;
	else
		o.mirror = addr;
	ASSERT_OK(snapshot_table__add(&t, &o, changing));
}

static void test_snapshot_table__order(void)
{
	static const __u64 want[] = { 3, 2, 9, 1, 4, 5 };
	struct symtab *names = symtab__new();

	t = (struct snapshot_table){ .symtab = names };
	row(10, 1, 8192, false);
	row(20, 2, 4096, false);
	row(20, 3, 16384, false);
	row(30, 4, 0, false);
	row(31, 5, 0, false);
	row(20, 9, 0, false);
	snapshot_table__sort(&t);
	ASSERT_EQ(t.nr, 6);
	for (size_t i = 0; i < t.nr; i++)
		ASSERT_EQ(t.rows[i].o.range | t.rows[i].o.mirror, want[i]);
	snapshot_table__free(&t);
	symtab__free(names);
}

static void test_snapshot_table__text(void)
{
	struct symtab *names = symtab__new();
	struct strbuf sb = STRBUF_INIT;

	t = (struct snapshot_table){ .symtab = names };
	snapshot_table__text(&t, &sb);
	ASSERT_STREQ(strbuf__str(&sb), "nothing is registered on any address space\n");
	strbuf__reset(&sb);
	row(10, 1, 8192, true);
	row(20, 2, 0, false);
	snapshot_table__sort(&t);
	snapshot_table__text(&t, &sb);
	ASSERT_HAS(strbuf__str(&sb), "0x100000-0x102000");
	ASSERT_HAS(strbuf__str(&sb), "8.00 KiB");
	ASSERT_HAS(strbuf__str(&sb), "2 objects of 2 processes");
	ASSERT_HAS(strbuf__str(&sb), "process 10 changed");
	strbuf__reset(&sb);
	snapshot_table__json(&t, &sb);
	ASSERT_HAS(strbuf__str(&sb), "\"size_bytes\":8192");
	ASSERT_HAS(strbuf__str(&sb), "{\"type\":\"summary\",\"objects\":2,\"changing\":true}\n");
	strbuf__free(&sb);
	snapshot_table__free(&t);
	symtab__free(names);
}

TEST_MAIN(TEST(test_snapshot__stable), TEST(test_snapshot__empty), TEST(test_snapshot__changing),
	  TEST(test_snapshot__churn), TEST(test_snapshot__cut_short), TEST(test_snapshot__ending),
	  TEST(test_snapshot__process_went), TEST(test_snapshot__tasks),
	  TEST(test_snapshot_table__order), TEST(test_snapshot_table__text))
