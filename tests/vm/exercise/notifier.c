// SPDX-License-Identifier: GPL-2.0
/*
 * notifier.c - scenarios of the current kernel API: mmu notifiers and interval
 * notifiers.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exercise.h"

#define MISUSE .flags = HMM_EXERCISER_F_MISUSE

static struct hmm_exerciser_cmd insert(struct run *r, int fd)
{
	struct hmm_exerciser_cmd cmd = ACT(r, fd, INTERVAL_INSERT, WHOLE(r));

	CHECK(r, cmd.result == 0);
	return cmd;
}

static struct hmm_exerciser_cmd get(struct run *r, int fd, uint64_t object)
{
	struct hmm_exerciser_cmd cmd = ACT(r, fd, NOTIFIER_GET, .object = object);

	CHECK(r, cmd.result == 0);
	return cmd;
}

/* --- faults ------------------------------------------------------------------- */

static void child_inserts(struct run *r, int fd)
{
	run_expect(r, insert(r, fd).cookie);
}

static void interval_left_by_process(struct run *r)
{
	int fd = run_open(r);

	run_wait(r, run_child(r, fd, child_inserts));
	run_hold(r);
	run_close(r, fd);
}

static void child_leaks_interval(struct run *r, int fd)
{
	int own = run_open(r);

	(void)fd;
	run_leak(r, own);
	run_expect(r, insert(r, own).cookie);
	run_close(r, own);
}

static void interval_leaked_by_driver(struct run *r)
{
	pid_t pid = run_child(r, -1, child_leaks_interval);

	run_wait(r, pid);
	run_hold(r);
	run_reset(r, pid);
}

static void child_registers(struct run *r, int fd)
{
	struct hmm_exerciser_cmd cmd = ACT(r, fd, NOTIFIER_REGISTER);

	CHECK(r, cmd.result == 0);
	run_expect(r, cmd.cookie);
}

static void notifier_left_by_process(struct run *r)
{
	int fd = run_open(r);

	run_wait(r, run_child(r, fd, child_registers));
	run_hold(r);
	run_close(r, fd);
}

static void child_gets_twice(struct run *r, int fd)
{
	struct hmm_exerciser_cmd cmd;
	int own = run_open(r);

	(void)fd;
	run_leak(r, own);
	cmd = get(r, own, 0);
	get(r, own, cmd.object);
	ACT(r, own, NOTIFIER_PUT, .object = cmd.object);
	run_expect(r, cmd.cookie);
	run_close(r, own);
}

static void notifier_get_without_put(struct run *r)
{
	pid_t pid = run_child(r, -1, child_gets_twice);

	run_wait(r, pid);
	run_hold(r);
	run_reset(r, pid);
}

static void notifier_put_too_often(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = get(r, fd, 0);

	ACT(r, fd, NOTIFIER_PUT, .object = cmd.object);
	run_expect(r, cmd.cookie);
	ACT(r, fd, NOTIFIER_PUT, .object = cmd.object, MISUSE);
	run_close(r, fd);
}

static uint64_t held_object;

static void child_makes_tree(struct run *r, int fd)
{
	struct hmm_exerciser_cmd cmd;

	/* Ids of a file are handed out in order, so the parent can name this one. */
	CHECK(r, ACT(r, fd, MM_HOLD).object == held_object);
	cmd = insert(r, fd);
	ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object);
	r->owner = getpid();
}

static void interval_on_dead_mm(struct run *r)
{
	struct hmm_exerciser_cmd cmd;
	int fd = run_open(r);

	held_object = 1;
	run_wait(r, run_child(r, fd, child_makes_tree));
	cmd = ACT(r, fd, INTERVAL_INSERT, WHOLE(r), .parent = held_object, MISUSE);
	CHECK(r, (int64_t)cmd.result == -EINVAL);
	r->about[r->nr_about++] = cmd.cookie;
	run_close(r, fd);
}

static void interval_double_remove(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = insert(r, fd);

	ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object);
	run_expect(r, cmd.cookie);
	ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object, MISUSE);
	run_close(r, fd);
}

