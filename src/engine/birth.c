// SPDX-License-Identifier: GPL-2.0
/* birth.c - registers of mirrors and ranges, those that failed included. */
#include <errno.h>

#include "engine/priv.h"

/*
 * A register whose sync-object came first: the table said that it lives before
 * the record of its birth was delivered.
 */
#define SAME_BIRTH_NS 100000

struct birth {
	enum hmt_class class;
	__u64 addr;
	__s64 ret;
	__u64 start, end, refs, ops_fn;
	__u32 owner, mm_users;
};

struct object *life_begin(struct engine *e, struct object *o, enum life state)
{
	o = object_reborn(e, o);
	if (!o)
		return NULL;
	o->state = (__u8)state;
	o->generation++;
	if (state == LIFE_UNKNOWN)
		o->flags |= OBJ_BORN_BEFORE;
	e->stats.begun++;
	if (o->class == HMT_CLASS_MIRROR) {
		e->stats.mirrors++;
		e->stats.live_mirrors++;
	} else {
		e->stats.ranges++;
		e->stats.live_ranges++;
	}
	return o;
}

void life_link(struct engine *e, struct object *o, struct object *mm, struct object *parent)
{
	struct object *hmm;

	object_set_mm(e, o, mm);
	object_set_parent(e, o, parent);
	if (mm) {
		list_add(&o->in_mm, &mm->children);
		if (mm->state == LIFE_ENDING && uncertain(e, mm))
			o->flags |= OBJ_MM_UNSURE;
		if (!o->layer && !mm->serial)
			mm->serial = ++e->serial[HMT_CLASS_HMM];
	}
	if (!parent)
		return;
	if (alive(parent))
		list_add(&o->in_parent, &parent->children);
	hmm = parent->class == HMT_CLASS_HMM ? parent : parent->parent;
	if (!hmm || !hmm->account)
		return;
	if (o->class == HMT_CLASS_RANGE) {
		hmm->account->nr_ranges++;
	} else {
		hmm->account->nr_mirrors++;
		hmm->account->unmirrored.ts = 0;
	}
}

struct object *life_met(struct engine *e, enum hmt_class class, __u64 addr, struct event *ev,
			struct object *parent)
{
	struct object *o = object_find(e, class, addr);
	struct step step = life_steps[o ? o->state : LIFE_NONE][LE_MET];

	if (step.act != ACT_MEET)
		return o;
	if (!o)
		o = object_get(e, class, addr);
	o = o ? life_begin(e, o, step.next) : NULL;
	if (!o)
		return NULL;
	o->layer = ev->id->hmm != 0;
	o->ops = ev->id->ops;
	make_sure(e, o, ev->m.ts);
	life_link(e, o, mm_met(e, ev), parent);
	return o;
}

/* The record of a birth that a sync told us of already. */
static bool told_by_sync(const struct engine *e, const struct object *o, const struct event *ev)
{
	__u64 a = o->born.ts, b = ev->m.ts;

	if (!alive(o) || !(o->flags & OBJ_FROM_SYNC))
		return false;
	if (!a)		/* a walk of the kernel's lists does not know since when */
		return b >= e->sync_ts && (e->in_sync || b <= e->sync_end_ts);
	return (a > b ? a - b : b - a) <= SAME_BIRTH_NS;
}

/* A register of what lives: replaces it, and is a fault unless its end may have been lost. */
static void overtake(struct engine *e, struct object *o, const struct event *ev)
{
	struct moment born = moment_of(&o->born, birth_kind(o));

	if (!uncertain(e, o)) {
		struct charge c = {
			.rule = o->class == HMT_CLASS_MIRROR ? RULE_MIRROR_DOUBLE_REGISTER
							     : RULE_RANGE_DOUBLE_REGISTER,
			.o = o, .fact_ts = ev->m.ts, .offence = ev->m, .prior = born,
		};

		charge(e, &c);
	}
	life_gap(e, o);
}

static void set_birth(struct object *o, const struct event *ev, const struct birth *b)
{
	o->layer = ev->id->hmm != 0;
	o->ops = ev->id->ops;
	o->ops_fn = b->ops_fn;
	set_mark(&o->born, &ev->m);
	o->born.more = b->owner;
	if (o->class == HMT_CLASS_RANGE) {
		o->start = b->start;
		o->end = b->end;
	}
}

