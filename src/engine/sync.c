// SPDX-License-Identifier: GPL-2.0
/*
 * sync.c - losses, and what the reader tells to make up for them.
 *
 * What happened after sync-begin is told by its own records, before or after
 * the sync-object of the same thing: an object with an event since is left as
 * it is. What is certain from its records is left alone too.
 */
#include "engine/priv.h"
#include "stream/desc.h"

#define SAME_BIRTH_NS 100000

void lose(struct engine *e, __u32 cause, __u64 count, __u32 cpu, __u64 until)
{
	bool covered = e->in_sync && until <= e->sync_ts && e->sync_lost_seq == e->lost_seq;

	if (cause < HMT_CAUSE_NR)
		e->stats.lost[cause] += count;
	if (!cause_overturns(cause))
		return;
	calls_forget(e);
	if (!e->lost_seq || cpu != e->lost_cpu)
		e->lost_cpu_seq = e->lost_seq;
	e->lost_cpu = cpu;
	e->lost_cause = cause;
	e->lost_seq += count ? count : 1;
	if (until > e->lost_until)
		e->lost_until = until;
	if (covered)
		e->sync_lost_seq = e->lost_seq;
}

void on_lost(struct engine *e, const struct hmt_lost *l)
{
	/* What came due while events were lost may rest on one of them. */
	timers_run(e, l->since < l->h.ts ? l->since : l->h.ts);
	lose(e, l->cause, l->count, l->h.cpu, l->h.ts);
	timers_run(e, l->h.ts);
}

void on_sync_begin(struct engine *e, const struct hmt_sync_begin *s)
{
	e->sync++;
	e->in_sync = true;
	e->sync_snapshot = s->flags & HMT_SYNC_SNAPSHOT;
	e->sync_carried = s->flags & HMT_SYNC_CARRIED;
	e->sync_ts = s->h.ts;
	e->sync_lost_seq = e->lost_seq;
	if (s->flags & HMT_SYNC_MIRRORS_ONLY)
		e->mirrors_only = true;
}

static __u64 address(const struct hmt_sync_object *s)
{
	switch (s->class) {
	case HMT_CLASS_HMM:
		return s->hmm;
	case HMT_CLASS_MIRROR:
		return s->mirror;
	case HMT_CLASS_RANGE:
		return s->range;
	default:
		return 0;
	}
}

/* Is what the table names the life we know? */
static bool same_life(const struct object *o, const struct hmt_sync_object *s)
{
	__u64 a = o->born.ts, b = s->born;

	if (s->h.mm && o->mm && o->mm->addr != s->h.mm)
		return false;
	if (o->class != HMT_CLASS_HMM && o->layer != (s->hmm != 0))
		return false;
	if (!a && b > o->touched + SAME_BIRTH_NS)
		return false;	/* we knew one before this was born */
	return !a || !b || (a > b ? a - b : b - a) <= SAME_BIRTH_NS;
}

static void set_from_table(struct engine *e, struct object *o, const struct hmt_sync_object *s)
{
	o->ops = s->ops;
	o->ops_fn = s->ops_fn;
	o->born.more = s->owner;
	if (!o->born.ts && !e->sync_snapshot) {
		o->born.ts = s->born;
		o->born.tgid = s->h.tgid;
		o->born.tid = s->h.tid;
	}
	o->born.stack = s->stack;
	if (o->class == HMT_CLASS_RANGE) {
		o->start = s->start;
		o->end = s->end;
	}
}

static void set_users(struct object *o, const struct hmt_sync_object *s)
{
	o->users = (__s64)s->count;
	o->flags &= (__u16)~OBJ_USERS_SAID;
	if (s->flags & HMT_SYNC_COUNT_SAID)
		o->flags |= OBJ_USERS_SAID;
}

/* Why its birth is not among the records. */
static __u16 unseen_birth(const struct engine *e, const struct hmt_sync_object *s)
{
	if (e->sync_carried)
		return s->born ? 0 : OBJ_BORN_BEFORE;
	return e->sync_snapshot && !e->lost_seq ? OBJ_BORN_BEFORE : OBJ_IN_GAP;
}

static void born_in_gap(struct engine *e, struct object *o, struct event *ev,
			const struct hmt_sync_object *s)
{
	struct object *parent = s->hmm ? hmm_met(e, ev) : NULL;
	struct object *mm = mm_met(e, ev);
	bool dead_parent;

	if (parent && s->class == HMT_CLASS_RANGE && s->mirror) {
		struct object *m = mirror_named(e, ev, parent);

		if (m && m->parent == parent)
			parent = m;
	}
	o = life_begin(e, o, LIFE_LIVE);
	if (!o)
		return;
	o->layer = s->hmm != 0;
	o->flags |= OBJ_FROM_SYNC | unseen_birth(e, s);
	o->sure = e->sync_lost_seq;
	o->seen = e->sync;
	set_from_table(e, o, s);
	life_link(e, o, mm, parent);
	if (o->class == HMT_CLASS_MIRROR && !o->layer) {
		set_users(o, s);
		e->stats.live_refs += s->count;
	}
	dead_parent = parent && (parent->state == LIFE_DEAD || parent->state == LIFE_ENDING);
	/* What it hangs on ended long ago, perhaps: then it is due with the next record. */
	if (dead_parent)
		life_late(e, o, parent->ended.ts);
	else if (mm && mm->state == LIFE_ENDING)
		life_late(e, o, mm->ended.ts);
}

