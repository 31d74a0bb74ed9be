// SPDX-License-Identifier: GPL-2.0
/* object.c - memory and identity of objects; knows nothing of what happens to them. */
#include "engine/priv.h"

struct object *object_find(const struct engine *e, enum hmt_class class, __u64 addr)
{
	return map64__get(&e->index[class], addr);
}

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

/* All but what is the address' own: the next life starts from nothing. */
static void clear_life(struct object *o)
{
	struct object keep = *o;

	memset(o, 0, sizeof(*o));
	o->addr = keep.addr;
	o->class = keep.class;
	o->serial = keep.serial;
	o->generation = keep.generation;
	o->pins = keep.pins;
	o->flags = keep.flags & OBJ_INDEXED;
	o->history = keep.history;
	o->nr_failed = keep.nr_failed;
	o->last_failed = keep.last_failed;
	o->born.stack = o->ended.stack = -1;
	list_init(&o->in_mm);
	list_init(&o->in_parent);
	if (o->class != HMT_CLASS_RANGE)
		list_init(&o->children);
}

static int put_index(struct engine *e, struct object *o)
{
	if (map64__put(&e->index[o->class], o->addr, o)) {
		e->oom = true;
		return -1;
	}
	o->flags |= OBJ_INDEXED;
	o->pins++;
	return 0;
}

static void put_slot(struct engine *e, struct object *o)
{
	hmt_free(o->history);
	if (o->class == HMT_CLASS_HMM)
		account_free(o->account);
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

void object_pin(struct object *o)
{
	o->pins++;
}

void object_unpin(struct engine *e, struct object *o)
{
	if (--o->pins)
		return;
	list_del(&o->in_mm);
	list_del(&o->in_parent);
	object_set_mm(e, o, NULL);
	object_set_parent(e, o, NULL);
	flags_drop(e, o);
	put_slot(e, o);
}

static void set_link(struct engine *e, struct object **link, struct object *to)
{
	struct object *old = *link;

	if (to)
		object_pin(to);
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

struct object *object_reborn(struct engine *e, struct object *o)
{
	struct object *heir;

	leave_grave(e, o);
	if (o->pins == 1 && (o->flags & OBJ_INDEXED)) {
		list_del(&o->in_mm);
		list_del(&o->in_parent);
		object_set_mm(e, o, NULL);
		object_set_parent(e, o, NULL);
		flags_drop(e, o);
		if (o->class == HMT_CLASS_HMM)
			account_free(o->account);
		if (o->history)
			o->history->nr = o->history->next = 0;
		clear_life(o);
		o->sure = e->lost_seq;
		return o;
	}
	/* Something still refers to the old life: it keeps its memory, the address goes on. */
	heir = new_object(e, o->class, o->addr);
	if (!heir)
		return NULL;
	heir->serial = o->serial;
	heir->generation = o->generation;
	heir->nr_failed = o->nr_failed;
	heir->last_failed = o->last_failed;
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
	list_del(&o->in_parent);
	o->seen = 0;
	if (!(o->flags & OBJ_INDEXED))
		return;
	if (*grave) {
		e->forgot = true;
		object_forget(e, *grave);
	}
	*grave = o;
	o->seen = e->grave + 1;
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

			hmt_free(o->history);
			if (o->class == HMT_CLASS_HMM)
				account_free(o->account);
		}
		used = SLAB_OBJECTS;
		hmt_free(slab);
	}
	for (unsigned int c = 0; c < NR_CLASSES; c++)
		map64__free(&e->index[c]);
}

void history_add(struct engine *e, struct object *o, const struct moment *m)
{
	struct history *h = o->history;

	if (!h) {
		h = o->history = hmt_calloc(1, sizeof(*h));
		if (!h) {
			e->oom = true;
			return;
		}
	}
	h->past[h->next] = (struct past){
		.ts = m->ts,
		.tgid = m->tgid,
		.tid = m->tid,
		.count = m->count > 0xffffffffU ? 0xffffffffU : (__u32)m->count,
		.ret = (__s16)m->ret,
		.kind = (__u8)m->kind,
	};
	h->next = (h->next + 1) % NR_PAST;
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
