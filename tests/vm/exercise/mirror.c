// SPDX-License-Identifier: GPL-2.0
/*
 * mirror.c - scenarios of the mirror API.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exercise.h"

#define MISUSE .flags = HMM_EXERCISER_F_MISUSE
#define PAGE_SHIFT 12

static struct hmm_exerciser_cmd mirror_register(struct run *r, int fd)
{
	struct hmm_exerciser_cmd cmd = ACT(r, fd, MIRROR_REGISTER);

	CHECK(r, cmd.result == 0);
	return cmd;
}

static void mirror_unregister(struct run *r, int fd, struct hmm_exerciser_cmd mirror)
{
	ACT(r, fd, MIRROR_UNREGISTER, .object = mirror.object);
}

static struct hmm_exerciser_cmd range_register(struct run *r, int fd,
					       struct hmm_exerciser_cmd mirror)
{
	struct hmm_exerciser_cmd cmd = ACT(r, fd, RANGE_REGISTER, WHOLE(r),
					   .parent = mirror.object, .arg = PAGE_SHIFT);

	CHECK(r, cmd.result == 0);
	return cmd;
}

static void range_unregister(struct run *r, int fd, struct hmm_exerciser_cmd range)
{
	ACT(r, fd, RANGE_UNREGISTER, .object = range.object);
}

static void range_fault(struct run *r, int fd, struct hmm_exerciser_cmd range)
{
	struct hmm_exerciser_cmd cmd = ACT(r, fd, RANGE_FAULT, .object = range.object);

	CHECK(r, (int64_t)cmd.result > 0);
}

/* Up to 5.3 the reason for which there is no struct hmm is not passed on. */
static bool was_interrupted(struct hmm_exerciser_cmd cmd)
{
	return (int64_t)cmd.result == -EINTR || (int64_t)cmd.result == -ENOMEM;
}

/* --- faults ------------------------------------------------------------------- */

static void range_left_by_mirror(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), kept, given_back;

	kept = range_register(r, fd, m);
	given_back = range_register(r, fd, m);
	range_unregister(r, fd, given_back);
	run_expect(r, kept.cookie);
	ACT(r, fd, MIRROR_UNREGISTER, .object = m.object, MISUSE);
	run_hold(r);
	run_close(r, fd);
}

static void child_registers_mirror(struct run *r, int fd)
{
	run_expect(r, mirror_register(r, fd).cookie);
}

static void mirror_left_by_process(struct run *r)
{
	int fd = run_open(r);

	run_wait(r, run_child(r, fd, child_registers_mirror));
	run_hold(r);
	run_close(r, fd);
}

static void child_registers_both(struct run *r, int fd)
{
	struct hmm_exerciser_cmd m = mirror_register(r, fd);

	run_expect(r, m.cookie);
	run_expect(r, range_register(r, fd, m).cookie);
}

static void mirror_and_range_left_by_process(struct run *r)
{
	int fd = run_open(r);

	run_wait(r, run_child(r, fd, child_registers_both));
	run_hold(r);
	run_close(r, fd);
}

static void child_leaks_mirror(struct run *r, int fd)
{
	int own = run_open(r);

	(void)fd;
	run_leak(r, own);
	child_registers_mirror(r, own);
	run_close(r, own);
}

static void mirror_leaked_by_driver(struct run *r)
{
	pid_t pid = run_child(r, -1, child_leaks_mirror);

	run_wait(r, pid);
	run_hold(r);
	run_reset(r, pid);
}

static void get_without_put(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd);

	CHECK(r, ACT(r, fd, HMM_GET, .object = m.object).result == 0);
	run_expect(r, m.hmm);
	run_hold(r);
	ACT(r, fd, HMM_PUT, .object = m.object);
	mirror_unregister(r, fd, m);
	run_close(r, fd);
}

static void get_outlives_mirror(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd);

	CHECK(r, ACT(r, fd, HMM_GET, .object = m.object).result == 0);
	mirror_unregister(r, fd, m);
	run_expect(r, m.hmm);
	run_hold(r);
	ACT(r, fd, HMM_PUT, .object = m.object);
	run_close(r, fd);
}

static void put_too_often(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd);

	CHECK(r, ACT(r, fd, HMM_GET, .object = m.object).result == 0);
	ACT(r, fd, HMM_PUT, .object = m.object);
	run_expect(r, m.hmm);
	ACT(r, fd, HMM_PUT, .object = m.object, MISUSE);
	mirror_unregister(r, fd, m);
	run_close(r, fd);
}

