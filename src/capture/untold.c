// SPDX-License-Identifier: GPL-2.0
#include "capture/untold.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

/* --- two tables as one ------------------------------------------------------------------- */

/* v is later, of the same life: what was counted there comes on top. */
static void add_counts(struct untold_val *sum, const struct untold_val *v)
{
	if (v->got) {
		sum->got = v->got;
		if (!sum->got_first)
			sum->got_first = v->got_first;
		sum->val.mm = v->val.mm;
		sum->val.hmm = v->val.hmm;
		sum->val.mirror = v->val.mirror;
		sum->val.range = v->val.range;
		sum->val.ops = v->val.ops;
	}
	sum->by += v->by;
	if (!sum->first)
		sum->first = v->first;
	if (v->last) {
		sum->last = v->last;
		sum->count = v->count;
	}
}

/* A get that found one reference: not the first, for there was one before it. */
static void add_first_get(struct untold_val *sum, const struct untold_val *v)
{
	struct untold_val get = *v;

	get.by++;
	get.got_first = get.first = v->val.born;
	if (!get.got)
		get.got = v->val.born;
	if (!get.last) {
		get.last = v->val.born;
		get.count = v->val.count;
	}
	add_counts(sum, &get);
}

/* As the programs do in one table (bpf/untold.bpf.h). */
static void add(struct untold_val *sum, const struct untold_val *v, __u32 class)
{
	const bool was_there = sum->state == UNTOLD_BORN || sum->state == UNTOLD_COUNTED ||
			       sum->last;
	const __u64 ended = sum->state == UNTOLD_ENDED ? sum->val.born : 0;

	if (v->state == UNTOLD_NOTHING)
		return;
	if (v->state == UNTOLD_COUNTED && sum->state != UNTOLD_NOTHING) {
		add_counts(sum, v);
	} else if (v->state == UNTOLD_BORN && class == HMT_CLASS_HMM && was_there && !v->ended) {
		add_first_get(sum, v);
	} else {
		*sum = *v;
		if (v->state == UNTOLD_BORN && !v->ended)
			sum->ended = ended;
	}
}

int untold__add(struct untold_set *s, const struct live_key *key, const struct untold_val *val)
{
	struct untold *list;
	size_t at;
	int err;

	if (key->class == HMT_CLASS_NONE || key->class > HMT_CLASS_RANGE)
		return 0;
	at = (uintptr_t)map64__get(&s->at[key->class], key->addr);
	if (at) {
		add(&s->list[at - 1].val, val, key->class);
		return 0;
	}
	list = hmt_grow(s->list, &s->cap, s->nr + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	s->list = list;
	err = map64__put(&s->at[key->class], key->addr, (void *)(s->nr + 1));
	if (err)
		return err;
	list[s->nr++] = (struct untold){ .key = *key, .val = *val };
	return 0;
}

/* --- told ---------------------------------------------------------------------------------- */

int untold__tell(struct untold_set *s, struct known *k)
{
	int err = 0;

	for (size_t i = 0; i < s->nr && !err; i++)
		err = known__untold(k, &s->list[i]);
	untold__free(s);
	return err;
}

void untold__free(struct untold_set *s)
{
	hmt_free(s->list);
	for (int c = 0; c <= HMT_CLASS_RANGE; c++)
		map64__free(&s->at[c]);
	*s = (struct untold_set){ 0 };
}
