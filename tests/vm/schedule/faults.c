// SPDX-License-Identifier: GPL-2.0
/*
 * faults.c - what can go wrong, and what a tracer has to say of it.
 */
#include <errno.h>
#include <unistd.h>

#include "schedule.h"

/* --- faults that a thread can plant beside others ---------------------------------- */

static struct hmm_exerciser_cmd new_interval(struct actor *a)
{
	struct hmm_exerciser_cmd cmd = ACT(a->r, a->fd, INTERVAL_INSERT, WHOLE(a->r));

	CHECK(a->r, cmd.result == 0);
	return cmd;
}

static struct hmm_exerciser_cmd new_range(struct actor *a, uint64_t mirror)
{
	struct hmm_exerciser_cmd cmd = ACT(a->r, a->fd, RANGE_REGISTER, WHOLE(a->r),
					   .parent = mirror, .arg = PAGE_SHIFT);

	CHECK(a->r, cmd.result == 0);
	return cmd;
}

static uint64_t interval_read_after(struct actor *a)
{
	struct hmm_exerciser_cmd cmd = new_interval(a);

	ACT(a->r, a->fd, INTERVAL_REMOVE, .object = cmd.object);
	ACT(a->r, a->fd, INTERVAL_READ, .object = cmd.object, MISUSE);
	discard(a, cmd);
	return cmd.cookie;
}

static uint64_t notifier_twice(struct actor *a)
{
	struct hmm_exerciser_cmd cmd = ACT(a->r, a->fd, NOTIFIER_REGISTER);

	CHECK(a->r, cmd.result == 0);
	ACT(a->r, a->fd, NOTIFIER_UNREGISTER, .object = cmd.object);
	ACT(a->r, a->fd, NOTIFIER_UNREGISTER, .object = cmd.object, MISUSE);
	discard(a, cmd);
	return cmd.cookie;
}

static uint64_t notifier_after_failure(struct actor *a)
{
	struct hmm_exerciser_cmd cmd = ACT(a->r, a->fd, NOTIFIER_REGISTER,
					   .flags = HMM_EXERCISER_F_INTERRUPT);

	/* The first of an address space takes the lock that can be interrupted. */
	if (cmd.result == 0) {
		ACT(a->r, a->fd, NOTIFIER_UNREGISTER, .object = cmd.object);
		discard(a, cmd);
		return 0;
	}
	ACT(a->r, a->fd, NOTIFIER_UNREGISTER, .object = cmd.object, MISUSE);
	discard(a, cmd);
	return cmd.cookie;
}

static uint64_t mirror_twice(struct actor *a)
{
	struct hmm_exerciser_cmd cmd = new_mirror(a);

	ACT(a->r, a->fd, MIRROR_UNREGISTER, .object = cmd.object);
	ACT(a->r, a->fd, MIRROR_UNREGISTER, .object = cmd.object, MISUSE);
	discard(a, cmd);
	return cmd.cookie;
}

static uint64_t range_twice(struct actor *a)
{
	struct hmm_exerciser_cmd m = new_mirror(a), cmd = new_range(a, m.object);

	ACT(a->r, a->fd, RANGE_UNREGISTER, .object = cmd.object);
	ACT(a->r, a->fd, RANGE_UNREGISTER, .object = cmd.object, MISUSE);
	ACT(a->r, a->fd, MIRROR_UNREGISTER, .object = m.object);
	discard(a, cmd);
	discard(a, m);
	return cmd.cookie;
}

/* Not aligned to the pages of the device. */
static uint64_t range_after_failure(struct actor *a)
{
	struct hmm_exerciser_cmd m = new_mirror(a);
	struct hmm_exerciser_cmd cmd = ACT(a->r, a->fd, RANGE_REGISTER, .parent = m.object,
					   .start = a->r->buffer + 1, .length = 4096,
					   .arg = PAGE_SHIFT);

	CHECK(a->r, (int64_t)cmd.result == -EINVAL);
	ACT(a->r, a->fd, RANGE_UNREGISTER, .object = cmd.object, MISUSE);
	ACT(a->r, a->fd, MIRROR_UNREGISTER, .object = m.object);
	discard(a, cmd);
	discard(a, m);
	return cmd.cookie;
}