static struct object *begin_life(struct engine *e, const struct event *ev, const struct birth *b)
{
	struct object *o = object_find(e, b->class, b->addr);
	struct step step = life_steps[o ? o->state : LIFE_NONE][LE_REGISTER];

	if (o && told_by_sync(e, o, ev)) {
		set_birth(o, ev, b);
		o->flags &= ~(OBJ_FROM_SYNC | OBJ_IN_GAP | OBJ_BORN_BEFORE);
		return NULL;
	}
	if (step.act == ACT_BIRTH_AGAIN)
		overtake(e, o, ev);
	else if (o && alive(o))
		life_gap(e, o);
	if (!o)
		o = object_get(e, b->class, b->addr);
	o = o ? life_begin(e, o, step.next) : NULL;
	if (!o)
		return NULL;
	set_birth(o, ev, b);
	make_sure(e, o, ev->m.ts);
	touch(o, ev->m.ts);
	site_born(e, o);
	return o;
}

/* The object that a failed register of this address leaves behind, alive or not. */
static struct object *failed(struct engine *e, const struct event *ev, const struct birth *b)
{
	struct object *o = object_find(e, b->class, b->addr);
	struct step step = life_steps[o ? o->state : LIFE_NONE][LE_REGISTER_FAILED];
	/* What was flagged is over: memory is used again, and the next fault is its own. */
	bool again = o && o->state == LIFE_FAILED && !(o->flags & OBJ_NOTED);

	if (!o)
		o = object_get(e, b->class, b->addr);
	if (o && step.act == ACT_FAIL && !again) {
		if (o->state != LIFE_NONE)
			o->nr_failed = 0;
		o = object_reborn(e, o);
	}
	if (!o)
		return NULL;
	history_failed(e, o, &ev->m, !o->nr_failed);
	if (o->nr_failed < 0xffff)
		o->nr_failed++;
	o->flags &= (__u16)~OBJ_FREED;
	touch(o, ev->m.ts);
	history_add(e, o, &ev->m);
	if (step.act != ACT_FAIL)
		return o;
	if (!again)
		set_birth(o, ev, b);
	o->born = (struct mark){ .stack = -1, .more = b->owner };
	o->state = step.next;
	set_mark(&o->ended, &ev->m);
	make_sure(e, o, ev->m.ts);
	if (!again)
		object_bury(e, o);
	return o;
}

/* A failed register that took a reference has to give it back. */
static void failed_on_hmm(struct engine *e, struct event *ev)
{
	struct object *hmm = ev->id->hmm ? object_find(e, HMT_CLASS_HMM, ev->id->hmm) : NULL;

	if (!hmm || !alive(hmm))
		return;
	account_failed(hmm->account, ev);
	history_add(e, hmm, &ev->m);
}

/* A struct hmm is born by a get, which does not say whose address space it is. */
static void own_hmm(struct object *hmm, const struct birth *b)
{
	if (!hmm->born.more)
		hmm->born.more = b->owner;
}

static void own_mm(struct object *mm, const struct event *ev, const struct birth *b,
		   __u32 mm_count)
{
	if (b->owner)
		mm->born.more = b->owner;
	mm_read(mm, ev->m.ts, b->mm_users, mm_count);
}

static void born_on_hmm(struct engine *e, struct object *o, struct object *hmm,
			const struct event *ev, const struct birth *b)
{
	own_hmm(hmm, b);
	hmm->account->quiet = false;
	if (!hmm->account->mirrors_only || !ev->id->range)
		o->got_at = account_registered(hmm->account, ev);
	hmm_check_released(e, hmm, &ev->m);
	history_add(e, hmm, &ev->m);
	touch(hmm, ev->m.ts);
}

void life_late(struct engine *e, struct object *o, __u64 ts)
{
	o->flags |= OBJ_LATE;
	timer_add(e, TIMER_LATE, o, ts + grace_of(e, GRACE_RELEASE));
}

