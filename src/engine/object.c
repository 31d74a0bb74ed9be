// SPDX-License-Identifier: GPL-2.0
/* object.c - memory and identity of objects; knows nothing of what happens to them. */
#include "engine/priv.h"

static struct object *take_slot(struct engine *e)
{
	struct object *o = e->free;
	struct slab *slab = e->slabs;

	if (o) {
		e->free = o->parent;
		return o;
	}
	if (!slab || e->slab_used == SLAB_OBJECTS) {
		slab = hmt_calloc(1, sizeof(*slab));
		if (!slab)
			return NULL;
		slab->next = e->slabs;
		e->slabs = slab;
		e->slab_used = 0;
	}
	return &slab->objects[e->slab_used++];
}

/* What hangs on an object by a pointer of its class. */
static void free_extra(struct object *o)
{
	switch (o->class) {
	case HMT_CLASS_HMM:
		account_free(o->account);
		break;
	case HMT_CLASS_RANGE:
		hmt_free(o->faults);
		break;
	case CLASS_MM:
		hmt_free(o->departure);
		break;
	default:
		break;
	}
}

static void history_free(struct history *h)
{
	if (!h)
		return;
	hmt_free(h->failures);
	hmt_free(h->sites);
	hmt_free(h);
}

/* Piece by piece: the instruction that clears a few hundred bytes takes long to get going. */
static void zero(struct object *o)
{
	enum { PIECE = 64 };
	size_t at = 0;

	for (; at + PIECE <= sizeof(*o); at += PIECE)
		memset((char *)o + at, 0, PIECE);
	memset((char *)o + at, 0, sizeof(*o) % PIECE);
}

/* All but what is the address' own: the next life starts from nothing. */
static void clear_life(struct object *o)
{
	struct object keep = *o;

	zero(o);
	o->addr = keep.addr;
	o->class = keep.class;
	o->serial = keep.serial;
	o->generation = keep.generation;
	o->pins = keep.pins;
	o->flags = keep.flags & OBJ_INDEXED;
	o->history = keep.history;
	o->nr_failed = keep.nr_failed;
	o->born.stack = o->ended.stack = -1;
	list_init(&o->in_mm);
	list_init(&o->in_parent);
	if (o->class != HMT_CLASS_RANGE)
		list_init(&o->children);
}

/* An address space that nothing refers to waits to be forgotten, by links it has no parent for. */
static void mm_rests(struct engine *e, struct object *o)
{
	if (o->class != CLASS_MM || o->pins != 1 || !(o->flags & OBJ_INDEXED) || o->seen)
		return;
	list_add(&o->in_parent, &e->resting);
	e->nr_resting++;
}

static void leave_parent(struct engine *e, struct object *o)
{
	if (o->class == CLASS_MM && !list_empty(&o->in_parent))
		e->nr_resting--;
	list_del(&o->in_parent);
}

static int put_index(struct engine *e, struct object *o)
{
	if (map64__put(&e->index[o->class], o->addr, o)) {
		e->oom = true;
		return -1;
	}
	o->flags |= OBJ_INDEXED;
	o->pins++;
	mm_rests(e, o);
	return 0;
}

static void put_slot(struct engine *e, struct object *o)
{
	history_free(o->history);
	free_extra(o);
	memset(o, 0, sizeof(*o));
	o->parent = e->free;
	e->free = o;
	e->nr_objects--;
}

static struct object *new_object(struct engine *e, enum hmt_class class, __u64 addr)
{
	struct object *o;

	if (e->nr_objects - e->nr_graves >= e->opts.max_objects) {
		lose(e, HMT_CAUSE_ENGINE_FULL, 1, HMT_CPU_NONE, e->now);
		return NULL;
	}
	o = take_slot(e);
	if (!o) {
		e->oom = true;
		return NULL;
	}
	e->nr_objects++;
	o->addr = addr;
	o->class = class;
	clear_life(o);
	o->sure = e->lost_seq;
	if (put_index(e, o)) {
		put_slot(e, o);
		return NULL;
	}
	return o;
}

struct object *object_get(struct engine *e, enum hmt_class class, __u64 addr)
{
	struct object *o = object_find(e, class, addr);

