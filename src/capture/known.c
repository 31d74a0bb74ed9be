// SPDX-License-Identifier: GPL-2.0
#include "capture/known.h"

#include <errno.h>
#include <stdint.h>

#include "base/mem.h"

void known__free(struct known *k)
{
	for (int c = 0; c <= HMT_CLASS_RANGE; c++)
		map64__free_values(&k->objs[c]);
	map64__free(&k->spaces);
	*k = (struct known){ 0 };
}

static struct known_obj *get(const struct known *k, const struct live_key *key)
{
	return key->class <= HMT_CLASS_RANGE ? map64__get(&k->objs[key->class], key->addr) : NULL;
}

/* --- how many are on an address space ------------------------------------------------ */

static uintptr_t registered_on(const struct known *k, __u64 mm)
{
	return (uintptr_t)map64__get(&k->spaces, mm);
}

bool known__is_registered(const struct known *k, __u64 mm)
{
	return registered_on(k, mm);
}

/* A struct hmm by itself registers nothing. Return: 0 or -ENOMEM. */
static int enter_space(struct known *k, const struct sync_obj *o)
{
	if (o->class == HMT_CLASS_HMM)
		return 0;
	return map64__put(&k->spaces, o->val.mm, (void *)(registered_on(k, o->val.mm) + 1));
}

static void leave_space(struct known *k, const struct sync_obj *o)
{
	uintptr_t nr = registered_on(k, o->val.mm);

	if (o->class == HMT_CLASS_HMM || !nr)
		return;
	/* Where there is an entry there is room for it. */
	if (nr > 1)
		map64__put(&k->spaces, o->val.mm, (void *)(nr - 1));
	else
		map64__del(&k->spaces, o->val.mm);
}

/* --- beginning and ending -------------------------------------------------------------- */

/* Return: the object, made if there is none, which counts as ended then; NULL: no memory. */
static struct known_obj *get_or_make(struct known *k, const struct live_key *key)
{
	struct known_obj *obj = get(k, key);

	if (obj)
		return obj;
	obj = hmt_calloc(1, sizeof(*obj));
	if (!obj)
		return NULL;
	if (map64__put(&k->objs[key->class], key->addr, obj)) {
		hmt_free(obj);
		return NULL;
	}
	obj->o.class = key->class;
	obj->addr = key->addr;
	obj->ended = true;
	return obj;
}

static void forget(struct known *k, struct known_obj *obj)
{
	hmt_free(map64__del(&k->objs[obj->o.class], obj->addr));
}

/* Until known__forget_ended(), if it has ended by then. */
static void keep(struct known *k, struct known_obj *obj)
{
	if (obj->is_listed)
		return;
	obj->is_listed = true;
	obj->next = k->ended;
	k->ended = obj;
}

/* It is kept, or it is gone. */
static void end(struct known *k, struct known_obj *obj, __u64 ts)
{
	if (!obj->ended)
		leave_space(k, &obj->o);
	obj->ended = true;
	obj->since = ts;
	obj->first = 0;
	obj->by = 0;
	obj->is_mixed = obj->counted > ts;
	if (k->keep_ended)
		keep(k, obj);
	else if (!obj->is_listed)
		forget(k, obj);
}

/* It is *val from since on, as was seen then. Return: it; NULL: no memory, and it is not known. */
static struct known_obj *begin(struct known *k, const struct live_key *key,
			       const struct live_val *val, __u64 since, __u64 seen)
{
	struct known_obj *obj = get_or_make(k, key);

	if (!obj)
		return NULL;
	if (!obj->ended)
		leave_space(k, &obj->o);
	else
		obj->end_before = obj->since;
	obj->ended = true;
	obj->o.val = *val;
	if (enter_space(k, &obj->o)) {
		end(k, obj, since);
		return NULL;
	}
	obj->ended = false;
	obj->since = since;
	obj->seen = seen;
	obj->counted = obj->count = obj->first = 0;
	obj->by = 0;
	obj->is_mixed = false;
	return obj;
}

int known__found(struct known *k, const struct live_key *key, const struct live_val *val)
{
	if (key->class == HMT_CLASS_NONE || key->class > HMT_CLASS_RANGE || get(k, key))
		return 0;
	return begin(k, key, val, 0, 0) ? 0 : -ENOMEM;
}

/* --- records -------------------------------------------------------------------------- */

static bool was_born(const struct known_obj *obj)
{
	return obj->o.val.born;
}

static void counts(struct known_obj *obj, const struct hmt_ref_get *r)
{
	obj->counted = r->h.ts;
	obj->count = r->count;
	obj->by += sync_by(r);
}

/* What nobody references may have begun untold: that will be wanted to be known then. */
static int last_seen(struct known *k, const struct live_key *key, const struct hmt_ref_get *r)
{
	struct known_obj *obj = k->keep_ended ? get_or_make(k, key) : NULL;

	if (!obj)
		return k->keep_ended ? -ENOMEM : 0;
	keep(k, obj);
	counts(obj, r);
	return 0;
}