void on_mirror_register(struct engine *e, struct event *ev)
{
	const struct hmt_mirror_register *r = (const void *)ev->h;
	struct birth b = {
		.class = HMT_CLASS_MIRROR, .addr = r->mirror, .ret = r->ret, .refs = r->refs,
		.ops_fn = r->ops_fn, .owner = r->owner, .mm_users = r->mm_users,
	};
	struct object *o, *hmm, *mm;
	struct mm_use use;

	if (!r->mirror)
		return;
	hmm = r->hmm ? NULL : hmm_backing(e, ev);
	if (hmm) {
		own_hmm(hmm, &b);
		hmm_backed(e, hmm, ev, r->ret);
		return;
	}
	if (r->ret) {
		failed(e, ev, &b);
		failed_on_hmm(e, ev);
		return;
	}
	hmm = r->hmm ? hmm_met(e, ev) : NULL;
	mm = mm_used(e, ev, b.mm_users, &use);
	o = begin_life(e, ev, &b);
	if (!o)
		return;
	life_link(e, o, mm, hmm);
	if (mm)
		own_mm(mm, ev, &b, r->mm_count);
	if (hmm) {
		born_on_hmm(e, o, hmm, ev, &b);
	} else {
		o->users = r->refs ? (__s64)r->refs : 1;
		e->stats.live_refs += (__u64)o->users;
	}
	if (use.fate == MM_TORN_DOWN)
		life_late(e, o, o->born.ts);
}

/*
 * Was a range that is registered on an hmm late? Not while the hmm did not know
 * of the end, and not when the get for it came before that: the call had begun.
 */
static bool began_in_time(const struct engine *e, const struct object *hmm,
			  const struct event *ev)
{
	const struct account *a = hmm->account;

	/* Gets may have gone unseen: nothing to go by. */
	if (!a->exact || uncertain(e, hmm) || !a->released.ts)
		return true;
	for (__u32 i = a->nr; i--;) {
		const struct hold *h = &a->hold[i];

		if (h->why == HOLD_GET && (h->range == ev->id->range ||
					   (!h->range && h->tid == ev->m.tid)))
			return h->seq <= a->released_seq;
	}
	return true;
}

static void charge_dead_mm(struct engine *e, struct object *o, const struct mm_use *use,
			   const struct event *ev)
{
	struct charge c = {
		.rule = RULE_RANGE_REGISTER_ON_DEAD_MM, .o = o,
		.fact_ts = ev->m.ts, .offence = ev->m,
		.prior = moment_of(&use->ended, HMT_MM_RELEASE),
		.doubt = use->fate == MM_MAYBE_TORN_DOWN, .sure = use->sure,
	};

	charge(e, &c);
}

static void range_failed(struct engine *e, struct event *ev, const struct birth *b)
{
	struct object *mm = ev->h->mm ? object_find(e, CLASS_MM, ev->h->mm) : NULL;
	struct object *o = failed(e, ev, b);
	struct mm_use use;

	failed_on_hmm(e, ev);
	/* The notifier layer refuses a dead address space with a warning: the caller held no mmget(). */
	if (!o || ev->id->hmm || b->ret != -EINVAL || b->mm_users || !mm ||
	    mm->state != LIFE_ENDING)
		return;
	if (!alive(o))
		object_set_mm(e, o, mm);
	use.fate = uncertain(e, mm) ? MM_MAYBE_TORN_DOWN : MM_TORN_DOWN;
	use.ended = mm->ended;
	use.sure = mm->sure;
	/* Not the attempt of who had it: that one's may have ended among what was lost. */
	if (alive(o) && uncertain(e, o)) {
		use.fate = MM_MAYBE_TORN_DOWN;
		use.sure = o->sure < mm->sure ? o->sure : mm->sure;
	}
	charge_dead_mm(e, o, &use, ev);
}

/* What a range is registered on. */
struct home {
	struct object *hmm, *mirror;
	bool hmm_was_freed;
	bool mirror_unseen;	/* it had ended, and was perhaps registered again */
	struct mark mirror_ended;
	__u64 sure;
};

/* Is no mirror registered on the hmm, as far as was seen? */
static bool no_mirror(const struct engine *e, const struct home *home)
{
	const struct account *a = home->hmm->account;

	if (home->hmm_was_freed)
		return true;
	if (a->nr_mirrors > home->mirror_unseen)
		return false;
	return a->exact || (e->baseline && !e->lost_seq && !e->forgot);
}