static void mirror_double_unregister(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd);

	mirror_unregister(r, fd, m);
	run_expect(r, m.cookie);
	ACT(r, fd, MIRROR_UNREGISTER, .object = m.object, MISUSE);
	run_close(r, fd);
}

static void range_double_unregister(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), range = range_register(r, fd, m);

	range_unregister(r, fd, range);
	run_expect(r, range.cookie);
	ACT(r, fd, RANGE_UNREGISTER, .object = range.object, MISUSE);
	mirror_unregister(r, fd, m);
	run_close(r, fd);
}

static void mirror_unregister_after_failed_register(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = ACT(r, fd, MIRROR_REGISTER,
					 .flags = HMM_EXERCISER_F_INTERRUPT);

	CHECK(r, was_interrupted(m));
	run_expect(r, m.cookie);
	ACT(r, fd, MIRROR_UNREGISTER, .object = m.object, MISUSE);
	run_close(r, fd);
}

/* Not aligned to the page size of the device. */
static struct hmm_exerciser_cmd range_register_fails(struct run *r, int fd,
						     struct hmm_exerciser_cmd m, uint64_t object)
{
	struct hmm_exerciser_cmd range = ACT(r, fd, RANGE_REGISTER, .object = object,
					     .start = r->buffer + 1, .length = 4096,
					     .parent = m.object, .arg = PAGE_SHIFT);

	CHECK(r, (int64_t)range.result == -EINVAL);
	return range;
}

static void range_unregister_after_failed_register(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), range;

	range = range_register_fails(r, fd, m, 0);
	run_expect(r, range.cookie);
	ACT(r, fd, RANGE_UNREGISTER, .object = range.object, MISUSE);
	mirror_unregister(r, fd, m);
	run_close(r, fd);
}

static void failed_register_kept_reference(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd);

	CHECK(r, ACT(r, fd, HMM_GET, .object = m.object).result == 0);
	range_register_fails(r, fd, m, 0);
	run_expect(r, m.hmm);
	run_hold(r);
	ACT(r, fd, HMM_PUT, .object = m.object);
	mirror_unregister(r, fd, m);
	run_close(r, fd);
}

static void mirror_unregister_under_range(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), range = range_register(r, fd, m);

	run_expect(r, m.cookie);
	ACT(r, fd, MIRROR_UNREGISTER, .object = m.object, MISUSE);
	run_linger(r);
	range_unregister(r, fd, range);
	run_hold(r);
	run_close(r, fd);
}

/* Through what the driver remembers of a mirror that is gone; a get keeps the struct hmm. */
static void range_without_mirror(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), range;

	CHECK(r, ACT(r, fd, HMM_GET, .object = m.object).result == 0);
	mirror_unregister(r, fd, m);
	range = ACT(r, fd, RANGE_REGISTER, WHOLE(r), .parent = m.object, .arg = PAGE_SHIFT, MISUSE);
	CHECK(r, range.result == 0);
	run_expect(r, range.cookie);
	range_unregister(r, fd, range);
	ACT(r, fd, HMM_PUT, .object = m.object);
	run_close(r, fd);
}

/* What the range is registered with is an address space, where no mirror is any more. */
static void range_by_mm_without_mirror(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), range;

	mirror_unregister(r, fd, m);
	range = ACT(r, fd, RANGE_REGISTER, WHOLE(r), .parent = m.object, .arg = PAGE_SHIFT, MISUSE);
	CHECK(r, range.result == 0);
	run_expect(r, range.cookie);
	range_unregister(r, fd, range);
	run_close(r, fd);
}

static void fault_after_unregister(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), range = range_register(r, fd, m);

	range_fault(r, fd, range);
	range_unregister(r, fd, range);
	run_expect(r, range.cookie);
	ACT(r, fd, RANGE_FAULT, .object = range.object, MISUSE);
	mirror_unregister(r, fd, m);
	run_close(r, fd);
}

static void mirror_unregistered_never_registered(struct run *r)
{
	int fd = run_open(r);

	run_expect(r, ACT(r, fd, MIRROR_UNREGISTER, MISUSE).cookie);
	run_close(r, fd);
}

