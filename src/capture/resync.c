// SPDX-License-Identifier: GPL-2.0
#include "capture/resync.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "capture/outq.h"

void sync_set__init(struct sync_set *s, __u64 begin)
{
	memset(s, 0, sizeof(*s));
	s->begin = begin;
}

void sync_set__free(struct sync_set *s)
{
	struct map64_iter it;

	for (int c = 0; c <= HMT_CLASS_RANGE; c++) {
		map64__for_each(&s->objs[c], &it)
			hmt_free(it.val);
		map64__free(&s->objs[c]);
	}
}

bool sync_set__is_empty(const struct sync_set *s)
{
	for (int c = 0; c <= HMT_CLASS_RANGE; c++)
		if (s->objs[c].nr)
			return false;
	return true;
}

static int put(struct sync_set *s, enum hmt_class class, __u64 addr, const struct live_val *val,
	       bool on_record)
{
	struct sync_obj *o = map64__get(&s->objs[class], addr);
	int err;

	if (!o) {
		o = hmt_calloc(1, sizeof(*o));
		if (!o)
			return -ENOMEM;
		err = map64__put(&s->objs[class], addr, o);
		if (err) {
			hmt_free(o);
			return err;
		}
	}
	o->class = class;
	o->val = *val;
	o->on_record |= on_record;
	return 0;
}

static void del(struct sync_set *s, enum hmt_class class, __u64 addr)
{
	hmt_free(map64__del(&s->objs[class], addr));
}

int sync_set__add(struct sync_set *s, const struct live_key *key, const struct live_val *val)
{
	if (key->class == HMT_CLASS_NONE || key->class > HMT_CLASS_RANGE)
		return 0;
	return put(s, key->class, key->addr, val, false);
}

static void val_from_id(struct live_val *val, const struct hmt_id *id)
{
	memset(val, 0, sizeof(*val));
	val->mm = id->h.mm;
	val->hmm = id->hmm;
	val->mirror = id->mirror;
	val->range = id->range;
	val->ops = id->ops;
	val->born = id->h.ts;
	val->stack = STACK_NOT_ASKED;
}

static int apply_mirror(struct sync_set *s, const struct hmt_mirror_register *r)
{
	struct live_val val;

	if (r->ret)
		return 0;
	val_from_id(&val, (const struct hmt_id *)r);
	val.count = r->hmm ? 0 : r->refs;
	val.ops_fn = r->ops_fn;
	val.owner = r->owner;
	val.stack = r->stack;
	return put(s, HMT_CLASS_MIRROR, r->mirror, &val, true);
}

static int apply_range(struct sync_set *s, const struct hmt_range_register *r)
{
	struct live_val val;

	if (r->ret)
		return 0;
	val_from_id(&val, (const struct hmt_id *)r);
	val.start = r->start;
	val.end = r->end;
	val.ops_fn = r->ops_fn;
	val.owner = r->owner;
	val.stack = r->stack;
	return put(s, HMT_CLASS_RANGE, r->range, &val, true);
}

static int apply_ref(struct sync_set *s, const struct hmt_ref_get *r)
{
	enum hmt_class class = r->hmm ? HMT_CLASS_HMM : HMT_CLASS_MIRROR;
	__u64 addr = r->hmm ? r->hmm : r->mirror;
	struct sync_obj *o = map64__get(&s->objs[class], addr);
	struct live_val val;

	/* What the record says was true after whatever the walk saw, or is what it saw. */
	if (o) {
		o->val.count = (__s64)r->count < 0 ? 0 : r->count;
		return 0;
	}
	if ((__s64)r->count <= 0)
		return 0;
	val_from_id(&val, (const struct hmt_id *)r);
	val.count = r->count;
	val.stack = r->stack;
	if (r->h.kind != HMT_REF_GET || r->count != 1)
		val.born = 0;
	return put(s, class, addr, &val, true);
}

int sync_set__apply(struct sync_set *s, const struct hmt_hdr *rec)
{
	const struct hmt_id *id = (const struct hmt_id *)rec;

	if (rec->ts < s->since)
		return 0;
	switch (rec->kind) {
	case HMT_MIRROR_REGISTER:
		return apply_mirror(s, (const struct hmt_mirror_register *)rec);
	case HMT_RANGE_REGISTER:
		return apply_range(s, (const struct hmt_range_register *)rec);
	case HMT_REF_GET:
	case HMT_REF_PUT:
		return apply_ref(s, (const struct hmt_ref_get *)rec);
	case HMT_MIRROR_UNREGISTER:
		del(s, HMT_CLASS_MIRROR, id->mirror);
		return 0;
	case HMT_RANGE_UNREGISTER_BEGIN:
		del(s, HMT_CLASS_RANGE, id->range);
		return 0;
	case HMT_FREE:
		/* Either stage: one that could not be set up has the second only. */
		if (id->hmm)
			del(s, HMT_CLASS_HMM, id->hmm);
		return 0;
	default:
		return 0;
	}
}

static __u64 obj_addr(const struct sync_obj *o)
{
	switch (o->class) {
	case HMT_CLASS_HMM:
		return o->val.hmm;
	case HMT_CLASS_MIRROR:
		return o->val.mirror;
	default:
		return o->val.range;
	}
}

static int cmp_objs(const void *a, const void *b)
{
	const struct sync_obj *x = *(struct sync_obj *const *)a;
	const struct sync_obj *y = *(struct sync_obj *const *)b;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	if (x->val.born != y->val.born)
		return x->val.born < y->val.born ? -1 : 1;
	return obj_addr(x) < obj_addr(y) ? -1 : obj_addr(x) > obj_addr(y);
}

long sync_set__list(const struct sync_set *s, struct sync_obj ***ret_list)
{
	struct sync_obj **list;
	struct map64_iter it;
	size_t nr = 0;

	for (int c = 0; c <= HMT_CLASS_RANGE; c++)
		nr += s->objs[c].nr;
	list = hmt_calloc(nr ? nr : 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	nr = 0;
	for (int c = 0; c <= HMT_CLASS_RANGE; c++) {
		map64__for_each(&s->objs[c], &it) {
			struct sync_obj *o = it.val;

			/* Younger than the walk and not on record yet: its record is still to come. */
			if (o->on_record || o->val.born < s->begin)
				list[nr++] = o;
		}
	}
	qsort(list, nr, sizeof(*list), cmp_objs);
	*ret_list = list;
	return nr;
}

void sync_obj__record(const struct sync_obj *o, __u64 ts, struct hmt_sync_object *ret_rec)
{
	struct hmt_sync_object *r = ret_rec;

	hdr_make(&r->h, HMT_SYNC_OBJECT, sizeof(*r), ts);
	r->h.mm = o->val.mm;
	r->hmm = o->val.hmm;
	r->mirror = o->val.mirror;
	r->range = o->val.range;
	r->ops = o->val.ops;
	r->class = o->class;
	r->owner = o->val.owner;
	r->born = o->val.born;
	r->count = o->val.count;
	r->start = o->val.start;
	r->end = o->val.end;
	r->ops_fn = o->val.ops_fn;
	r->stack = o->val.stack;
}