static void notifier_double_unregister(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = ACT(r, fd, NOTIFIER_REGISTER);

	CHECK(r, cmd.result == 0);
	ACT(r, fd, NOTIFIER_UNREGISTER, .object = cmd.object);
	run_expect(r, cmd.cookie);
	ACT(r, fd, NOTIFIER_UNREGISTER, .object = cmd.object, MISUSE);
	run_close(r, fd);
}

/* The window wraps around: refused after the notifier was half set up. */
static struct hmm_exerciser_cmd insert_overflow(struct run *r, int fd, uint64_t object)
{
	struct hmm_exerciser_cmd cmd = ACT(r, fd, INTERVAL_INSERT, .object = object,
					   .start = -65536UL, .length = 1UL << 31);

	CHECK(r, (int64_t)cmd.result == -EOVERFLOW);
	return cmd;
}

static void interval_remove_after_failed_insert(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = insert_overflow(r, fd, 0);

	run_expect(r, cmd.cookie);
	ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object, MISUSE);
	run_close(r, fd);
}

static void notifier_unregister_after_failed_register(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = ACT(r, fd, NOTIFIER_REGISTER,
					   .flags = HMM_EXERCISER_F_INTERRUPT);

	CHECK(r, (int64_t)cmd.result == -EINTR);
	run_expect(r, cmd.cookie);
	ACT(r, fd, NOTIFIER_UNREGISTER, .object = cmd.object, MISUSE);
	run_close(r, fd);
}

static void interval_read_after_remove(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = insert(r, fd);

	ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object);
	run_expect(r, cmd.cookie);
	ACT(r, fd, INTERVAL_READ, .object = cmd.object, MISUSE);
	run_close(r, fd);
}

static void interval_fault_after_remove(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = insert(r, fd);

	CHECK(r, ACT(r, fd, INTERVAL_FAULT, .object = cmd.object).result == 0);
	ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object);
	run_expect(r, cmd.cookie);
	ACT(r, fd, INTERVAL_FAULT, .object = cmd.object, MISUSE);
	run_close(r, fd);
}

/* Registered in a child that died, and once more, by its parent, with nothing in between. */
static void interval_registered_twice(struct run *r)
{
	int fd = run_open(r);

	run_wait(r, run_child(r, fd, child_inserts));
	CHECK(r, ACT(r, fd, INTERVAL_INSERT, .object = 1, WHOLE(r), MISUSE).result == 0);
	ACT(r, fd, INTERVAL_REMOVE, .object = 1);
	run_close(r, fd);
}

static void notifier_registered_twice(struct run *r)
{
	int fd = run_open(r);

	run_wait(r, run_child(r, fd, child_registers));
	CHECK(r, ACT(r, fd, NOTIFIER_REGISTER, .object = 1, MISUSE).result == 0);
	ACT(r, fd, NOTIFIER_UNREGISTER, .object = 1);
	run_close(r, fd);
}

static void interval_removed_never_inserted(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd;

	ACT(r, fd, MM_HOLD);
	cmd = insert(r, fd);
	ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object);
	run_expect(r, ACT(r, fd, INTERVAL_REMOVE, MISUSE).cookie);
	run_close(r, fd);
}

static void notifier_unregistered_never_registered(struct run *r)
{
	int fd = run_open(r);

	run_expect(r, ACT(r, fd, NOTIFIER_UNREGISTER, MISUSE).cookie);
	run_close(r, fd);
}

static void child_registers_and_waits(struct run *r, int fd)
{
	child_registers(r, fd);
	run_step(r, 1);
	run_wait_step(r, 2);
}

/* The child's notifier, unregistered with the parent's mm for an argument. */
static void notifier_unregistered_from_wrong_mm(struct run *r)
{
	int fd = run_open(r), other = run_open(r);
	struct hmm_exerciser_cmd held = ACT(r, fd, MM_HOLD);
	pid_t pid;

	CHECK(r, ACT(r, other, NOTIFIER_REGISTER).result == 0);
	pid = run_child(r, fd, child_registers_and_waits);
	run_wait_step(r, 1);
	ACT(r, fd, NOTIFIER_UNREGISTER, .object = held.object + 1, .parent = held.object, MISUSE);
	run_step(r, 2);
	run_wait(r, pid);
	run_close(r, other);
	run_close(r, fd);
}

