// SPDX-License-Identifier: GPL-2.0
/*
 * hmm.c - lives of struct hmm, and references: on it, and users of a notifier.
 *
 * A put that belongs to nobody is an underflow: in the stream each put comes
 * after the get it gives back and after the unregister it completes, so with
 * nothing unexplained outstanding the put takes what a registered mirror or
 * range stands on. That is said at once, not when the count passes zero.
 */
#include "engine/priv.h"

/* --- lives ------------------------------------------------------------------------ */

/* Mid-life, the notifier in it looked like a driver's mirror. */
static void drop_mistaken_mirror(struct engine *e, struct object *hmm)
{
	struct object *m = object_find(e, HMT_CLASS_MIRROR, hmm->addr);

	if (!m || !alive(m) || m->layer)
		return;
	hmm->account->backed = true;
	hmm->mm = m->mm;
	if (m->mm)
		object_pin(e, m->mm);
	e->stats.mirrors--;
	e->stats.live_mirrors--;
	if (m->users > 0)
		e->stats.live_refs -= (__u64)m->users;
	m->state = LIFE_GONE;
	list_del(&m->in_mm);
	object_forget(e, m);
}

struct object *hmm_begin(struct engine *e, struct object *hmm, const struct event *ev,
			 enum life state)
{
	hmm = object_reborn(e, hmm);
	if (!hmm)
		return NULL;
	hmm->account = account_new();
	if (!hmm->account) {
		e->oom = true;
		return NULL;
	}
	hmm->account->mirrors_only = e->mirrors_only;
	hmm->state = (__u8)state;
	hmm->generation++;
	hmm->layer = 1;
	if (state == LIFE_UNKNOWN)
		hmm->flags |= OBJ_BORN_BEFORE;
	else
		set_mark(&hmm->born, &ev->m);
	e->stats.hmms++;
	e->stats.live_hmms++;
	make_sure(e, hmm, ev->m.ts);
	drop_mistaken_mirror(e, hmm);
	if (!hmm->mm)
		object_set_mm(e, hmm, mm_met(e, ev));
	return hmm;
}

static void set_balance(struct engine *e, struct object *hmm, __s64 balance)
{
	struct account *a = hmm->account;

	if (a->balance > 0)
		e->stats.live_refs -= (__u64)a->balance;
	a->balance = balance;
	if (balance > 0)
		e->stats.live_refs += (__u64)balance;
}

struct object *hmm_met(struct engine *e, const struct event *ev)
{
	struct object *hmm = object_find(e, HMT_CLASS_HMM, ev->id->hmm);
	struct step step = hmm_steps[hmm ? hmm->state : LIFE_NONE][HE_MET];

	if (step.act != ACT_MEET)
		return hmm;
	/*
	 * The dead are not met: their mirrors and ranges end after them, and what
	 * was on its way arrives after them, when a put was one too many.
	 */
	if (hmm && hmm->state == LIFE_DEAD && (ev->m.kind == HMT_MIRROR_UNREGISTER ||
					       ev->m.kind == HMT_RANGE_UNREGISTER_BEGIN ||
					       (hmm->account->deficit && !uncertain(e, hmm))))
		return hmm;
	if (!hmm)
		hmm = object_get(e, HMT_CLASS_HMM, ev->id->hmm);
	return hmm ? hmm_begin(e, hmm, ev, step.next) : NULL;
}

static void gap_children(struct engine *e, struct object *hmm, bool all)
{
	struct list *l, *next;

	for (l = hmm->children.next; l != &hmm->children; l = next) {
		next = l->next;
		if (all || uncertain(e, object_of(l, in_parent)))
			life_gap(e, object_of(l, in_parent));
	}
}

static void end_life(struct engine *e, struct object *hmm, enum life state,
		     const struct moment *m)
{
	/* The last put is the end of what was held; a deficit outlives it. */
	hmm->state = (__u8)state;
	set_mark(&hmm->ended, m);
	hmm->doubt = RULE_NONE;
	account_clear(hmm->account);
	flags_released(e, hmm, RULE_NONE, m);
	life_over(e, hmm, m);
	set_balance(e, hmm, 0);
	e->stats.live_hmms--;
	make_sure(e, hmm, m->ts);
	touch(hmm, m->ts);
	object_bury(e, hmm);
}

