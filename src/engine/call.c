// SPDX-License-Identifier: GPL-2.0
/*
 * call.c - what threads are inside of: callbacks of drivers, invalidations.
 *
 * A stack per thread, found by its tid. A loss makes all of it worthless, since
 * the end of any may be among what was lost: then it starts anew. Threads that
 * are known to be inside of nothing are remembered, up to a number: an end
 * without a begin means something for these only, the others may have begun
 * before the trace did.
 */
#include "engine/priv.h"

static inline enum call_kind kind_of(__u16 record)
{
	static const __u8 kinds[HMT_KIND_MAX] = {
		[HMT_INVALIDATE_BEGIN] = CALL_INVALIDATE, [HMT_INVALIDATE_END] = CALL_INVALIDATE,
		[HMT_CALLBACK_BEGIN] = CALL_CALLBACK, [HMT_CALLBACK_END] = CALL_CALLBACK,
		[HMT_RELEASE_BEGIN] = CALL_RELEASE, [HMT_RELEASE_END] = CALL_RELEASE,
	};

	return kinds[record];
}

struct moment call_moment(const struct call *c)
{
	static const __u16 kinds[] = {
		[CALL_INVALIDATE] = HMT_INVALIDATE_BEGIN,
		[CALL_CALLBACK] = HMT_CALLBACK_BEGIN,
		[CALL_RELEASE] = HMT_RELEASE_BEGIN,
	};

	return (struct moment){
		.ts = c->ts, .kind = kinds[c->kind], .tgid = c->tgid, .tid = c->tid, .stack = -1,
	};
}

/* --- the stacks ----------------------------------------------------------------------- */

static struct call *top_of(const struct engine *e, __u32 tid)
{
	struct call *c = e->threads.nr ? map64__get(&e->threads, tid) : NULL;

	return c && c->kind ? c : NULL;
}

static void set_top(struct engine *e, __u32 tid, struct call *c)
{
	if (map64__put(&e->threads, tid, c))
		e->oom = true;
}

static void drop(struct engine *e, struct call *c)
{
	list_del(&c->fifo);
	c->up = e->free_calls;
	e->free_calls = c;
}

/* Forgets which threads are inside of nothing; that they are will be seen again. */
static void forget_idle(struct engine *e)
{
	struct map64 busy;
	struct map64_iter it;

	map64__init(&busy);
	map64__for_each(&e->threads, &it)
		if (it.val != &e->idle && map64__put(&busy, it.key, it.val))
			e->oom = true;
	map64__free(&e->threads);
	e->threads = busy;
	e->nr_idle = 0;
}

void calls_forget(struct engine *e)
{
	struct map64_iter it;
	struct call *c, *up;

	if (!e->threads.nr)
		return;
	map64__for_each(&e->threads, &it)
		for (c = it.val; c != &e->idle && c; c = up) {
			up = c->up;
			drop(e, c);
		}
	map64__free(&e->threads);
	e->nr_idle = 0;
}

void calls_free(struct engine *e)
{
	calls_forget(e);
	for (struct call *c = e->free_calls, *next; c; c = next) {
		next = c->up;
		hmt_free(c);
	}
}

static struct call *new_call(struct engine *e)
{
	struct call *c = e->free_calls;

	if (c)
		e->free_calls = c->up;
	else
		c = hmt_calloc(1, sizeof(*c));
	if (!c)
		e->oom = true;
	return c;
}

static unsigned int depth_of(const struct call *c)
{
	unsigned int n = 0;

	for (; c; c = c->up)
		n++;
	return n;
}

/* What this one is inside of is too much to keep: nothing is known of it. */
static void forget_thread(struct engine *e, struct call *top)
{
	__u32 tid = top->tid;

	for (struct call *up; top; top = up) {
		up = top->up;
		drop(e, top);
	}
	map64__del(&e->threads, tid);
}

static void enter(struct engine *e, const struct hmt_id *id)
{
	void **top = map64__at(&e->threads, id->h.tid);
	struct call *up, *c;

	if (!id->h.tid)
		return;
	up = top && *top != &e->idle ? *top : NULL;
	if (up && depth_of(up) == MAX_DEPTH) {
		forget_thread(e, up);
		return;
	}
	c = new_call(e);
	if (!c)
		return;
	*c = (struct call){
		.up = up, .ts = id->h.ts, .mm = id->h.mm, .hmm = id->hmm,
		.mirror = id->mirror, .range = id->range,
		.tgid = id->h.tgid, .tid = id->h.tid, .kind = (__u8)kind_of(id->h.kind),
	};
	list_add(&c->fifo, c->kind == CALL_INVALIDATE ? &e->invalidations : &e->calls);
	e->nr_idle -= top && !up;
	if (top)
		*top = c;
	else
		set_top(e, id->h.tid, c);
	if ((c->kind == CALL_INVALIDATE ? e->invalidations_due : e->calls_due) == NEVER)
		watch_calls_due(e, c);
}

