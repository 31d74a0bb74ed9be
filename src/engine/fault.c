// SPDX-License-Identifier: GPL-2.0
/*
 * fault.c - faults on ranges that do not succeed: with a sequence that cannot
 * do, and over and over. Kept from the first failure to the next success.
 */
#include <errno.h>

#include "engine/priv.h"

/* In a row, on one window, however fast: nobody means to do that. */
#define LIVELOCK_NR 1000
/* Fewer than that in the time of a livelock is somebody who tries now and then. */
#define LIVELOCK_MIN 10

static bool same_window(const struct faults *f, const struct hmt_fault_end *r)
{
	return f->start == r->start && f->end == r->end;
}

static void succeeded(struct engine *e, struct object *o, const struct event *ev)
{
	struct faults *f = o->faults;

	if (!same_window(f, (const void *)ev->h))
		return;
	f->nr = 0;
	f->stale = false;
	flags_released(e, o, RULE_RANGE_LIVELOCK, &ev->m);
}

static void check_livelock(struct engine *e, struct object *o, const struct event *ev)
{
	const struct faults *f = o->faults;
	struct charge c = {
		.rule = RULE_RANGE_LIVELOCK, .o = o, .fact_ts = f->since, .offence = ev->m,
		.count = f->nr, .doubt = f->lost != e->lost_seq, .sure = f->lost,
	};

	if (f->nr < LIVELOCK_NR && (f->nr < LIVELOCK_MIN ||
				    ev->m.ts < f->since + grace_of(e, GRACE_LIVELOCK)))
		return;
	/* With a stale sequence it cannot succeed: that was said. */
	if (o->flagged >> RULE_RANGE_FAULT_WITH_STALE_SEQUENCE & 1)
		return;
	charge(e, &c);
}

static void failed(struct engine *e, struct object *o, const struct event *ev)
{
	const struct hmt_fault_end *r = (const void *)ev->h;
	struct faults *f = o->faults;

	if (!f)
		f = o->faults = hmt_calloc(1, sizeof(*f));
	if (!f) {
		e->oom = true;
		return;
	}
	if (!f->nr || !same_window(f, r) || f->lost != e->lost_seq)
		*f = (struct faults){ .since = ev->m.ts, .start = r->start, .end = r->end,
				      .lost = e->lost_seq };
	f->nr++;
	f->last = ev->m.ts;
	f->tgid = ev->m.tgid;
	f->tid = ev->m.tid;
	f->seq = r->seq;
	f->ret = (__s16)r->ret;
	/* The mirror API reads its sequence itself, and shows none. */
	f->stale = r->ret == -EBUSY && !r->hmm && r->seq;
	if (r->ret == -EBUSY && o->mm && o->mm->class == CLASS_MM) {
		struct departure *d = departure_of(e, o->mm);

		if (d)
			d->nr_busy++;
	}
	check_livelock(e, o, ev);
}

void on_fault_end(struct engine *e, struct event *ev)
{
	const struct hmt_fault_end *r = (const void *)ev->h;
	struct object *o = r->range ? object_find(e, HMT_CLASS_RANGE, r->range) : NULL;

	if (!o || !alive(o))
		return;
	if (r->ret == -EBUSY || r->ret == -EAGAIN)
		failed(e, o, ev);
	else if (o->faults && r->ret >= 0)
		succeeded(e, o, ev);
	else if (o->faults && same_window(o->faults, r))
		o->faults->stale = false;
}

void fault_begins(struct engine *e, struct object *o, const struct event *ev)
{
	const struct hmt_fault_begin *r = (const void *)ev->h;
	struct faults *f = o->faults;
	struct charge c = {
		.rule = RULE_RANGE_FAULT_WITH_STALE_SEQUENCE, .o = o, .fact_ts = ev->m.ts,
		.offence = ev->m, .doubt = f->lost != e->lost_seq, .sure = f->lost,
		.count = f->seq,
	};

	if (!f->stale || f->tid != ev->m.tid)
		return;
	if (ev->m.kind == HMT_READ_BEGIN || f->seq != r->seq) {
		f->stale = false;
		return;
	}
	if (!same_window(f, (const void *)ev->h))
		return;
	c.prior = (struct moment){
		.ts = f->last, .kind = HMT_FAULT_END, .tgid = f->tgid, .tid = f->tid,
		.stack = -1, .ret = f->ret,
	};
	charge(e, &c);
}