static void *thread_invalidates(void *arg)
{
	struct run *r = arg;

	run_step(r, 1);
	madvise((void *)(uintptr_t)r->buffer, r->length, MADV_DONTNEED);
	return NULL;
}

/* An invalidation takes so long that the removal has to wait, and meanwhile there is a read. */
static void interval_read_during_remove(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = insert(r, fd);
	pthread_t thread;

	/* Twice that is when the read is made; the rest is for a guest that is late. */
	ACT(r, fd, CALLBACK_DELAY, .arg = 14 * r->linger_ms);
	CHECK(r, pthread_create(&thread, NULL, thread_invalidates, r) == 0);
	run_wait_step(r, 1);
	run_linger(r);
	run_expect(r, cmd.cookie);
	ACT(r, fd, INTERVAL_RACE, .object = cmd.object, .arg = r->linger_ms, MISUSE);
	CHECK(r, pthread_join(thread, NULL) == 0);
	run_close(r, fd);
}

/* --- what does not end ---------------------------------------------------------- */

/* The callback sleeps for longer than the grace time of callbacks. */
static void interval_callback_stuck(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = insert(r, fd);

	ACT(r, fd, CALLBACK_DELAY, .arg = r->hold_ms);
	run_expect(r, cmd.cookie);
	CHECK(r, madvise((void *)(uintptr_t)r->buffer, r->length, MADV_DONTNEED) == 0);
	ACT(r, fd, CALLBACK_DELAY, .arg = 0);
	run_close(r, fd);
}

/* The removal waits for the invalidation, and that for its callback. */
static void interval_remove_stuck(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = insert(r, fd);
	pthread_t thread;

	ACT(r, fd, CALLBACK_DELAY, .arg = r->hold_ms);
	run_expect(r, cmd.cookie);
	CHECK(r, pthread_create(&thread, NULL, thread_invalidates, r) == 0);
	run_wait_step(r, 1);
	run_linger(r);
	ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object);
	CHECK(r, pthread_join(thread, NULL) == 0);
	run_close(r, fd);
}

static void child_releases_slowly(struct run *r, int fd)
{
	int own = run_open(r);

	(void)fd;
	ACT(r, own, CALLBACK_DELAY, .arg = r->hold_ms);
	run_expect(r, ACT(r, own, NOTIFIER_REGISTER).cookie);
}

/* The exit of a process waits in ->release(). */
static void notifier_release_stuck(struct run *r)
{
	run_wait(r, run_child(r, -1, child_releases_slowly));
}

static void child_leaves_users(struct run *r, int fd)
{
	int own = run_open(r);

	(void)fd;
	run_leak(r, own);
	insert(r, own);
	run_expect(r, ACT(r, own, MM_HOLD, MISUSE).mm);
}

/* The driver forgets an mmput(): the address space outlives the last that had it. */
static void mm_users_leaked(struct run *r)
{
	pid_t pid = run_child(r, -1, child_leaves_users);

	run_wait(r, pid);
	run_hold(r);
	run_reset(r, pid);
}

/* --- legal, if odd ------------------------------------------------------------ */

static void interval_reinsert(struct run *r)
{
	int i, fd = run_open(r);
	struct hmm_exerciser_cmd cmd = insert(r, fd);

	for (i = 0; i < 8; i++) {
		ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object);
		CHECK(r, ACT(r, fd, INTERVAL_INSERT, .object = cmd.object, WHOLE(r),
			     .flags = i % 2 ? HMM_EXERCISER_F_LOCKED : 0).result == 0);
		CHECK(r, ACT(r, fd, INTERVAL_FAULT, .object = cmd.object).result == 0);
	}
	ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object);
	run_close(r, fd);
}

static void interval_on_stack(struct run *r)
{
	int fd = run_open(r);

	CHECK(r, ACT(r, fd, INTERVAL_ON_STACK, WHOLE(r), .arg = 16).result == 0);
	run_close(r, fd);
}

