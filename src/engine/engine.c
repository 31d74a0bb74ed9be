// SPDX-License-Identifier: GPL-2.0
/* engine.c - records in, to whom they concern; the end of the trace. */
#include <errno.h>
#include <stdlib.h>

#include "engine/priv.h"

struct engine *engine__new(const struct engine_opts *opts, const struct engine_cb *cb)
{
	struct engine *e = hmt_calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	if (opts)
		e->opts = *opts;
	if (cb)
		e->cb = *cb;
	grace_defaults(e->opts.grace_ns);
	if (!e->opts.max_objects)
		e->opts.max_objects = DEFAULT_MAX_OBJECTS;
	e->graves = hmt_calloc(GRAVES, sizeof(*e->graves));
	if (!e->graves) {
		hmt_free(e);
		return NULL;
	}
	for (unsigned int c = 0; c < NR_CLASSES; c++)
		map64__init(&e->index[c]);
	map64__init(&e->flags);
	map64__init(&e->holders);
	map64__init(&e->sites_by_key);
	map64__init(&e->threads);
	list_init(&e->resting);
	watch_init(e);
	return e;
}

void engine__free(struct engine *e)
{
	struct map64_iter it;

	if (!e)
		return;
	map64__for_each(&e->flags, &it) {
		struct flag *flag, *next;

		for (flag = it.val; flag; flag = next) {
			next = flag->next;
			hmt_free(flag);
		}
	}
	map64__free(&e->flags);
	map64__free_values(&e->holders);
	object_free_all(e);
	calls_free(e);
	timers_free(e);
	sites_free(e);
	hmt_free(e->graves);
	hmt_free(e);
}

/* --- dispatch ----------------------------------------------------------------------- */

static void on_start(struct engine *e, const struct hmt_start *s)
{
	e->started = true;
	e->baseline = s->flags & HMT_START_BASELINE;
	e->returns = s->flags & HMT_START_RETURNS;
}

typedef void (*event_fn)(struct engine *e, struct event *ev);

static const event_fn handlers[HMT_KIND_MAX] = {
	[HMT_MIRROR_REGISTER] = on_mirror_register,
	[HMT_MIRROR_UNREGISTER] = on_mirror_unregister,
	[HMT_MIRROR_UNREGISTER_END] = on_mirror_unregister_end,
	[HMT_RANGE_REGISTER] = on_range_register,
	[HMT_RANGE_UNREGISTER_BEGIN] = on_range_unregister,
	[HMT_RANGE_UNREGISTER_END] = on_range_unregister_end,
	[HMT_REF_GET] = on_ref,
	[HMT_REF_PUT] = on_ref,
	[HMT_FREE] = on_free,
	[HMT_MM_RELEASE] = on_mm_release,
	[HMT_MM_DESTROY] = on_mm_destroy,
	[HMT_RELEASE_BEGIN] = on_release,
	[HMT_RELEASE_END] = on_release,
	/* Begin only: what ends after an unregister may have begun before it. */
	[HMT_FAULT_BEGIN] = on_range_use,
	[HMT_READ_BEGIN] = on_range_use,
	[HMT_FAULT_END] = on_fault_end,
	[HMT_TASK_EXIT] = on_task_exit,
};

static inline void read_moment(const struct hmt_hdr *h, struct moment *m)
{
	moment_read(m, h);
	if (h->kind > HMT_REF_PUT)
		return;
	switch (h->kind) {
	case HMT_MIRROR_REGISTER:
		m->stack = ((const struct hmt_mirror_register *)h)->stack;
		m->ret = ((const struct hmt_mirror_register *)h)->ret;
		break;
	case HMT_RANGE_REGISTER:
		m->stack = ((const struct hmt_range_register *)h)->stack;
		m->ret = ((const struct hmt_range_register *)h)->ret;
		break;
	case HMT_MIRROR_UNREGISTER:
		m->stack = ((const struct hmt_mirror_unregister *)h)->stack;
		break;
	case HMT_RANGE_UNREGISTER_BEGIN:
		m->stack = ((const struct hmt_range_unregister_begin *)h)->stack;
		break;
	case HMT_REF_GET:
	case HMT_REF_PUT:
		m->stack = ((const struct hmt_ref_get *)h)->stack;
		m->call_site = ((const struct hmt_ref_get *)h)->call_site;
		m->count = ((const struct hmt_ref_get *)h)->count;
		break;
	}
}