static void range_unregistered_never_registered(struct run *r)
{
	int fd = run_open(r);

	run_expect(r, ACT(r, fd, RANGE_UNREGISTER, MISUSE).cookie);
	run_close(r, fd);
}

/* --- legal, if odd ------------------------------------------------------------ */

static void well_behaved(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), range = range_register(r, fd, m);

	range_fault(r, fd, range);
	madvise((void *)(uintptr_t)r->buffer, r->length / 2, MADV_DONTNEED);
	range_fault(r, fd, range);
	range_unregister(r, fd, range);
	mirror_unregister(r, fd, m);
	run_close(r, fd);
}

static void registered_again(struct run *r)
{
	int i, fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), range = range_register(r, fd, m);

	for (i = 0; i < 4; i++) {
		range_unregister(r, fd, range);
		mirror_unregister(r, fd, m);
		CHECK(r, ACT(r, fd, MIRROR_REGISTER, .object = m.object).result == 0);
		CHECK(r, ACT(r, fd, RANGE_REGISTER, WHOLE(r), .object = range.object,
			     .parent = m.object, .arg = PAGE_SHIFT).result == 0);
	}
	range_unregister(r, fd, range);
	mirror_unregister(r, fd, m);
	run_close(r, fd);
}

static void ranges_overlap(struct run *r)
{
	int i, fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), range[4];

	for (i = 0; i < 4; i++)
		range[i] = range_register(r, fd, m);
	for (i = 0; i < 4; i++)
		range_fault(r, fd, range[i]);
	for (i = 0; i < 4; i++)
		range_unregister(r, fd, range[(i + 2) % 4]);
	mirror_unregister(r, fd, m);
	run_close(r, fd);
}

/* Several devices, one address space: they share one struct hmm. */
static void many_mirrors(struct run *r)
{
	struct hmm_exerciser_cmd m[3], range[3];
	int i, fd[3];

	for (i = 0; i < 3; i++) {
		fd[i] = run_open(r);
		m[i] = mirror_register(r, fd[i]);
		range[i] = range_register(r, fd[i], m[i]);
		CHECK(r, m[i].hmm == m[0].hmm);
	}
	for (i = 0; i < 3; i++) {
		range_unregister(r, fd[i], range[i]);
		mirror_unregister(r, fd[i], m[i]);
		run_linger(r);
		run_close(r, fd[i]);
	}
}

static void transient_references(struct run *r)
{
	int i, fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd);

	for (i = 0; i < 8; i++)
		CHECK(r, ACT(r, fd, HMM_GET, .object = m.object).result == 0);
	for (i = 0; i < 8; i++)
		ACT(r, fd, HMM_PUT, .object = m.object);
	/* One that work queued by the mirror holds a little longer than it lives. */
	CHECK(r, ACT(r, fd, HMM_GET, .object = m.object).result == 0);
	mirror_unregister(r, fd, m);
	run_linger(r);
	ACT(r, fd, HMM_PUT, .object = m.object);
	run_close(r, fd);
}

static uint64_t held_mm, held_mirror;

static void child_fails_all_ways(struct run *r, int fd)
{
	struct hmm_exerciser_cmd m, range;

	CHECK(r, ACT(r, fd, MM_HOLD).object == held_mm);
	m = ACT(r, fd, MIRROR_REGISTER, .flags = HMM_EXERCISER_F_INTERRUPT);
	CHECK(r, (int64_t)m.result == -EINTR);
	CHECK(r, m.object == held_mirror);
	CHECK(r, ACT(r, fd, MIRROR_REGISTER, .object = m.object).result == 0);
	range = range_register_fails(r, fd, m, 0);
	CHECK(r, ACT(r, fd, RANGE_REGISTER, .object = range.object, .start = r->buffer,
		     .parent = m.object, .arg = PAGE_SHIFT).result == (uint64_t)-EINVAL);
	CHECK(r, ACT(r, fd, RANGE_REGISTER, WHOLE(r), .object = range.object,
		     .parent = m.object, .arg = PAGE_SHIFT).result == 0);
	range_unregister(r, fd, range);
	/* And one that takes a reference first and gives it back when it fails. */
	CHECK(r, ACT(r, fd, HMM_GET, .object = m.object).result == 0);
	range_register_fails(r, fd, m, range.object);
	ACT(r, fd, HMM_PUT, .object = m.object);
}

