// SPDX-License-Identifier: GPL-2.0
/* verdict.c - from what a rule found to what is said of it, with the evidence. */
#include "engine/priv.h"

struct moment moment_of(const struct mark *m, __u16 kind)
{
	return (struct moment){
		.ts = m->ts, .kind = kind, .tgid = m->tgid, .tid = m->tid, .stack = m->stack,
	};
}

__u16 birth_kind(const struct object *o)
{
	switch (o->class) {
	case HMT_CLASS_RANGE:
		return HMT_RANGE_REGISTER;
	case HMT_CLASS_MIRROR:
		return HMT_MIRROR_REGISTER;
	case HMT_CLASS_HMM:
		return HMT_REF_GET;
	default:
		return 0;
	}
}

__u16 end_kind(const struct object *o)
{
	switch (o->class) {
	case HMT_CLASS_RANGE:
		return HMT_RANGE_UNREGISTER_BEGIN;
	case HMT_CLASS_MIRROR:
		return HMT_MIRROR_UNREGISTER;
	case HMT_CLASS_HMM:
		return HMT_FREE;
	default:
		return HMT_MM_RELEASE;
	}
}

static __u64 hmm_addr(const struct object *o)
{
	const struct object *up = o->parent;

	if (o->class == HMT_CLASS_HMM)
		return o->addr;
	if (!o->layer || !up)
		return 0;
	return up->class == HMT_CLASS_HMM ? up->addr : up->parent ? up->parent->addr : 0;
}

static __u64 live_refs(const struct object *o)
{
	__s64 n = 0;

	if (o->class == HMT_CLASS_HMM)
		n = o->account ? o->account->balance : 0;
	else if (o->class == HMT_CLASS_MIRROR && !o->layer)
		n = o->users;
	return n > 0 ? (__u64)n : 0;
}

/*
 * In place, member by member, and all of them: this is done for every life, and a copy,
 * or to clear it first, would cost as much again.
 */
void view_object(const struct engine *e, const struct object *o, struct object_view *v)
{
	bool is_mm = o->class == CLASS_MM, is_range = o->class == HMT_CLASS_RANGE;

	v->class = is_mm ? HMT_CLASS_HMM : o->class;
	v->serial = o->serial;
	v->generation = o->generation ? o->generation : 1;
	v->born_before = o->flags & OBJ_BORN_BEFORE;
	v->in_gap = (o->flags & OBJ_IN_GAP) || uncertain(e, o);
	v->addr = o->addr;
	v->mm = is_mm ? o->addr : o->mm ? o->mm->addr : 0;
	v->hmm = hmm_addr(o);
	v->ops = is_mm ? 0 : o->ops;
	v->ops_fn = is_mm ? 0 : o->ops_fn;
	v->owner = o->born.more;
	v->tag = o->tag;
	v->start = is_range ? o->start : 0;
	v->end = is_range ? o->end : 0;
	v->born.ts = o->born.ts;
	v->born.kind = birth_kind(o);
	v->born.tgid = o->born.tgid;
	v->born.tid = o->born.tid;
	v->born.stack = o->born.stack;
	v->born.call_site = v->born.count = 0;
	v->born.ret = 0;
	v->live_refs = live_refs(o);
}

/* Keeps the last FINDING_RECENT in order of time; equal ones once. */
static void add_recent(struct finding *f, const struct moment *m)
{
	__u32 i;

	if (!m->ts)
		return;
	for (i = 0; i < f->nr_recent; i++)
		if (f->recent[i].ts == m->ts && f->recent[i].kind == m->kind &&
		    f->recent[i].tid == m->tid)
			return;
	if (f->nr_recent == FINDING_RECENT) {
		if (m->ts < f->recent[0].ts)
			return;
		memmove(&f->recent[0], &f->recent[1],
			(FINDING_RECENT - 1) * sizeof(f->recent[0]));
		f->nr_recent--;
	}
	for (i = f->nr_recent++; i && f->recent[i - 1].ts > m->ts; i--)
		f->recent[i] = f->recent[i - 1];
	f->recent[i] = *m;
}

static void add_history(struct finding *f, const struct object *o)
{
	const struct history *h = o->history;
	struct moment m;

	m = moment_of(&o->born, birth_kind(o));
	add_recent(f, &m);
	for (__u32 i = 0; h && i < h->nr; i++) {
		const struct past *p = &h->past[(h->next + NR_PAST - h->nr + i) % NR_PAST];

		m = (struct moment){
			.ts = p->ts, .kind = p->kind, .tgid = p->tgid, .tid = p->tid,
			.stack = -1, .ret = p->ret,
			.count = p->count == 0xffffffffU ? ~0ULL : p->count,
		};
		add_recent(f, &m);
	}
	m = moment_of(&o->ended, o->state == LIFE_FAILED ? birth_kind(o) : end_kind(o));
	if (o->state == LIFE_FAILED)
		m.ret = last_failed(o);
	add_recent(f, &m);
}

