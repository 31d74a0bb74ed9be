// SPDX-License-Identifier: GPL-2.0
/*
 * watch.c - what has begun and should end: unregisters, frees of notifiers, the
 * end of an address space after that of its last process.
 *
 * All objects of one kind wait equally long, so a list in order of arrival is
 * in order of deadline, and an end costs no more than leaving the list. Nothing
 * is said of what a loss may have hidden the end of, nor at the end of a trace:
 * these are late, not left behind.
 */
#include "engine/priv.h"

static struct object *first_of(struct watch *w, enum watch_kind kind)
{
	if (list_empty(&w->list))
		return NULL;
	return kind == WATCH_FREEING ? object_of(w->list.next, in_parent)
				     : object_of(w->list.next, in_mm);
}

static struct list *link_of(struct object *o, enum watch_kind kind)
{
	return kind == WATCH_FREEING ? &o->in_parent : &o->in_mm;
}

static __u64 deadline_of(const struct engine *e, const struct object *o, enum watch_kind kind)
{
	switch (kind) {
	case WATCH_ENDING:
		return o->ended.ts + grace_of(e, GRACE_UNREGISTER);
	case WATCH_FREEING:
		return o->ended.ts + grace_of(e, GRACE_FREE);
	default:
		return o->departure->exit.ts + grace_of(e, GRACE_EXIT);
	}
}

static void set_due(struct engine *e, __u64 *due, __u64 to)
{
	*due = to;
	if (to < e->next_due)
		e->next_due = to;
}

void watch_init(struct engine *e)
{
	for (int k = 0; k < WATCH_NR; k++) {
		list_init(&e->watch[k].list);
		e->watch[k].due = NEVER;
	}
	list_init(&e->calls);
	list_init(&e->invalidations);
	e->calls_due = e->invalidations_due = e->next_due = NEVER;
}

void watch_add(struct engine *e, struct object *o, enum watch_kind kind)
{
	struct watch *w = &e->watch[kind];
	struct list *l = link_of(o, kind);

	list_del(l);
	list_add(l, &w->list);
	if (w->due == NEVER)
		set_due(e, &w->due, deadline_of(e, o, kind));
}

void watch_over(struct engine *e, struct object *o, enum watch_kind kind, enum rule_id rule,
		const struct moment *m)
{
	list_del(link_of(o, kind));
	if (o->flagged >> rule & 1)
		flags_released(e, o, rule, m);
}

/* --- verdicts ------------------------------------------------------------------------ */

static void unregister_stuck(struct engine *e, struct object *o, const struct call *inside)
{
	const struct call *in = inside ? inside : call_in_the_way(e, o);
	struct charge c = {
		.rule = inside ? RULE_UNREGISTER_IN_CALLBACK : RULE_UNREGISTER_STUCK,
		.o = o, .fact_ts = o->ended.ts, .offence = moment_of(&o->ended, end_kind(o)),
	};

	/* From a callback that waits for it: said, and it will never return. */
	if (o->state != LIFE_ENDING || uncertain(e, o) ||
	    o->flagged >> RULE_UNREGISTER_IN_CALLBACK & 1)
		return;
	if (in)
		c.prior = call_moment(in);
	charge(e, &c);
}

bool watch_stuck_inside(struct engine *e, const struct call *c)
{
	struct watch *w = &e->watch[WATCH_ENDING];

	for (struct list *l = w->list.next; l != &w->list; l = l->next) {
		struct object *o = object_of(l, in_mm);

		if (o->ended.tid == c->tid && o->ended.ts >= c->ts) {
			unregister_stuck(e, o, c);
			return true;
		}
	}
	return false;
}

/* The callback that o was unregistered from, if its thread still is in there. */
static const struct call *stuck_in(const struct engine *e, const struct object *o)
{
	const struct call *in = call_of(e, o->ended.tid);

	return in && in->ts <= o->ended.ts ? in : NULL;
}

static void never_freed(struct engine *e, struct object *o)
{
	struct charge c = {
		.rule = RULE_MIRROR_NEVER_FREED, .o = o, .fact_ts = o->ended.ts,
	};
	const struct call *in;

	if ((o->state != LIFE_ENDING && o->state != LIFE_DEAD) || uncertain(e, o))
		return;
	c.prior = moment_of(&o->ended, end_kind(o));
	in = call_in_the_way(e, o);
	if (in)
		c.offence = call_moment(in);
	charge(e, &c);
}

/*
 * In Linux 5.3 and 5.4 each range of a mirror is a user of its address space. So
 * the one to name, when there are as many as users are left; else NULL.
 */
static struct object *range_that_holds(const struct object *mm, __u32 users)
{
	struct object *first = NULL;
	__u32 nr = 0;