/* Every refusal of the API, each handled; the last two on a dead address space. */
static void failures_handled(struct run *r)
{
	struct hmm_exerciser_cmd cmd;
	int fd = run_open(r);

	held_mm = 1;
	held_mirror = 2;
	run_wait(r, run_child(r, fd, child_fails_all_ways));
	cmd = ACT(r, fd, RANGE_REGISTER, WHOLE(r), .parent = held_mirror, .arg = PAGE_SHIFT);
	CHECK(r, (int64_t)cmd.result == -EFAULT);
	ACT(r, fd, MIRROR_UNREGISTER, .object = held_mirror);
	cmd = ACT(r, fd, MIRROR_REGISTER, .object = held_mirror, .parent = held_mm);
	CHECK(r, (int64_t)cmd.result == -EFAULT);
	run_close(r, fd);
}

static void child_is_refused(struct run *r, int fd)
{
	struct hmm_exerciser_cmd m, range;

	m = ACT(r, fd, MIRROR_REGISTER, .flags = HMM_EXERCISER_F_INTERRUPT);
	CHECK(r, was_interrupted(m));
	CHECK(r, m.object == held_mirror);
	CHECK(r, ACT(r, fd, MIRROR_REGISTER, .object = m.object).result == 0);
	range = range_register_fails(r, fd, m, 0);
	CHECK(r, ACT(r, fd, RANGE_REGISTER, .object = range.object, .start = r->buffer,
		     .parent = m.object, .arg = PAGE_SHIFT).result == (uint64_t)-EINVAL);
	CHECK(r, ACT(r, fd, RANGE_REGISTER, WHOLE(r), .object = range.object,
		     .parent = m.object, .arg = PAGE_SHIFT).result == 0);
	range_unregister(r, fd, range);
}

/* The refusals that every version of the API has; the last one on a dead address space. */
static void refusals_handled(struct run *r)
{
	struct hmm_exerciser_cmd cmd;
	int fd = run_open(r);

	held_mirror = 1;
	run_wait(r, run_child(r, fd, child_is_refused));
	cmd = ACT(r, fd, RANGE_REGISTER, WHOLE(r), .parent = held_mirror, .arg = PAGE_SHIFT);
	CHECK(r, (int64_t)cmd.result == -EFAULT);
	ACT(r, fd, MIRROR_UNREGISTER, .object = held_mirror);
	run_close(r, fd);
}

/* The thread's change: there is no struct hmm to be had but from a registered mirror. */
static void range_refused_without_mirror(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), range;

	mirror_unregister(r, fd, m);
	range = ACT(r, fd, RANGE_REGISTER, WHOLE(r), .parent = m.object, .arg = PAGE_SHIFT, MISUSE);
	CHECK(r, (int64_t)range.result == -EINVAL || (int64_t)range.result == -EFAULT);
	run_close(r, fd);
}

/* Registered twice, which the API refuses, and unregistered once. */
static void busy_handled(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), range = range_register(r, fd, m), cmd;

	cmd = ACT(r, fd, MIRROR_REGISTER, .object = m.object);
	CHECK(r, (int64_t)cmd.result == -EBUSY);
	cmd = ACT(r, fd, RANGE_REGISTER, .object = range.object, WHOLE(r), .parent = m.object,
		  .arg = PAGE_SHIFT);
	CHECK(r, (int64_t)cmd.result == -EBUSY);
	range_unregister(r, fd, range);
	mirror_unregister(r, fd, m);
	run_close(r, fd);
}

static void mirror_outlives_process(struct run *r)
{
	int fd = run_open(r);

	run_wait(r, run_child(r, fd, child_registers_both));
	run_linger(r);
	run_close(r, fd);
}

static void child_opens_and_exits(struct run *r, int fd)
{
	(void)fd;
	child_registers_both(r, run_open(r));
}

static void mirror_released_by_exit(struct run *r)
{
	run_wait(r, run_child(r, -1, child_opens_and_exits));
}

static void child_defers(struct run *r, int fd)
{
	int own = run_open(r);

	(void)fd;
	ACT(r, own, CLOSE_POLICY, .arg = HMM_EXERCISER_CLOSE_DEFER, .length = r->linger_ms);
	child_registers_both(r, own);
}

static void mirror_released_by_kworker(struct run *r)
{
	run_wait(r, run_child(r, -1, child_defers));
	run_hold(r);
}