static void interval_overlap(struct run *r)
{
	struct hmm_exerciser_cmd cmd[4];
	int i, fd = run_open(r);

	for (i = 0; i < 4; i++) {
		cmd[i] = ACT(r, fd, INTERVAL_INSERT, .start = r->buffer + i * 4096,
			     .length = r->length - i * 8192);
		CHECK(r, cmd[i].result == 0);
	}
	for (i = 0; i < 4; i++)
		ACT(r, fd, INTERVAL_FAULT, .object = cmd[i].object);
	/* Not in the order they came in. */
	for (i = 0; i < 4; i++)
		ACT(r, fd, INTERVAL_REMOVE, .object = cmd[(i + 2) % 4].object);
	run_close(r, fd);
}

/* The very first registration of the address space is one of nothing. */
static void interval_insert_locked_first(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = ACT(r, fd, INTERVAL_INSERT, WHOLE(r),
					   .flags = HMM_EXERCISER_F_LOCKED);

	CHECK(r, cmd.result == 0);
	ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object);
	run_close(r, fd);
}

static void interval_outlives_vma(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = insert(r, fd);

	CHECK(r, ACT(r, fd, INTERVAL_FAULT, .object = cmd.object).result == 0);
	CHECK(r, munmap((void *)(uintptr_t)r->buffer, r->length) == 0);
	run_linger(r);
	ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object, .flags = HMM_EXERCISER_F_WORKER);
	run_close(r, fd);
}

static void child_inserts_and_registers(struct run *r, int fd)
{
	insert(r, fd);
	CHECK(r, ACT(r, fd, NOTIFIER_REGISTER).result == 0);
	get(r, fd, 0);
}

static void registrations_outlive_process(struct run *r)
{
	int fd = run_open(r);

	run_wait(r, run_child(r, fd, child_inserts_and_registers));
	run_linger(r);
	run_close(r, fd);
}

static void child_opens_and_exits(struct run *r, int fd)
{
	(void)fd;
	child_inserts_and_registers(r, run_open(r));
}

static void released_by_exit(struct run *r)
{
	run_wait(r, run_child(r, -1, child_opens_and_exits));
}

static void child_defers(struct run *r, int fd)
{
	int own = run_open(r);

	(void)fd;
	ACT(r, own, CLOSE_POLICY, .arg = HMM_EXERCISER_CLOSE_DEFER, .length = r->linger_ms);
	child_inserts_and_registers(r, own);
}

static void released_by_kworker(struct run *r)
{
	run_wait(r, run_child(r, -1, child_defers));
	run_hold(r);
}

static void child_gets_for_release(struct run *r, int fd)
{
	int i, own = run_open(r);

	(void)fd;
	for (i = 0; i < 2; i++)
		CHECK(r, ACT(r, own, NOTIFIER_GET,
			     .flags = HMM_EXERCISER_F_END_IN_RELEASE).result == 0);
}

static void notifier_put_in_release(struct run *r)
{
	run_wait(r, run_child(r, -1, child_gets_for_release));
}

static void notifier_get_fails(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = ACT(r, fd, NOTIFIER_GET,
					   .flags = HMM_EXERCISER_F_INTERRUPT);

	CHECK(r, (int64_t)cmd.result == -EINTR);
	get(r, fd, cmd.object);
	ACT(r, fd, NOTIFIER_PUT, .object = cmd.object);
	run_close(r, fd);
}

/* Cut a window in two without a moment in which part of it is not watched. */
static void interval_split(struct run *r)
{
	struct hmm_exerciser_cmd old, temp, upper;
	int fd = run_open(r);

	old = insert(r, fd);
	temp = insert(r, fd);
	ACT(r, fd, INTERVAL_REMOVE, .object = old.object);
	CHECK(r, ACT(r, fd, INTERVAL_INSERT, .object = old.object, .start = r->buffer,
		     .length = r->length / 2).result == 0);
	upper = ACT(r, fd, INTERVAL_INSERT, .start = r->buffer + r->length / 2,
		    .length = r->length / 2);
	CHECK(r, upper.result == 0);
	ACT(r, fd, INTERVAL_REMOVE, .object = temp.object);
	CHECK(r, ACT(r, fd, INTERVAL_FAULT, .object = old.object).result == 0);
	ACT(r, fd, INTERVAL_REMOVE, .object = old.object);
	ACT(r, fd, INTERVAL_REMOVE, .object = upper.object);
	run_close(r, fd);
}