static uint64_t range_fault_after(struct actor *a)
{
	struct hmm_exerciser_cmd m = new_mirror(a), cmd = new_range(a, m.object);

	ACT(a->r, a->fd, RANGE_UNREGISTER, .object = cmd.object);
	ACT(a->r, a->fd, RANGE_FAULT, .object = cmd.object, MISUSE);
	ACT(a->r, a->fd, MIRROR_UNREGISTER, .object = m.object);
	discard(a, cmd);
	discard(a, m);
	return cmd.cookie;
}

/* Of two ranges one is given back before the mirror goes, one long after it. */
static uint64_t range_left(struct actor *a)
{
	struct hmm_exerciser_cmd m, cmd, twin;

	if (a->nr_dues == NR_DUES)
		return 0;
	m = new_mirror(a);
	cmd = new_range(a, m.object);
	twin = new_range(a, m.object);
	ACT(a->r, a->fd, RANGE_UNREGISTER, .object = twin.object);
	discard(a, twin);
	ACT(a->r, a->fd, MIRROR_UNREGISTER, .object = m.object, MISUSE);
	later(a, conf.hold_ms, HMM_EXERCISER_RANGE_UNREGISTER, cmd.object, m.object);
	return cmd.cookie;
}

/* The same, but not that long. */
static uint64_t mirror_under_range(struct actor *a)
{
	struct hmm_exerciser_cmd m, cmd;

	if (a->nr_dues == NR_DUES)
		return 0;
	m = new_mirror(a);
	cmd = new_range(a, m.object);
	ACT(a->r, a->fd, MIRROR_UNREGISTER, .object = m.object, MISUSE);
	later(a, conf.linger_ms, HMM_EXERCISER_RANGE_UNREGISTER, cmd.object, m.object);
	return m.cookie;
}

/* --- faults of a process that does nothing else ------------------------------------- */

/* The driver survives these two only while nobody else has an interval. */
static uint64_t interval_twice(struct actor *a)
{
	struct hmm_exerciser_cmd cmd = new_interval(a);

	ACT(a->r, a->fd, INTERVAL_REMOVE, .object = cmd.object);
	ACT(a->r, a->fd, INTERVAL_REMOVE, .object = cmd.object, MISUSE);
	discard(a, cmd);
	return cmd.cookie;
}

/* Refused after it was half set up: the window wraps around. */
static uint64_t interval_after_failure(struct actor *a)
{
	struct hmm_exerciser_cmd cmd = ACT(a->r, a->fd, INTERVAL_INSERT, .start = -65536UL,
					   .length = 1UL << 31);

	CHECK(a->r, (int64_t)cmd.result == -EOVERFLOW);
	ACT(a->r, a->fd, INTERVAL_REMOVE, .object = cmd.object, MISUSE);
	discard(a, cmd);
	return cmd.cookie;
}

static uint64_t get_without_put(struct actor *a)
{
	struct hmm_exerciser_cmd m = new_mirror(a);

	CHECK(a->r, ACT(a->r, a->fd, HMM_GET, .object = m.object).result == 0);
	sleep_us(conf.hold_ms * 1000);
	ACT(a->r, a->fd, HMM_PUT, .object = m.object);
	ACT(a->r, a->fd, MIRROR_UNREGISTER, .object = m.object);
	return m.hmm;
}

static uint64_t put_too_often(struct actor *a)
{
	struct hmm_exerciser_cmd m = new_mirror(a);

	CHECK(a->r, ACT(a->r, a->fd, HMM_GET, .object = m.object).result == 0);
	ACT(a->r, a->fd, HMM_PUT, .object = m.object);
	ACT(a->r, a->fd, HMM_PUT, .object = m.object, MISUSE);
	ACT(a->r, a->fd, MIRROR_UNREGISTER, .object = m.object);
	return m.hmm;
}

static uint64_t kept_reference(struct actor *a)
{
	struct hmm_exerciser_cmd m = new_mirror(a), cmd;

	CHECK(a->r, ACT(a->r, a->fd, HMM_GET, .object = m.object).result == 0);
	cmd = ACT(a->r, a->fd, RANGE_REGISTER, .parent = m.object, .start = a->r->buffer + 1,
		  .length = 4096, .arg = PAGE_SHIFT);
	CHECK(a->r, (int64_t)cmd.result == -EINVAL);
	sleep_us(conf.hold_ms * 1000);
	ACT(a->r, a->fd, HMM_PUT, .object = m.object);
	ACT(a->r, a->fd, MIRROR_UNREGISTER, .object = m.object);
	return m.hmm;
}