static void child_ends_in_release(struct run *r, int fd)
{
	int own = run_open(r);
	struct hmm_exerciser_cmd m = ACT(r, own, MIRROR_REGISTER,
					 .flags = HMM_EXERCISER_F_END_IN_RELEASE);

	(void)fd;
	CHECK(r, m.result == 0);
	range_register(r, own, m);
	range_register(r, own, m);
}

static void mirror_unregister_in_release(struct run *r)
{
	run_wait(r, run_child(r, -1, child_ends_in_release));
}

static void mirror_unregister_by_worker(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), range = range_register(r, fd, m);

	ACT(r, fd, RANGE_UNREGISTER, .object = range.object, .flags = HMM_EXERCISER_F_WORKER);
	ACT(r, fd, MIRROR_UNREGISTER, .object = m.object, .flags = HMM_EXERCISER_F_WORKER);
	run_close(r, fd);
}

static void child_touches(struct run *r, int fd)
{
	(void)fd;
	memset((void *)(uintptr_t)r->buffer, 2, r->length);
}

static void mirror_fork_child(struct run *r)
{
	int fd = run_open(r);
	struct hmm_exerciser_cmd m = mirror_register(r, fd), range = range_register(r, fd, m);

	run_wait(r, run_child(r, fd, child_touches));
	run_hold(r);
	range_fault(r, fd, range);
	run_close(r, fd);
}

static void *thread_churns(void *arg)
{
	struct run *r = arg;
	int i, fd = run_open(r);

	for (i = 0; i < 16; i++) {
		struct hmm_exerciser_cmd m = mirror_register(r, fd);
		struct hmm_exerciser_cmd range = range_register(r, fd, m);

		ACT(r, fd, RANGE_FAULT, .object = range.object);
		madvise((void *)(uintptr_t)r->buffer, r->length / 2, MADV_DONTNEED);
		range_unregister(r, fd, range);
		mirror_unregister(r, fd, m);
		ACT(r, fd, DISCARD, .object = range.object);
		ACT(r, fd, DISCARD, .object = m.object);
	}
	close(fd);
	return NULL;
}

static void mirror_threads(struct run *r)
{
	pthread_t t[4];
	int i;

	for (i = 0; i < 4; i++)
		CHECK(r, pthread_create(&t[i], NULL, thread_churns, r) == 0);
	for (i = 0; i < 4; i++)
		CHECK(r, pthread_join(t[i], NULL) == 0);
}

#define MIRROR  HMM_EXERCISER_API_MIRROR
#define HMM_GET HMM_EXERCISER_API_HMM_GET
#define BY_MM   HMM_EXERCISER_API_RANGE_BY_MM
#define SURVIVES(what) HMM_EXERCISER_SURVIVES_##what

