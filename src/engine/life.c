// SPDX-License-Identifier: GPL-2.0
/* life.c - mirrors and ranges after their birth: unregister, use, orphans. */
#include "engine/priv.h"

#define RULE_BIT(id) (1ULL << RULE_##id)
#define ORPHAN_RULES (RULE_BIT(RANGE_ORPHANED_BY_MIRROR) | RULE_BIT(RANGE_ORPHANED_BY_MM) | \
		      RULE_BIT(MIRROR_ORPHANED_BY_MM) | RULE_BIT(RANGE_REGISTER_ON_DEAD_MM))

static struct object *hmm_of(const struct object *o)
{
	if (!o->parent)
		return NULL;
	return o->parent->class == HMT_CLASS_HMM ? o->parent : o->parent->parent;
}

/* --- orphans -------------------------------------------------------------------- */

static enum rule_id mm_rule(const struct object *o)
{
	return o->class == HMT_CLASS_MIRROR ? RULE_MIRROR_ORPHANED_BY_MM
					    : RULE_RANGE_ORPHANED_BY_MM;
}

static void charge_orphan(struct engine *e, struct object *o, enum rule_id rule, __u64 left)
{
	struct charge c = {
		.rule = rule, .o = o, .grace_left = left,
		.doubt = uncertain(e, o), .sure = o->sure,
	};
	const struct mark *fact = &o->mm->ended;
	__u16 kind = HMT_MM_RELEASE;

	if (rule == RULE_RANGE_ORPHANED_BY_MIRROR) {
		kind = HMT_MIRROR_UNREGISTER;
		fact = o->parent->class == HMT_CLASS_HMM ? &o->parent->account->unmirrored
							 : &o->parent->ended;
	}
	if (kind == HMT_MM_RELEASE && o->flags & OBJ_MM_UNSURE)
		c.doubt = true;
	c.fact_ts = fact->ts > o->born.ts ? fact->ts : o->born.ts;
	c.prior = moment_of(fact, kind);
	charge(e, &c);
}

void flag_orphan(struct engine *e, struct object *o, enum rule_id rule, __u64 left)
{
	/* UNKNOWN: something named it, which need not mean that it is registered. */
	if (o->state != LIFE_LIVE || o->doubt || (o->flagged | o->doubted) & ORPHAN_RULES)
		return;
	if (rule == RULE_RANGE_ORPHANED_BY_MIRROR && o->parent->class == HMT_CLASS_MIRROR)
		o->parent->flags |= OBJ_LEFT_ORPHAN;
	/* A sync may still prove that it lives: say nothing before the trace is over. */
	if (uncertain(e, o) && !left && !e->finishing) {
		o->doubt = (__u8)rule;
		return;
	}
	charge_orphan(e, o, rule, left);
}

void settle_doubt(struct engine *e, struct object *o)
{
	enum rule_id rule = o->doubt;

	o->doubt = RULE_NONE;
	if (rule != RULE_NONE)
		charge_orphan(e, o, rule, 0);
}

/* A mirror was unregistered under ranges; when they are all gone again, that is the finding. */
static void check_under(struct engine *e, struct object *range)
{
	struct object *mirror = range->parent;
	struct charge c;

	if (range->class != HMT_CLASS_RANGE || !mirror || !(mirror->flags & OBJ_UNDER) ||
	    !list_empty(&mirror->children) || mirror->flags & OBJ_LEFT_ORPHAN)
		return;
	mirror->flags &= ~OBJ_UNDER;
	c = (struct charge){
		.rule = RULE_MIRROR_UNREGISTER_UNDER_RANGES, .o = mirror,
		.fact_ts = mirror->ended.ts,
		.doubt = !(mirror->flags & OBJ_UNDER_SURE), .sure = range->sure,
		.offence = moment_of(&mirror->ended, HMT_MIRROR_UNREGISTER),
		.prior = moment_of(&range->born, HMT_RANGE_REGISTER),
	};

	charge(e, &c);
}

