// SPDX-License-Identifier: GPL-2.0
#include "out/ages.h"

#include <errno.h>
#include <stdint.h>

#include "base/mem.h"

int life_by_age(const void *pa, const void *pb)
{
	const struct life *a = *(const struct life *const *)pa;
	const struct life *b = *(const struct life *const *)pb;

	if (life_age(a) != life_age(b))
		return life_age(a) < life_age(b) ? -1 : 1;
	return a->serial < b->serial ? 1 : a->serial > b->serial ? -1 : 0;
}

static bool before(const struct life *a, const struct life *b)
{
	return life_by_age(&a, &b) < 0;
}

int ages__want(struct ages *a, __u64 limit)
{
	__u64 *limits;

	for (size_t i = 0; i < a->nr_limits; i++)
		if (a->limits[i] == limit)
			return 0;
	limits = hmt_realloc(a->limits, a->nr_limits + 1, sizeof(*limits));
	if (!limits)
		return -ENOMEM;
	a->limits = limits;
	limits[a->nr_limits++] = limit;
	return 0;
}

/* --- buckets ---------------------------------------------------------------------- */

static bool same_bucket(const struct ages *a, const struct life *x, const struct life *y)
{
	return x->ops == y->ops && x->ops_fn == y->ops_fn && x->class == y->class &&
	       (!a->by_owner || x->owner == y->owner);
}

static void free_bucket(struct ages_bucket *b)
{
	hist__free(&b->hist);
	hmt_free(b->limits);
	hmt_free(b);
}

static struct ages_bucket *new_bucket(struct ages *a, const struct life *l, __u64 key)
{
	struct ages_bucket *b, **buckets;

	buckets = hmt_grow(a->buckets, &a->cap_buckets, a->nr_buckets + 1, sizeof(*buckets));
	if (!buckets)
		return NULL;
	a->buckets = buckets;
	b = hmt_calloc(1, sizeof(*b));
	if (!b)
		return NULL;
	b->shortest = b->longest = *l;
	b->limits = hmt_calloc(a->nr_limits, sizeof(*b->limits));
	if (!b->limits || map64__put(&a->by_key, key, (void *)(uintptr_t)(a->nr_buckets + 1))) {
		free_bucket(b);
		return NULL;
	}
	a->buckets[a->nr_buckets++] = b;
	return b;
}

static struct ages_bucket *bucket_of(struct ages *a, const struct life *l)
{
	__u64 key = (l->ops ^ l->ops_fn << 1) * 0x9e3779b97f4a7c15ULL ^
		    ((a->by_owner ? (__u64)l->owner << 2 : 0) | l->class);
	size_t at;

	for (; (at = (size_t)(uintptr_t)map64__get(&a->by_key, key)); key++)
		if (same_bucket(a, &a->buckets[at - 1]->longest, l))
			return a->buckets[at - 1];
	return new_bucket(a, l, key);
}

static int bin(struct ages *a, const struct life *l)
{
	struct ages_bucket *b = bucket_of(a, l);
	__u64 age = life_age(l);

	if (!b || hist__add(&b->hist, age))
		return -ENOMEM;
	if (before(l, &b->shortest))
		b->shortest = *l;
	if (before(&b->longest, l))
		b->longest = *l;
	for (size_t i = 0; i < a->nr_limits; i++) {
		b->limits[i].below += age < a->limits[i];
		b->limits[i].at += age == a->limits[i];
	}
	return 0;
}

/* --- lives ------------------------------------------------------------------------ */

static int keep(struct ages *a, const struct life *l)
{
	struct life *lives = hmt_grow(a->lives, &a->cap_lives, a->nr_lives + 1, sizeof(*lives));

	if (!lives)
		return -ENOMEM;
	a->lives = lives;
	a->lives[a->nr_lives++] = *l;
	return 0;
}

/* They are too many: from here on none is kept. */
static int bin_all(struct ages *a)
{
	a->binned = true;
	for (size_t i = 0; i < a->nr_lives; i++)
		if (bin(a, &a->lives[i]))
			return -ENOMEM;
	hmt_free(a->lives);
	a->lives = NULL;
	a->nr_lives = a->cap_lives = 0;
	return 0;
}

int ages__add(struct ages *a, const struct life *l)
{
	size_t max = a->exact_max ? a->exact_max : AGES_EXACT;

	if (!a->binned && a->nr_lives < max)
		return keep(a, l);
	if (!a->binned && bin_all(a))
		return -ENOMEM;
	return bin(a, l);
}

void ages__free(struct ages *a)
{
	for (size_t i = 0; i < a->nr_buckets; i++)
		free_bucket(a->buckets[i]);
	hmt_free(a->buckets);
	map64__free(&a->by_key);
	hmt_free(a->lives);
	hmt_free(a->limits);
	*a = (struct ages){ 0 };
}

/* --- the end ---------------------------------------------------------------------- */

int ages_sum__add(struct ages_sum *s, const struct ages *a, const struct ages_bucket *b,
		  __u64 limit)
{
	if (!s->shortest || before(&b->shortest, s->shortest))
		s->shortest = &b->shortest;
	if (!s->longest || before(s->longest, &b->longest))
		s->longest = &b->longest;
	for (size_t i = 0; i < a->nr_limits; i++) {
		if (a->limits[i] != limit)
			continue;
		s->limit.below += b->limits[i].below;
		s->limit.at += b->limits[i].at;
	}
	return hist__merge(&s->hist, &b->hist);
}

/* What bucket of the distribution it is in, by its rank. */
static void find(const struct hist *h, __u64 rank, __u64 *ret_low, __u64 *ret_high)
{
	__u64 low = h->min, high = h->max, seen = 0;
	size_t at = 0;

	while (seen < rank) {
		__u64 nr = hist__next(h, &at, &low, &high);

		if (!nr)
			break;
		seen += nr;
	}
	*ret_low = low < h->min ? h->min : low;
	*ret_high = high > h->max ? h->max : high;
}

__u64 ages_sum__percentile(const struct ages_sum *s, unsigned int permille, __u64 limit)
{
	__u64 rank = (s->hist.nr * permille + 999) / 1000, low, high;

	if (rank <= 1)
		return s->hist.min;
	if (rank >= s->hist.nr)
		return s->hist.max;
	find(&s->hist, rank, &low, &high);
	if (s->limit.below >= rank)
		high = high < limit ? high : limit - 1;
	else if (s->limit.below + s->limit.at >= rank)
		low = high = limit;
	else
		low = low > limit ? low : limit + 1;
	return low + (high - low) / 2;
}

void ages_sum__free(struct ages_sum *s)
{
	hist__free(&s->hist);
}