/* S(function, kind, hot, what it needs beside mirrors, "about", expectations...), the name is the function's */
#define MIRROR_SCENARIOS(S) \
	S(range_left_by_mirror, FAULT, 0, SURVIVES(UNDER_RANGE), "two ranges, one given back, then the mirror is", \
	  { "range-orphaned-by-mirror", "range", 1 }) \
	S(mirror_left_by_process, FAULT, 0, 0, \
	  "process dies with a mirror registered, its file lives on in another", \
	  { "mirror-orphaned-by-mm", "mirror", 1 }) \
	S(mirror_and_range_left_by_process, FAULT, 0, 0, "the same with a range of the mirror", \
	  { "mirror-orphaned-by-mm", "mirror", 1 }, { "range-orphaned-by-mm", "range", 1 }) \
	S(mirror_leaked_by_driver, FAULT, 0, 0, \
	  "driver forgets a registered mirror when the file is closed", \
	  { "mirror-orphaned-by-mm", "mirror", 1 }) \
	S(get_without_put, FAULT, 0, HMM_GET, "a reference more than mirrors and ranges", \
	  { "reference-unaccounted", "hmm", 1 }) \
	S(get_outlives_mirror, FAULT, 0, HMM_GET, "a reference is all that is left", \
	  { "reference-unaccounted", "hmm", 1 }) \
	S(put_too_often, FAULT, 0, HMM_GET, "one get, two puts", { "reference-underflow", "hmm", 1 }) \
	S(mirror_double_unregister, FAULT, 0, SURVIVES(TWICE), "one register, two unregisters", \
	  { "mirror-double-unregister", "mirror", 1 }) \
	S(range_double_unregister, FAULT, 0, SURVIVES(TWICE), "one register, two unregisters", \
	  { "range-double-unregister", "range", 1 }) \
	S(mirror_unregister_after_failed_register, FAULT, 0, SURVIVES(TWICE), \
	  "unregister although register said -EINTR", \
	  { "mirror-unregister-after-failed-register", "mirror", 1 }) \
	S(range_unregister_after_failed_register, FAULT, 0, SURVIVES(TWICE), \
	  "unregister although register said -EINVAL", \
	  { "range-unregister-after-failed-register", "range", 1 }) \
	S(failed_register_kept_reference, FAULT, 0, HMM_GET, \
	  "get, register fails, and nobody puts", \
	  { "failed-register-kept-reference", "hmm", 1 }) \
	S(mirror_unregister_under_range, FAULT, 0, SURVIVES(UNDER_RANGE), "the range follows, but too late", \
	  { "mirror-unregister-under-ranges", "mirror", 1 }) \
	S(range_without_mirror, FAULT, 0, HMM_GET, "range registered through a mirror that is gone", \
	  { "range-register-without-mirror", "range", 1 }) \
	S(range_by_mm_without_mirror, FAULT, 0, BY_MM, \
	  "range registered on an address space without any mirror", \
	  { "range-register-without-mirror", "range", 1 }) \
	S(mirror_unregistered_never_registered, FAULT, 0, SURVIVES(TWICE), "unregister without a register before", \
	  { "mirror-unregister-without-register", "mirror", 1 }) \
	S(range_unregistered_never_registered, FAULT, 0, SURVIVES(TWICE), "unregister without a register before", \
	  { "range-unregister-without-register", "range", 1 }) \
	S(fault_after_unregister, FAULT, 1, SURVIVES(DEAD_FAULT), "fault of an unregistered range", \
	  { "use-of-unregistered-range", "range", 1 }) \
	S(well_behaved, LEGAL, 0, 0, "the whole life, with faults and invalidations", ) \
	S(registered_again, LEGAL, 0, 0, "the same mirror and range registered again", ) \
	S(ranges_overlap, LEGAL, 0, 0, "windows that overlap", ) \
	S(many_mirrors, LEGAL, 0, 0, "three mirrors share a struct hmm", ) \
	S(transient_references, LEGAL, 0, HMM_GET, "many gets and puts, one beyond the mirror's life", ) \
	S(failures_handled, LEGAL, 0, HMM_GET, "registers that failed and were not undone", ) \
	S(refusals_handled, LEGAL, 0, 0, "what refuses without a reference, everywhere", ) \
	S(range_refused_without_mirror, LEGAL, 0, \
	  HMM_EXERCISER_REFUSES_NO_MIRROR | EXERCISE_MISUSE, \
	  "range through a mirror that is gone: refused, no reference taken", ) \
	S(busy_handled, LEGAL, 0, SURVIVES(BUSY), "registers that said -EBUSY to what is registered", ) \
	S(mirror_outlives_process, LEGAL, 0, 0, \
	  "the file is closed a moment after the process died", ) \
	S(mirror_released_by_exit, LEGAL, 0, 0, "exit tears down first and closes files then", ) \
	S(mirror_released_by_kworker, LEGAL, 0, 0, "close leaves the release to a kworker", ) \
	S(mirror_unregister_in_release, LEGAL, 0, SURVIVES(END_IN_RELEASE), "the driver's ->release unregisters", ) \
	S(mirror_unregister_by_worker, LEGAL, 0, 0, "unregistered by another task", ) \
	S(mirror_fork_child, LEGAL, 0, 0, "a child of the registered process comes and goes", ) \
	S(mirror_threads, LEGAL, 0, SURVIVES(CHURN) | EXERCISE_THREADS, "four threads, one address space", )

const struct scenario mirror_scenarios[] = {
#define S(f, k, h, n, w, ...) \
	{ .name = "mirror:" #f, .about = w, .kind = k, .apis = MIRROR | (n), .hot = h, .fn = f, \
	  .expected = { __VA_ARGS__ } },
	MIRROR_SCENARIOS(S)
#undef S
};
const unsigned int nr_mirror_scenarios = sizeof(mirror_scenarios) / sizeof(mirror_scenarios[0]);