/*
 * Was it registered through the mirror that ended then, or through the next one at this
 * address? The end is told behind it where a part of a stream begins (src/cmd/carry.c).
 */
static bool is_of(const struct object *range, __u64 ended)
{
	return range->born.ts <= ended;
}

void mirror_timer(struct engine *e, struct object *mirror, __u64 left)
{
	mirror->flags &= ~OBJ_UNDER;
	for (struct list *l = mirror->children.next; l != &mirror->children; l = l->next) {
		struct object *range = object_of(l, in_parent);

		if (is_of(range, mirror->ended.ts))
			flag_orphan(e, range, RULE_RANGE_ORPHANED_BY_MIRROR, left);
	}
}

void late_timer(struct engine *e, struct object *o, __u64 left)
{
	bool mirror_gone = o->class == HMT_CLASS_RANGE && o->parent &&
			   o->parent->class == HMT_CLASS_MIRROR &&
			   (o->parent->state == LIFE_DEAD || o->parent->state == LIFE_ENDING);

	if (mirror_gone)
		flag_orphan(e, o, RULE_RANGE_ORPHANED_BY_MIRROR, left);
	else if (o->mm && o->mm->state == LIFE_ENDING)
		flag_orphan(e, o, mm_rule(o), left);
}

/* --- ends ----------------------------------------------------------------------- */

static void end_account(struct engine *e, struct object *o, const struct moment *m)
{
	struct object *hmm = hmm_of(o);
	struct account *a = hmm ? hmm->account : NULL;
	struct hold h = { .ts = m->ts, .tgid = m->tgid, .tid = m->tid, .stack = m->stack,
			  .why = HOLD_ENDED, .got_at = o->got_at };

	if (!a)
		return;
	if (o->class == HMT_CLASS_RANGE) {
		a->nr_ranges--;
		h.range = o->addr;
	} else {
		a->nr_mirrors--;
		h.mirror = o->addr;
		if (!a->nr_mirrors)
			set_mark(&a->unmirrored, m);
	}
	touch(hmm, m->ts);
	if (o->state == LIFE_GONE)
		return;
	a->quiet = false;
	/* What took no reference puts none. */
	if (!a->exact || !alive(hmm) || (a->mirrors_only && h.range))
		return;
	account_add(e, a, &h);
	hmm_arm(e, hmm);
	history_add(e, hmm, m);
}

/* A mirror goes: what it leaves behind has its grace from here. */
static void leave_ranges(struct engine *e, struct object *mirror, const struct moment *m)
{
	struct object *hmm = hmm_of(mirror);

	for (struct list *l = mirror->children.next; l != &mirror->children; l = l->next) {
		const struct object *range = object_of(l, in_parent);

		if (!is_of(range, m->ts))
			continue;
		mirror->flags |= OBJ_UNDER;
		if (!uncertain(e, range)) {
			mirror->flags |= OBJ_UNDER_SURE;
			break;
		}
	}
	if (mirror->flags & OBJ_UNDER) {
		timer_add(e, TIMER_MIRROR, mirror, m->ts + grace_of(e, GRACE_RELEASE));
	}
	if (!hmm || !hmm->account || hmm->account->nr_mirrors)
		return;
	for (struct list *l = hmm->children.next; l != &hmm->children; l = l->next)
		if (object_of(l, in_parent)->class == HMT_CLASS_RANGE) {
			timer_add(e, TIMER_UNMIRRORED, hmm, m->ts + grace_of(e, GRACE_RELEASE));
			return;
		}
}

static void count_end(struct engine *e, struct object *o)
{
	if (o->class == HMT_CLASS_RANGE) {
		e->stats.live_ranges--;
		return;
	}
	e->stats.live_mirrors--;
	if (!o->layer && o->users > 0)
		e->stats.live_refs -= (__u64)o->users;
}

static void set_ended(struct object *o, const struct moment *m)
{
	__u32 site = o->ended.more;

	set_mark(&o->ended, m);
	o->ended.more = site;
}