/* Through what the driver remembers of a mirror that is gone. */
static uint64_t range_without_mirror(struct actor *a)
{
	struct hmm_exerciser_cmd m = new_mirror(a), cmd;

	CHECK(a->r, ACT(a->r, a->fd, HMM_GET, .object = m.object).result == 0);
	ACT(a->r, a->fd, MIRROR_UNREGISTER, .object = m.object);
	cmd = ACT(a->r, a->fd, RANGE_REGISTER, WHOLE(a->r), .parent = m.object,
		  .arg = PAGE_SHIFT, MISUSE);
	CHECK(a->r, cmd.result == 0);
	ACT(a->r, a->fd, RANGE_UNREGISTER, .object = cmd.object);
	ACT(a->r, a->fd, HMM_PUT, .object = m.object);
	return cmd.cookie;
}

/* The file is the parent's, too: what it registers stays when its process ends. */
static uint64_t left_interval(struct actor *a)
{
	return new_interval(a).cookie;
}

static uint64_t left_notifier(struct actor *a)
{
	struct hmm_exerciser_cmd cmd = ACT(a->r, a->fd, NOTIFIER_REGISTER);

	CHECK(a->r, cmd.result == 0);
	return cmd.cookie;
}

static uint64_t left_mirror(struct actor *a)
{
	return new_mirror(a).cookie;
}

#define NOTIFIER HMM_EXERCISER_API_NOTIFIER
#define MIRROR HMM_EXERCISER_API_MIRROR

/* F(function, rule, class, API, flags), the name is the function's */
#define FAULTS(F) \
	F(interval_twice, "range-double-unregister", "range", NOTIFIER, ALONE) \
	F(interval_after_failure, "range-unregister-after-failed-register", \
	  "range", NOTIFIER, ALONE) \
	F(interval_read_after, "use-of-unregistered-range", "range", NOTIFIER, HOT) \
	F(notifier_twice, "mirror-double-unregister", "mirror", NOTIFIER, 0) \
	F(notifier_after_failure, "mirror-unregister-after-failed-register", \
	  "mirror", NOTIFIER, 0) \
	F(mirror_twice, "mirror-double-unregister", "mirror", MIRROR, 0) \
	F(range_twice, "range-double-unregister", "range", MIRROR, 0) \
	F(range_after_failure, "range-unregister-after-failed-register", "range", MIRROR, 0) \
	F(range_fault_after, "use-of-unregistered-range", "range", MIRROR, HOT) \
	F(range_left, "range-orphaned-by-mirror", "range", MIRROR, 0) \
	F(mirror_under_range, "mirror-unregister-under-ranges", "mirror", MIRROR, 0) \
	F(get_without_put, "reference-unaccounted", "hmm", MIRROR, ALONE) \
	F(put_too_often, "reference-underflow", "hmm", MIRROR, ALONE) \
	F(kept_reference, "failed-register-kept-reference", "hmm", MIRROR, ALONE) \
	F(range_without_mirror, "range-register-without-mirror", "range", MIRROR, ALONE) \
	F(left_interval, "range-orphaned-by-mm", "range", NOTIFIER, ALONE | LEFT) \
	F(left_notifier, "mirror-orphaned-by-mm", "mirror", NOTIFIER, ALONE | LEFT) \
	F(left_mirror, "mirror-orphaned-by-mm", "mirror", MIRROR, ALONE | LEFT)

static const struct fault faults[] = {
#define F(fn, r, c, a, f) { .name = #fn, .rule = r, .class = c, .apis = a, .flags = f, .plant = fn },
	FAULTS(F)
#undef F
};
#define NR_FAULTS (sizeof(faults) / sizeof(faults[0]))

bool plant(struct actor *a, bool solo)
{
	const struct fault *f;
	struct plant *p;
	uint64_t address;

	do {
		f = &faults[dice(a, NR_FAULTS)];
	} while (!(f->flags & ALONE) != !solo || (f->apis & ~conf.apis) || (f->flags & HOT && !conf.hot));
	address = f->plant(a);
	if (!address)
		return false;
	p = &shared->plants[__atomic_fetch_add(&shared->nr_plants, 1, __ATOMIC_SEQ_CST) % MAX_PLANTS];
	*p = (struct plant){ f, address, getpid(), 1 };
	return f->flags & LEFT;
}