static int first_seen(struct known *k, const struct live_key *key, const struct live_val *val,
		      const struct hmt_ref_get *r)
{
	struct known_obj *obj = get(k, key);
	const __s64 by = obj ? obj->by : 0;

	/* Somebody put it who was not its last: then it is there, and has been. */
	if ((__s64)val->count <= 0)
		return last_seen(k, key, r);
	obj = begin(k, key, val, val->born || !obj ? val->born : obj->since, r->h.ts);
	if (!obj)
		return -ENOMEM;
	obj->o.val.said = !val->born;
	obj->by = by;
	counts(obj, r);
	return 0;
}

static int apply_ref(struct known *k, const struct hmt_ref_get *r)
{
	struct known_obj *obj;
	struct live_key key;
	struct live_val val;

	sync_counted(r, &key, &val);
	obj = get(k, &key);
	if (obj && r->h.ts < obj->since)
		return 0;
	if (!obj || obj->ended)
		return first_seen(k, &key, &val, r);
	sync_count(&obj->o.val, r);
	counts(obj, r);
	if (key.class == HMT_CLASS_HMM && val.born)
		obj->first = r->h.ts;
	return 0;
}

static int apply_end(struct known *k, const struct live_key *key, __u64 ts)
{
	struct known_obj *obj = k->keep_ended ? get_or_make(k, key) : get(k, key);

	if (!obj)
		return k->keep_ended ? -ENOMEM : 0;
	if (ts >= obj->since)
		end(k, obj, ts);
	return 0;
}

int known__apply(struct known *k, const struct hmt_hdr *rec)
{
	const struct known_obj *obj;
	struct live_key key;
	struct live_val val;

	if (rec->kind == HMT_REF_GET || rec->kind == HMT_REF_PUT)
		return apply_ref(k, (const struct hmt_ref_get *)rec);
	if (sync_ended(rec, &key))
		return apply_end(k, &key, rec->ts);
	if (!sync_born(rec, &key, &val))
		return 0;
	obj = get(k, &key);
	if (obj && rec->ts < obj->since)
		return 0;
	return begin(k, &key, &val, rec->ts, rec->ts) ? 0 : -ENOMEM;
}

/* --- what was not told ---------------------------------------------------------------- */

/* When the last reference was counted that is not on record, the first of a birth included. */
static __u64 untold_last_ts(const struct untold_val *u)
{
	return u->last ? u->last : u->val.born;
}

/* And what that said. */
static __u64 untold_last_count(const struct untold_val *u)
{
	return u->last ? u->count : u->val.count;
}

/* What the last of all references said, of those that are on record and those that are not. */
static __u64 last_count(const struct known_obj *obj, const struct untold_val *u)
{
	if (obj && (obj->counted > untold_last_ts(u) || (u->state == UNTOLD_ENDED && !u->last)))
		return obj->count;
	return untold_last_count(u);
}

static void is_said(struct known_obj *obj, __u64 count)
{
	obj->o.val.count = count;
	obj->o.val.said = true;
}

/*
 * Of the life that is known now, or also of one before: then they cannot be told apart,
 * and what the last of all said has to do.
 */
static void untold_counts(struct known_obj *obj, const struct untold_val *u)
{
	if (!u->last || u->last < obj->since)
		return;
	if (was_born(obj) && !obj->o.val.said && u->first >= obj->since)
		obj->o.val.count += u->by;
	else
		is_said(obj, last_count(obj, u));
	if (u->last > obj->counted) {
		obj->counted = u->last;
		obj->count = u->count;
	}
}

/* The same where the first of them was taken for a birth. */
static void untold_gets(struct known_obj *obj, const struct untold_val *u)
{
	struct untold_val counts = *u;

	counts.first = u->val.born;
	counts.by = u->by + 1;
	counts.last = untold_last_ts(u);
	counts.count = untold_last_count(u);
	untold_counts(obj, &counts);
}

/*
 * It ended at ts. Return: true if all is said of it: what is known then began on record,
 * with a get that found one reference.
 */
static bool untold_end(struct known *k, const struct live_key *key, const struct untold_val *u,
		       __u64 ts)
{
	struct known_obj *obj = get(k, key);

	if (!obj || (obj->ended && obj->since > ts))
		return false;
	if (obj->since <= ts && obj->first <= ts) {
		end(k, obj, ts);
		return false;
	}
	if (obj->end_before < ts)
		obj->end_before = ts;
	if (obj->since > ts)
		return false;
	obj->since = obj->seen = obj->o.val.born = obj->first;
	obj->is_mixed = true;
	is_said(obj, last_count(obj, u));
	return u->state == UNTOLD_ENDED || u->val.born > obj->since;
}

/* When it may have begun, behind the end that is known; 0: it has not. */
static __u64 beginning(const struct known_obj *obj, const struct untold_val *u)
{
	__u64 after = !obj ? 0 : obj->ended ? obj->since : obj->end_before;

	if (u->state == UNTOLD_BORN && u->val.born > after)
		return u->val.born;
	if (u->got_first > after)
		return u->got_first;
	return u->got > after ? u->got : 0;
}