/*
 * It ends, and behind a loss it need not be the life that we saw begin: the next
 * may have the same address on an address space at the same address. That it has
 * ended is certain then, and whose it was is not, unless its owner ended it.
 */
void doubt_birth(struct object *o, const struct moment *m)
{
	o->flags |= OBJ_IN_GAP;
	if (o->born.more != m->tgid)
		o->born.more = 0;
}

void life_end(struct engine *e, struct object *o, const struct moment *m)
{
	if (o->doubt)
		settle_doubt(e, o);
	if (uncertain(e, o))
		doubt_birth(o, m);
	set_ended(o, m);
	count_end(e, o);
	make_sure(e, o, m->ts);
	touch(o, m->ts);
	site_released(e, o, m);
	flags_released(e, o, RULE_NONE, m);
	life_over(e, o, m);
	end_account(e, o, m);
	list_del(&o->in_mm);
	list_del(&o->in_parent);
	if (o->class == HMT_CLASS_MIRROR)
		leave_ranges(e, o, m);
	else
		check_under(e, o);
	object_bury(e, o);
}

void life_gap(struct engine *e, struct object *o)
{
	struct moment m = { .ts = e->now, .kind = HMT_SYNC_END, .stack = -1 };

	o->state = LIFE_GONE;
	o->doubt = RULE_NONE;
	o->flags |= OBJ_IN_GAP;
	count_end(e, o);
	flags_released(e, o, RULE_NONE, &m);
	life_over(e, o, &m);
	end_account(e, o, &m);
	list_del(&o->in_parent);
	check_under(e, o);
	object_bury(e, o);
}

/* --- unregister ------------------------------------------------------------------ */

/* The put that goes with a flagged unregister is part of the same fault. */
static void forgive(struct engine *e, const struct event *ev)
{
	struct object *hmm = ev->id->hmm ? object_find(e, HMT_CLASS_HMM, ev->id->hmm) : NULL;

	if (hmm && hmm->account)
		account_pardon(hmm->account, ev);
}

static enum rule_id pick(const struct object *o, enum rule_id mirror, enum rule_id range)
{
	return o->class == HMT_CLASS_MIRROR ? mirror : range;
}

/* An unregister of what is not registered. */
static void charge_unregister(struct engine *e, struct object *o, enum rule_id rule,
			      const struct event *ev)
{
	struct charge c = {
		.rule = rule, .o = o, .fact_ts = ev->m.ts, .offence = ev->m,
		.doubt = uncertain(e, o), .sure = o->sure,
	};
	__u16 kind = end_kind(o);

	if (o->state == LIFE_FAILED)
		kind = birth_kind(o);
	c.prior = moment_of(&o->ended, kind);
	if (o->state == LIFE_FAILED)
		c.prior.ret = last_failed(o);
	if (!o->ended.ts)
		c.prior = (struct moment){ .stack = -1 };
	charge(e, &c);
	forgive(e, ev);
}

/* A life of which nothing is known but what this record says. Return: as life_begin(). */
static struct object *begin_unseen(struct engine *e, struct object *o, struct event *ev)
{
	struct object *hmm;

	o = life_begin(e, o, LIFE_UNKNOWN);
	if (!o)
		return NULL;
	o->layer = ev->id->hmm != 0;
	o->ops = ev->id->ops;
	hmm = ev->id->hmm ? hmm_met(e, ev) : NULL;
	/* An hmm we know from its birth on knows its own: this is of an earlier one. */
	if (hmm && hmm->account->exact) {
		forgive(e, ev);
		hmm = NULL;
	}
	life_link(e, o, mm_met(e, ev), hmm);
	return o;
}

/* First heard of as it ends. */
static void end_unseen(struct engine *e, struct object *o, struct event *ev, enum life next)
{
	if (e->baseline && !e->lost_seq && !e->forgot) {
		o->state = LIFE_DEAD;
		o->generation = 1;
		o->layer = ev->id->hmm != 0;
		object_bury(e, o);
		charge_unregister(e, o, pick(o, RULE_MIRROR_UNREGISTER_WITHOUT_REGISTER,
					     RULE_RANGE_UNREGISTER_WITHOUT_REGISTER), ev);
		return;
	}
	o = begin_unseen(e, o, ev);
	if (!o)
		return;
	o->state = (__u8)next;
	life_end(e, o, &ev->m);
}