static inline bool is_end_of(const struct call *c, const struct hmt_id *id, enum call_kind kind)
{
	return c->kind == kind && c->mm == id->h.mm && c->hmm == id->hmm &&
	       c->mirror == id->mirror && c->range == id->range;
}

static struct object *object_of_call(struct engine *e, const struct call *c)
{
	struct object *o = NULL;

	if (c->range)
		o = object_find(e, HMT_CLASS_RANGE, c->range);
	else if (c->mirror)
		o = object_find(e, HMT_CLASS_MIRROR, c->mirror);
	if (!o && c->mirror)
		o = object_find(e, HMT_CLASS_HMM, c->mirror);
	if (!o && c->mm)
		o = object_find(e, CLASS_MM, c->mm);
	if (o && o->class == CLASS_MM && !o->serial)
		o->serial = ++e->serial[HMT_CLASS_HMM];
	return o;
}

static void unflag(struct engine *e, const struct call *c, const struct hmt_id *id)
{
	struct object *o = object_of_call(e, c);
	struct moment m;

	moment_read(&m, &id->h);
	if (o)
		flags_released(e, o, c->kind == CALL_INVALIDATE ? RULE_INVALIDATION_NEVER_ENDED
								: RULE_CALLBACK_STUCK, &m);
}

/* Return: false when no begin of it was seen. */
static bool leave(struct engine *e, const struct hmt_id *id)
{
	void **at = map64__at(&e->threads, id->h.tid);
	enum call_kind kind = kind_of(id->h.kind);
	struct call *top, *c, *up;

	top = at && *at != &e->idle ? *at : NULL;
	for (c = top; c && !is_end_of(c, id, kind); c = c->up)
		;
	if (!c)
		return false;
	/* What was entered inside of it has returned too. */
	for (; top != c; top = up) {
		up = top->up;
		drop(e, top);
	}
	up = c->up;
	*at = up ? up : &e->idle;
	if (c->flagged)
		unflag(e, c, id);
	drop(e, c);
	/* One that is inside of nothing more than are remembered: it stays, the others go. */
	if (!up && e->nr_idle >= MAX_IDLE) {
		forget_idle(e);
		set_top(e, id->h.tid, &e->idle);
	}
	e->nr_idle += !up;
	return true;
}

/* --- events --------------------------------------------------------------------------- */

/* The begin is on record when it is done: a nonblocking one that was refused has no end. */
static void invalidate_began(struct engine *e, const struct hmt_invalidate_begin *i)
{
	if (!i->ret) {
		enter(e, (const struct hmt_id *)i);
	} else if (i->h.tid && !map64__get(&e->threads, i->h.tid) && e->nr_idle < MAX_IDLE) {
		/* Where one can be refused, one is not inside another. */
		e->nr_idle++;
		set_top(e, i->h.tid, &e->idle);
	}
}

/* An end without a begin, of a thread that was seen to be inside of nothing. */
static void never_began(struct engine *e, const struct hmt_id *id)
{
	struct charge c = { .rule = RULE_INVALIDATION_NEVER_BEGUN, .fact_ts = id->h.ts };
	struct event ev = { .h = &id->h, .id = id };

	moment_read(&ev.m, &id->h);
	c.offence = ev.m;
	c.o = mm_met(e, &ev);
	if (!c.o)
		return;
	if (!c.o->serial)
		c.o->serial = ++e->serial[HMT_CLASS_HMM];
	charge(e, &c);
}

void on_call(struct engine *e, const struct hmt_id *id)
{
	switch (id->h.kind) {
	case HMT_CALLBACK_BEGIN:
	case HMT_RELEASE_BEGIN:
		enter(e, id);
		break;
	case HMT_INVALIDATE_BEGIN:
		invalidate_began(e, (const void *)id);
		break;
	case HMT_INVALIDATE_END:
		if (!leave(e, id) && id->h.mm && map64__get(&e->threads, id->h.tid))
			never_began(e, id);
		break;
	default:
		leave(e, id);
	}
}

