/* SPDX-License-Identifier: GPL-2.0 */
/* priv.h - what the files of the engine do for each other. The data is in object.h. */
#ifndef ENGINE_PRIV_H
#define ENGINE_PRIV_H

#include "engine/object.h"

/* object.c */
static inline struct object *object_find(const struct engine *e, enum hmt_class class,
					 __u64 addr)
{
	return map64__get(&e->index[class], addr);
}

/* Return: the object, new in state NONE if need be; NULL when there is no memory or no room. */
struct object *object_get(struct engine *e, enum hmt_class class, __u64 addr);
/* The object for a new life at the address of o: o itself, or one that takes its place. */
struct object *object_reborn(struct engine *e, struct object *o);
void object_pin(struct engine *e, struct object *o);
void object_unpin(struct engine *e, struct object *o);
void object_set_mm(struct engine *e, struct object *o, struct object *mm);
void object_set_parent(struct engine *e, struct object *o, struct object *parent);
/* Off the lists of the living and into the graveyard; the state is set already. */
void object_bury(struct engine *e, struct object *o);
void object_forget(struct engine *e, struct object *o);
void object_free_all(struct engine *e);
void history_add(struct engine *e, struct object *o, const struct moment *m);
/* A register of the address failed. first: those before are another story. */
void history_failed(struct engine *e, struct object *o, const struct moment *m, bool first);
/* A reference was got at, or one of those from, a place. Return: what names it for the put. */
__u8 history_got(struct engine *e, struct object *o, __u64 call_site);
void history_put(struct object *o, __u8 got_at);
/* The newest of a kind. NULL: none is remembered. */
const struct past *history_last(const struct object *o, __u16 kind);

static inline __s16 last_failed(const struct object *o)
{
	const struct failures *f = o->history ? o->history->failures : NULL;

	return f && f->nr ? f->past[f->nr - 1].ret : 0;
}

static inline __u64 grace_of(const struct engine *e, enum grace kind)
{
	return e->opts.grace_ns[kind];
}

static inline bool alive(const struct object *o)
{
	return o->state == LIFE_LIVE || o->state == LIFE_UNKNOWN;
}

static inline bool uncertain(const struct engine *e, const struct object *o)
{
	return o->sure != e->lost_seq;
}

/* The state of o is proven at ts, unless a loss may still lie between. */
static inline void make_sure(struct engine *e, struct object *o, __u64 ts)
{
	o->sure = ts < e->lost_until ? NEVER_SURE : e->lost_seq;
}

static inline void touch(struct object *o, __u64 ts)
{
	if (ts > o->touched)
		o->touched = ts;
}

/* Member by member, as moment_read() does it. */
static inline void set_mark(struct mark *k, const struct moment *m)
{
	k->ts = m->ts;
	k->tgid = m->tgid;
	k->tid = m->tid;
	k->stack = m->stack;
	k->more = 0;
}

/*
 * All there is to a record with neither a stack nor a result. Member by member: a
 * compiler that makes it elsewhere and copies it waits for its own stores.
 */
static inline void moment_read(struct moment *m, const struct hmt_hdr *h)
{
	m->ts = h->ts;
	m->kind = h->kind;
	m->tgid = h->tgid;
	m->tid = h->tid;
	m->stack = -1;
	m->call_site = 0;
	m->ret = 0;
	m->count = 0;
}

/* timer.c */
int timer_add(struct engine *e, enum timer_kind kind, struct object *o, __u64 deadline);
/* Fires what is due at ts, in order. */
void timers_fire(struct engine *e, __u64 ts);
static inline void timers_run(struct engine *e, __u64 ts)
{
	if (e->next_due <= ts || (e->nr_timers && e->timers[0].deadline <= ts))
		timers_fire(e, ts);
}
/* The trace is over: fires the rest as cut short. */
void timers_finish(struct engine *e);
void timers_free(struct engine *e);

/* watch.c: what has begun and should end */
void watch_init(struct engine *e);
void watch_add(struct engine *e, struct object *o, enum watch_kind kind);
/* It ended, at m; rule is what would have been said. */
void watch_over(struct engine *e, struct object *o, enum watch_kind kind, enum rule_id rule,
		const struct moment *m);
/* Nothing like c was waited for: from here on it is. */
void watch_calls_due(struct engine *e, const struct call *c);
/* Fires what is due at e->next_due. */
void watch_run(struct engine *e);
/* Says that c waits for an unregister that was called in it. Return: false if it does not. */
bool watch_stuck_inside(struct engine *e, const struct call *c);
void watch_finish(struct engine *e);
void on_task_exit(struct engine *e, struct event *ev);
/* What is kept of an mm's users. NULL: no memory. */
struct departure *departure_of(struct engine *e, struct object *mm);