static void dispatch(struct engine *e, const struct hmt_hdr *rec)
{
	switch (rec->kind) {
	case HMT_START:
		on_start(e, (const void *)rec);
		break;
	case HMT_END:
		e->stats.ended = true;
		break;
	case HMT_SYNC_BEGIN:
		on_sync_begin(e, (const void *)rec);
		break;
	case HMT_SYNC_OBJECT:
		on_sync_object(e, (const void *)rec);
		break;
	case HMT_SYNC_END:
		on_sync_end(e, (const void *)rec);
		break;
	}
}

static inline void move_time(struct engine *e, __u64 ts)
{
	if (ts > e->now)
		e->now = e->stats.last_ts = ts;
}

/* Records about records: their time is when they were written. */
static bool moves_time(const struct hmt_hdr *rec)
{
	return rec->kind != HMT_STACK && rec->kind != HMT_SYMBOL && rec->kind != HMT_TASK;
}

/* What is no event: of the stream itself, about records, or of a kind yet to come. */
static int feed_other(struct engine *e, const struct hmt_hdr *rec)
{
	/*
	 * A reader that was held up told of it late. It says more of what is due
	 * already, so it comes first, and leaves it to the next to move time.
	 */
	if (rec->kind == HMT_HOLDER) {
		on_holder(e, (const void *)rec);
		return e->oom ? -ENOMEM : 0;
	}
	if (!moves_time(rec))
		return 0;
	if (rec->kind == HMT_LOST)
		on_lost(e, (const void *)rec);
	else
		timers_run(e, rec->ts);
	move_time(e, rec->ts);
	dispatch(e, rec);
	return e->oom ? -ENOMEM : 0;
}

/* What there is most of: a word more for each of those is felt. */
static inline bool is_call(__u16 kind)
{
	_Static_assert(HMT_INVALIDATE_BEGIN + 3 == HMT_CALLBACK_END, "more than calls between");
	return kind >= HMT_INVALIDATE_BEGIN && kind <= HMT_CALLBACK_END;
}

static __attribute__((noinline)) int feed_event(struct engine *e, const struct hmt_hdr *rec)
{
	struct event ev;

	ev.h = rec;
	ev.id = (const struct hmt_id *)rec;
	read_moment(rec, &ev.m);
	handlers[rec->kind](e, &ev);
	return e->oom ? -ENOMEM : 0;
}

int engine__feed(struct engine *e, const struct hmt_hdr *rec)
{
	__u16 kind = rec->kind;

	if (e->oom)
		return -ENOMEM;
	if (!e->stats.records++)
		e->stats.first_ts = rec->ts;
	if (e->nr_resting > MAX_RESTING)
		mms_forget(e);
	if (kind >= HMT_KIND_MAX)
		return feed_other(e, rec);
	e->stats.kinds[kind]++;
	if (is_call(kind)) {
		timers_run(e, rec->ts);
		move_time(e, rec->ts);
		on_call(e, (const struct hmt_id *)rec);
		return e->oom ? -ENOMEM : 0;
	}
	if (!handlers[kind])
		return feed_other(e, rec);
	timers_run(e, rec->ts);
	move_time(e, rec->ts);
	return feed_event(e, rec);
}

/* --- what is to come ---------------------------------------------------------------- */

/* As many ranges take some MiB, with their part of the index: below that it costs what it brings. */
#define LARGE 32768

bool engine__is_large(const struct engine *e)
{
	return e->index[HMT_CLASS_RANGE].nr > LARGE;
}

