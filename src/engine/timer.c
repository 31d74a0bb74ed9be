// SPDX-License-Identifier: GPL-2.0
/*
 * timer.c - a binary heap of deadlines, in order of (deadline, insertion).
 * Nothing is cancelled: what fires looks whether it still matters.
 */
#include "engine/priv.h"

static bool before(const struct timer *a, const struct timer *b)
{
	return a->deadline != b->deadline ? a->deadline < b->deadline : a->seq < b->seq;
}

static void sift_up(struct timer *t, size_t i)
{
	struct timer moving = t[i];

	for (; i && before(&moving, &t[(i - 1) / 2]); i = (i - 1) / 2)
		t[i] = t[(i - 1) / 2];
	t[i] = moving;
}

static void sift_down(struct timer *t, size_t nr)
{
	struct timer moving = t[0];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= nr)
			break;
		if (child + 1 < nr && before(&t[child + 1], &t[child]))
			child++;
		if (!before(&t[child], &moving))
			break;
		t[i] = t[child];
		i = child;
	}
	t[i] = moving;
}

int timer_add(struct engine *e, enum timer_kind kind, struct object *o, __u64 deadline)
{
	if (e->nr_timers == e->cap_timers) {
		size_t cap = e->cap_timers ? e->cap_timers * 2 : 64;
		struct timer *t = hmt_realloc(e->timers, cap, sizeof(*t));

		if (!t) {
			e->oom = true;
			return -1;
		}
		e->timers = t;
		e->cap_timers = cap;
	}
	e->timers[e->nr_timers] = (struct timer){
		.deadline = deadline, .seq = e->timer_seq++, .o = o, .kind = kind,
	};
	object_pin(e, o);
	sift_up(e->timers, e->nr_timers++);
	return 0;
}

static struct timer pop(struct engine *e)
{
	struct timer t = e->timers[0];

	e->timers[0] = e->timers[--e->nr_timers];
	if (e->nr_timers)
		sift_down(e->timers, e->nr_timers);
	return t;
}

static void fire(struct engine *e, const struct timer *t, __u64 left)
{
	switch ((enum timer_kind)t->kind) {
	case TIMER_MM:
		mm_timer(e, t->o, left);
		break;
	case TIMER_MIRROR:
		mirror_timer(e, t->o, left);
		break;
	case TIMER_UNMIRRORED:
		hmm_unmirrored_timer(e, t->o, left);
		break;
	case TIMER_HOLDS:
		hmm_timer(e, t->o, t->deadline, left);
		break;
	case TIMER_LATE:
		late_timer(e, t->o, left);
		break;
	}
	object_unpin(e, t->o);
}

void timers_fire(struct engine *e, __u64 ts)
{
	for (;;) {
		__u64 next = e->nr_timers ? e->timers[0].deadline : NEVER;
		struct timer t;

		if (next > ts && e->next_due > ts)
			return;
		if (e->next_due < next) {
			watch_run(e);
			continue;
		}
		t = pop(e);
		if (t.deadline > e->now)
			e->now = t.deadline;
		fire(e, &t, 0);
	}
}

void timers_finish(struct engine *e)
{
	timers_run(e, e->now);
	while (e->nr_timers) {
		struct timer t = pop(e);

		fire(e, &t, t.deadline - e->now);
	}
}

void timers_free(struct engine *e)
{
	hmt_free(e->timers);
}