void hmm_end(struct engine *e, struct object *hmm, const struct moment *m)
{
	struct step step = hmm_steps[hmm->state][HE_FREE];

	if (step.act != ACT_END)
		return;
	if (uncertain(e, hmm))
		gap_children(e, hmm, false);
	if (hmm->doubt)
		hmm_settle_doubt(e, hmm);
	if (uncertain(e, hmm))
		doubt_birth(hmm, m);
	end_life(e, hmm, step.next, m);
}

void hmm_gap(struct engine *e, struct object *hmm)
{
	struct moment m = { .ts = e->now, .kind = HMT_SYNC_END, .stack = -1 };

	gap_children(e, hmm, true);
	hmm->flags |= OBJ_IN_GAP;
	end_life(e, hmm, LIFE_GONE, &m);
}

void hmm_renew(struct engine *e, struct object *hmm)
{
	struct moment m = { .ts = e->now, .kind = HMT_SYNC_END, .stack = -1 };
	struct list *l, *next;

	for (l = hmm->children.next; l != &hmm->children; l = next) {
		next = l->next;
		if (object_of(l, in_parent)->seen != e->sync)
			life_gap(e, object_of(l, in_parent));
	}
	flags_released(e, hmm, RULE_NONE, &m);
	life_over(e, hmm, &m);
	e->stats.hmms++;
	hmm->generation++;
	hmm->flagged = hmm->doubted = 0;
	hmm->flags &= OBJ_INDEXED;
	hmm->flags |= OBJ_BORN_BEFORE | OBJ_IN_GAP;
	hmm->born = (struct mark){ .stack = -1 };
	hmm->sure = NEVER_SURE;
}

/*
 * While a driver's own notifier lives at the address, or lived there later
 * than the hmm, it is the driver's; what is left after the free of the hmm,
 * down to the SRCU callback, is the hmm's.
 */
struct object *hmm_backing(const struct engine *e, const struct event *ev)
{
	struct object *hmm = object_find(e, HMT_CLASS_HMM, ev->id->mirror);
	struct object *m;

	if (!hmm || !hmm->account)
		return NULL;
	if (alive(hmm))
		return hmm;
	if (ev->m.kind == HMT_MIRROR_REGISTER || !hmm->account->backed)
		return NULL;
	m = object_find(e, HMT_CLASS_MIRROR, ev->id->mirror);
	return m && m->touched > hmm->ended.ts ? NULL : hmm;
}

void hmm_backed(struct engine *e, struct object *hmm, const struct event *ev, __s64 ret)
{
	enum hmm_event what = ret ? HE_BACKING_FAILED : HE_BACKED;
	struct step step = hmm_steps[hmm->state][what];
	struct hold h = { .ts = ev->m.ts, .tgid = ev->m.tgid, .tid = ev->m.tid, .stack = -1 };

	if (step.act == ACT_STILLBORN) {
		/* Whatever follows, puts and a free or neither, is the failure's own cleaning up. */
		end_life(e, hmm, step.next, &ev->m);
		return;
	}
	if (step.act != ACT_CONFIRM)
		return;
	if (hmm->state == LIFE_UNKNOWN || uncertain(e, hmm)) {
		/* Only a new one is backed: the end of the old one was lost. */
		hmm_gap(e, hmm);
		hmm = hmm_begin(e, hmm, ev, LIFE_LIVE);
		if (!hmm)
			return;
		set_balance(e, hmm, 1);
		account_add(e, hmm->account, &h);
	}
	hmm->account->backed = true;
	hmm->account->exact = true;
	hmm->ops = ev->id->ops;
	touch(hmm, ev->m.ts);
	hmm_arm(e, hmm);
}

/* --- references on struct hmm ------------------------------------------------------- */