static void expect_history(const struct history *h)
{
	for (size_t at = 0; at < sizeof(*h); at += 64)
		__builtin_prefetch((const char *)h + at, 1);
}

static void expect_object(const struct object *o)
{
	for (size_t at = 0; at < sizeof(*o); at += 64)
		__builtin_prefetch((const char *)o + at, 1);
}

/* What is on both sides of it in its lists is written to when it leaves them. */
static void expect_links(const struct object *o)
{
	__builtin_prefetch(o->in_mm.next, 1);
	__builtin_prefetch(o->in_mm.prev, 1);
	__builtin_prefetch(o->in_parent.next, 1);
	__builtin_prefetch(o->in_parent.prev, 1);
	if (o->history)
		expect_history(o->history);
}

void engine__expect(const struct engine *e, const struct hmt_hdr *rec, enum expect_stage stage)
{
	const struct map64 *index = &e->index[HMT_CLASS_RANGE];
	const struct object *o;
	__u64 range;

	/* Calls go by thread. What is no event names no range, of a kind yet to come nobody knows. */
	if (rec->kind >= HMT_TASK || !handlers[rec->kind] || !index->nr)
		return;
	range = ((const struct hmt_id *)rec)->range;
	if (!range)
		return;
	if (stage == EXPECT_PLACE) {
		__builtin_prefetch(&index->slots[map64__home(index, range)]);
		return;
	}
	o = map64__get(index, range);
	if (!o)
		return;
	if (stage == EXPECT_OBJECT)
		expect_object(o);
	else
		expect_links(o);
}

/* --- the end ------------------------------------------------------------------------ */

static int by_name(const void *pa, const void *pb)
{
	const struct object *a = *(struct object *const *)pa, *b = *(struct object *const *)pb;

	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	if (a->serial != b->serial)
		return a->serial < b->serial ? -1 : 1;
	return a->generation < b->generation ? -1 : a->generation > b->generation;
}

static void note_alive(struct engine *e, struct object *o)
{
	struct charge c = {
		.rule = RULE_ALIVE_AT_END, .o = o,
		.fact_ts = o->born.ts, .doubt = uncertain(e, o), .sure = o->sure,
	};

	if (o->flags & OBJ_NOTED)
		return;
	if (o->class == HMT_CLASS_HMM) {
		const struct account *a = o->account;

		if (a->nr_mirrors || a->nr_ranges || a->balance <= 0)
			return;
		c.count = (__u64)a->balance;
	}
	charge(e, &c);
}

void rules_finish(struct engine *e)
{
	struct moment never = { .stack = -1 };
	struct object_walk w = { 0 };
	struct object *o, **all;
	size_t nr = 0;

	all = hmt_calloc(e->nr_objects + 1, sizeof(*all));
	if (!all) {
		e->oom = true;
		return;
	}
	while ((o = object_walk(e, &w)))
		if (o->class != CLASS_MM && alive(o))
			all[nr++] = o;
	qsort(all, nr, sizeof(*all), by_name);
	for (size_t i = 0; i < nr; i++) {
		if (all[i]->class == HMT_CLASS_HMM && all[i]->doubt)
			hmm_settle_doubt(e, all[i]);
		else
			settle_doubt(e, all[i]);
	}
	for (size_t i = 0; i < nr; i++)
		note_alive(e, all[i]);
	for (size_t i = 0; i < nr; i++)
		life_over(e, all[i], &never);
	hmt_free(all);
}

int engine__finish(struct engine *e)
{
	if (e->oom)
		return -ENOMEM;
	if (e->finishing)
		return 0;
	e->finishing = true;
	timers_finish(e);
	watch_finish(e);
	rules_finish(e);
	return e->oom ? -ENOMEM : 0;
}

const struct engine_stats *engine__stats(const struct engine *e)
{
	return &e->stats;
}

int engine__verdict(const struct engine *e)
{
	if (e->stats.findings[SEVERITY_WARN] || e->stats.findings[SEVERITY_ERROR])
		return 1;
	return e->lost_seq || e->stats.inconclusive ? 3 : 0;
}