static void notifier_get_put_many(struct run *r)
{
	struct hmm_exerciser_cmd cmd[3];
	int i, k, fd[3];

	for (i = 0; i < 3; i++) {
		fd[i] = run_open(r);
		cmd[i] = get(r, fd[i], 0);
	}
	for (k = 0; k < 8; k++) {
		for (i = 0; i < 3; i++)
			get(r, fd[i], cmd[i].object);
		for (i = 0; i < 3; i++)
			ACT(r, fd[i], NOTIFIER_PUT, .object = cmd[i].object);
	}
	for (i = 0; i < 3; i++) {
		ACT(r, fd[i], NOTIFIER_PUT, .object = cmd[i].object);
		run_close(r, fd[i]);
	}
}

static void notifier_reregister(struct run *r)
{
	int i, fd = run_open(r);
	struct hmm_exerciser_cmd cmd = ACT(r, fd, NOTIFIER_REGISTER);

	for (i = 0; i < 4; i++) {
		ACT(r, fd, NOTIFIER_UNREGISTER, .object = cmd.object,
		    .flags = i % 2 ? HMM_EXERCISER_F_WORKER : 0);
		CHECK(r, ACT(r, fd, NOTIFIER_REGISTER, .object = cmd.object).result == 0);
	}
	ACT(r, fd, NOTIFIER_UNREGISTER, .object = cmd.object);
	run_close(r, fd);
}

static void child_touches(struct run *r, int fd)
{
	(void)fd;
	memset((void *)(uintptr_t)r->buffer, 2, r->length);
}

static void fork_child(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd cmd = insert(r, fd);

	CHECK(r, ACT(r, fd, NOTIFIER_REGISTER).result == 0);
	run_wait(r, run_child(r, fd, child_touches));
	run_hold(r);
	CHECK(r, ACT(r, fd, INTERVAL_FAULT, .object = cmd.object).result == 0);
	run_close(r, fd);
}

static void failures_handled(struct run *r)
{
	struct hmm_exerciser_cmd cmd;
	int fd = run_open(r);

	cmd = ACT(r, fd, INTERVAL_INSERT, WHOLE(r), .flags = HMM_EXERCISER_F_INTERRUPT);
	CHECK(r, (int64_t)cmd.result == -EINTR);
	insert_overflow(r, fd, cmd.object);
	CHECK(r, ACT(r, fd, INTERVAL_INSERT, .object = cmd.object, WHOLE(r)).result == 0);
	ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object);
	cmd = ACT(r, fd, NOTIFIER_REGISTER, .flags = HMM_EXERCISER_F_INTERRUPT);
	CHECK(r, (int64_t)cmd.result == -EINTR);
	CHECK(r, ACT(r, fd, NOTIFIER_REGISTER, .object = cmd.object).result == 0);
	ACT(r, fd, NOTIFIER_UNREGISTER, .object = cmd.object);
	insert_overflow(r, fd, 0);
	run_close(r, fd);
}

static void *thread_churns(void *arg)
{
	struct run *r = arg;
	int i, fd = run_open(r);
	struct hmm_exerciser_cmd cmd = insert(r, fd), got = get(r, fd, 0);

	for (i = 0; i < 16; i++) {
		ACT(r, fd, INTERVAL_FAULT, .object = cmd.object);
		ACT(r, fd, INTERVAL_REMOVE, .object = cmd.object);
		CHECK(r, ACT(r, fd, INTERVAL_INSERT, .object = cmd.object, WHOLE(r)).result == 0);
		ACT(r, fd, NOTIFIER_PUT, .object = got.object);
		get(r, fd, got.object);
		madvise((void *)(uintptr_t)r->buffer, r->length / 2, MADV_DONTNEED);
	}
	close(fd);
	return NULL;
}

static void threads(struct run *r)
{
	pthread_t t[4];
	int i;

	for (i = 0; i < 4; i++)
		CHECK(r, pthread_create(&t[i], NULL, thread_churns, r) == 0);
	for (i = 0; i < 4; i++)
		CHECK(r, pthread_join(t[i], NULL) == 0);
}