void hmm_rebase(struct engine *e, struct object *hmm, __u64 count, bool said)
{
	struct account *a = hmm->account;

	hmm->doubt = RULE_NONE;
	account_clear(a);
	a->exact = false;
	a->quiet = true;
	a->said = said;
	a->sync_ts = e->sync_ts;
	set_balance(e, hmm, (__s64)count);
}

static __s64 expected(const struct account *a)
{
	return (__s64)a->nr_mirrors + (a->mirrors_only ? 0 : a->nr_ranges);
}

static struct moment moment_of_hold(const struct hold *h)
{
	return (struct moment){
		.ts = h->ts, .kind = HMT_REF_GET, .tgid = h->tgid, .tid = h->tid,
		.stack = h->stack, .call_site = h->call_site, .count = h->count,
	};
}

static void charge_hold(struct engine *e, struct object *hmm, const struct hold *h,
			enum rule_id rule, __u64 since, __u64 left)
{
	struct account *a = hmm->account;
	struct charge c = {
		.rule = rule, .o = hmm, .fact_ts = since, .grace_left = left,
		.count = a->balance > 0 ? (__u64)a->balance : 0,
		.expected = (__u64)expected(a),
		.doubt = uncertain(e, hmm) || (!a->exact && (!a->quiet || a->said)), .sure = hmm->sure,
	};

	if (h)
		c.offence = moment_of_hold(h);
	if (h && h->why == HOLD_ENDED)
		c.offence.kind = h->range ? HMT_RANGE_UNREGISTER_BEGIN : HMT_MIRROR_UNREGISTER;
	if (h && rule == RULE_FAILED_REGISTER_KEPT_REFERENCE)
		c.prior = (struct moment){
			.ts = h->failed_ts, .kind = h->failed_kind, .tgid = h->tgid,
			.tid = h->tid, .stack = -1, .ret = h->ret,
		};
	if (c.doubt && !left && !e->finishing) {
		hmm->doubt = (__u8)rule;
		return;
	}
	charge(e, &c);
}

/* The put of an unregister that has not returned: not due before it does. */
static bool is_pending(const struct engine *e, const struct hold *h)
{
	const struct object *o;

	if (!e->returns || h->why != HOLD_ENDED)
		return false;
	o = h->range ? object_find(e, HMT_CLASS_RANGE, h->range)
		     : object_find(e, HMT_CLASS_MIRROR, h->mirror);
	return o && o->state == LIFE_ENDING && !uncertain(e, o);
}

static __u32 nr_pending(const struct engine *e, const struct account *a)
{
	__u32 nr = 0;

	for (__u32 i = 0; i < a->nr; i++)
		nr += is_pending(e, &a->hold[i]);
	return nr;
}

/* The oldest aged references, one finding for each of the two rules. */
static void charge_aged(struct engine *e, struct object *hmm, __u32 aged, __u64 left)
{
	struct account *a = hmm->account;
	const struct hold *failed = NULL, *held = NULL;
	__u32 pending = nr_pending(e, a);

	/* Each of those may be one of the aged. */
	aged = aged > pending ? aged - pending : 0;
	/* Which of them it is may change with every put; that there is one more does not. */
	if (aged <= a->accused)
		return;
	a->accused = aged;
	for (__u32 i = 0; i < a->nr && aged; i++) {
		const struct hold *h = &a->hold[i];

		if (is_pending(e, h))
			continue;
		aged--;
		if (h->why == HOLD_FAILED)
			failed = failed ? failed : h;
		else
			held = held ? held : h;
	}
	if (failed)
		charge_hold(e, hmm, failed, RULE_FAILED_REGISTER_KEPT_REFERENCE,
			    a->since[0], left);
	if (held)
		charge_hold(e, hmm, held, RULE_REFERENCE_UNACCOUNTED, a->since[0], left);
}

