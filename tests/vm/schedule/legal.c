// SPDX-License-Identifier: GPL-2.0
/*
 * legal.c - what a driver may do.
 */
#include <errno.h>
#include <sys/mman.h>

#include "schedule.h"

struct hmm_exerciser_cmd new_mirror(struct actor *a)
{
	struct hmm_exerciser_cmd cmd = ACT(a->r, a->fd, MIRROR_REGISTER);

	CHECK(a->r, cmd.result == 0);
	return cmd;
}

void discard(struct actor *a, struct hmm_exerciser_cmd object)
{
	ACT(a->r, a->fd, DISCARD, .object = object.object);
}

static void toggle_interval(struct actor *a, unsigned int slot)
{
	struct hmm_exerciser_cmd cmd;

	if (a->inserted[slot]) {
		ACT(a->r, a->fd, INTERVAL_REMOVE, .object = a->interval[slot],
		    .flags = dice(a, 8) ? 0 : HMM_EXERCISER_F_WORKER);
		if (dice(a, 2)) {
			ACT(a->r, a->fd, DISCARD, .object = a->interval[slot]);
			a->interval[slot] = 0;
		}
	} else {
		cmd = ACT(a->r, a->fd, INTERVAL_INSERT, .object = a->interval[slot], WHOLE(a->r),
			  .flags = dice(a, 4) ? 0 : HMM_EXERCISER_F_LOCKED);
		CHECK(a->r, cmd.result == 0);
		a->interval[slot] = cmd.object;
	}
	a->inserted[slot] = !a->inserted[slot];
}

static void toggle_range(struct actor *a, unsigned int slot)
{
	struct hmm_exerciser_cmd cmd;

	if (!a->mirrored)
		return;
	if (a->registered[slot]) {
		ACT(a->r, a->fd, RANGE_UNREGISTER, .object = a->range[slot]);
		if (dice(a, 2)) {
			ACT(a->r, a->fd, DISCARD, .object = a->range[slot]);
			a->range[slot] = 0;
		}
	} else {
		cmd = ACT(a->r, a->fd, RANGE_REGISTER, WHOLE(a->r), .object = a->range[slot],
			  .parent = a->mirror, .arg = PAGE_SHIFT);
		CHECK(a->r, cmd.result == 0);
		a->range[slot] = cmd.object;
	}
	a->registered[slot] = !a->registered[slot];
}

/* Its ranges go first, in some order. */
static void toggle_mirror(struct actor *a)
{
	if (!a->mirrored) {
		a->mirror = new_mirror(a).object;
		a->mirrored = true;
		return;
	}
	for (unsigned int i = 0, first = dice(a, NR_SLOTS); i < NR_SLOTS; i++) {
		unsigned int slot = (first + i) % NR_SLOTS;

		if (a->registered[slot])
			toggle_range(a, slot);
		if (a->range[slot])
			ACT(a->r, a->fd, DISCARD, .object = a->range[slot]);
		a->range[slot] = 0;
	}
	ACT(a->r, a->fd, MIRROR_UNREGISTER, .object = a->mirror);
	ACT(a->r, a->fd, DISCARD, .object = a->mirror);
	a->mirrored = false;
}

static void toggle_notifier(struct actor *a)
{
	struct hmm_exerciser_cmd cmd;

	if (a->notified) {
		ACT(a->r, a->fd, NOTIFIER_UNREGISTER, .object = a->notifier);
	} else {
		cmd = ACT(a->r, a->fd, NOTIFIER_REGISTER, .object = a->notifier);
		CHECK(a->r, cmd.result == 0);
		a->notifier = cmd.object;
	}
	a->notified = !a->notified;
}

static void get_or_put(struct actor *a)
{
	struct hmm_exerciser_cmd cmd;

	if (a->held && dice(a, 2)) {
		ACT(a->r, a->fd, NOTIFIER_PUT, .object = a->got);
		a->held--;
		return;
	}
	cmd = ACT(a->r, a->fd, NOTIFIER_GET, .object = a->got);
	CHECK(a->r, cmd.result == 0);
	a->got = cmd.object;
	a->held++;
}

/* A reference for as long as something is done with it; a register that fails meanwhile. */
static void transient(struct actor *a)
{
	struct hmm_exerciser_cmd cmd;

	if (!a->mirrored)
		return;
	CHECK(a->r, ACT(a->r, a->fd, HMM_GET, .object = a->mirror).result == 0);
	if (dice(a, 2)) {
		cmd = ACT(a->r, a->fd, RANGE_REGISTER, .parent = a->mirror,
			  .start = a->r->buffer + 1, .length = 4096, .arg = PAGE_SHIFT);
		CHECK(a->r, (int64_t)cmd.result == -EINVAL);
		discard(a, cmd);
	}
	ACT(a->r, a->fd, HMM_PUT, .object = a->mirror);
}

static void use(struct actor *a, unsigned int slot)
{
	if (a->inserted[slot])
		ACT(a->r, a->fd, INTERVAL_FAULT, .object = a->interval[slot]);
	else if (a->registered[slot])
		ACT(a->r, a->fd, RANGE_FAULT, .object = a->range[slot]);
	else
		ACT(a->r, a->fd, INTERVAL_ON_STACK, WHOLE(a->r), .arg = 2);
}

void one_op(struct actor *a)
{
	unsigned int slot = dice(a, NR_SLOTS), what = dice(a, 32);
	bool mirrors = conf.apis & HMM_EXERCISER_API_MIRROR;

	if (what < 9)
		toggle_interval(a, slot);
	else if (what < 18 && mirrors)
		toggle_range(a, slot);
	else if (what < 20 && mirrors)
		toggle_mirror(a);
	else if (what < 21 && mirrors)
		transient(a);
	else if (what < 25)
		get_or_put(a);
	else if (what < 26)
		toggle_notifier(a);
	else if (what < 29 && (conf.apis & HMM_EXERCISER_API_FAULT))
		use(a, slot);
	else
		madvise((void *)(uintptr_t)a->r->buffer, a->r->length / 4, MADV_DONTNEED);
	a->ops++;
}