static void child_execs(struct run *r, int fd)
{
	char *argv[] = { "exercise", "--list", NULL };

	(void)fd;
	/* The exec tears the address space down, then closes the file. */
	child_inserts_and_registers(r, run_open(r));
	CHECK(r, freopen("/dev/null", "w", stdout) != NULL);
	execv("/proc/self/exe", argv);
	CHECK(r, !"exec");
}

static void released_by_exec(struct run *r)
{
	run_wait(r, run_child(r, -1, child_execs));
}

static int shares_mm(void *arg)
{
	struct run *r = arg;

	insert(r, run_open(r));
	return 0;
}

/* A process that shares its parent's memory: its end is not that of the address space. */
static void owner_exits_mm_lives(struct run *r)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t pid = clone(shares_mm, stack + sizeof(stack), CLONE_VM | CLONE_FILES | SIGCHLD, r);

	CHECK(r, pid > 0);
	run_wait(r, pid);
	run_hold(r);
}

#define NOTIFIER HMM_EXERCISER_API_NOTIFIER
#define INTERVAL (HMM_EXERCISER_API_NOTIFIER | HMM_EXERCISER_API_INTERVAL)
#define FAULTING (INTERVAL | HMM_EXERCISER_API_FAULT)
#define GETTING  (HMM_EXERCISER_API_NOTIFIER | HMM_EXERCISER_API_GET)
#define ALL      (FAULTING | GETTING)

