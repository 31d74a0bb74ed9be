// SPDX-License-Identifier: GPL-2.0
#include "out/export_model.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stream/desc.h"

/* What the record of a register says and the engine does not pass on. */
struct birth {
	__u64 ts, mirror;
	__s32 stack;
};

struct model *model__new(const struct symtab *t)
{
	struct model *m = hmt_calloc(1, sizeof(*m));

	if (m)
		m->symtab = t;
	return m;
}

void model__free(struct model *m)
{
	struct map64_iter it;

	if (!m)
		return;
	for (int i = 0; i < 2; i++) {
		map64__for_each(&m->births[i], &it)
			hmt_free(it.val);
		map64__free(&m->births[i]);
	}
	for (size_t i = 0; i < m->nr_stacks; i++)
		hmt_free(m->stacks[i]);
	map64__free(&m->stack_now);
	map64__free(&m->owners);
	hmt_free(m->stacks);
	hmt_free(m->lives);
	hmt_free(m->flagged);
	hmt_free(m->by_addr);
	hmt_free(m);
}

/* Room for one more. Return: false, with m->failed set, when there is none. */
static bool grow(struct model *m, void **array, size_t nr, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 64;
	void *p;

	if (nr < *cap)
		return true;
	p = hmt_realloc(*array, more, size);
	if (!p) {
		m->failed = true;
		return false;
	}
	*array = p;
	*cap = more;
	return true;
}

static void put(struct model *m, struct map64 *map, __u64 key, void *val)
{
	if (map64__put(map, key, val))
		m->failed = true;
}

/* --- stacks ------------------------------------------------------------------- */

static void add_stack(struct model *m, const struct hmt_stack *rec)
{
	struct model_stack *s;
	__s32 now = model__stack(m, rec->stack);
	size_t len = rec->nr * sizeof(s->ips[0]);

	/* The recorder says a stack again when modules came or went. */
	if (rec->stack < 0 || (now != NO_STACK && m->stacks[now]->nr == rec->nr &&
			       !memcmp(m->stacks[now]->ips, stack_ips(rec), len)))
		return;
	if (!grow(m, (void **)&m->stacks, m->nr_stacks, &m->cap_stacks, sizeof(*m->stacks)))
		return;
	s = hmt_calloc(1, sizeof(*s) + len);
	if (!s) {
		m->failed = true;
		return;
	}
	s->nr = rec->nr;
	memcpy(s->ips, stack_ips(rec), len);
	m->stacks[m->nr_stacks++] = s;
	put(m, &m->stack_now, (__u64)rec->stack, (void *)(uintptr_t)m->nr_stacks);
}

__s32 model__stack(const struct model *m, __s32 id)
{
	uintptr_t at = id < 0 ? 0 : (uintptr_t)map64__get(&m->stack_now, (__u64)id);

	return at ? (__s32)(at - 1) : NO_STACK;
}

/* --- births ------------------------------------------------------------------- */

static struct map64 *births_of(struct model *m, enum hmt_class class)
{
	return class == HMT_CLASS_MIRROR ? &m->births[0] :
	       class == HMT_CLASS_RANGE ? &m->births[1] : NULL;
}

static void add_birth(struct model *m, enum hmt_class class, __u64 addr, const struct birth *b)
{
	struct map64 *births = births_of(m, class);
	struct birth *known;

	if (!births)
		return;
	known = map64__get(births, addr);
	if (!known) {
		known = hmt_calloc(1, sizeof(*known));
		if (!known) {
			m->failed = true;
			return;
		}
		if (map64__put(births, addr, known)) {
			hmt_free(known);
			m->failed = true;
			return;
		}
	}
	*known = *b;
}

static void set_owner(struct model *m, __u64 mm, __u32 owner)
{
	if (mm && owner)
		put(m, &m->owners, mm, (void *)(uintptr_t)owner);
}

__u32 model__owner(const struct model *m, __u64 mm)
{
	return (__u32)(uintptr_t)map64__get(&m->owners, mm);
}

void model__before(struct model *m, const struct hmt_hdr *rec)
{
	if (!m->any || rec->ts < m->first_ts)
		m->first_ts = rec->ts;
	if (!m->any || rec->ts > m->last_ts)
		m->last_ts = rec->ts;
	m->any = true;
	if (rec->kind == HMT_STACK)
		add_stack(m, (const void *)rec);
}

/* After the engine, so that a life that this register ends is told with its own birth. */
void model__after(struct model *m, const struct hmt_hdr *rec)
{
	const struct hmt_id *id = (const void *)rec;
	const struct hmt_mirror_register *mirror = (const void *)rec;
	const struct hmt_range_register *range = (const void *)rec;
	const struct hmt_sync_object *sync = (const void *)rec;

	switch (rec->kind) {
	case HMT_MIRROR_REGISTER:
		set_owner(m, rec->mm, mirror->owner);
		if (!mirror->ret)
			add_birth(m, HMT_CLASS_MIRROR, id->mirror, &(struct birth){
				  rec->ts, id->mirror, model__stack(m, mirror->stack) });
		break;
	case HMT_RANGE_REGISTER:
		set_owner(m, rec->mm, range->owner);
		if (!range->ret)
			add_birth(m, HMT_CLASS_RANGE, id->range, &(struct birth){
				  rec->ts, id->mirror, model__stack(m, range->stack) });
		break;
	case HMT_SYNC_OBJECT:
		set_owner(m, rec->mm, sync->owner);
		add_birth(m, sync->class,
			  sync->class == HMT_CLASS_RANGE ? id->range : id->mirror,
			  &(struct birth){ sync->born, id->mirror,
					   model__stack(m, sync->stack) });
		break;
	}
}