	if (o)
		return o;
	o = new_object(e, class, addr);
	/* An address space gets a number when something needs it as a parent. */
	if (o && class != CLASS_MM)
		o->serial = ++e->serial[class];
	return o;
}

void object_pin(struct engine *e, struct object *o)
{
	if (!o->pins++ || o->class != CLASS_MM)
		return;
	leave_parent(e, o);
}

void object_unpin(struct engine *e, struct object *o)
{
	if (--o->pins) {
		mm_rests(e, o);
		return;
	}
	list_del(&o->in_mm);
	leave_parent(e, o);
	object_set_mm(e, o, NULL);
	object_set_parent(e, o, NULL);
	flags_drop(e, o);
	put_slot(e, o);
}

static void set_link(struct engine *e, struct object **link, struct object *to)
{
	struct object *old = *link;

	if (to)
		object_pin(e, to);
	*link = to;
	if (old)
		object_unpin(e, old);
}

void object_set_mm(struct engine *e, struct object *o, struct object *mm)
{
	set_link(e, &o->mm, mm);
}

void object_set_parent(struct engine *e, struct object *o, struct object *parent)
{
	set_link(e, &o->parent, parent);
}

static void leave_grave(struct engine *e, struct object *o)
{
	if (alive(o) || !o->seen)
		return;
	if (o->seen <= GRAVES && e->graves[o->seen - 1] == o) {
		e->graves[o->seen - 1] = NULL;
		e->nr_graves--;
	}
	o->seen = 0;
}

static void leave_index(struct engine *e, struct object *o)
{
	o->flags &= ~OBJ_INDEXED;
	object_unpin(e, o);
}

static void history_renew(struct history *h)
{
	h->nr = h->next = 0;
	if (h->sites)
		h->sites->nr = 0;
}

/* The failures go on with the address; the rest is of the life before. */
static void inherit(struct engine *e, struct object *heir, struct object *o)
{
	heir->serial = o->serial;
	heir->generation = o->generation;
	heir->nr_failed = o->nr_failed;
	if (!o->history || !o->history->failures)
		return;
	heir->history = hmt_calloc(1, sizeof(*heir->history));
	if (!heir->history) {
		e->oom = true;
		return;
	}
	heir->history->failures = o->history->failures;
	o->history->failures = NULL;
}

struct object *object_reborn(struct engine *e, struct object *o)
{
	struct object *heir;

	leave_grave(e, o);
	if (o->pins == 1 && (o->flags & OBJ_INDEXED)) {
		list_del(&o->in_mm);
		leave_parent(e, o);
		object_set_mm(e, o, NULL);
		object_set_parent(e, o, NULL);
		flags_drop(e, o);
		free_extra(o);
		if (o->history)
			history_renew(o->history);
		clear_life(o);
		o->sure = e->lost_seq;
		mm_rests(e, o);
		return o;
	}
	/* Something still refers to the old life: it keeps its memory, the address goes on. */
	heir = new_object(e, o->class, o->addr);
	if (!heir)
		return NULL;
	inherit(e, heir, o);
	/* Nothing is waited for that would be told of by the address. */
	list_del(&o->in_mm);
	leave_parent(e, o);
	leave_index(e, o);
	return heir;
}

void object_forget(struct engine *e, struct object *o)
{
	if (!(o->flags & OBJ_INDEXED))
		return;
	leave_grave(e, o);
	map64__del(&e->index[o->class], o->addr);
	leave_index(e, o);
}

void object_bury(struct engine *e, struct object *o)
{
	struct object **grave = &e->graves[e->grave];

	list_del(&o->in_mm);
	leave_parent(e, o);
	o->seen = 0;
	if (!(o->flags & OBJ_INDEXED))
		return;
	o->seen = e->grave + 1;
	if (*grave) {
		e->forgot = true;
		object_forget(e, *grave);
	}
	*grave = o;
	e->nr_graves++;
	e->grave = (e->grave + 1) % GRAVES;
}

void object_free_all(struct engine *e)
{
	struct slab *slab, *next;
	__u32 used = e->slab_used;

	for (slab = e->slabs; slab; slab = next) {
		next = slab->next;
		for (__u32 i = 0; i < used; i++) {
			struct object *o = &slab->objects[i];

			history_free(o->history);
			free_extra(o);
		}
		used = SLAB_OBJECTS;
		hmt_free(slab);
	}
	for (unsigned int c = 0; c < NR_CLASSES; c++)
		map64__free(&e->index[c]);
}