/* S(function, kind, apis, hot, "about", expectations...), the name is the function's */
#define NOTIFIER_SCENARIOS(S) \
	S(interval_left_by_process, FAULT, INTERVAL, 0, \
	  "process dies with a notifier inserted, its file lives on in another", \
	  { "range-orphaned-by-mm", "range", 1 }) \
	S(interval_leaked_by_driver, FAULT, INTERVAL, 0, \
	  "driver forgets an inserted notifier when the file is closed", \
	  { "range-orphaned-by-mm", "range", 1 }) \
	S(notifier_left_by_process, FAULT, NOTIFIER, 0, \
	  "process dies with a notifier registered, its file lives on in another", \
	  { "mirror-orphaned-by-mm", "mirror", 1 }) \
	S(notifier_get_without_put, FAULT, GETTING, 0, \
	  "two gets, one put, then the process and the file are gone", \
	  { "mirror-orphaned-by-mm", "mirror", 1 }) \
	S(notifier_put_too_often, FAULT, GETTING, 0, "one get, two puts", \
	  { "reference-underflow", "mirror", 1 }) \
	S(interval_on_dead_mm, FAULT, INTERVAL, 0, \
	  "insert into an address space that was torn down", \
	  { "range-register-on-dead-mm", "range", 1 }) \
	S(interval_double_remove, FAULT, INTERVAL, 0, "one insert, two removes", \
	  { "range-double-unregister", "range", 1 }) \
	S(notifier_double_unregister, FAULT, NOTIFIER, 0, "one register, two unregisters", \
	  { "mirror-double-unregister", "mirror", 1 }) \
	S(interval_remove_after_failed_insert, FAULT, INTERVAL, 0, \
	  "remove although insert said -EOVERFLOW", \
	  { "range-unregister-after-failed-register", "range", 1 }) \
	S(notifier_unregister_after_failed_register, FAULT, NOTIFIER, 0, \
	  "unregister although register said -EINTR", \
	  { "mirror-unregister-after-failed-register", "mirror", 1 }) \
	S(interval_registered_twice, FAULT, INTERVAL, 0, \
	  "inserted, never removed, and inserted in another address space", \
	  { "range-double-register", "range", 1 }) \
	S(notifier_registered_twice, FAULT, NOTIFIER, 0, \
	  "registered, never unregistered, and registered in another address space", \
	  { "mirror-double-register", "mirror", 1 }) \
	S(interval_removed_never_inserted, FAULT, INTERVAL, 0, "remove without an insert before", \
	  { "range-unregister-without-register", "range", 1 }) \
	S(notifier_unregistered_never_registered, FAULT, NOTIFIER, 0, \
	  "unregister without a register before", \
	  { "mirror-unregister-without-register", "mirror", 1 }) \
	S(notifier_unregistered_from_wrong_mm, FAULT, NOTIFIER, 0, \
	  "unregister with another address space for an argument", \
	  { "mirror-unregister-from-wrong-mm", "mirror", 1 }) \
	S(interval_read_during_remove, FAULT, INTERVAL | EXERCISE_THREADS, 1, "read_begin while remove waits", \
	  { "range-used-during-unregister", "range", 1 }) \
	S(interval_read_after_remove, FAULT, INTERVAL, 1, "read_begin on a removed notifier", \
	  { "use-of-unregistered-range", "range", 1 }) \
	S(interval_fault_after_remove, FAULT, FAULTING, 1, "fault through a removed notifier", \
	  { "use-of-unregistered-range", "range", 1 }) \
	S(interval_callback_stuck, STUCK, INTERVAL, 1, "->invalidate takes too long", \
	  { "callback-stuck", "range", 1 }) \
	S(interval_remove_stuck, STUCK, INTERVAL | EXERCISE_THREADS, 1, \
	  "remove waits for an ->invalidate that takes too long", \
	  { "callback-stuck", "range", 1 }, { "unregister-stuck", "range", 1 }) \
	S(notifier_release_stuck, STUCK, NOTIFIER, 0, "->release takes too long", \
	  { "callback-stuck", "mirror", 1 }) \
	S(mm_users_leaked, STUCK, INTERVAL, 0, \
	  "a process exits, and a driver has its mm_users and forgets them", \
	  { "mm-held-after-exit", "hmm", 1 }) \
	S(interval_reinsert, LEGAL, FAULTING, 0, "the same notifier removed and inserted again", ) \
	S(interval_on_stack, LEGAL, FAULTING, 0, "notifiers on the kernel stack, one per fault", ) \
	S(interval_overlap, LEGAL, FAULTING, 0, "windows that overlap", ) \
	S(interval_insert_locked_first, LEGAL, INTERVAL, 0, \
	  "insert_locked as the first registration of an address space", ) \
	S(interval_outlives_vma, LEGAL, FAULTING, 0, "munmap first, removed later by a kworker", ) \
	S(registrations_outlive_process, LEGAL, ALL, 0, \
	  "the file is closed a moment after the process died", ) \
	S(released_by_exit, LEGAL, ALL, 0, "exit tears down first and closes files then", ) \
	S(released_by_exec, LEGAL, ALL, 0, "exec does the same", ) \
	S(released_by_kworker, LEGAL, ALL, 0, "close leaves the release to a kworker", ) \
	S(notifier_put_in_release, LEGAL, GETTING, 0, "the driver's ->release puts", ) \
	S(notifier_get_fails, LEGAL, GETTING, 0, "get said -EINTR and freed the notifier", ) \
	S(interval_split, LEGAL, FAULTING, 0, "a window split with the help of a third notifier", ) \
	S(notifier_get_put_many, LEGAL, GETTING, 0, "many gets and puts through three files", ) \
	S(notifier_reregister, LEGAL, NOTIFIER, 0, "the same notifier registered again", ) \
	S(fork_child, LEGAL, FAULTING, 0, "a child of the registered process comes and goes", ) \
	S(failures_handled, LEGAL, INTERVAL, 0, "registers that failed and were not undone", ) \
	S(threads, LEGAL, ALL | EXERCISE_THREADS, 0, "four threads, one address space", ) \
	S(owner_exits_mm_lives, LEGAL, INTERVAL, 0, \
	  "the registering process ends, another has the address space too", )

const struct scenario notifier_scenarios[] = {
#define S(f, k, a, h, w, ...) \
	{ .name = "notifier:" #f, .about = w, .kind = k, .apis = a, .hot = h, .fn = f, \
	  .expected = { __VA_ARGS__ } },
	NOTIFIER_SCENARIOS(S)
#undef S
};
const unsigned int nr_notifier_scenarios =
	sizeof(notifier_scenarios) / sizeof(notifier_scenarios[0]);
