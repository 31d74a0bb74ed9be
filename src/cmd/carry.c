// SPDX-License-Identifier: GPL-2.0
#include "cmd/carry.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "capture/outq.h"
#include "capture/resync.h"
#include "stream/desc.h"

/* How many ends are kept besides as many as there are objects, before they are looked through. */
#define ENDS_SLACK 1024
/* Of each sort: an unregister and what follows from it are rarely further apart. */
#define RECENT_MOST 256

/* What was unregistered, as it was, by which record, and that of the return if it came. */
struct ended {
	struct sync_obj obj;
	struct hmt_mirror_unregister rec;	/* or, shorter, that of a range */
	struct hmt_id returned;			/* ts 0: not yet */
	bool again;				/* so was it once more, and has been found out */
};

/* Modules first: what is known of one before what is in it. */
enum { NAME_MODULE, NAME_SYMBOL, NAME_STACK, NAME_TASK, NAMES };

struct carry {
	bool any, uncertain;
	bool mirrors_only;		/* as the engine sees it: Linux 5.4 */
	struct hmt_start start;
	__u64 ts;			/* latest */
	struct hmt_lost lost;		/* all that no walk has made up for, in one */
	struct sync_set live;
	struct sync_set walk;		/* the objects of the walk that is being told */
	bool in_walk, walk_adds;	/* adds: what it does not name may be there */
	struct map64 names[NAMES];	/* copies of the records that name things */
	size_t recent;			/* of each, how many that may simply end a second time */
	struct map64 mirrors, ranges;	/* struct ended, by address */
	struct map64 failed;		/* copies of registers that failed, where nothing lives */
	struct map64 mms;		/* copies of MM_RELEASE records */
	struct map64 newborn;		/* copies of the REF_GET of an hmm that has no notifier yet */
};

struct carry *carry__new(void)
{
	return hmt_calloc(1, sizeof(struct carry));
}

size_t carry_room(__u64 bytes)
{
	const __u64 room = bytes / 1024;

	return bytes && room < RECENT_MOST ? (size_t)room : RECENT_MOST;
}

void carry__keep(struct carry *c, size_t nr)
{
	c->recent = nr;
}

void carry__free(struct carry *c)
{
	if (!c)
		return;
	map64__free_values(&c->failed);
	sync_set__free(&c->live);
	sync_set__free(&c->walk);
	for (int i = 0; i < NAMES; i++)
		map64__free_values(&c->names[i]);
	map64__free_values(&c->mirrors);
	map64__free_values(&c->ranges);
	map64__free_values(&c->mms);
	map64__free_values(&c->newborn);
	hmt_free(c);
}

/* Takes val, which goes when that fails. */
static int keep(struct map64 *m, __u64 key, void *val)
{
	void *old = val ? map64__get(m, key) : NULL;
	int err = val ? map64__put(m, key, val) : -ENOMEM;

	hmt_free(err ? val : old);
	return err;
}

static void forget(struct map64 *m, __u64 key)
{
	hmt_free(map64__del(m, key));
}

/* --- ends that something alive may be left behind by ------------------------------- */

static const struct sync_obj *next_of(const struct sync_set *s, int class, struct map64_iter *it)
{
	return map64__next(&s->objs[class], it) ? it->val : NULL;
}

/* Does something live that was there when this ended, and should have gone before it? */
static bool leaves_range(const struct carry *c, __u64 mirror, __u64 ended)
{
	struct map64_iter it = { 0 };
	const struct sync_obj *o;

	while ((o = next_of(&c->live, HMT_CLASS_RANGE, &it)))
		if (o->val.mirror == mirror && o->val.born < ended)
			return true;
	return false;
}

/*
 * A notifier that is younger than the end is on another address space with this
 * cookie: what is older was left behind on the first one, or is on neither.
 */
static bool leaves_any(const struct carry *c, __u64 mm, __u64 ended)
{
	bool any = false;

	for (int class = HMT_CLASS_MIRROR; class <= HMT_CLASS_RANGE; class++) {
		struct map64_iter it = { 0 };
		const struct sync_obj *o;

		while ((o = next_of(&c->live, class, &it))) {
			if (o->val.mm != mm)
				continue;
			if (o->val.born >= ended && !o->val.hmm)
				return false;
			any |= o->val.born < ended;
		}
	}
	return any;
}