/* When the next unexplained reference comes of age; 0: there is none. */
static __u64 next_deadline(const struct engine *e, const struct account *a, __u32 aged,
			   __u64 limit)
{
	__u64 next = aged < a->nr ? a->since[aged] : 0;

	if (a->quiet && a->balance > expected(a) && a->sync_ts > limit &&
	    (!next || a->sync_ts < next))
		next = a->sync_ts;
	return next ? next + grace_of(e, GRACE_RELEASE) : 0;
}

void hmm_arm(struct engine *e, struct object *hmm)
{
	struct account *a = hmm->account;

	__u64 deadline = next_deadline(e, a, 0, 0);

	if (!a->timed && deadline)
		a->timed = !timer_add(e, TIMER_HOLDS, hmm, deadline);
}

/* The trace is over: each of them is cut short. */
static void cut_holds(struct engine *e, struct object *hmm)
{
	struct account *a = hmm->account;
	__u64 deadline = next_deadline(e, a, 0, 0);
	__u64 left = deadline > e->now ? deadline - e->now : 1;

	if (a->quiet && a->balance > expected(a))
		charge_hold(e, hmm, NULL, RULE_REFERENCE_UNACCOUNTED, a->sync_ts, left);
	if (a->nr)
		charge_aged(e, hmm, a->nr, left);
}

void hmm_timer(struct engine *e, struct object *hmm, __u64 deadline, __u64 left)
{
	struct account *a = hmm->account;
	__u64 limit = deadline - grace_of(e, GRACE_RELEASE), next;
	__u32 aged = 0;

	a->timed = false;
	if (!alive(hmm))
		return;
	if (left) {
		cut_holds(e, hmm);
		return;
	}
	if (a->quiet && a->balance > expected(a) && a->sync_ts <= limit)
		charge_hold(e, hmm, NULL, RULE_REFERENCE_UNACCOUNTED, a->sync_ts, 0);
	while (aged < a->nr && a->since[aged] <= limit)
		aged++;
	if (aged)
		charge_aged(e, hmm, aged, 0);
	next = next_deadline(e, a, aged, limit);
	if (!next && aged && nr_pending(e, a))
		next = e->now + grace_of(e, GRACE_RELEASE);
	if (next)
		a->timed = !timer_add(e, TIMER_HOLDS, hmm, next);
}

void hmm_settle_doubt(struct engine *e, struct object *hmm)
{
	struct account *a = hmm->account;
	struct charge c = {
		.rule = hmm->doubt, .o = hmm, .fact_ts = a->nr ? a->since[0] : hmm->touched,
		.count = a->balance > 0 ? (__u64)a->balance : 0,
		.expected = (__u64)expected(a), .doubt = true, .sure = hmm->sure,
	};

	hmm->doubt = RULE_NONE;
	if (a->nr)
		c.offence = moment_of_hold(&a->hold[0]);
	charge(e, &c);
}

void hmm_unmirrored_timer(struct engine *e, struct object *hmm, __u64 left)
{
	struct account *a = hmm->account;

	/* Where mirrors may be unknown, having none proves nothing. */
	if (!alive(hmm) || !a->exact || uncertain(e, hmm) || a->nr_mirrors || !a->unmirrored.ts ||
	    a->unmirrored.ts + grace_of(e, GRACE_RELEASE) > e->now + left)
		return;
	for (struct list *l = hmm->children.next; l != &hmm->children; l = l->next) {
		struct object *o = object_of(l, in_parent);

		if (o->class == HMT_CLASS_RANGE && !(o->flags & OBJ_NO_MIRROR))
			flag_orphan(e, o, RULE_RANGE_ORPHANED_BY_MIRROR, left);
	}
}

void hmm_check_released(struct engine *e, struct object *hmm, const struct moment *m)
{
	struct account *a = hmm->account;
	bool failed = false, held = false;

	if (a->accused > account_excess(a))
		a->accused = account_excess(a);
	if (!e->flags.nr || a->over)
		return;
	for (__u32 i = 0; i < a->nr; i++) {
		if (a->hold[i].why == HOLD_FAILED)
			failed = true;
		else
			held = true;
	}
	if (a->quiet || (!a->exact && a->balance > expected(a)))
		held = a->balance > expected(a);
	if (!failed)
		flags_released(e, hmm, RULE_FAILED_REGISTER_KEPT_REFERENCE, m);
	if (!held)
		flags_released(e, hmm, RULE_REFERENCE_UNACCOUNTED, m);
}

