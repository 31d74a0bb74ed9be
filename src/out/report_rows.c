// SPDX-License-Identifier: GPL-2.0
/*
 * report_rows.c - drivers, mirrors, holders and causes. Row 0 of each is made
 * at the start and takes what is beyond the cap or could not get memory, so
 * that looking up a row never fails.
 */
#include "out/report_rows.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "out/words.h"

/* Return: a new, zeroed row; NULL beyond the cap or without memory. */
#define NEW_ROW(r, what, cap) ({ \
	struct report_##what *row_ = NULL; \
	\
	if ((r)->nr_##what##s < (cap)) { \
		if (!(r)->what##s) \
			(r)->what##s = hmt_calloc(cap, sizeof(*(r)->what##s)); \
		if ((r)->what##s) \
			row_ = hmt_calloc(1, sizeof(*row_)); \
		if (row_) \
			(r)->what##s[(r)->nr_##what##s++] = row_; \
		else \
			(r)->failed = true; \
	} \
	row_; \
})

/* --- drivers ---------------------------------------------------------------------- */

static struct report_driver *new_driver(struct report *r, const char *name)
{
	struct report_driver *d = NEW_ROW(r, driver, REPORT_DRIVERS);

	if (!d)
		return r->nr_drivers ? r->drivers[0] : NULL;
	d->at = r->nr_drivers - 1;
	d->name = hmt_strdup(name);
	if (!d->name)
		r->failed = true;
	curve__begin(&d->live, r->t0);
	return d;
}

static struct report_driver *driver_named(struct report *r, const char *name)
{
	for (size_t i = 1; i < r->nr_drivers; i++)
		if (r->drivers[i]->name && !strcmp(r->drivers[i]->name, name))
			return r->drivers[i];
	return new_driver(r, name);
}

struct report_driver *report_driver(struct report *r, __u64 ops, __u64 ops_fn)
{
	__u64 key = ops ? ops : ops_fn;
	struct report_driver *d;
	const char *name;

	if (r->last_driver && r->last_ops == key)
		return r->last_driver;
	d = map64__get(&r->by_ops, key);
	if (d) {
		r->last_ops = key;
		r->last_driver = d;
		return d;
	}
	name = symtab__driver(r->symtab, ops, ops_fn);
	d = driver_named(r, name);
	/* A name that is not known may still come. */
	if (key && strcmp(name, "?") && map64__put(&r->by_ops, key, d))
		r->failed = true;
	return d;
}

/* --- mirrors ---------------------------------------------------------------------- */

static void set_comm(struct report *r, char *comm, __u32 owner)
{
	if (!comm[0] && owner)
		snprintf(comm, HMT_COMM_LEN + 1, "%s", symtab__comm(r->symtab, owner));
}

__u32 report_lane(struct report *r, const struct object_view *o, const struct object_view *up)
{
	struct report_driver *d = report_driver(r, o->ops, o->ops_fn);
	/* A mirror has one driver, an address space may have several. */
	__u64 who = up->class == HMT_CLASS_MIRROR ? 0 : d->at + 1;
	__u64 key = ((__u64)up->class << 62 | who << 54 |
		     ((__u64)up->serial << 22 ^ up->generation));
	struct report_lane *lane;
	size_t at = (size_t)(uintptr_t)map64__get(&r->by_lane, key);

	if (at)
		return (__u32)at;
	lane = NEW_ROW(r, lane, REPORT_LANES);
	if (!lane)
		return 0;
	lane->driver = d;
	lane->class = up->class;
	lane->serial = up->serial;
	lane->generation = up->generation;
	lane->owner = o->owner;
	lane->born = up->class == HMT_CLASS_MIRROR && !up->born_before ? up->born.ts : 0;
	set_comm(r, lane->comm, lane->owner);
	curve__begin(&lane->live, r->t0);
	at = r->nr_lanes - 1;
	if (map64__put(&r->by_lane, key, (void *)(uintptr_t)at))
		r->failed = true;
	return (__u32)at;
}

/* --- holders ---------------------------------------------------------------------- */

__u32 report_holder(struct report *r, const struct object_view *o)
{
	struct report_driver *d = report_driver(r, o->ops, o->ops_fn);
	__u64 place = words_place(r->symtab, &o->born), key;
	struct report_holder *h;
	size_t at;

	key = place * 0x9e3779b97f4a7c15ULL ^ (__u64)o->owner << 20 ^ d->at;
	for (; (at = (size_t)(uintptr_t)map64__get(&r->by_holder, key)); key++) {
		h = r->holders[at];
		if (h->place == place && h->owner == o->owner && h->driver == d)
			return (__u32)at;
	}
	h = NEW_ROW(r, holder, REPORT_HOLDERS);
	if (!h)
		return 0;
	h->driver = d;
	h->owner = o->owner;
	h->place = place;
	set_comm(r, h->comm, h->owner);
	at = r->nr_holders - 1;
	if (map64__put(&r->by_holder, key, (void *)(uintptr_t)at))
		r->failed = true;
	return (__u32)at;
}

/* --- causes ----------------------------------------------------------------------- */

static struct report_cause *new_cause(struct report *r, const struct finding *f)
{
	struct report_cause *c = NEW_ROW(r, cause, REPORT_CAUSES);

	if (!c)
		return r->nr_causes ? r->causes[0] : NULL;
	c->rule = f->rule;
	c->severity = f->severity;
	return c;
}