/* --- lives -------------------------------------------------------------------- */

void model__life(struct model *m, const struct object_view *o, const struct moment *end)
{
	struct map64 *births = births_of(m, o->class);
	const struct birth *b = births ? map64__get(births, o->addr) : NULL;
	struct model_life *l;

	if (!grow(m, (void **)&m->lives, m->nr_lives, &m->cap_lives, sizeof(*m->lives)))
		return;
	l = &m->lives[m->nr_lives++];
	*l = (struct model_life){
		.o = *o, .end = *end, .parent = NO_LIFE,
		.born_stack = model__stack(m, o->born.stack),
		.end_stack = model__stack(m, end->stack),
	};
	if (!l->o.owner)
		l->o.owner = model__owner(m, o->mm);
	if (b && o->class == HMT_CLASS_RANGE)
		l->mirror = b->mirror;
	if (b && b->ts == o->born.ts)
		l->born_stack = b->stack;
}

bool rule_is_leak(enum rule_id rule)
{
	return rule == RULE_RANGE_ORPHANED_BY_MIRROR || rule == RULE_RANGE_ORPHANED_BY_MM ||
	       rule == RULE_MIRROR_ORPHANED_BY_MM || rule == RULE_REFERENCE_UNACCOUNTED ||
	       rule == RULE_FAILED_REGISTER_KEPT_REFERENCE;
}

void model__finding(struct model *m, const struct finding *f)
{
	if (!grow(m, (void **)&m->flagged, m->nr_flagged, &m->cap_flagged, sizeof(*m->flagged)))
		return;
	m->flagged[m->nr_flagged++] = (struct model_finding){
		.rule = f->rule, .severity = f->severity, .serial = f->serial,
		.certain = f->confidence == CONFIDENCE_CERTAIN,
		.flagged_ts = f->flagged_ts, .o = f->object,
		.count = f->count > f->expected ? f->count - f->expected : 0,
		.stack = model__stack(m, f->offence.stack), .life = NO_LIFE,
	};
}

void model__released(struct model *m, const struct finding *f, const struct moment *moment)
{
	/* Serials grow with the array; what is released was mostly flagged lately. */
	for (size_t i = m->nr_flagged; i--;) {
		if (m->flagged[i].serial != f->serial)
			continue;
		m->flagged[i].released_ts = moment->ts;
		return;
	}
}

/* --- the end ------------------------------------------------------------------ */

static int compare(__u64 a, __u64 b)
{
	return a < b ? -1 : a > b;
}

static int by_birth(const void *pa, const void *pb, void *ctx)
{
	const struct model_life *lives = ctx;
	const struct model_life *a = &lives[*(const size_t *)pa], *b = &lives[*(const size_t *)pb];
	int c = compare(a->o.class, b->o.class);

	c = c ? c : compare(a->o.addr, b->o.addr);
	c = c ? c : compare(a->o.born.ts, b->o.born.ts);
	return c ? c : compare(a->o.generation, b->o.generation);
}

size_t model__find(const struct model *m, enum hmt_class class, __u64 addr, __u64 ts)
{
	size_t lo = 0, hi = m->nr_lives;
	const struct model_life *l;

	/* The first that is behind (class, addr, ts); the one before it is meant. */
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		l = &m->lives[m->by_addr[mid]];
		if (l->o.class < class || (l->o.class == class && (l->o.addr < addr ||
		    (l->o.addr == addr && l->o.born.ts <= ts))))
			lo = mid + 1;
		else
			hi = mid;
	}
	l = lo ? &m->lives[m->by_addr[lo - 1]] : NULL;
	if (l && l->o.class == class && l->o.addr == addr)
		return m->by_addr[lo - 1];
	/* Born a little later than what refers to it: the only one is it still. */
	l = lo < m->nr_lives ? &m->lives[m->by_addr[lo]] : NULL;
	return l && l->o.class == class && l->o.addr == addr ? m->by_addr[lo] : NO_LIFE;
}

static void find_parent(struct model *m, struct model_life *l)
{
	size_t self = (size_t)(l - m->lives);

	if (l->o.class == HMT_CLASS_RANGE && l->mirror)
		l->parent = model__find(m, HMT_CLASS_MIRROR, l->mirror, l->o.born.ts);
	else if (l->o.class != HMT_CLASS_HMM && l->o.hmm)
		l->parent = model__find(m, HMT_CLASS_HMM, l->o.hmm, l->o.born.ts);
	if (l->parent == self)
		l->parent = NO_LIFE;
}

static void find_flagged(struct model *m, struct model_finding *f)
{
	size_t at = model__find(m, f->o.class, f->o.addr, f->o.born.ts);

	if (at == NO_LIFE || m->lives[at].o.serial != f->o.serial ||
	    m->lives[at].o.generation != f->o.generation)
		return;
	f->life = at;
	if (f->certain && rule_is_leak(f->rule))
		m->lives[at].leaked = true;
}

int model__finish(struct model *m)
{
	if (m->failed)
		return -ENOMEM;
	m->by_addr = hmt_calloc(m->nr_lives, sizeof(*m->by_addr));
	if (!m->by_addr)
		return -ENOMEM;
	for (size_t i = 0; i < m->nr_lives; i++)
		m->by_addr[i] = i;
	qsort_r(m->by_addr, m->nr_lives, sizeof(*m->by_addr), by_birth, m->lives);
	for (size_t i = 0; i < m->nr_lives; i++)
		find_parent(m, &m->lives[i]);
	for (size_t i = 0; i < m->nr_flagged; i++)
		find_flagged(m, &m->flagged[i]);
	return 0;
}