/* It was there before, if anybody still has it. */
static int untold_met(struct known *k, const struct live_key *key, const struct untold_val *u)
{
	struct live_val val = u->val;
	struct known_obj *obj;

	if ((__s64)u->count <= 0)
		return 0;
	val.count = u->count;
	val.said = true;
	obj = begin(k, key, &val, 0, u->last);
	if (!obj)
		return -ENOMEM;
	obj->counted = u->last;
	obj->count = u->count;
	return 0;
}

/* Is some of what was counted on record not of the life that began then? */
static bool by_others(const struct known_obj *obj, __u64 born)
{
	return obj && obj->counted > born &&
	       (obj->is_mixed || (!obj->ended && obj->seen <= born));
}

/* What is known of it by now comes behind its beginning, and is of the same life. */
static int untold_birth(struct known *k, const struct live_key *key, const struct untold_val *u,
			__u64 born)
{
	struct known_obj *obj = get(k, key);
	const bool all = u->state == UNTOLD_BORN && born == u->val.born;
	struct live_val val = u->val;
	__u64 counted = obj ? obj->counted : 0, count = obj ? obj->count : 0;
	const __s64 by = counted > born ? obj->by : 0;

	val.said = !all || by_others(obj, born);
	val.count = val.said ? last_count(obj, u) : val.count + u->by + by;
	val.born = born;
	if (!all) {
		val.owner = 0;
		val.stack = STACK_NOT_ASKED;
	}
	if (u->last > counted || counted <= born) {
		counted = u->last ? u->last : born;
		count = u->last ? u->count : val.count;
	}
	obj = begin(k, key, &val, born, born);
	if (!obj)
		return -ENOMEM;
	obj->counted = counted;
	obj->count = count;
	obj->by = by;
	return 0;
}

/*
 * A get that finds one reference is the first of a struct hmm, or others put theirs
 * between the get and the look. If the object was there before, it is not the first;
 * and one on record, that was taken for it, is not if there is an earlier one here.
 */
static int untold_hmm(struct known *k, const struct live_key *key, const struct untold_val *u)
{
	struct known_obj *obj = get(k, key);
	__u64 born = beginning(obj, u);

	if (born && (!obj || obj->ended || born < obj->seen))
		return untold_birth(k, key, u, born);
	if (obj && obj->ended)
		return 0;
	if (!obj)
		return untold_met(k, key, u);
	if (u->state == UNTOLD_BORN && u->val.born > obj->since)
		untold_gets(obj, u);
	else
		untold_counts(obj, u);
	return 0;
}

static int untold_mirror(struct known *k, const struct live_key *key, const struct untold_val *u)
{
	struct known_obj *obj = get(k, key);

	if (u->state == UNTOLD_BORN && (!obj || obj->since <= u->val.born))
		return untold_birth(k, key, u, u->val.born);
	if (obj && !obj->ended)
		untold_counts(obj, u);
	return obj || u->state == UNTOLD_BORN ? 0 : untold_met(k, key, u);
}

int known__untold(struct known *k, const struct untold *u)
{
	const struct live_key *key = &u->key;
	__u64 ended = u->val.state == UNTOLD_ENDED ? u->val.val.born : u->val.ended;

	if (key->class == HMT_CLASS_NONE || key->class > HMT_CLASS_RANGE ||
	    u->val.state == UNTOLD_NOTHING)
		return 0;
	if (ended && untold_end(k, key, &u->val, ended))
		return 0;
	/* What was counted behind the end is of a life that began on record. */
	if (u->val.state == UNTOLD_ENDED && (!u->val.last || !get(k, key)))
		return 0;
	return key->class == HMT_CLASS_HMM ? untold_hmm(k, key, &u->val) :
					     untold_mirror(k, key, &u->val);
}

void known__keep_ended(struct known *k)
{
	k->keep_ended = true;
}

void known__forget_ended(struct known *k)
{
	k->keep_ended = false;
	while (k->ended) {
		struct known_obj *obj = k->ended;

		k->ended = obj->next;
		obj->is_listed = false;
		if (obj->ended)
			forget(k, obj);
	}
}

/* --- what there is ---------------------------------------------------------------------- */

long known__list(const struct known *k, struct sync_obj ***ret_list)
{
	struct sync_obj **list;
	struct map64_iter it;
	size_t nr = 0;

	for (int c = 0; c <= HMT_CLASS_RANGE; c++)
		nr += k->objs[c].nr;
	list = hmt_calloc(nr ? nr : 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	nr = 0;
	for (int c = 0; c <= HMT_CLASS_RANGE; c++) {
		map64__for_each(&k->objs[c], &it) {
			struct known_obj *obj = it.val;

			if (!obj->ended)
				list[nr++] = &obj->o;
		}
	}
	sync_obj__sort(list, nr);
	*ret_list = list;
	return nr;
}