static bool is_another(const struct object *o, const struct event *ev)
{
	return o->layer != (ev->id->hmm != 0) ||
	       (o->ops && ev->id->ops && o->ops != ev->id->ops) ||
	       (o->mm && ev->h->mm && o->mm->addr != ev->h->mm);
}

/*
 * Behind a loss an address may be in other hands, and the record tells: what we
 * knew ended unseen, and must not be blamed for what the one after it does.
 */
static struct object *handed_on(struct engine *e, struct object *o, struct event *ev)
{
	if (!o || !uncertain(e, o) || !is_another(o, ev))
		return o;
	if (alive(o))
		life_gap(e, o);
	o = begin_unseen(e, o, ev);
	if (o)
		o->sure = NEVER_SURE;
	return o;
}

static void check_mm(struct engine *e, struct object *o, const struct event *ev)
{
	struct charge c = {
		.rule = RULE_MIRROR_UNREGISTER_FROM_WRONG_MM, .o = o,
		.fact_ts = ev->m.ts, .offence = ev->m,
		.prior = moment_of(&o->born, HMT_MIRROR_REGISTER),
	};

	if (o->layer || !ev->h->mm || !o->mm || o->mm->addr == ev->h->mm || uncertain(e, o))
		return;
	charge(e, &c);
}

static void double_unregister(struct engine *e, struct object *o, const struct event *ev)
{
	/* mmu_notifier_put() of what has no users may say both: one fault, one finding. */
	if (!(o->flags & OBJ_OFFENDED_PUT))
		charge_unregister(e, o, pick(o, RULE_MIRROR_DOUBLE_UNREGISTER,
					     RULE_RANGE_DOUBLE_UNREGISTER), ev);
	o->flags &= ~OBJ_OFFENDED_PUT;
	if (uncertain(e, o)) {
		/* Perhaps it was registered again unseen; it is not any more. */
		o->state = LIFE_ENDING;
		set_ended(o, &ev->m);
		make_sure(e, o, ev->m.ts);
	}
}

static void unregister(struct engine *e, struct event *ev, enum hmt_class class, __u64 addr)
{
	struct object *o;
	struct step step;

	if (!addr)
		return;
	if (ev->id->hmm)
		hmm_met(e, ev);
	o = handed_on(e, object_find(e, class, addr), ev);
	step = life_steps[o ? o->state : LIFE_NONE][LE_UNREGISTER];
	if (!o)
		o = object_get(e, class, addr);
	if (!o)
		return;
	/* It was there, whatever was seen of it: what is freed next is this life. */
	o->flags &= (__u16)~OBJ_FREED;
	/* What was waited for was the end of a life before: not of this one. */
	if (!alive(o) && uncertain(e, o)) {
		list_del(&o->in_mm);
		list_del(&o->in_parent);
	}
	switch ((enum act)step.act) {
	case ACT_END:
		if (class == HMT_CLASS_MIRROR)
			check_mm(e, o, ev);
		if (e->threads.nr)
			call_check(e, o, ev);
		o->state = step.next;
		life_end(e, o, &ev->m);
		if (e->returns)
			watch_add(e, o, WATCH_ENDING);
		break;
	case ACT_DOUBLE:
		double_unregister(e, o, ev);
		break;
	case ACT_AFTER_FAILED:
		charge_unregister(e, o, pick(o, RULE_MIRROR_UNREGISTER_AFTER_FAILED_REGISTER,
					     RULE_RANGE_UNREGISTER_AFTER_FAILED_REGISTER), ev);
		break;
	case ACT_END_GONE:
		o->state = step.next;
		set_ended(o, &ev->m);
		make_sure(e, o, ev->m.ts);
		forgive(e, ev);
		break;
	default:
		end_unseen(e, o, ev, step.next);
	}
	touch(o, ev->m.ts);
}

