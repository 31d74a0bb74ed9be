// SPDX-License-Identifier: GPL-2.0
#include "capture/resync.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "capture/outq.h"

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

int sync_set__add(struct sync_set *s, const struct live_key *key, const struct live_val *val)
{
	struct sync_obj *o;
	int err;

	if (key->class == HMT_CLASS_NONE || key->class > HMT_CLASS_RANGE)
		return 0;
	o = map64__get(&s->objs[key->class], key->addr);
	if (!o) {
		o = hmt_calloc(1, sizeof(*o));
		if (!o)
			return -ENOMEM;
		err = map64__put(&s->objs[key->class], key->addr, o);
		if (err) {
			hmt_free(o);
			return err;
		}
	}
	o->class = key->class;
	o->val = *val;
	return 0;
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

static bool born_mirror(const struct hmt_mirror_register *r, struct live_key *key,
			struct live_val *val)
{
	if (r->ret)
		return false;
	*key = (struct live_key){ .addr = r->mirror, .class = HMT_CLASS_MIRROR };
	val_from_id(val, (const struct hmt_id *)r);
	val->count = r->hmm ? 0 : r->refs;
	val->ops_fn = r->ops_fn;
	val->owner = r->owner;
	val->stack = r->stack;
	return true;
}

static bool born_range(const struct hmt_range_register *r, struct live_key *key,
		       struct live_val *val)
{
	if (r->ret)
		return false;
	*key = (struct live_key){ .addr = r->range, .class = HMT_CLASS_RANGE };
	val_from_id(val, (const struct hmt_id *)r);
	val->start = r->start;
	val->end = r->end;
	val->ops_fn = r->ops_fn;
	val->owner = r->owner;
	val->stack = r->stack;
	return true;
}

bool sync_born(const struct hmt_hdr *rec, struct live_key *ret_key, struct live_val *ret_val)
{
	switch (rec->kind) {
	case HMT_MIRROR_REGISTER:
		return born_mirror((const struct hmt_mirror_register *)rec, ret_key, ret_val);
	case HMT_RANGE_REGISTER:
		return born_range((const struct hmt_range_register *)rec, ret_key, ret_val);
	default:
		return false;
	}
}

bool sync_ended(const struct hmt_hdr *rec, struct live_key *ret_key)
{
	const struct hmt_id *id = (const struct hmt_id *)rec;

	switch (rec->kind) {
	case HMT_MIRROR_UNREGISTER:
		*ret_key = (struct live_key){ .addr = id->mirror, .class = HMT_CLASS_MIRROR };
		return true;
	case HMT_RANGE_UNREGISTER_BEGIN:
		*ret_key = (struct live_key){ .addr = id->range, .class = HMT_CLASS_RANGE };
		return true;
	case HMT_FREE:
		/* Either stage: one that could not be set up has the second only. */
		*ret_key = (struct live_key){ .addr = id->hmm, .class = HMT_CLASS_HMM };
		return id->hmm;
	default:
		return false;
	}
}

void sync_counted(const struct hmt_ref_get *r, struct live_key *ret_key, struct live_val *ret_val)
{
	*ret_key = (struct live_key){
		.addr = r->hmm ? r->hmm : r->mirror,
		.class = r->hmm ? HMT_CLASS_HMM : HMT_CLASS_MIRROR,
	};
	val_from_id(ret_val, (const struct hmt_id *)r);
	ret_val->count = r->count;
	ret_val->stack = r->stack;
	/* The first one is of a mirror. */
	if (r->h.kind != HMT_REF_GET || r->count != 1 || r->range)
		ret_val->born = 0;
}

int sync_by(const struct hmt_ref_get *r)
{
	if (r->h.kind == HMT_REF_GET)
		return 1;
	return (__s64)r->count < 0 ? 0 : -1;
}

void sync_count(struct live_val *val, const struct hmt_ref_get *r)
{
	const int by = sync_by(r);

	if (!by)
		return;
	if (val->born && !val->said) {
		val->count += by;
	} else {
		val->count = r->count;
		val->said = true;
	}
}

static int apply_ref(struct sync_set *s, const struct hmt_ref_get *r)
{
	struct sync_obj *o;
	struct live_key key;
	struct live_val val;

	sync_counted(r, &key, &val);
	o = map64__get(&s->objs[key.class], key.addr);
	/* Of another address space: its end was lost. */
	if (o && (!r->h.mm || !o->val.mm || o->val.mm == r->h.mm)) {
		sync_count(&o->val, r);
		return 0;
	}
	val.said = !val.born;
	return (__s64)r->count <= 0 ? 0 : sync_set__add(s, &key, &val);
}

int sync_set__apply(struct sync_set *s, const struct hmt_hdr *rec)
{
	struct live_key key;
	struct live_val val;

	if (rec->kind == HMT_REF_GET || rec->kind == HMT_REF_PUT)
		return apply_ref(s, (const struct hmt_ref_get *)rec);
	if (sync_born(rec, &key, &val))
		return sync_set__add(s, &key, &val);
	if (sync_ended(rec, &key))
		hmt_free(map64__del(&s->objs[key.class], key.addr));
	return 0;
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

void sync_obj__sort(struct sync_obj **list, size_t nr)
{
	qsort(list, nr, sizeof(*list), cmp_objs);
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
	for (int c = 0; c <= HMT_CLASS_RANGE; c++)
		map64__for_each(&s->objs[c], &it)
			list[nr++] = it.val;
	sync_obj__sort(list, nr);
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
	/* More were put than got. */
	r->count = (__s64)o->val.count < 0 ? 0 : o->val.count;
	r->start = o->val.start;
	r->end = o->val.end;
	r->ops_fn = o->val.ops_fn;
	r->stack = o->val.stack;
	r->flags = o->val.said ? HMT_SYNC_COUNT_SAID : 0;
}
