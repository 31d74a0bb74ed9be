// SPDX-License-Identifier: GPL-2.0
/* What is left in the table of calls when a recording stops. Needs root. */
#include "test.h"

#ifndef HMT_NO_BPF
#include <bpf/bpf.h>
#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "capture/calls.h"
#include "capture/shared.h"

static int map_fd = -1;

static void begin(void)
{
	map_fd = bpf_map_create(BPF_MAP_TYPE_HASH, "calls", sizeof(struct call_key),
				sizeof(struct calls), 64, NULL);
	if (map_fd < 0 && errno == EPERM)
		SKIP("needs root");
	ASSERT_GE(map_fd, 0);
}

static void end(void)
{
	close(map_fd);
	ASSERT_EQ(hmt_mem_live(), 0);
}

/* depth: so many calls, one in another */
static void is_in(__u64 pid_tgid, __u32 fn, __u64 since, int depth)
{
	const struct call_key key = { .pid_tgid = pid_tgid, .fn = fn };
	struct calls c = { .since = since };

	for (int i = 0; i < depth; i++)
		c.at[i].sp = 0x1000 - i;
	ASSERT_OK(bpf_map_update_elem(map_fd, &key, &c, BPF_ANY));
}

static __u64 me(void)
{
	return (__u64)getpid() << 32 | (__u32)syscall(SYS_gettid);
}

static void *say_who(void *arg)
{
	*(__u64 *)arg = me();
	return NULL;
}

/* In the namespace of the test, which need not be the one that programs number by. */
static bool sees_threads(void)
{
	char ns[64] = "";

	return readlink("/proc/self/ns/pid", ns, sizeof(ns) - 1) > 0 &&
	       !strcmp(ns, "pid:[4026531836]");
}

static void test_calls__none(void)
{
	begin();
	ASSERT_EQ(calls__missed(map_fd, 100), 0);
	is_in(me(), FN_INSERT, 200, 1);
	ASSERT_EQ(calls__missed(map_fd, 100), 0);
	end();
}

static void test_calls__long_ago(void)
{
	begin();
	is_in(me(), FN_INSERT, 99, 1);
	is_in(me(), FN_GET, 99, 2);
	is_in(me(), FN_PUT, 100, 1);
	ASSERT_EQ(calls__missed(map_fd, 100), 3);
	end();
}

/* However short the time since: its thread is gone. */
static void test_calls__thread_is_gone(void)
{
	pthread_t thread;
	__u64 who = 0;

	begin();
	if (!sees_threads())
		SKIP("threads have other numbers in this namespace");
	ASSERT_OK(pthread_create(&thread, NULL, say_who, &who));
	ASSERT_OK(pthread_join(thread, NULL));
	is_in(who, FN_REGISTER, 200, 1);
	is_in(me(), FN_REGISTER, 200, 1);
	/* It is joined when its memory is free, a moment before it is off the list. */
	for (int i = 0; i < 1000 && calls__missed(map_fd, 100) != 1; i++)
		usleep(1000);
	ASSERT_EQ(calls__missed(map_fd, 100), 1);
	end();
}

/* Nothing is concluded from it. */
static void test_calls__unregister(void)
{
	begin();
	is_in(me(), FN_UNREGISTER, 1, 1);
	is_in(me(), FN_REMOVE, 1, 1);
	ASSERT_EQ(calls__missed(map_fd, 100), 0);
	end();
}

/* Then it cannot be said that there is none. */
static void test_calls__no_memory(void)
{
	begin();
	is_in(me(), FN_INSERT, 200, 1);
	hmt_mem_fail_at(1);
	ASSERT_EQ(calls__missed(map_fd, 100), 1);
	hmt_mem_fail_at(0);
	end();
}

TEST_MAIN(TEST(test_calls__none), TEST(test_calls__long_ago), TEST(test_calls__thread_is_gone),
	  TEST(test_calls__unregister), TEST(test_calls__no_memory))
#else
/* Its subject is not in this build. */
static void test_calls__is_not_built(void)
{
}

TEST_MAIN(TEST(test_calls__is_not_built))
#endif