static inline void mm_read(struct object *mm, __u64 ts, __u32 mm_users, __u32 mm_count)
{
	if (!mm_users && !mm_count)
		return;
	mm->read_ts = ts;
	mm->mm_users = mm_users;
	mm->mm_count = mm_count;
}

/* call.c: what threads are inside of */
/* A callback, an invalidation or a release, its begin or its end. */
void on_call(struct engine *e, const struct hmt_id *id);
/* The callback that thread is in. NULL: none, as far as one knows. */
const struct call *call_of(const struct engine *e, __u32 tid);
/* The callback that the end of o waits for. NULL: none known. */
const struct call *call_in_the_way(const struct engine *e, const struct object *o);
/* A callback on that struct hmm that is running. NULL: none known. */
const struct call *call_on_hmm(const struct engine *e, __u64 hmm);
struct moment call_moment(const struct call *c);
/* Nothing more is to be said of it. */
void call_over(const struct call *c);
/* Is a thread inside of anything on this address space? */
bool call_on_mm(const struct engine *e, __u64 mm);
/* Is a driver's release for this address space under way? */
const struct call *call_releasing(const struct engine *e, __u64 mm);
/* o is unregistered, by ev. Return: true when that waits for a callback it is called from. */
bool call_check(struct engine *e, struct object *o, const struct event *ev);
/* Says what has been under way for too long. Return: when to look again. */
__u64 calls_run(struct engine *e, struct list *calls, enum grace grace, __u64 ts);
/* Events were lost: who is inside of what is unknown again. */
void calls_forget(struct engine *e);
void calls_free(struct engine *e);

/* fault.c: faults that do not succeed */
void on_fault_end(struct engine *e, struct event *ev);
/* A fault or a read begins on o, which has failures. */
void fault_begins(struct engine *e, struct object *o, const struct event *ev);

/* birth.c: registers of mirrors and ranges */
void on_mirror_register(struct engine *e, struct event *ev);
void on_range_register(struct engine *e, struct event *ev);
/* Hangs on what has ended already: its grace runs from ts. */
void life_late(struct engine *e, struct object *o, __u64 ts);
/* A mirror or range named by something else: known, or met in mid-life. */
struct object *life_met(struct engine *e, enum hmt_class class, __u64 addr, struct event *ev,
			struct object *parent);
struct object *mirror_named(struct engine *e, struct event *ev, struct object *hmm);
/* A new, certain life that is not yet on any list. NULL: no memory or no room. */
struct object *life_begin(struct engine *e, struct object *o, enum life state);
void life_link(struct engine *e, struct object *o, struct object *mm, struct object *parent);

/* life.c: what follows */
void on_mirror_unregister(struct engine *e, struct event *ev);
void on_mirror_unregister_end(struct engine *e, struct event *ev);
void on_range_unregister(struct engine *e, struct event *ev);
void on_range_unregister_end(struct engine *e, struct event *ev);
void on_range_use(struct engine *e, struct event *ev);
/* The life of a mirror or range ends; o is on the lists still, its state is set. */
void life_end(struct engine *e, struct object *o, const struct moment *m);
void life_gap(struct engine *e, struct object *o);
/* o ends, at m, in a state that was not proven since a loss. */
void doubt_birth(struct object *o, const struct moment *m);
/* Fired timers. left: grace time that is still to go, at the end of a trace. */
void mirror_timer(struct engine *e, struct object *mirror, __u64 left);
void late_timer(struct engine *e, struct object *o, __u64 left);
/* Flags o as an orphan, unless it is not one any more or something was said before. */
void flag_orphan(struct engine *e, struct object *o, enum rule_id rule, __u64 left);
/* Says what was waiting for a confirmation: it came (sure), or it cannot come any more. */
void settle_doubt(struct engine *e, struct object *o);

/* hmm.c */
void on_ref(struct engine *e, struct event *ev);
void on_release(struct engine *e, struct event *ev);
void hmm_released(struct engine *e, const struct event *ev);
void on_free(struct engine *e, struct event *ev);
/* The struct hmm of a register, met if it has to be. NULL: none, or no memory. */
struct object *hmm_met(struct engine *e, const struct event *ev);
/* Is this mirror cookie the notifier of a struct hmm? */
struct object *hmm_backing(const struct engine *e, const struct event *ev);
void hmm_backed(struct engine *e, struct object *hmm, const struct event *ev, __s64 ret);
void hmm_end(struct engine *e, struct object *hmm, const struct moment *m);
void hmm_gap(struct engine *e, struct object *hmm);
void hmm_timer(struct engine *e, struct object *hmm, __u64 deadline, __u64 left);
void hmm_unmirrored_timer(struct engine *e, struct object *hmm, __u64 left);
void hmm_arm(struct engine *e, struct object *hmm);
void hmm_check_released(struct engine *e, struct object *hmm, const struct moment *m);
/* A sync knows a later life at the address: what it named already is of that one. */
void hmm_renew(struct engine *e, struct object *hmm);
/* After a sync: what it says of the count is the basis from here on. */
void hmm_rebase(struct engine *e, struct object *hmm, __u64 count, bool said);
void hmm_settle_doubt(struct engine *e, struct object *hmm);
struct object *hmm_begin(struct engine *e, struct object *hmm, const struct event *ev,
			 enum life state);

