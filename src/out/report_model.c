// SPDX-License-Identifier: GPL-2.0
/*
 * report_model.c - which ranges live, and whose they are. The engine says when
 * a life is over; that one began shows in the first record that names an object
 * which it holds for alive.
 */
#include "out/report_model.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "out/report_rows.h"

int report__init(struct report *r, const struct symtab *t)
{
	*r = (struct report){ .symtab = t };
	return report_rows_init(r);
}

static void free_lives(struct report *r)
{
	for (__u32 i = 0; i < r->nr_living; i += REPORT_CHUNK)
		hmt_free(r->living[i / REPORT_CHUNK]);
	hmt_free(r->living);
	hmt_free(r->lives);
	map64__free(&r->mirrors);
	map64__free(&r->flagged);
}

void report__free(struct report *r)
{
	free_lives(r);
	hist__free(&r->lifetime);
	report_rows_free(r);
	*r = (struct report){ 0 };
}

/* --- lives that are kept -------------------------------------------------------- */

static __u64 mix(__u64 x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

static __u64 life_key(enum hmt_class class, __u32 serial, __u32 generation)
{
	return (__u64)class << 62 | ((__u64)serial << 30 ^ generation);
}

/* The same lives are drawn whatever the order: an id decides for itself. */
static bool drawn(const struct report *r, const struct report_life *life)
{
	__u64 key = life_key(HMT_CLASS_RANGE, life->serial, life->generation);

	return !(mix(key) & ((1ULL << r->shift) - 1));
}

static bool special(const struct report *r, const struct report_life *life)
{
	return life->flags & (LIFE_AT_END | LIFE_FLAGGED) ||
	       map64__get(&r->flagged, life_key(HMT_CLASS_RANGE, life->serial,
						life->generation));
}

/* Half of the ordinary ones go; when those are the few, half of all. */
static void thin_out(struct report *r)
{
	size_t before = r->nr_lives, kept;

	for (int hard = 0; hard < 2; hard++) {
		if (!hard)
			r->shift++;
		kept = 0;
		for (size_t i = 0; i < r->nr_lives; i++)
			if ((!hard && special(r, &r->lives[i])) || drawn(r, &r->lives[i]))
				r->lives[kept++] = r->lives[i];
		r->nr_lives = kept;
		if (kept < before - before / 8)
			return;
	}
}

static void keep_life(struct report *r, const struct report_life *life)
{
	r->nr_seen++;
	if (!r->keep_lives || (!special(r, life) && !drawn(r, life)))
		return;
	if (!r->lives) {
		r->lives = hmt_calloc(REPORT_LIVES, sizeof(*r->lives));
		if (!r->lives) {
			r->failed = true;
			return;
		}
	}
	if (r->nr_lives == REPORT_LIVES)
		thin_out(r);
	if (r->nr_lives < REPORT_LIVES && (special(r, life) || drawn(r, life)))
		r->lives[r->nr_lives++] = *life;
}

/* --- births --------------------------------------------------------------------- */

static struct report_life *life_at(const struct report *r, __u32 nr)
{
	return &r->living[(nr - 1) / REPORT_CHUNK][(nr - 1) % REPORT_CHUNK];
}

static int new_chunk(struct report *r)
{
	__u32 at = r->nr_living / REPORT_CHUNK;

	/* Room for as many chunks again whenever their number is a power of two. */
	if (!(at & (at - 1))) {
		struct report_life **living;

		living = hmt_realloc(r->living, at ? 2 * at : 1, sizeof(*living));
		if (!living)
			return -ENOMEM;
		r->living = living;
	}
	r->living[at] = hmt_calloc(REPORT_CHUNK, sizeof(**r->living));
	return r->living[at] ? 0 : -ENOMEM;
}

/* Return: its number; 0: no memory. */
static __u32 new_life(struct report *r)
{
	__u32 nr = r->free_life;

	if (nr) {
		r->free_life = life_at(r, nr)->next;
		return nr;
	}
	if (!(r->nr_living % REPORT_CHUNK) && new_chunk(r)) {
		r->failed = true;
		return 0;
	}
	return ++r->nr_living;
}

/* Its number may still be asked for, by what is said of the dead: it is nobody's then. */
static void free_life(struct report *r, struct report_life *life, __u32 nr)
{
	life->serial = 0;
	life->next = r->free_life;
	r->free_life = nr;
}

/* The life a view is of. NULL: none that was noticed. */
static struct report_life *life_of(const struct report *r, const struct object_view *o)
{
	struct report_life *life = o->tag ? life_at(r, o->tag) : NULL;

	if (!life || life->serial != o->serial || life->generation != o->generation)
		return NULL;
	return life;
}

static void range_lives(struct report *r, const struct report_life *life, __u64 ts, __s64 delta)
{
	struct report_lane *lane = r->lanes[life->lane];
	struct report_holder *h = r->holders[life->holder];
	__u64 bytes = delta < 0 ? -life->size : life->size;

	curve__add(&r->live, ts, delta);
	curve__add(&lane->live, ts, delta);
	curve__add(&lane->driver->live, ts, delta);
	lane->driver->bytes_live += bytes;
	h->live += (__u64)delta;
	h->bytes += bytes;
	if (h->live > h->most)
		h->most = h->live;
	if (h->bytes > h->most_bytes)
		h->most_bytes = h->bytes;
}

static void range_born(struct report *r, struct engine *e, const struct object_view *o,
		       const struct object_view *up, __u64 now)
{
	bool seen = o->born.ts && !o->born_before;
	struct report_life *life;
	__u32 nr = new_life(r);

	if (!nr)
		return;
	life = life_at(r, nr);
	*life = (struct report_life){
		.born = seen ? o->born.ts : r->t0,
		.size = o->end - o->start,
		.serial = o->serial, .generation = o->generation,
		.lane = report_lane(r, o, up),
		.holder = report_holder(r, o),
		.flags = (seen ? 0 : LIFE_BORN_BEFORE) | (o->in_gap ? LIFE_LOSSY : 0),
	};
	engine__tag(e, HMT_CLASS_RANGE, o->addr, nr);
	r->lanes[life->lane]->ranges++;
	r->lanes[life->lane]->driver->ranges++;
	r->holders[life->holder]->born++;
	range_lives(r, life, now, 1);
}

static void mirror_born(struct report *r, const struct object_view *o)
{
	struct report_lane *lane = r->lanes[report_lane(r, o, o)];

	if (map64__put(&r->mirrors, o->addr, lane)) {
		r->failed = true;
		return;
	}
	lane->born = o->born_before ? 0 : o->born.ts;
	lane->driver->mirrors++;
	lane->driver->mirrors_live++;
}

/* Is what the record names alive and new? */
static void notice(struct report *r, struct engine *e, enum hmt_class class, __u64 addr,
		   const struct hmt_hdr *rec)
{
	bool is_range = class == HMT_CLASS_RANGE;
	struct object_view o, up;

	if (!addr || (!is_range && map64__get(&r->mirrors, addr)))
		return;
	if (engine__find(e, class, addr, &o, &up) != 1)
		return;
	if (!is_range)
		mirror_born(r, &o);
	else if (!life_of(r, &o))
		range_born(r, e, &o, &up, rec->ts);
}

static __attribute__((noinline)) void begin(struct report *r, const struct engine *e, __u64 ts)
{
	r->stats = engine__stats(e);
	r->t0 = ts;
	curve__begin(&r->live, r->t0);
	report_rows_begin(r);
}

/* Whatever began did so at a record that names it. Few records do: kept out of the way of the rest. */
static __attribute__((noinline)) int notice_lives(struct report *r, struct engine *e, const struct hmt_hdr *rec)
{
	const struct hmt_id *id = (const struct hmt_id *)rec;

	r->begun = r->stats->begun;
	if ((rec->kind && rec->kind < HMT_TASK) || rec->kind == HMT_SYNC_OBJECT) {
		notice(r, e, HMT_CLASS_MIRROR, id->mirror, rec);
		notice(r, e, HMT_CLASS_RANGE, id->range, rec);
	}
	return r->failed ? -ENOMEM : 0;
}

int report__record(struct report *r, struct engine *e, const struct hmt_hdr *rec)
{
	if (!r->stats)
		begin(r, e, rec->ts);
	/* Records about records bear the time they were written at, which may be late. */
	if (rec->kind == HMT_STACK || rec->kind == HMT_SYMBOL || rec->kind == HMT_TASK)
		return r->failed ? -ENOMEM : 0;
	if (rec->ts > r->end)
		r->end = rec->ts;
	if (r->stats->begun != r->begun)
		return notice_lives(r, e, rec);
	return r->failed ? -ENOMEM : 0;
}

/* --- ends ----------------------------------------------------------------------- */

static void range_over(struct report *r, const struct object_view *o, const struct moment *m)
{
	struct report_life *life = life_of(r, o);
	__u64 age;

	if (!life)
		return;
	life->ended = m->ts;
	if (o->in_gap)
		life->flags |= LIFE_LOSSY;
	if (!m->ts) {
		/* The trace is over, not the life: it still counts as held. */
		life->flags |= LIFE_AT_END;
	} else {
		range_lives(r, life, m->ts, -1);
		/* What a sync missed ended at a time nobody knows. */
		if (!(life->flags & LIFE_BORN_BEFORE) && m->kind != HMT_SYNC_END) {
			age = m->ts > life->born ? m->ts - life->born : 0;
			if (hist__add(&r->lanes[life->lane]->lifetime, age))
				r->failed = true;
		}
	}
	keep_life(r, life);
	free_life(r, life, o->tag);
}

void report__life(struct report *r, const struct object_view *o, const struct moment *m)
{
	struct report_lane *lane;

	if (o->class == HMT_CLASS_RANGE) {
		range_over(r, o, m);
	} else if (o->class == HMT_CLASS_MIRROR) {
		lane = map64__get(&r->mirrors, o->addr);
		if (!lane || !m->ts)
			return;
		map64__del(&r->mirrors, o->addr);
		lane->ended = m->ts;
		if (lane->driver->mirrors_live)
			lane->driver->mirrors_live--;
	}
}

/* --- findings ------------------------------------------------------------------- */

void report__finding(struct report *r, const struct finding *f)
{
	const struct object_view *o = &f->object;
	struct report_cause *c = report_cause(r, f);
	bool certain = f->confidence == CONFIDENCE_CERTAIN;
	struct report_life *life;

	if (c) {
		c->certain += certain;
		c->inconclusive += !certain;
		c->bytes += o->end - o->start;
		if (c->is_rest && f->severity > c->severity)
			c->severity = f->severity;
	}
	if (f->severity < SEVERITY_WARN)
		return;
	report_count_finding(r, f);
	if (map64__put(&r->flagged, life_key(o->class, o->serial, o->generation), r))
		r->failed = true;
	life = o->class == HMT_CLASS_RANGE ? life_of(r, o) : NULL;
	if (life)
		life->flags |= LIFE_FLAGGED;
}

void report__released(struct report *r, const struct finding *f)
{
	struct report_cause *c = report_cause_released(r, f);

	if (c)
		c->released++;
}

int report__finish(struct report *r)
{
	for (size_t i = 0; i < r->nr_lives; i++)
		if (special(r, &r->lives[i]) && !(r->lives[i].flags & LIFE_AT_END))
			r->lives[i].flags |= LIFE_FLAGGED;
		else if (map64__get(&r->flagged, life_key(HMT_CLASS_RANGE, r->lives[i].serial,
							  r->lives[i].generation)))
			r->lives[i].flags |= LIFE_FLAGGED;
	report_rows_finish(r);
	return r->failed ? -ENOMEM : 0;
}