	for (struct list *l = mm->children.next; l != &mm->children; l = l->next) {
		struct object *o = object_of(l, in_mm);

		if (o->class != HMT_CLASS_RANGE || !o->layer || o->state != LIFE_LIVE)
			continue;
		if (!first || o->serial < first->serial)
			first = o;
		nr++;
	}
	return nr == users ? first : NULL;
}

static void mm_held(struct engine *e, struct object *mm, __u64 left)
{
	const struct departure *d = mm->departure;
	struct charge c = {
		.rule = RULE_MM_HELD_AFTER_EXIT, .o = mm, .grace_left = left,
		.doubt = uncertain(e, mm), .sure = mm->sure,
		.count = d->mm_users,
	};

	if (!alive(mm) || (list_empty(&mm->children) && !d->nr_busy))
		return;
	c.fact_ts = d->exit.ts;
	c.prior = moment_of(&d->exit, HMT_TASK_EXIT);
	c.parent = range_that_holds(mm, d->mm_users);
	if (!mm->serial)
		mm->serial = ++e->serial[HMT_CLASS_HMM];
	charge(e, &c);
}

static void fire(struct engine *e, struct object *o, enum watch_kind kind)
{
	switch (kind) {
	case WATCH_ENDING:
		unregister_stuck(e, o, stuck_in(e, o));
		break;
	case WATCH_FREEING:
		never_freed(e, o);
		break;
	default:
		mm_held(e, o, 0);
	}
}

static void run_one(struct engine *e, enum watch_kind kind, __u64 ts)
{
	struct watch *w = &e->watch[kind];
	struct object *o;

	w->due = NEVER;
	while ((o = first_of(w, kind))) {
		__u64 deadline = deadline_of(e, o, kind);

		if (deadline > ts) {
			w->due = deadline;
			return;
		}
		list_del(link_of(o, kind));
		fire(e, o, kind);
	}
}

/* The next time something is due. */
static __u64 next_due(const struct engine *e)
{
	__u64 next = e->calls_due < e->invalidations_due ? e->calls_due : e->invalidations_due;

	for (int k = 0; k < WATCH_NR; k++)
		if (e->watch[k].due < next)
			next = e->watch[k].due;
	return next;
}

void watch_run(struct engine *e)
{
	__u64 ts = e->next_due;

	if (ts > e->now)
		e->now = ts;
	for (int k = 0; k < WATCH_NR; k++)
		if (e->watch[k].due <= ts)
			run_one(e, (enum watch_kind)k, ts);
	if (e->calls_due <= ts)
		e->calls_due = calls_run(e, &e->calls, GRACE_CALLBACK, ts);
	if (e->invalidations_due <= ts)
		e->invalidations_due = calls_run(e, &e->invalidations, GRACE_INVALIDATE, ts);
	e->next_due = next_due(e);
}

void watch_calls_due(struct engine *e, const struct call *c)
{
	__u64 *due = c->kind == CALL_INVALIDATE ? &e->invalidations_due : &e->calls_due;
	enum grace grace = c->kind == CALL_INVALIDATE ? GRACE_INVALIDATE : GRACE_CALLBACK;

	set_due(e, due, c->ts + grace_of(e, grace));
}

void watch_finish(struct engine *e)
{
	struct watch *w = &e->watch[WATCH_EXITED];
	struct object *o;

	while ((o = first_of(w, WATCH_EXITED))) {
		list_del(&o->in_mm);
		mm_held(e, o, deadline_of(e, o, WATCH_EXITED) - e->now);
	}
}

/* --- address spaces whose last process is gone ------------------------------------------ */

struct departure *departure_of(struct engine *e, struct object *mm)
{
	if (!mm->departure)
		mm->departure = hmt_calloc(1, sizeof(*mm->departure));
	if (!mm->departure)
		e->oom = true;
	return mm->departure;
}

/*
 * Who exits drops its share of the address space before this is on record. What
 * is left is held by another process, which the record excludes, or by a
 * reference that the kernel has on its users.
 */
void on_task_exit(struct engine *e, struct event *ev)
{
	const struct hmt_task_exit *x = (const void *)ev->h;
	struct object *mm = ev->h->mm ? object_find(e, CLASS_MM, ev->h->mm) : NULL;
	struct departure *d;

	if (!mm || !alive(mm) || !x->mm_users)
		return;
	mm_read(mm, ev->m.ts, x->mm_users, x->mm_count);
	d = departure_of(e, mm);
	if (!d)
		return;
	set_mark(&d->exit, &ev->m);
	d->mm_users = x->mm_users;
	d->rss_pages = x->rss_pages;
	if (x->flags & HMT_EXIT_LAST)
		watch_add(e, mm, WATCH_EXITED);
}
