// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <errno.h>

#include "base/mem.h"
#include "stream/desc.h"
#include "stream/symtab.h"

static union record_buf r;

static int feed_symbol(struct symtab *t, __u64 addr, __u64 offset, const char *name,
		       const char *module)
{
	symbol_build((void *)&r, 0, addr, offset, name, module);
	return symtab__feed(t, &r.h);
}

static int feed_task(struct symtab *t, __u64 ts, __u32 tgid, const char *comm)
{
	task_build((void *)&r, ts, tgid, 1, comm);
	return symtab__feed(t, &r.h);
}

static int feed_exit(struct symtab *t, __u64 ts, __u32 tgid)
{
	struct hmt_task_exit x = {
		.h = { .kind = HMT_TASK_EXIT, .size = sizeof(x), .ts = ts, .tgid = tgid },
	};

	return symtab__feed(t, &x.h);
}

static void test_symtab__symbols(void)
{
	struct symtab *t = symtab__new();
	struct symbol sym;
	char buf[64];

	ASSERT(!symtab__lookup(t, 0x10, &sym));
	ASSERT_EQ(symtab__format(t, 0x10, buf, sizeof(buf)), 4);
	ASSERT_STREQ(buf, "0x10");
	ASSERT_OK(feed_symbol(t, 0x10, 28, "foo", "bar"));
	ASSERT_OK(feed_symbol(t, 0x20, 0, "baz", ""));
	ASSERT_OK(feed_symbol(t, 0x30, 5, "", ""));
	ASSERT(symtab__lookup(t, 0x10, &sym));
	ASSERT_STREQ(sym.name, "foo");
	ASSERT_STREQ(sym.module, "bar");
	ASSERT_EQ(sym.offset, 28);
	ASSERT_EQ(symtab__format(t, 0x10, buf, sizeof(buf)), strlen("foo+0x1c [bar]"));
	ASSERT_STREQ(buf, "foo+0x1c [bar]");
	symtab__format(t, 0x20, buf, sizeof(buf));
	ASSERT_STREQ(buf, "baz+0x0");
	symtab__format(t, 0x30, buf, sizeof(buf));
	ASSERT_STREQ(buf, "0x30");
	ASSERT_EQ(symtab__format(t, 0x10, buf, 4), strlen("foo+0x1c [bar]"));
	ASSERT_STREQ(buf, "foo");
	/* A module came back at the same place: the newest name counts. */
	ASSERT_OK(feed_symbol(t, 0x10, 1, "other", "mod"));
	symtab__format(t, 0x10, buf, sizeof(buf));
	ASSERT_STREQ(buf, "other+0x1 [mod]");
	symtab__free(t);
}

static void test_symtab__stacks(void)
{
	static const __u64 ips[] = { 3, 2, 1 };
	struct symtab *t = symtab__new();
	const __u64 *got;
	__u32 nr = 9;

	ASSERT_NULL(symtab__stack(t, 0, &nr));
	ASSERT_EQ(nr, 0);
	stack_build((void *)&r, 0, 0, ips, 3);
	ASSERT_OK(symtab__feed(t, &r.h));
	stack_build((void *)&r, 0, 0x7fffffff, ips, 1);
	ASSERT_OK(symtab__feed(t, &r.h));
	stack_build((void *)&r, 0, -14, ips, 2);
	ASSERT_OK(symtab__feed(t, &r.h));
	got = symtab__stack(t, 0, &nr);
	ASSERT_EQ(nr, 3);
	ASSERT_MEMEQ(got, ips, sizeof(ips));
	ASSERT_NOT_NULL(symtab__stack(t, 0x7fffffff, &nr));
	ASSERT_EQ(nr, 1);
	ASSERT_NULL(symtab__stack(t, -14, &nr));
	stack_build((void *)&r, 0, 0, ips, 0);
	ASSERT_OK(symtab__feed(t, &r.h));
	ASSERT_NOT_NULL(symtab__stack(t, 0, &nr));
	ASSERT_EQ(nr, 0);
	symtab__free(t);
}