static void hmm_get(struct engine *e, struct event *ev)
{
	const struct hmt_ref_get *r = (const void *)ev->h;
	struct object *hmm = object_find(e, HMT_CLASS_HMM, r->hmm);
	enum hmm_event what = r->count == 1 ? HE_GET_FIRST : HE_GET;
	struct step step = hmm_steps[hmm ? hmm->state : LIFE_NONE][what];
	struct hold h = {
		.ts = ev->m.ts, .call_site = r->call_site, .mirror = r->mirror,
		.range = r->range, .tgid = ev->m.tgid, .tid = ev->m.tid, .stack = r->stack,
		.count = (__u32)r->count, .seq = e->stats.records,
	};
	struct account *a;

	if (step.act == ACT_BIRTH && !r->mirror && !r->range)
		e->mirrors_only = true;
	else if (r->range)
		e->mirrors_only = false;
	if (step.act != ACT_GET) {
		if (!hmm)
			hmm = object_get(e, HMT_CLASS_HMM, r->hmm);
		hmm = hmm ? hmm_begin(e, hmm, ev, step.next) : NULL;
		if (!hmm)
			return;
		/*
		 * A count of one is the first get, or, read while others put,
		 * one in mid-life: then no registration of the notifier follows.
		 */
		hmm->account->exact = step.act == ACT_BIRTH && (e->baseline || !e->started);
	}
	a = hmm->account;
	set_balance(e, hmm, step.act == ACT_GET && a->exact ? a->balance + 1 : (__s64)r->count);
	a->quiet = false;
	touch(hmm, ev->m.ts);
	history_add(e, hmm, &ev->m);
	site_got(e, r->call_site);
	h.got_at = history_got(e, hmm, r->call_site);
	if (a->exact || step.act == ACT_BIRTH) {
		account_add(e, a, &h);
		hmm_arm(e, hmm);
	}
}

static void charge_underflow(struct engine *e, struct object *o, const struct event *ev,
			     const struct moment *prior, bool doubt)
{
	struct charge c = {
		.rule = RULE_REFERENCE_UNDERFLOW, .o = o, .fact_ts = ev->m.ts,
		.offence = ev->m, .doubt = doubt, .sure = o->sure,
	};

	if (prior && prior->ts)
		c.prior = *prior;
	if (o->class == HMT_CLASS_HMM) {
		c.count = o->account->balance > 0 ? (__u64)o->account->balance : 0;
		c.expected = (__u64)expected(o->account);
	}
	charge(e, &c);
}

static void hmm_put_live(struct engine *e, struct object *hmm, struct event *ev)
{
	const struct hmt_ref_put *r = (const void *)ev->h;
	struct account *a = hmm->account;
	bool exact = a->exact && !uncertain(e, hmm), below = r->count == ~0ULL;
	struct moment prior = moment_of(&a->last_put, HMT_REF_PUT);
	__u8 got_at = 0;

	prior.call_site = a->last_put_site;
	if (account_unpardon(a, ev)) {
		a->deficit++;
		set_balance(e, hmm, a->balance - 1);
		return;
	}
	if (exact ? !account_excess(a) : below && !a->deficit) {
		charge_underflow(e, hmm, ev, &prior, false);
		a->deficit++;
	}
	if (account_put(a, ev, &got_at))
		history_put(hmm, got_at);
	set_balance(e, hmm, a->exact ? a->balance - 1 : below ? 0 : (__s64)r->count);
	a->quiet = false;
	set_mark(&a->last_put, &ev->m);
	a->last_put_site = r->call_site;
	site_put(e, r->call_site, &ev->m);
	hmm_check_released(e, hmm, &ev->m);
}