/* account.c */
struct account *account_new(void);
void account_free(struct account *a);
int account_add(struct engine *e, struct account *a, const struct hold *h);
/* The hold a register of this mirror or range explains goes. Return: where it was got. */
__u8 account_registered(struct account *a, const struct event *ev);
/* A register of ev's task failed. Return: the hold that was taken for it, or NULL. */
struct hold *account_failed(struct account *a, const struct event *ev);
/* Return: false when there was nothing to put. */
bool account_put(struct account *a, const struct event *ev, __u8 *ret_got_at);
/* The put that ev's task is about to do, in an unregister that was flagged, is forgiven. */
void account_pardon(struct account *a, const struct event *ev);
/* Return: true when ev's task had a pardon; it has none any more. */
bool account_unpardon(struct account *a, const struct event *ev);
void account_clear(struct account *a);
static inline __u32 account_excess(const struct account *a)
{
	return a->nr + a->over;
}

/* space.c: address spaces */
enum mm_fate { MM_FINE, MM_TORN_DOWN, MM_MAYBE_TORN_DOWN };
struct mm_use {
	enum mm_fate fate;
	struct mark ended;	/* the release, unless fine */
	__u64 sure;
};
/* Something is registered on ev's address space. NULL: none named, or no memory. */
struct object *mm_used(struct engine *e, const struct event *ev, __u32 mm_users,
		       struct mm_use *ret_use);
/* The address space of what was there before, torn down or not. */
struct object *mm_met(struct engine *e, const struct event *ev);
void on_mm_release(struct engine *e, struct event *ev);
void on_mm_destroy(struct engine *e, struct event *ev);
void mm_timer(struct engine *e, struct object *mm, __u64 left);
/* Drops what nothing refers to, beyond the newest. Not while an mm is at hand without a pin. */
void mms_forget(struct engine *e);

/* sync.c: loss and what comes after */
void lose(struct engine *e, __u32 cause, __u64 count, __u32 cpu, __u64 until);
void on_lost(struct engine *e, const struct hmt_lost *l);
void on_sync_begin(struct engine *e, const struct hmt_sync_begin *s);
void on_sync_object(struct engine *e, const struct hmt_sync_object *s);
void on_sync_end(struct engine *e, const struct hmt_sync_end *s);

/* verdict.c */
struct charge {
	enum rule_id rule;
	struct object *o;
	__u64 fact_ts;
	struct moment offence, prior;
	__u64 count, expected;
	bool doubt;		/* rests on what a loss may have overturned */
	__u64 sure;		/* doubt: lost_seq when it was last proven */
	__u64 grace_left;	/* not 0: the trace was cut short */
	const struct object *parent; /* where it is not o's own */
};

void charge(struct engine *e, const struct charge *c);
/* A flagged object is gone, or its fault put right. */
void flags_released(struct engine *e, struct object *o, enum rule_id rule, const struct moment *m);
void flags_drop(struct engine *e, struct object *o);
void view_object(const struct engine *e, const struct object *o, struct object_view *v);
struct moment moment_of(const struct mark *m, __u16 kind);
__u16 birth_kind(const struct object *o);
__u16 end_kind(const struct object *o);
void life_over(struct engine *e, struct object *o, const struct moment *m);
/* Walks all objects. Fine to end, flag and bury meanwhile. */
struct object_walk {
	struct slab *slab;
	__u32 next;
};
struct object *object_walk(const struct engine *e, struct object_walk *w);
/* What is still alive and what is still open when the trace is over. */
void rules_finish(struct engine *e);

/* holder.c */
void on_holder(struct engine *e, const struct hmt_holder *rec);
/* Who has the files that the owner of orphan o had, if that was looked for. */
void holders_tell(const struct engine *e, const struct object *o, struct finding *f);
/* The address space is another one now, or none. */
void holders_drop(struct engine *e, __u64 mm);

/* blame.c */
void site_born(struct engine *e, struct object *o);
void site_released(struct engine *e, const struct object *o, const struct moment *m);
void site_got(struct engine *e, __u64 call_site);
void site_put(struct engine *e, __u64 call_site, const struct moment *m);
void blame(const struct engine *e, const struct object *o, struct finding *f);
void blame_get(const struct engine *e, __u64 call_site, struct finding *f);
void sites_free(struct engine *e);

#endif /* ENGINE_PRIV_H */