/* When was what one of these maps has? */
static __u64 when(const struct carry *c, const struct map64 *m, const void *val)
{
	return m == &c->mirrors || m == &c->ranges ? ((const struct ended *)val)->rec.h.ts :
						     ((const struct hmt_hdr *)val)->ts;
}

static int cmp_times(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

/* From when on there are as many as may be kept. Without memory: none are. */
static __u64 recent_from(const struct carry *c, const struct map64 *m)
{
	struct map64_iter it = { 0 };
	size_t nr = 0;
	__u64 *times, from;

	if (m == &c->mms || !c->recent)
		return ~0ULL;
	if (m->nr <= c->recent)
		return 0;
	times = hmt_calloc(m->nr, sizeof(*times));
	if (!times)
		return ~0ULL;
	map64__for_each(m, &it)
		times[nr++] = when(c, m, it.val);
	qsort(times, nr, sizeof(*times), cmp_times);
	from = times[nr - c->recent];
	hmt_free(times);
	return from;
}

/* Its mirror was there as long as it was itself, or a part would find that out once more. */
static bool had_mirror(const struct carry *c, const struct ended *range)
{
	const __u64 mirror = range->obj.val.mirror;
	const struct ended *e;

	if (!mirror || map64__get(&c->live.objs[HMT_CLASS_MIRROR], mirror))
		return true;
	e = map64__get(&c->mirrors, mirror);
	return e && e->rec.h.ts > range->rec.h.ts;
}

/* Was a range registered through it when it had ended? It would seem to be older. */
static bool had_range_since(const struct carry *c, __u64 mirror, const struct ended *e)
{
	struct map64_iter it = { 0 };

	if (!e->obj.val.hmm)
		return false;	/* a notifier of its own */
	map64__for_each(&c->ranges, &it) {
		const struct ended *range = it.val;

		if (range->obj.val.mirror == mirror && range->obj.val.born > e->rec.h.ts)
			return true;
	}
	return leaves_range(c, mirror, ~0ULL);
}

/* What it hung on is told of, too: without it nothing could be said of its references. */
static bool may_end_again(const struct carry *c, const struct map64 *m, __u64 addr,
			  const struct ended *e)
{
	const __u64 hmm = e->obj.val.hmm;

	if (e->again || (hmm && !map64__get(&c->live.objs[HMT_CLASS_HMM], hmm)))
		return false;
	return m == &c->mirrors ? !had_range_since(c, addr, e) : had_mirror(c, e);
}

/* Its own notifier has its address: what failed there, or ended before it began, is not its end. */
static const struct sync_obj *live_hmm(const struct carry *c, __u64 addr)
{
	return map64__get(&c->live.objs[HMT_CLASS_HMM], addr);
}

static bool is_older_hmm(const struct carry *c, __u64 addr, const struct ended *e)
{
	const struct sync_obj *hmm = live_hmm(c, addr);

	return hmm && !e->obj.val.hmm && (hmm->val.mm != e->obj.val.mm || !hmm->val.born ||
					  hmm->val.born > e->rec.h.ts);
}

/* Something is left behind, the unregister itself may be stuck, or there may be another. */
static bool is_needed(const struct carry *c, const struct map64 *m, __u64 addr,
		      const struct ended *e, __u64 recent)
{
	if (m == &c->mirrors && is_older_hmm(c, addr, e))
		return false;
	if (!e->returned.h.ts && c->start.flags & HMT_START_RETURNS)
		return true;
	if (e->rec.h.ts >= recent && may_end_again(c, m, addr, e))
		return true;
	return m == &c->mirrors && leaves_range(c, addr, e->rec.h.ts);
}

static void prune(struct carry *c, struct map64 *m)
{
	__u64 recent = recent_from(c, m);
	struct map64_iter it = { 0 };
	struct map64 left = { 0 };

	map64__for_each(m, &it) {
		__u64 ts = when(c, m, it.val);
		bool needed = m == &c->mms ? leaves_any(c, it.key, ts) :
			      m == &c->failed ? ts >= recent && !live_hmm(c, it.key) :
			      is_needed(c, m, it.key, it.val, recent);

		if (!needed || map64__put(&left, it.key, it.val))
			hmt_free(it.val);
	}
	map64__free(m);
	*m = left;
}

/* Mirrors and ranges in one map: neither has an odd address. */
static __u64 failed_key(__u64 addr, __u16 birth)
{
	return addr + (birth == HMT_RANGE_REGISTER);
}

static int note_end(struct carry *c, struct map64 *m, __u64 key, void *val)
{
	size_t live = c->live.objs[HMT_CLASS_RANGE].nr + c->live.objs[HMT_CLASS_MIRROR].nr;
	int err = keep(m, key, val);

	if (!err && m->nr > live + c->recent + ENDS_SLACK)
		prune(c, m);
	return err;
}

/* Once is enough to be found out; of a failed register the same. */
static int note_second(struct carry *c, const struct map64 *ends, __u64 addr, __u16 birth)
{
	struct ended *e = map64__get(ends, addr);

	if (e)
		e->again = true;
	forget(&c->failed, failed_key(addr, birth));
	return 0;
}

/* Before the set forgets it. */
static int note_unregister(struct carry *c, enum hmt_class class, const struct hmt_id *rec)
{
	const __u64 addr = class == HMT_CLASS_MIRROR ? rec->mirror : rec->range;
	const struct sync_obj *o = map64__get(&c->live.objs[class], addr);
	struct ended *e;

	if (!o)
		return class == HMT_CLASS_MIRROR ?
		       note_second(c, &c->mirrors, addr, HMT_MIRROR_REGISTER) :
		       note_second(c, &c->ranges, addr, HMT_RANGE_REGISTER);
	e = hmt_calloc(1, sizeof(*e));
	if (e) {
		e->obj = *o;
		memcpy(&e->rec, rec, rec->h.size < sizeof(e->rec) ? rec->h.size : sizeof(e->rec));
		e->rec.h.size = class == HMT_CLASS_MIRROR ? sizeof(e->rec) :
				sizeof(struct hmt_range_unregister_begin);
	}
	return note_end(c, class == HMT_CLASS_MIRROR ? &c->mirrors : &c->ranges, addr, e);
}

static int note_return(struct carry *c, const struct hmt_id *rec)
{
	struct ended *e = rec->h.kind == HMT_RANGE_UNREGISTER_END ?
			  map64__get(&c->ranges, rec->range) :
			  map64__get(&c->mirrors, rec->mirror);

	if (e && !e->returned.h.ts) {
		memcpy(&e->returned, rec, sizeof(e->returned));
		e->returned.h.size = sizeof(e->returned);
	}
	return 0;
}

static int note_unregisters(struct carry *c, const struct hmt_hdr *rec)
{
	const struct hmt_id *id = (const struct hmt_id *)rec;

	switch (rec->kind) {
	case HMT_MIRROR_UNREGISTER:
		return note_unregister(c, HMT_CLASS_MIRROR, id);
	case HMT_RANGE_UNREGISTER_BEGIN:
		return note_unregister(c, HMT_CLASS_RANGE, id);
	case HMT_MIRROR_UNREGISTER_END:
	case HMT_RANGE_UNREGISTER_END:
		return note_return(c, id);
	default:
		return 0;
	}
}

static int end_mm(struct carry *c, const struct hmt_hdr *rec)
{
	if (!rec->mm || map64__get(&c->mms, rec->mm))
		return 0;
	return note_end(c, &c->mms, rec->mm, hmt_memdup(rec, rec->size));
}

/*
 * Who registers through a struct hmm, or takes the first reference, has one that lives:
 * what failed or ended at its address, which is that of its own notifier too, was of
 * another before it.
 */
static void note_hmm(struct carry *c, __u64 hmm)
{
	const struct ended *e = map64__get(&c->mirrors, hmm);
	const struct sync_obj *o = live_hmm(c, hmm);

	forget(&c->failed, failed_key(hmm, HMT_MIRROR_REGISTER));
	if (!e || e->obj.val.hmm)
		return;
	if (o && o->val.born < e->rec.h.ts)
		forget(&c->live.objs[HMT_CLASS_HMM], hmm);
	forget(&c->mirrors, hmm);
}

/* Somebody registers where something had ended: another life, or another address space. */
static int begin_again(struct carry *c, const struct hmt_id *id, __s64 ret, __u32 mm_users)
{
	bool mirror = id->h.kind == HMT_MIRROR_REGISTER;
	enum hmt_class class = mirror ? HMT_CLASS_MIRROR : HMT_CLASS_RANGE;
	__u64 addr = mirror ? id->mirror : id->range;

	/* What is refused leaves alive what lives. */
	if (ret && (!c->recent || map64__get(&c->live.objs[class], addr)))
		return 0;
	if (ret)
		return note_end(c, &c->failed, failed_key(addr, id->h.kind),
				hmt_memdup(id, id->h.size));
	forget(&c->failed, failed_key(addr, id->h.kind));
	forget(mirror ? &c->mirrors : &c->ranges, addr);
	if (id->hmm)
		note_hmm(c, id->hmm);
	/* Users never come back from zero. */
	if (mm_users)
		forget(&c->mms, id->h.mm);
	return 0;
}

static bool is_hmm_of(const struct carry *c, const struct hmt_id *id)
{
	const struct sync_obj *hmm = live_hmm(c, id->hmm);

	return hmm && hmm->val.mm == id->h.mm;
}

/*
 * The first reference makes a struct hmm, and its notifier is what tells that it
 * is a new one: between the two it is the record that has to be told, not the count.
 */
static int note_newborn(struct carry *c, const struct hmt_hdr *rec)
{
	const struct hmt_id *id = (const struct hmt_id *)rec;

	switch (rec->kind) {
	case HMT_REF_GET:
		if (!id->hmm || ((const struct hmt_ref_get *)rec)->count != 1)
			return 0;
		note_hmm(c, id->hmm);
		/* In mid-life others may have put theirs before it was looked at. */
		return is_hmm_of(c, id) ? 0 : keep(&c->newborn, id->hmm, hmt_memdup(rec, rec->size));
	case HMT_MIRROR_REGISTER:
		forget(&c->newborn, id->hmm ? id->hmm : id->mirror);
		return 0;
	case HMT_RANGE_REGISTER:
		/* Then that of its notifier was lost. */
		forget(&c->newborn, id->hmm);
		return 0;
	case HMT_FREE:
		forget(&c->newborn, id->hmm);
		return 0;
	default:
		return 0;
	}
}

/* --- what is told after a loss, and of walks ---------------------------------------- */

static int walk_object(struct carry *c, const struct hmt_sync_object *s)
{
	const struct live_key key = {
		.class = s->class,
		.addr = s->class == HMT_CLASS_HMM ? s->hmm :
			s->class == HMT_CLASS_MIRROR ? s->mirror : s->range,
	};
	const struct live_val val = {
		.mm = s->h.mm, .hmm = s->hmm, .mirror = s->mirror, .range = s->range,
		.ops = s->ops, .ops_fn = s->ops_fn, .born = s->born, .count = s->count,
		.start = s->start, .end = s->end, .owner = s->owner, .stack = s->stack,
		.said = !!(s->flags & HMT_SYNC_COUNT_SAID),
	};

	if (!c->in_walk || s->class > HMT_CLASS_RANGE)
		return 0;
	return sync_set__add(&c->walk, &key, &val);
}

/* What the walk names and the records do not; with all, what they name and it does not goes. */
static int end_walk(struct carry *c, bool all)
{
	struct map64_iter it;
	int err = 0;

	c->in_walk = false;
	if (all) {
		sync_set__free(&c->live);
		c->live = c->walk;
		c->walk = (struct sync_set){ 0 };
		c->uncertain = false;
		return 0;
	}
	for (int class = HMT_CLASS_HMM; class <= HMT_CLASS_RANGE && !err; class++) {
		map64__for_each(&c->walk.objs[class], &it) {
			const struct sync_obj *o = it.val;
			struct live_key key = { .class = class, .addr = it.key };

			if (!err && !map64__get(&c->live.objs[class], it.key))
				err = sync_set__add(&c->live, &key, &o->val);
		}
	}
	sync_set__free(&c->walk);
	return err;
}

static void begin_walk(struct carry *c, __u64 flags)
{
	sync_set__free(&c->walk);
	c->in_walk = true;
	c->walk_adds = flags & HMT_SYNC_SNAPSHOT;
}

/* --- feeding ------------------------------------------------------------------------- */

static void note_lost(struct carry *c, const struct hmt_lost *l)
{
	if (!cause_overturns(l->cause))
		return;
	if (!c->uncertain) {
		memcpy(&c->lost, l, sizeof(c->lost));
		c->uncertain = true;
		return;
	}
	c->lost.h.ts = l->h.ts;
	c->lost.count = c->lost.count + l->count < l->count ? ~0ULL : c->lost.count + l->count;
}

/* Who makes a struct hmm names what for, but in 5.4. */
static void note_counting(struct carry *c, const struct hmt_ref_get *r)
{
	if (!r->hmm)
		return;
	if (r->range)
		c->mirrors_only = false;
	else if (r->count == 1 && !r->mirror)
		c->mirrors_only = true;
}

static int feed_other(struct carry *c, const struct hmt_hdr *rec)
{
	switch (rec->kind) {
	case HMT_REF_GET:
		note_counting(c, (const struct hmt_ref_get *)rec);
		return 0;
	case HMT_START:
		memcpy(&c->start, rec, sizeof(c->start));
		return 0;
	case HMT_LOST:
		note_lost(c, (const struct hmt_lost *)rec);
		return 0;
	case HMT_MODULE:
		return keep(&c->names[NAME_MODULE], map64_hash(&((const struct hmt_module *)rec)->name, 64),
			    hmt_memdup(rec, rec->size));
	case HMT_SYMBOL:
		return keep(&c->names[NAME_SYMBOL], ((const struct hmt_symbol *)rec)->addr,
			    hmt_memdup(rec, rec->size));
	case HMT_STACK:
		return keep(&c->names[NAME_STACK], (__u64)((const struct hmt_stack *)rec)->stack,
			    hmt_memdup(rec, rec->size));
	case HMT_TASK:
		return keep(&c->names[NAME_TASK], rec->tgid, hmt_memdup(rec, rec->size));
	case HMT_SYNC_BEGIN:
		begin_walk(c, ((const struct hmt_sync_begin *)rec)->flags);
		c->mirrors_only |= ((const struct hmt_sync_begin *)rec)->flags &
				   HMT_SYNC_MIRRORS_ONLY;
		return 0;
	case HMT_SYNC_OBJECT:
		return walk_object(c, (const struct hmt_sync_object *)rec);
	case HMT_SYNC_END:
		if (!c->in_walk)
			return 0;
		return end_walk(c, !c->walk_adds &&
				!(((const struct hmt_sync_end *)rec)->flags & HMT_SYNC_PARTIAL));
	case HMT_MM_RELEASE:
		return end_mm(c, rec);
	default:
		return 0;
	}
}

int carry__feed(struct carry *c, const struct hmt_hdr *rec)
{
	int err;

	if (!c->any)
		hdr_make(&c->start.h, HMT_START, sizeof(c->start), rec->ts);
	c->any = true;
	if (rec->ts > c->ts)
		c->ts = rec->ts;
	err = note_unregisters(c, rec);
	if (rec->kind == HMT_MIRROR_REGISTER && !err)
		err = begin_again(c, (const struct hmt_id *)rec,
				  ((const struct hmt_mirror_register *)rec)->ret,
				  ((const struct hmt_mirror_register *)rec)->mm_users);
	if (rec->kind == HMT_RANGE_REGISTER && !err)
		err = begin_again(c, (const struct hmt_id *)rec,
				  ((const struct hmt_range_register *)rec)->ret,
				  ((const struct hmt_range_register *)rec)->mm_users);
	err = err ? err : note_newborn(c, rec);
	err = err ? err : sync_set__apply(&c->live, rec);
	return err ? err : feed_other(c, rec);
}

/* --- telling -------------------------------------------------------------------------- */

/* By time, so that what was first is told first. */
static int cmp_recs(const void *a, const void *b)
{
	const struct hmt_hdr *x = *(const struct hmt_hdr *const *)a;
	const struct hmt_hdr *y = *(const struct hmt_hdr *const *)b;

	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	return x->mm < y->mm ? -1 : x->mm > y->mm;
}

struct telling {
	carry_emit_fn emit;
	void *ctx;
	__u64 ts;		/* of all that is told of the state */
};

static int tell_mark(const struct telling *t, __u16 kind, __u64 flags)
{
	struct hmt_tick rec;

	hdr_make(&rec.h, kind, sizeof(rec), t->ts);
	rec.flags = flags;
	return t->emit(t->ctx, &rec.h);
}

/* Names carry no time of their own: that of the state, or they would seem to be from before. */
static int tell_names(const struct carry *c, const struct telling *t)
{
	struct map64_iter it;
	union record_buf rec;
	int err = 0;

	for (int i = 0; i < NAMES; i++) {
		map64__for_each(&c->names[i], &it) {
			const struct hmt_hdr *h = it.val;

			if (err)
				return err;
			memcpy(&rec, h, h->size);
			rec.h.ts = t->ts;
			err = t->emit(t->ctx, &rec.h);
		}
	}
	return err;
}

static int revive(struct carry *c, enum hmt_class class, const struct map64 *ended)
{
	struct map64_iter it;
	int err = 0;

	map64__for_each(ended, &it) {
		const struct ended *e = it.val;
		struct live_key key = { .class = class, .addr = it.key };

		err = err ? err : sync_set__add(&c->live, &key, &e->obj.val);
	}
	return err;
}

static int tell_objects(struct carry *c, const struct telling *t)
{
	struct sync_obj **list = NULL;
	struct map64_iter it;
	int err;
	long nr;

	/* What has ended is alive once more, so that it can end before their eyes. */
	err = revive(c, HMT_CLASS_MIRROR, &c->mirrors);
	err = err ? err : revive(c, HMT_CLASS_RANGE, &c->ranges);
	nr = err ? err : sync_set__list(&c->live, &list);
	for (long i = 0; i < nr && !err; i++) {
		struct hmt_sync_object rec;

		sync_obj__record(list[i], t->ts, &rec);
		if (rec.class == HMT_CLASS_HMM && map64__get(&c->newborn, rec.hmm))
			continue;
		err = t->emit(t->ctx, &rec.h);
	}
	hmt_free(list);
	map64__for_each(&c->mirrors, &it)
		forget(&c->live.objs[HMT_CLASS_MIRROR], it.key);
	map64__for_each(&c->ranges, &it)
		forget(&c->live.objs[HMT_CLASS_RANGE], it.key);
	return nr < 0 ? (int)nr : err;
}

static long list_unregisters(const struct map64 *ends, const struct hmt_hdr **list, long nr)
{
	struct map64_iter it;

	map64__for_each(ends, &it) {
		const struct ended *e = it.val;

		list[nr++] = &e->rec.h;
		if (e->returned.h.ts)
			list[nr++] = &e->returned.h;
	}
	return nr;
}

/* What is told by its own record, sorted; an array to be freed. Return: how many, or -ENOMEM. */
static long list_ends(struct carry *c, const struct hmt_hdr ***ret_list)
{
	const struct hmt_hdr **list;
	struct map64_iter it;
	long nr = 0;

	prune(c, &c->mirrors);
	prune(c, &c->ranges);
	prune(c, &c->mms);
	prune(c, &c->failed);
	list = hmt_calloc(2 * (c->mirrors.nr + c->ranges.nr) + c->mms.nr + c->newborn.nr +
			  c->failed.nr + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	nr = list_unregisters(&c->mirrors, list, nr);
	nr = list_unregisters(&c->ranges, list, nr);
	map64__for_each(&c->failed, &it)
		list[nr++] = it.val;
	map64__for_each(&c->mms, &it)
		list[nr++] = it.val;
	map64__for_each(&c->newborn, &it)
		list[nr++] = it.val;
	qsort(list, (size_t)nr, sizeof(*list), cmp_recs);
	*ret_list = list;
	return nr;
}

int carry__emit(struct carry *c, carry_emit_fn emit, void *ctx)
{
	struct telling t = { .emit = emit, .ctx = ctx, .ts = c->ts };
	const struct hmt_hdr **ends;
	long nr;
	int err;

	if (!c->any)
		return 0;
	nr = list_ends(c, &ends);
	if (nr < 0)
		return (int)nr;
	/* What ended before is not named: an unregister of it is no fault of this part. */
	c->start.flags &= ~(__u64)HMT_START_BASELINE;
	err = emit(ctx, &c->start.h);
	err = err ? err : tell_names(c, &t);
	err = err ? err : tell_mark(&t, HMT_SYNC_BEGIN, HMT_SYNC_CARRIED |
				    (c->mirrors_only ? HMT_SYNC_MIRRORS_ONLY : 0));
	err = err ? err : tell_objects(c, &t);
	err = err ? err : tell_mark(&t, HMT_SYNC_END, c->uncertain ? HMT_SYNC_PARTIAL : 0);
	/* Before what has ended: what seems to be left behind may have ended, too. */
	if (c->uncertain && !err)
		err = emit(ctx, &c->lost.h);
	for (long i = 0; i < nr && !err; i++)
		err = emit(ctx, ends[i]);
	hmt_free(ends);
	return err;
}