/* What is shown of a cause is its first certain finding. */
static void set_first(struct report *r, struct report_cause *c, const struct finding *f)
{
	c->first = *f;
	c->owner = c->last_owner = f->object.owner;
	c->nr_owners = 1;
	set_comm(r, c->comm, c->owner);
	c->owner_exited = symtab__exited(r->symtab, c->owner);
	c->release_place = words_place(r->symtab, &f->sibling_release);
	c->offence_place = words_place(r->symtab, f->offence.ts ? &f->offence : &f->prior);
	words_blame(r->symtab, f, c->blame, sizeof(c->blame));
}

static struct report_driver *driver_of(struct report *r, const struct finding *f)
{
	const char *name = words_driver(r->symtab, f);

	return driver_named(r, *name ? name : "?");
}

struct report_cause *report_cause(struct report *r, const struct finding *f)
{
	const struct object_view *o = &f->object;
	__u64 place = words_place(r->symtab, o->class == HMT_CLASS_HMM && f->offence.ts ?
						     &f->offence : &o->born);
	struct report_driver *d = driver_of(r, f);
	struct report_cause *c;

	for (size_t i = 1; i < r->nr_causes; i++) {
		c = r->causes[i];
		if (c->rule == f->rule && c->place == place && c->driver == d)
			goto found;
	}
	c = new_cause(r, f);
	if (!c || c->is_rest)
		return c;
	c->place = place;
	c->driver = d;
	set_first(r, c, f);
	return c;
found:
	if (f->confidence == CONFIDENCE_CERTAIN && c->first.confidence != CONFIDENCE_CERTAIN)
		set_first(r, c, f);
	if (c->last_owner != o->owner) {
		c->last_owner = o->owner;
		c->nr_owners++;
	}
	return c;
}

struct report_cause *report_cause_released(struct report *r, const struct finding *f)
{
	const struct object_view *o = &f->object;

	if (o->class != HMT_CLASS_HMM)
		return report_cause(r, f);
	/* It no longer says which get it was: by the count it is of, then. */
	for (size_t i = 1; i < r->nr_causes; i++) {
		struct report_cause *c = r->causes[i];

		if (c->rule == f->rule && c->first.object.class == o->class &&
		    c->first.object.serial == o->serial &&
		    c->first.object.generation == o->generation)
			return c;
	}
	return NULL;
}

void report_count_finding(struct report *r, const struct finding *f)
{
	const struct object_view *o = &f->object;
	const struct object_view *up = o->class == HMT_CLASS_RANGE ? &f->parent : o;
	struct report_driver *d = driver_of(r, f);
	bool certain = f->confidence == CONFIDENCE_CERTAIN;
	struct report_lane *lane;

	*(certain ? &d->certain : &d->inconclusive) += 1;
	/* An address space is a row where ranges hang on it, else its finding has the driver's. */
	if (o->class == HMT_CLASS_HMM)
		return;
	lane = r->lanes[report_lane(r, o, up)];
	*(certain ? &lane->certain : &lane->inconclusive) += 1;
}

/* --- all -------------------------------------------------------------------------- */

int report_rows_init(struct report *r)
{
	struct report_driver *d = new_driver(r, "others");
	struct report_lane *lane = NEW_ROW(r, lane, REPORT_LANES);
	struct report_holder *h = NEW_ROW(r, holder, REPORT_HOLDERS);
	struct report_cause *c = NEW_ROW(r, cause, REPORT_CAUSES);

	if (!d || !d->name || !lane || !h || !c) {
		report_rows_free(r);
		return -ENOMEM;
	}
	lane->driver = h->driver = c->driver = d;
	lane->is_rest = h->is_rest = c->is_rest = true;
	return 0;
}

void report_rows_begin(struct report *r)
{
	curve__begin(&r->drivers[0]->live, r->t0);
	curve__begin(&r->lanes[0]->live, r->t0);
}

void report_rows_free(struct report *r)
{
	for (size_t i = 0; i < r->nr_drivers; i++) {
		hmt_free(r->drivers[i]->name);
		hist__free(&r->drivers[i]->lifetime);
		hmt_free(r->drivers[i]);
	}
	for (size_t i = 0; i < r->nr_lanes; i++) {
		hist__free(&r->lanes[i]->lifetime);
		hmt_free(r->lanes[i]);
	}
	for (size_t i = 0; i < r->nr_holders; i++)
		hmt_free(r->holders[i]);
	for (size_t i = 0; i < r->nr_causes; i++)
		hmt_free(r->causes[i]);
	hmt_free(r->drivers);
	hmt_free(r->lanes);
	hmt_free(r->holders);
	hmt_free(r->causes);
	map64__free(&r->by_ops);
	map64__free(&r->by_lane);
	map64__free(&r->by_holder);
	r->drivers = NULL;
	r->lanes = NULL;
	r->holders = NULL;
	r->causes = NULL;
	r->nr_drivers = r->nr_lanes = r->nr_holders = r->nr_causes = 0;
}

void report_rows_finish(struct report *r)
{
	if (!r->live.width_ns)
		return;
	curve__move(&r->live, r->end);
	for (size_t i = 0; i < r->nr_drivers; i++)
		curve__move(&r->drivers[i]->live, r->end);
	for (size_t i = 0; i < r->nr_lanes; i++) {
		curve__move(&r->lanes[i]->live, r->end);
		if (hist__merge(&r->lanes[i]->driver->lifetime, &r->lanes[i]->lifetime) ||
		    hist__merge(&r->lifetime, &r->lanes[i]->lifetime))
			r->failed = true;
		set_comm(r, r->lanes[i]->comm, r->lanes[i]->owner);
	}
	for (size_t i = 0; i < r->nr_holders; i++)
		set_comm(r, r->holders[i]->comm, r->holders[i]->owner);
}