static void test_symtab__processes(void)
{
	struct symtab *t = symtab__new();

	ASSERT_STREQ(symtab__comm(t, 7), "");
	ASSERT_EQ(symtab__exited(t, 7), 0);
	ASSERT_OK(feed_task(t, 1, 7, "first"));
	ASSERT_STREQ(symtab__comm(t, 7), "first");
	ASSERT_OK(feed_exit(t, 50, 7));
	ASSERT_STREQ(symtab__comm(t, 7), "first");
	ASSERT_EQ(symtab__exited(t, 7), 50);
	/* the name of the same process, late: it is still dead */
	ASSERT_OK(feed_task(t, 40, 7, "first"));
	ASSERT_EQ(symtab__exited(t, 7), 50);
	/* the number is used again */
	ASSERT_OK(feed_task(t, 60, 7, "second"));
	ASSERT_STREQ(symtab__comm(t, 7), "second");
	ASSERT_EQ(symtab__exited(t, 7), 0);
	/* exit without a name; 0 is nobody */
	ASSERT_OK(feed_exit(t, 70, 8));
	ASSERT_STREQ(symtab__comm(t, 8), "");
	ASSERT_EQ(symtab__exited(t, 8), 70);
	ASSERT_OK(feed_task(t, 1, 0, "swapper"));
	ASSERT_STREQ(symtab__comm(t, 0), "");
	symtab__free(t);
}

static void test_symtab__comm_of_16_bytes(void)
{
	struct symtab *t = symtab__new();
	struct hmt_task *rec = (void *)&r;

	task_build(rec, 0, 7, 1, "");
	memset(&rec->comm0, 'x', 8);
	memset(&rec->comm1, 'y', 8);
	ASSERT_OK(symtab__feed(t, &r.h));
	ASSERT_STREQ(symtab__comm(t, 7), "xxxxxxxxyyyyyyyy");
	symtab__free(t);
}

static void test_symtab__driver(void)
{
	struct symtab *t = symtab__new();

	ASSERT_STREQ(symtab__driver(t, 0, 0), "?");
	ASSERT_STREQ(symtab__driver(t, 1, 2), "?");
	ASSERT_OK(feed_symbol(t, 1, 0, "hmm_mirror_mn_ops", ""));
	ASSERT_STREQ(symtab__driver(t, 1, 2), "hmm_mirror_mn_ops");
	ASSERT_OK(feed_symbol(t, 2, 0, "dev_release", "exerciser"));
	ASSERT_STREQ(symtab__driver(t, 1, 2), "exerciser");
	ASSERT_STREQ(symtab__driver(t, 0, 2), "exerciser");
	ASSERT_OK(feed_symbol(t, 3, 0, "ops", "nouveau"));
	ASSERT_STREQ(symtab__driver(t, 3, 2), "nouveau");
	ASSERT_OK(feed_symbol(t, 4, 0, "builtin_release", ""));
	ASSERT_STREQ(symtab__driver(t, 9, 4), "builtin_release");
	/* Without data in kallsyms the table seems to be far into something else. */
	ASSERT_OK(feed_symbol(t, 5, 4096, "__start_rodata", ""));
	ASSERT_STREQ(symtab__driver(t, 5, 4), "builtin_release");
	ASSERT_STREQ(symtab__driver(t, 5, 0), "__start_rodata");
	symtab__free(t);
}

static void test_symtab__ignores_the_rest(void)
{
	struct symtab *t = symtab__new();

	for (unsigned int kind = 0; kind < 100; kind++) {
		memset(&r, 0, sizeof(r));
		r.h.kind = (__u16)kind;
		r.h.size = record_desc(kind) ? record_desc(kind)->size : 32;
		ASSERT_OK(symtab__feed(t, &r.h));
	}
	symtab__free(t);
	symtab__free(NULL);
}

static int feed_all(struct symtab *t)
{
	static const __u64 ips[] = { 3, 2, 1 };
	int err = 0;

	for (__u32 i = 1; i < 40 && !err; i++) {
		err = feed_symbol(t, i % 30, 0, "name", "module");
		stack_build((void *)&r, 0, (__s32)i % 30, ips, 3);
		err = err ? err : symtab__feed(t, &r.h);
		err = err ? err : feed_task(t, i, i % 30 + 1, "comm");
		err = err ? err : feed_exit(t, i, i + 100);
	}
	return err;
}

static void test_symtab__no_memory(void)
{
	long live = hmt_mem_live();
	unsigned long n = 0;

	do {
		struct symtab *t;

		hmt_mem_fail_at(++n);
		t = symtab__new();
		if (!t)
			ASSERT(hmt_mem_failed());
		else
			ASSERT_EQ(feed_all(t), hmt_mem_failed() ? -ENOMEM : 0);
		/* What is in it is still whole. */
		if (t && n > 20)
			ASSERT_STREQ(symtab__driver(t, 1, 0), "module");
		symtab__free(t);
		ASSERT_EQ(hmt_mem_live(), live);
	} while (hmt_mem_failed());
	hmt_mem_fail_at(0);
	ASSERT_GT(n, 50);
}

TEST_MAIN(TEST(test_symtab__symbols), TEST(test_symtab__stacks), TEST(test_symtab__processes),
	  TEST(test_symtab__comm_of_16_bytes), TEST(test_symtab__driver),
	  TEST(test_symtab__ignores_the_rest), TEST(test_symtab__no_memory))