static void hmm_put(struct engine *e, struct event *ev)
{
	const struct hmt_ref_put *r = (const void *)ev->h;
	struct object *hmm = object_find(e, HMT_CLASS_HMM, r->hmm);
	struct step step = hmm_steps[hmm ? hmm->state : LIFE_NONE][HE_PUT];
	struct moment freed;

	if (step.act == ACT_MEET) {
		hmm = hmm ? hmm : object_get(e, HMT_CLASS_HMM, r->hmm);
		hmm = hmm ? hmm_begin(e, hmm, ev, step.next) : NULL;
		step.act = ACT_PUT;
	}
	if (!hmm)
		return;
	if (step.act == ACT_PUT) {
		hmm_put_live(e, hmm, ev);
	} else if (step.act == ACT_PUT_DEAD && account_unpardon(hmm->account, ev)) {
		/* said already, and there is nothing to be short of any more */
	} else if (step.act == ACT_PUT_DEAD && hmm->account->deficit) {
		hmm->account->deficit--;	/* said already: the count was one short since */
	} else if (step.act == ACT_PUT_DEAD) {
		freed = moment_of(&hmm->ended, HMT_FREE);
		charge_underflow(e, hmm, ev, &freed, uncertain(e, hmm) && r->count != ~0ULL);
	}
	touch(hmm, ev->m.ts);
	history_add(e, hmm, &ev->m);
}

/* --- users of a notifier -------------------------------------------------------------- */

static void notifier_users(struct engine *e, struct object *m, __s64 users)
{
	if (m->users > 0)
		e->stats.live_refs -= (__u64)m->users;
	m->users = users;
	if (users > 0)
		e->stats.live_refs += (__u64)users;
}

static void notifier_underflow(struct engine *e, struct object *m, const struct event *ev)
{
	struct moment prior = moment_of(&m->ended, end_kind(m));

	if (m->state == LIFE_FAILED) {
		prior.kind = birth_kind(m);
		prior.ret = last_failed(m);
	}
	charge_underflow(e, m, ev, &prior, false);
	m->flags |= OBJ_OFFENDED_PUT;
}

static void notifier_ref(struct engine *e, struct event *ev)
{
	const struct hmt_ref_get *r = (const void *)ev->h;
	struct object *m = object_find(e, HMT_CLASS_MIRROR, r->mirror);
	bool put = ev->m.kind == HMT_REF_PUT;
	bool exact = m && m->state == LIFE_LIVE && !uncertain(e, m) && m->born.ts &&
		     !(m->flags & OBJ_USERS_SAID);

	if (!r->mirror || hmm_backing(e, ev))
		return;
	if (put && (r->count == ~0ULL || (exact && m->users <= 0) ||
		    (m && m->state == LIFE_FAILED && !uncertain(e, m)))) {
		struct step step = life_steps[m ? m->state : LIFE_NONE][LE_PUT_BELOW_ZERO];

		m = m ? m : object_get(e, HMT_CLASS_MIRROR, r->mirror);
		if (!m)
			return;
		if (m->state == LIFE_NONE) {
			m->state = step.next;
			object_bury(e, m);
		}
		notifier_underflow(e, m, ev);
	} else {
		m = life_met(e, HMT_CLASS_MIRROR, r->mirror, ev, NULL);
		if (!m)
			return;
		/* Who has users is registered. */
		if (m->state == LIFE_UNKNOWN && r->count)
			m->state = LIFE_LIVE;
		if (alive(m))
			notifier_users(e, m, exact ? m->users + (put ? -1 : 1) : (__s64)r->count);
		m->flags &= ~OBJ_OFFENDED_PUT;
	}
	m->flags &= (__u16)~OBJ_FREED;
	touch(m, ev->m.ts);
	history_add(e, m, &ev->m);
	if (put) {
		history_put(m, 0);
		return;
	}
	/* The register was the first get. */
	if (m->born.ts && m->history && !m->history->sites)
		history_got(e, m, 0);
	history_got(e, m, r->call_site);
}