static const struct object *parent_of(const struct object *o)
{
	if (o->parent)
		return o->parent;
	return !o->layer && o->class >= HMT_CLASS_MIRROR && o->mm && o->mm->serial ? o->mm : NULL;
}

static void set_doubt(struct engine *e, const struct charge *c, struct finding *f)
{
	f->confidence = CONFIDENCE_INCONCLUSIVE;
	if (c->grace_left) {
		f->doubt = DOUBT_CUT;
		f->grace_left_ns = c->grace_left;
		return;
	}
	f->doubt = DOUBT_LOST;
	f->lost = c->sure == NEVER_SURE ? e->lost_seq : e->lost_seq - c->sure;
	f->lost_cause = e->lost_cause;
	f->lost_cpu = c->sure != NEVER_SURE && c->sure >= e->lost_cpu_seq ? e->lost_cpu
									  : HMT_CPU_NONE;
}

static void fill_failures(struct finding *f, const struct object *o)
{
	const struct failures *x = o->history ? o->history->failures : NULL;

	f->nr_failed_registers = o->nr_failed;
	f->last_failed_ret = last_failed(o);
	for (__u32 i = 0; x && o->nr_failed && i < x->nr; i++) {
		const struct past *p = &x->past[i];

		f->failed[f->nr_failed++] = (struct moment){
			.ts = p->ts, .kind = birth_kind(o), .tgid = p->tgid, .tid = p->tid,
			.stack = -1, .ret = p->ret,
		};
	}
}

/* Of an address space it is the driver, if all that is registered there is one's. */
static void fill_driver(struct finding *f, const struct object *mm)
{
	for (struct list *l = mm->children.next; l != &mm->children; l = l->next) {
		const struct object *o = object_of(l, in_mm);

		if (f->object.ops && f->object.ops != o->ops) {
			f->object.ops = f->object.ops_fn = 0;
			return;
		}
		f->object.ops = o->ops;
		f->object.ops_fn = o->ops_fn;
	}
}

static void fill_counters(struct finding *f, const struct object *o)
{
	const struct object *mm = o->class == CLASS_MM ? o : o->mm;

	if (!mm)
		return;
	if (mm->read_ts)
		f->counters = (struct mm_counters){
			.ts = mm->read_ts, .mm_users = mm->mm_users, .mm_count = mm->mm_count,
		};
	if (!mm->departure)
		return;
	f->counters.nr_busy = mm->departure->nr_busy;
	/* What was torn down holds no memory but its own. */
	if (alive(mm))
		f->counters.rss_pages = mm->departure->rss_pages;
}

static void fill_sites(struct finding *f, const struct object *o)
{
	const struct sites *s = o->history ? o->history->sites : NULL;

	if (!s || o->class == HMT_CLASS_RANGE || (o->class == HMT_CLASS_HMM && !o->account->exact))
		return;
	f->nr_sites = s->nr;
	memcpy(f->sites, s->site, s->nr * sizeof(s->site[0]));
}

static void fill(struct engine *e, const struct charge *c, struct finding *f)
{
	const struct object *parent = c->parent ? c->parent : parent_of(c->o);

	f->rule = c->rule;
	f->fact_ts = c->fact_ts;
	f->flagged_ts = e->now;
	f->offence = c->offence;
	f->prior = c->prior;
	f->count = c->count;
	f->expected = c->expected;
	f->lost_cpu = HMT_CPU_NONE;
	if (c->o->class == CLASS_MM)
		fill_driver(f, c->o);
	fill_failures(f, c->o);
	fill_counters(f, c->o);
	fill_sites(f, c->o);
	view_object(e, c->o, &f->object);
	if (parent)
		view_object(e, parent, &f->parent);
	if (c->grace_left || c->doubt)
		set_doubt(e, c, f);
	add_history(f, c->o);
	add_recent(f, &c->offence);
	if (c->rule == RULE_RANGE_ORPHANED_BY_MM || c->rule == RULE_MIRROR_ORPHANED_BY_MM)
		holders_tell(e, c->o, f);
	if (c->o->class != HMT_CLASS_HMM)
		blame(e, c->o, f);
	else if (c->offence.call_site)
		blame_get(e, c->offence.call_site, f);
}