/* --- verdicts ------------------------------------------------------------------------- */

const struct call *call_of(const struct engine *e, __u32 tid)
{
	const struct call *c = top_of(e, tid);

	while (c && c->kind == CALL_INVALIDATE)
		c = c->up;
	return c;
}

void call_over(const struct call *c)
{
	/* The list owns it, and the finding that is made now stands for it. */
	((struct call *)(uintptr_t)c)->over = true;
}

const struct call *call_in_the_way(const struct engine *e, const struct object *o)
{
	const struct call *any = NULL;

	for (struct list *l = e->calls.next; l != &e->calls; l = l->next) {
		const struct call *c = (const void *)((char *)l - offsetof(struct call, fifo));

		if (o->mm && c->mm == o->mm->addr)
			return c;
		any = any ? any : c;
	}
	/* All notifiers share one SRCU: whoever waits for it waits for all callbacks. */
	return o->class == HMT_CLASS_MIRROR && !o->layer ? any : NULL;
}

const struct call *call_on_hmm(const struct engine *e, __u64 hmm)
{
	for (struct list *l = e->calls.next; l != &e->calls; l = l->next) {
		const struct call *c = (const void *)((char *)l - offsetof(struct call, fifo));

		if (c->hmm == hmm)
			return c;
	}
	return NULL;
}

static bool is_on_mm(const struct list *calls, __u64 mm)
{
	for (const struct list *l = calls->next; l != calls; l = l->next) {
		const struct call *c = (const void *)((const char *)l -
						      offsetof(struct call, fifo));

		if (c->mm == mm)
			return true;
	}
	return false;
}

bool call_on_mm(const struct engine *e, __u64 mm)
{
	return is_on_mm(&e->calls, mm) || is_on_mm(&e->invalidations, mm);
}

const struct call *call_releasing(const struct engine *e, __u64 mm)
{
	for (struct list *l = e->calls.next; l != &e->calls; l = l->next) {
		const struct call *c = (const void *)((char *)l - offsetof(struct call, fifo));

		if (c->kind == CALL_RELEASE && c->mm == mm)
			return c;
	}
	return NULL;
}

static void call_stuck(struct engine *e, struct call *c)
{
	struct object *o = object_of_call(e, c);
	struct charge ch = {
		.rule = c->kind == CALL_INVALIDATE ? RULE_INVALIDATION_NEVER_ENDED
						   : RULE_CALLBACK_STUCK,
		.o = o, .fact_ts = c->ts, .offence = call_moment(c),
	};

	/* What it waits for itself is told of the innermost. */
	if (!o || (c != top_of(e, c->tid) && c->kind != CALL_INVALIDATE))
		return;
	if (c->kind != CALL_INVALIDATE && watch_stuck_inside(e, c))
		return;
	c->flagged = true;
	charge(e, &ch);
}

__u64 calls_run(struct engine *e, struct list *calls, enum grace grace, __u64 ts)
{
	for (struct list *l = calls->next; l != calls; l = l->next) {
		struct call *c = (struct call *)(void *)((char *)l - offsetof(struct call, fifo));

		if (c->over)
			continue;
		if (c->ts + grace_of(e, grace) > ts)
			return c->ts + grace_of(e, grace);
		call_stuck(e, c);
		c->over = true;
	}
	return NEVER;
}

static void charge_inside(struct engine *e, struct object *o, const struct event *ev,
			  const struct call *in)
{
	struct charge c = {
		.rule = RULE_UNREGISTER_IN_CALLBACK, .o = o, .fact_ts = ev->m.ts,
		.offence = ev->m, .prior = call_moment(in),
	};

	call_over(in);
	charge(e, &c);
}

/* ev is an unregister that waits for callbacks to return: not from one. */
bool call_check(struct engine *e, struct object *o, const struct event *ev)
{
	const struct call *in = call_of(e, ev->m.tid);
	bool puts = o->class == HMT_CLASS_MIRROR && !o->layer && o->users <= 0;

	if (!in || puts)
		return false;
	/*
	 * From ->release() a range can be removed, no invalidation runs any more;
	 * of the mirror API some versions allow it: there it has to not return.
	 */
	if (in->kind == CALL_RELEASE && (o->class == HMT_CLASS_RANGE || o->layer))
		return false;
	if (o->class == HMT_CLASS_RANGE && o->layer)
		return false;
	charge_inside(e, o, ev, in);
	return true;
}