static void confirm_hmm(struct engine *e, struct object *hmm, const struct hmt_sync_object *s)
{
	if (!uncertain(e, hmm) && hmm->state == LIFE_LIVE)
		return;
	hmm->state = LIFE_LIVE;
	if (!e->sync_carried)
		hmm->flags |= OBJ_IN_GAP;
	hmm_rebase(e, hmm, s->count, s->flags & HMT_SYNC_COUNT_SAID);
	hmm->sure = e->sync_lost_seq;
}

static void confirm(struct engine *e, struct object *o, const struct hmt_sync_object *s)
{
	bool was_sure = !uncertain(e, o) && o->state == LIFE_LIVE;

	if (!o->born.ts)
		set_from_table(e, o, s);
	/* Born after the end of what we thought it was on: on its heir, or wrongly. */
	if (o->mm && o->mm->state == LIFE_ENDING && o->born.ts > o->mm->ended.ts)
		o->flags |= OBJ_MM_UNSURE;
	/* Walks see what has a process: what had none may have a new one at its address. */
	if (e->sync_snapshot && e->lost_seq && o->mm && o->mm->state == LIFE_ENDING)
		o->flags |= OBJ_MM_UNSURE;
	o->state = LIFE_LIVE;
	if (was_sure)
		return;
	o->flags |= OBJ_IN_GAP;
	o->sure = e->sync_lost_seq;
	if (o->class == HMT_CLASS_MIRROR && !o->layer) {
		e->stats.live_refs += s->count - (__u64)(o->users > 0 ? o->users : 0);
		set_users(o, s);
	}
	if (o->doubt && !uncertain(e, o))
		settle_doubt(e, o);
}

static void set_born(struct engine *e, struct object *hmm, const struct hmt_sync_object *s)
{
	if (e->sync_snapshot || (e->sync_carried && !s->born))
		return;
	hmm->flags &= ~OBJ_BORN_BEFORE;
	hmm->born = (struct mark){ .ts = s->born, .tgid = s->h.tgid, .tid = s->h.tid,
				   .stack = s->stack, .more = s->owner };
}

static void sync_hmm(struct engine *e, struct object *hmm, struct event *ev,
		     const struct hmt_sync_object *s)
{
	struct step step = hmm_steps[hmm ? hmm->state : LIFE_NONE][HE_SYNC_PRESENT];

	if (step.act == ACT_CONFIRM) {
		if (!same_life(hmm, s)) {
			hmm_renew(e, hmm);
			set_born(e, hmm, s);
		}
		hmm->seen = e->sync;
		confirm_hmm(e, hmm, s);
		return;
	}
	if (hmm && hmm->state == LIFE_DEAD && !uncertain(e, hmm))
		return;
	if (!hmm)
		hmm = object_get(e, HMT_CLASS_HMM, s->hmm);
	hmm = hmm ? hmm_begin(e, hmm, ev, LIFE_UNKNOWN) : NULL;
	if (!hmm)
		return;
	set_born(e, hmm, s);
	hmm->seen = e->sync;
	hmm->sure = NEVER_SURE;
	confirm_hmm(e, hmm, s);
}

void on_sync_object(struct engine *e, const struct hmt_sync_object *s)
{
	struct event ev = {
		.h = &s->h, .id = (const struct hmt_id *)s,
		.m = { .ts = e->sync_ts, .kind = HMT_SYNC_OBJECT, .tgid = s->h.tgid,
		       .tid = s->h.tid, .stack = -1 },
	};
	__u64 addr = address(s);
	struct object *o = addr ? object_find(e, s->class, addr) : NULL;
	struct step step = life_steps[o ? o->state : LIFE_NONE][LE_SYNC_PRESENT];

	if (!addr)
		return;
	if (o && o->touched > e->sync_ts) {
		if (alive(o))
			o->seen = e->sync;
		return;
	}
	if (s->class == HMT_CLASS_HMM) {
		sync_hmm(e, o, &ev, s);
		return;
	}
	if (o && alive(o) && !same_life(o, s)) {
		life_gap(e, o);
	} else if (step.act == ACT_CONFIRM) {
		o->seen = e->sync;
		confirm(e, o, s);
		return;
	}
	/* Its end is certain: the table is behind. */
	if (o && o->state != LIFE_GONE && o->state != LIFE_NONE && !uncertain(e, o))
		return;
	if (!s->hmm && s->class == HMT_CLASS_MIRROR && hmm_backing(e, &ev))
		return;
	if (!o)
		o = object_get(e, s->class, addr);
	if (o)
		born_in_gap(e, o, &ev, s);
}

static bool absent(const struct engine *e, const struct object *o)
{
	/* A walk of the kernel's lists does not see what the mirror API keeps. */
	return alive(o) && o->seen != e->sync && o->touched <= e->sync_ts &&
	       uncertain(e, o) && !(e->sync_snapshot && o->layer);
}

static void end_absent(struct engine *e)
{
	struct object_walk w = { 0 };
	struct object *o;

	while ((o = object_walk(e, &w)))
		if (o->class >= HMT_CLASS_MIRROR && absent(e, o))
			life_gap(e, o);
	for (w = (struct object_walk){ 0 }; (o = object_walk(e, &w));)
		if (o->class == HMT_CLASS_HMM && absent(e, o) && list_empty(&o->children))
			hmm_gap(e, o);
}

void on_sync_end(struct engine *e, const struct hmt_sync_end *s)
{
	struct object_walk w = { 0 };
	struct object *o;

	if (!e->in_sync)
		return;
	if (!(s->flags & HMT_SYNC_PARTIAL))
		end_absent(e);
	e->in_sync = false;
	e->sync_end_ts = s->h.ts;
	while ((o = object_walk(e, &w)))
		if (o->class == HMT_CLASS_HMM && alive(o) && o->seen == e->sync)
			hmm_arm(e, o);
}