static void unregister_end(struct engine *e, struct event *ev, enum hmt_class class, __u64 addr)
{
	struct object *hmm = ev->id->hmm ? object_find(e, HMT_CLASS_HMM, ev->id->hmm) : NULL;
	struct object *o = handed_on(e, object_find(e, class, addr), ev);
	struct step step = life_steps[o ? o->state : LIFE_NONE][LE_UNREGISTER_END];

	if (hmm && hmm->account)
		account_unpardon(hmm->account, ev);
	if (!o)
		return;
	o->flags &= (__u16)~OBJ_FREED;
	if (step.act == ACT_CLOSE) {
		o->state = step.next;
		watch_over(e, o, WATCH_ENDING, RULE_UNREGISTER_STUCK, &ev->m);
	} else if (step.act == ACT_STRAY_END && uncertain(e, o)) {
		/* Its entry was lost. Without a loss it belongs to an earlier life. */
		life_gap(e, o);
		o->state = step.next;
		set_ended(o, &ev->m);
		make_sure(e, o, ev->m.ts);
	}
	touch(o, ev->m.ts);
}

void on_mirror_unregister(struct engine *e, struct event *ev)
{
	struct object *hmm = ev->id->hmm ? NULL : hmm_backing(e, ev);

	if (hmm)
		hmm_end(e, hmm, &ev->m);
	else
		unregister(e, ev, HMT_CLASS_MIRROR, ev->id->mirror);
}

void on_mirror_unregister_end(struct engine *e, struct event *ev)
{
	if (ev->id->hmm || !hmm_backing(e, ev))
		unregister_end(e, ev, HMT_CLASS_MIRROR, ev->id->mirror);
}

void on_range_unregister(struct engine *e, struct event *ev)
{
	unregister(e, ev, HMT_CLASS_RANGE, ev->id->range);
}

void on_range_unregister_end(struct engine *e, struct event *ev)
{
	unregister_end(e, ev, HMT_CLASS_RANGE, ev->id->range);
}

/* --- use -------------------------------------------------------------------------- */

static void charge_use(struct engine *e, struct object *o, enum rule_id rule,
		       const struct event *ev)
{
	struct charge c = {
		.rule = rule, .o = o, .fact_ts = ev->m.ts, .offence = ev->m,
		.doubt = uncertain(e, o), .sure = o->sure,
	};

	if (o->ended.ts)
		c.prior = moment_of(&o->ended, o->state == LIFE_FAILED ? birth_kind(o)
								       : end_kind(o));
	if (o->state == LIFE_FAILED)
		c.prior.ret = last_failed(o);
	charge(e, &c);
}

void on_range_use(struct engine *e, struct event *ev)
{
	struct object *o;
	struct step step;

	if (!ev->id->range)
		return;
	o = object_find(e, HMT_CLASS_RANGE, ev->id->range);
	step = life_steps[o ? o->state : LIFE_NONE][LE_USE];
	if (step.act == ACT_USE_UNSEEN && e->baseline && !e->lost_seq && !e->forgot) {
		o = object_get(e, HMT_CLASS_RANGE, ev->id->range);
		if (!o)
			return;
		o->state = LIFE_DEAD;
		object_bury(e, o);
		charge_use(e, o, RULE_USE_OF_UNREGISTERED_RANGE, ev);
		return;
	}
	if (step.act == ACT_USE_UNSEEN || step.act == ACT_IGNORE)
		return;
	if (step.act == ACT_USE_DEAD)
		charge_use(e, o, RULE_USE_OF_UNREGISTERED_RANGE, ev);
	else if (step.act == ACT_USE_ENDING)
		charge_use(e, o, RULE_RANGE_USED_DURING_UNREGISTER, ev);
	if (o->faults)
		fault_begins(e, o, ev);
	touch(o, ev->m.ts);
	history_add(e, o, &ev->m);
}