void on_ref(struct engine *e, struct event *ev)
{
	if (!ev->id->hmm)
		notifier_ref(e, ev);
	else if (ev->m.kind == HMT_REF_GET)
		hmm_get(e, ev);
	else
		hmm_put(e, ev);
}

static void set_released(struct engine *e, struct object *hmm, const struct event *ev)
{
	if (!hmm || !alive(hmm) || hmm->account->released.ts)
		return;
	set_mark(&hmm->account->released, &ev->m);
	hmm->account->released_seq = e->stats.records;
}

/*
 * Between mm-release and the release of its own notifier a struct hmm does not
 * know yet that it is dead, and registering is legal. It knows when it calls a
 * driver's release, and when its own has returned.
 */
void on_release(struct engine *e, struct event *ev)
{
	on_call(e, ev->id);
	if (ev->id->hmm)
		set_released(e, object_find(e, HMT_CLASS_HMM, ev->id->hmm), ev);
	else if (ev->m.kind == HMT_RELEASE_END)
		set_released(e, hmm_backing(e, ev), ev);
}

/* Before 5.5 the release of an address space is that of its struct hmm. */
void hmm_released(struct engine *e, const struct event *ev)
{
	if (ev->id->hmm)
		set_released(e, object_find(e, HMT_CLASS_HMM, ev->id->hmm), ev);
}

/* Its memory goes, not only its last reference: who is in a callback on it has it in hand. */
static void hmm_freed(struct engine *e, struct object *hmm, const struct event *ev)
{
	const struct call *in = call_on_hmm(e, hmm->addr);
	struct charge c = {
		.rule = RULE_HMM_FREED_UNDER_CALLBACK, .o = hmm, .fact_ts = ev->m.ts,
		.offence = ev->m,
	};

	if (!in || uncertain(e, hmm))
		return;
	c.prior = call_moment(in);
	charge(e, &c);
}

/*
 * Of a notifier: stage 0 is the last put, stage 1 the call of ->free_notifier().
 * That comes without a put when mmu_notifier_get() fails.
 */
static void notifier_free(struct engine *e, struct event *ev)
{
	const struct hmt_free *r = (const void *)ev->h;
	struct object *m = object_find(e, HMT_CLASS_MIRROR, r->mirror);
	const struct past *before = m ? history_last(m, HMT_FREE) : NULL;
	struct charge c = {
		.rule = RULE_MIRROR_FREED_TWICE, .o = m, .fact_ts = ev->m.ts,
		.offence = ev->m,
	};

	if (!m || alive(m))
		return;
	if (!r->stage) {
		m->flags &= (__u16)~OBJ_FREED;
		if (e->returns)
			watch_add(e, m, WATCH_FREEING);
		return;
	}
	watch_over(e, m, WATCH_FREEING, RULE_MIRROR_NEVER_FREED, &ev->m);
	/* The put need not have returned; that it will is not in doubt. */
	watch_over(e, m, WATCH_ENDING, RULE_UNREGISTER_STUCK, &ev->m);
	if (m->state == LIFE_ENDING)
		m->state = LIFE_DEAD;
	c.doubt = uncertain(e, m);
	c.sure = m->sure;
	if (before)
		c.prior = (struct moment){ .ts = before->ts, .kind = HMT_FREE, .stack = -1,
					   .tgid = before->tgid, .tid = before->tid };
	if (m->flags & OBJ_FREED)
		charge(e, &c);
	m->flags |= OBJ_FREED;
	make_sure(e, m, ev->m.ts);
	touch(m, ev->m.ts);
	history_add(e, m, &ev->m);
}

void on_free(struct engine *e, struct event *ev)
{
	struct object *hmm = ev->id->hmm ? object_find(e, HMT_CLASS_HMM, ev->id->hmm)
					 : hmm_backing(e, ev);

	if (hmm && alive(hmm))
		hmm_end(e, hmm, &ev->m);
	if (hmm && ev->id->hmm && ((const struct hmt_free *)ev->h)->stage)
		hmm_freed(e, hmm, ev);
	if (!ev->id->hmm && !hmm && ev->id->mirror)
		notifier_free(e, ev);
}
