/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ages.h - how long lives lasted, for percentiles, in memory that does not grow
 * with how many there were. Up to AGES_EXACT they are kept as they are. Beyond,
 * each goes into a distribution and, for every limit that is asked about, into an
 * exact count of those below it and at it: on which side of a limit a percentile
 * is never depends on the width of a bucket.
 */
#ifndef OUT_AGES_H
#define OUT_AGES_H

#include "base/map64.h"
#include "out/stats.h"

/* 64 bytes each. */
#define AGES_EXACT 65536

/* A mirror or range, from birth to death as far as it was seen. */
struct life {
	__u64 born, ended;	/* the first and last time of the trace where it was not seen */
	__u64 ops, ops_fn;
	__u64 size;
	__u32 serial, generation, owner;
	__s32 stack;
	__u8 class;		/* enum hmt_class */
	bool alive;		/* at the end */
	bool mirror_api;
};

static inline __u64 life_age(const struct life *l)
{
	return l->ended > l->born ? l->ended - l->born : 0;
}

/* By age; equal ones so that the one born first is the last. For qsort() of pointers. */
int life_by_age(const void *pa, const void *pb);

struct ages_limit {
	__u64 below, at;	/* lives */
};

/* Lives that no selector in use tells apart. */
struct ages_bucket {
	struct hist hist;
	struct life shortest, longest;
	struct ages_limit *limits;
};

/* Zeroed is initialized. */
struct ages {
	__u64 *limits;
	size_t nr_limits;
	bool by_owner;		/* a selector looks at whose they are */
	size_t exact_max;	/* 0: AGES_EXACT */
	struct life *lives;	/* all, unless binned */
	size_t nr_lives, cap_lives;
	bool binned;
	struct ages_bucket **buckets;
	size_t nr_buckets, cap_buckets;
	struct map64 by_key;	/* a hash -> place in buckets + 1 */
};

/* Before the first life. Return: 0 or -ENOMEM. */
int ages__want(struct ages *a, __u64 limit);
/* Return: 0 or -ENOMEM. */
int ages__add(struct ages *a, const struct life *l);
void ages__free(struct ages *a);

/* What some of the buckets come to. Zeroed is empty. */
struct ages_sum {
	struct hist hist;
	const struct life *shortest, *longest;
	struct ages_limit limit;
};

/* limit: one that was wanted. Return: 0 or -ENOMEM. */
int ages_sum__add(struct ages_sum *s, const struct ages *a, const struct ages_bucket *b,
		  __u64 limit);
/*
 * The nearest rank, off by at most 0.8 %, on the right side of the limit; exact where
 * it is the shortest, the longest or the limit itself.
 */
__u64 ages_sum__percentile(const struct ages_sum *s, unsigned int permille, __u64 limit);
void ages_sum__free(struct ages_sum *s);

#endif /* OUT_AGES_H */
