// SPDX-License-Identifier: GPL-2.0
/*
 * blame.c - where what was born at one place is released as a rule. A place is
 * a stack; for references the call site of the get.
 */
#include "engine/priv.h"

#define MAX_SITES 65536
#define SITE_STACK (1ULL << 40)	/* no kernel address, no other key */

static __u32 no_memory(struct engine *e)
{
	e->oom = true;
	return 0;
}

/* Index + 1; 0: too many, or no memory. */
static __u32 site_of(struct engine *e, __u64 key)
{
	uintptr_t i = (uintptr_t)map64__get(&e->sites_by_key, key);

	if (i || e->nr_sites == MAX_SITES)
		return (__u32)i;
	if (e->nr_sites == e->cap_sites) {
		size_t cap = e->cap_sites ? e->cap_sites * 2 : 16;
		struct site *s = hmt_realloc(e->sites, cap, sizeof(*s));

		if (!s)
			return no_memory(e);
		e->sites = s;
		e->cap_sites = cap;
	}
	i = e->nr_sites + 1;
	if (map64__put(&e->sites_by_key, key, (void *)i))
		return no_memory(e);
	memset(&e->sites[e->nr_sites++], 0, sizeof(*e->sites));
	return (__u32)i;
}

static void released_at(struct site *s, const struct moment *m)
{
	struct place *p, *end = s->place + NR_PLACES;

	s->released++;
	for (p = s->place; p < end; p++) {
		if (p->where.more && (p->where.stack != m->stack || p->call_site != m->call_site))
			continue;
		p->where.ts = m->ts;
		p->where.tgid = m->tgid;
		p->where.tid = m->tid;
		p->where.stack = m->stack;
		p->where.more++;
		p->call_site = m->call_site;
		p->kind = m->kind;
		return;
	}
}

void site_born(struct engine *e, struct object *o)
{
	__u32 i;

	if (o->born.stack < 0)
		return;
	i = site_of(e, SITE_STACK | (__u64)o->class << 32 | (__u32)o->born.stack);
	o->ended.more = i;
	if (i)
		e->sites[i - 1].born++;
}

void site_released(struct engine *e, const struct object *o, const struct moment *m)
{
	if (o->ended.more)
		released_at(&e->sites[o->ended.more - 1], m);
}

void site_got(struct engine *e, __u64 call_site)
{
	__u32 i = call_site ? site_of(e, call_site) : 0;

	if (i)
		e->sites[i - 1].born++;
}

void site_put(struct engine *e, __u64 call_site, const struct moment *m)
{
	__u32 i = call_site ? site_of(e, call_site) : 0;

	if (i)
		released_at(&e->sites[i - 1], m);
}

/* self: the object itself is among the released */
static void blame_site(const struct site *s, bool self, struct finding *f)
{
	const struct place *best = s->place;

	f->nr_siblings = s->born ? s->born - 1 : 0;
	f->nr_siblings_released = s->released - (self && s->released);
	for (const struct place *p = s->place; p < s->place + NR_PLACES; p++)
		if (p->where.more > best->where.more)
			best = p;
	if (!best->where.more)
		return;
	f->sibling_release = moment_of(&best->where, best->kind);
	f->sibling_release.call_site = best->call_site;
	f->sibling_release.count = best->where.more;
}

void blame(const struct engine *e, const struct object *o, struct finding *f)
{
	if (o->ended.more)
		blame_site(&e->sites[o->ended.more - 1], !alive(o), f);
}

void blame_get(const struct engine *e, __u64 call_site, struct finding *f)
{
	uintptr_t i = (uintptr_t)map64__get(&e->sites_by_key, call_site);

	if (i)
		blame_site(&e->sites[i - 1], false, f);
}

void sites_free(struct engine *e)
{
	hmt_free(e->sites);
	map64__free(&e->sites_by_key);
}