/* A fault that is an absence can be put right; the rest happened. */
static bool can_be_released(enum rule_id rule)
{
	return rule == RULE_RANGE_ORPHANED_BY_MIRROR || rule == RULE_RANGE_ORPHANED_BY_MM ||
	       rule == RULE_MIRROR_ORPHANED_BY_MM || rule == RULE_REFERENCE_UNACCOUNTED ||
	       rule == RULE_FAILED_REGISTER_KEPT_REFERENCE || rule == RULE_CALLBACK_STUCK ||
	       rule == RULE_UNREGISTER_STUCK || rule == RULE_MIRROR_NEVER_FREED ||
	       rule == RULE_INVALIDATION_NEVER_ENDED || rule == RULE_MM_HELD_AFTER_EXIT ||
	       rule == RULE_RANGE_LIVELOCK;
}

static void remember(struct engine *e, const struct charge *c, const struct finding *f)
{
	struct flag *flag = hmt_calloc(1, sizeof(*flag));

	if (!flag) {
		e->oom = true;
		return;
	}
	flag->o = c->o;
	flag->fact_ts = f->fact_ts;
	flag->flagged_ts = f->flagged_ts;
	flag->serial = f->serial;
	flag->rule = (__u8)f->rule;
	flag->severity = (__u8)f->severity;
	flag->next = map64__get(&e->flags, (uintptr_t)c->o);
	if (map64__put(&e->flags, (uintptr_t)c->o, flag)) {
		hmt_free(flag);
		e->oom = true;
	}
}

static enum severity severity_of(const struct engine *e, enum rule_id rule)
{
	__u8 set = e->opts.severity[rule];

	return set ? (enum severity)(set - 1) : rule_severity(rule);
}

void charge(struct engine *e, const struct charge *c)
{
	bool certain = !c->doubt && !c->grace_left;
	__u64 bit = 1ULL << c->rule;
	struct finding f = { 0 };

	if (c->o->flagged & bit || (!certain && c->o->doubted & bit))
		return;
	*(certain ? &c->o->flagged : &c->o->doubted) |= bit;
	c->o->flags |= OBJ_NOTED;
	f.severity = severity_of(e, c->rule);
	if (f.severity == SEVERITY_OFF)
		return;
	fill(e, c, &f);
	f.serial = ++e->findings;
	if (certain || f.severity == SEVERITY_NOTE)
		e->stats.findings[f.severity]++;
	else
		e->stats.inconclusive++;
	if (e->cb.on_finding)
		e->cb.on_finding(e->cb.ctx, &f);
	if (certain && can_be_released(c->rule))
		remember(e, c, &f);
}

void flags_released(struct engine *e, struct object *o, enum rule_id rule, const struct moment *m)
{
	struct flag *flag, *next, *kept = NULL;

	if (!e->flags.nr)
		return;
	flag = map64__get(&e->flags, (uintptr_t)o);
	if (!flag)
		return;
	for (; flag; flag = next) {
		struct finding f = { 0 };

		next = flag->next;
		if (rule != RULE_NONE && flag->rule != rule) {
			flag->next = kept;
			kept = flag;
			continue;
		}
		f.rule = flag->rule;
		f.severity = flag->severity;
		f.serial = flag->serial;
		f.fact_ts = flag->fact_ts;
		f.flagged_ts = flag->flagged_ts;
		f.lost_cpu = HMT_CPU_NONE;
		view_object(e, o, &f.object);
		if (parent_of(o))
			view_object(e, parent_of(o), &f.parent);
		e->stats.released++;
		if (e->cb.on_released)
			e->cb.on_released(e->cb.ctx, &f, m);
		hmt_free(flag);
	}
	/* Replacing a value needs no memory. */
	if (kept)
		map64__put(&e->flags, (uintptr_t)o, kept);
	else
		map64__del(&e->flags, (uintptr_t)o);
}

void flags_drop(struct engine *e, struct object *o)
{
	struct flag *flag, *next;

	if (!e->flags.nr)
		return;
	for (flag = map64__del(&e->flags, (uintptr_t)o); flag; flag = next) {
		next = flag->next;
		hmt_free(flag);
	}
}

void life_over(struct engine *e, struct object *o, const struct moment *m)
{
	struct object_view v;

	if (!e->cb.on_life)
		return;
	view_object(e, o, &v);
	e->cb.on_life(e->cb.ctx, &v, m);
}