static void charge_no_mirror(struct engine *e, struct object *o, const struct home *home,
			     const struct event *ev)
{
	const struct mark *gone = home->mirror_ended.ts ? &home->mirror_ended
						       : &home->hmm->account->unmirrored;
	struct charge c = {
		.rule = RULE_RANGE_REGISTER_WITHOUT_MIRROR, .o = o,
		.fact_ts = ev->m.ts, .offence = ev->m,
		.parent = home->mirror ? home->mirror : home->hmm,
		.doubt = home->mirror_unseen || home->sure != e->lost_seq, .sure = home->sure,
	};

	if (gone->ts)
		c.prior = moment_of(gone, HMT_MIRROR_UNREGISTER);
	o->flags |= OBJ_NO_MIRROR;
	charge(e, &c);
}

static void check_mirror(struct engine *e, struct object *o, const struct home *home,
			 const struct event *ev)
{
	const struct object *mirror = home->mirror;

	if (no_mirror(e, home)) {
		charge_no_mirror(e, o, home, ev);
	} else if (mirror && !alive(mirror) && mirror->state != LIFE_GONE) {
		life_late(e, o, o->born.ts);
	}
}

/* One that we take for ended, or to be elsewhere, while events were lost is here now. */
struct object *mirror_named(struct engine *e, struct event *ev, struct object *hmm)
{
	struct object *m = object_find(e, HMT_CLASS_MIRROR, ev->id->mirror);

	if (m && uncertain(e, m) && alive(m) && m->parent != hmm)
		life_gap(e, m);
	else if (m && uncertain(e, m) && !alive(m))
		m->state = LIFE_GONE;
	return life_met(e, HMT_CLASS_MIRROR, ev->id->mirror, ev, hmm);
}

/* The mirror a range is registered through; none, if it was never registered for certain. */
static void find_mirror(struct engine *e, struct event *ev, struct home *home)
{
	struct object *m = object_find(e, HMT_CLASS_MIRROR, ev->id->mirror), *hmm = home->hmm;

	if (!ev->id->mirror)
		return;
	/* Where everything was seen, what was not seen is not there. */
	if (!m && (hmm->account->exact || e->baseline) && !e->lost_seq && !e->forgot)
		return;
	if (m && !alive(m) && m->state != LIFE_GONE) {
		home->mirror_unseen = uncertain(e, m);
		home->mirror_ended = m->ended;
		home->sure = m->sure < home->sure ? m->sure : home->sure;
	}
	home->mirror = mirror_named(e, ev, hmm);
}

static void find_home(struct engine *e, struct event *ev, struct home *home)
{
	struct object *old = ev->id->hmm ? object_find(e, HMT_CLASS_HMM, ev->id->hmm) : NULL;

	*home = (struct home){ .hmm_was_freed = old && old->state == LIFE_DEAD };
	if (!ev->id->hmm)
		return;
	home->sure = old ? old->sure : e->lost_seq;
	home->hmm = hmm_met(e, ev);
	if (home->hmm)
		find_mirror(e, ev, home);
}

void on_range_register(struct engine *e, struct event *ev)
{
	const struct hmt_range_register *r = (const void *)ev->h;
	struct birth b = {
		.class = HMT_CLASS_RANGE, .addr = r->range, .ret = r->ret,
		.start = r->start, .end = r->end,
		.ops_fn = r->ops_fn, .owner = r->owner, .mm_users = r->mm_users,
	};
	struct object *o, *mm;
	struct home home;
	struct mm_use use;

	if (!r->range)
		return;
	if (r->ret) {
		range_failed(e, ev, &b);
		return;
	}
	find_home(e, ev, &home);
	mm = mm_used(e, ev, b.mm_users, &use);
	if (use.fate != MM_FINE && home.hmm && began_in_time(e, home.hmm, ev))
		use.fate = MM_FINE;
	o = begin_life(e, ev, &b);
	if (!o)
		return;
	life_link(e, o, mm, home.mirror && home.mirror->parent == home.hmm ? home.mirror
									  : home.hmm);
	if (mm)
		own_mm(mm, ev, &b, r->mm_count);
	if (home.hmm)
		born_on_hmm(e, o, home.hmm, ev, &b);
	if (use.fate != MM_FINE)
		charge_dead_mm(e, o, &use, ev);
	else if (home.hmm)
		check_mirror(e, o, &home, ev);
	if (use.fate == MM_FINE && mm && mm->state == LIFE_ENDING && !(o->flags & OBJ_LATE))
		life_late(e, o, o->born.ts);
}