static struct history *history_of(struct engine *e, struct object *o)
{
	if (!o->history)
		o->history = hmt_calloc(1, sizeof(*o->history));
	if (!o->history)
		e->oom = true;
	return o->history;
}

static void set_past(struct past *p, const struct moment *m)
{
	p->ts = m->ts;
	p->tgid = m->tgid;
	p->tid = m->tid;
	p->count = m->count > 0xffffffffU ? 0xffffffffU : (__u32)m->count;
	p->ret = (__s16)m->ret;
	p->kind = (__u8)m->kind;
}

void history_failed(struct engine *e, struct object *o, const struct moment *m, bool first)
{
	struct history *h = history_of(e, o);
	struct failures *f = h ? h->failures : NULL;

	if (h && !f)
		f = h->failures = hmt_calloc(1, sizeof(*f));
	if (!f) {
		e->oom = true;
		return;
	}
	if (first)
		f->nr = 0;
	if (f->nr == FINDING_FAILED)
		memmove(&f->past[0], &f->past[1], --f->nr * sizeof(f->past[0]));
	set_past(&f->past[f->nr++], m);
}

static bool sites_grow(struct history *h)
{
	__u32 cap = h->sites ? h->sites->cap * 2 : 2;
	struct sites *s;

	s = hmt_realloc(h->sites, 1, sizeof(*s) + cap * sizeof(s->site[0]));
	if (!s)
		return false;
	if (!h->sites)
		s->nr = 0;
	s->cap = cap;
	h->sites = s;
	return true;
}

/* Return: index + 1; 0: no memory. */
static __u8 site_at(struct engine *e, struct history *h, __u64 call_site)
{
	__u32 nr = h->sites ? h->sites->nr : 0;

	for (__u32 i = 0; i < nr; i++)
		if (h->sites->site[i].call_site == call_site)
			return (__u8)(i + 1);
	if (nr == FINDING_SITES) {
		h->sites->site[nr - 1].call_site = 0;	/* the rest */
		return (__u8)nr;
	}
	if ((!h->sites || nr == h->sites->cap) && !sites_grow(h)) {
		e->oom = true;
		return 0;
	}
	h->sites->site[h->sites->nr++] = (struct ref_site){ .call_site = call_site };
	return (__u8)h->sites->nr;
}

__u8 history_got(struct engine *e, struct object *o, __u64 call_site)
{
	struct history *h = history_of(e, o);
	__u8 at = h ? site_at(e, h, call_site) : 0;

	if (at)
		h->sites->site[at - 1].gets++;
	return at;
}

void history_put(struct object *o, __u8 got_at)
{
	struct sites *s = o->history ? o->history->sites : NULL;

	/* Whose it is nobody says: the oldest place that has one out. */
	for (__u32 i = 0; s && !got_at && i < s->nr; i++)
		if (s->site[i].gets > s->site[i].puts)
			got_at = (__u8)(i + 1);
	if (s && got_at && got_at <= s->nr)
		s->site[got_at - 1].puts++;
}

const struct past *history_last(const struct object *o, __u16 kind)
{
	const struct history *h = o->history;

	for (__u32 i = 1; h && i <= h->nr; i++) {
		const struct past *p = &h->past[(h->next + NR_PAST - i) % NR_PAST];

		if (p->kind == kind)
			return p;
	}
	return NULL;
}

void history_add(struct engine *e, struct object *o, const struct moment *m)
{
	struct history *h = history_of(e, o);

	if (!h)
		return;
	set_past(&h->past[h->next], m);
	h->next = h->next + 1 == NR_PAST ? 0 : h->next + 1;
	if (h->nr < NR_PAST)
		h->nr++;
}

struct object *object_walk(const struct engine *e, struct object_walk *w)
{
	if (!w->slab)
		w->slab = e->slabs;
	while (w->slab) {
		__u32 used = w->slab == e->slabs ? e->slab_used : SLAB_OBJECTS;

		if (w->next < used)
			return &w->slab->objects[w->next++];
		w->slab = w->slab->next;
		w->next = 0;
	}
	return NULL;
}
