/* SPDX-License-Identifier: GPL-2.0 */
/*
 * known.h - what exists, as far as the records tell and, after a loss, the tables
 * of what found no room (bpf/untold.bpf.h). Of each object it has what a sync says
 * of it.
 *
 * An entry of the tables is older than some records that were heard before it: the
 * reader waits until nobody writes a table any more, and until it has delivered what
 * was recorded meanwhile. So of each object it is kept when it began or ended and was
 * counted last, and what is older than that changes nothing. For this, what has
 * ended stays known while something is lost and not told. That begins early enough:
 * the record of an end whose beginning was lost comes behind the marker of that loss
 * (bpf/emit.bpf.h).
 *
 * References are counted one by one from a birth on. Of what was there before, it
 * is known only what the last record said.
 */
#ifndef CAPTURE_KNOWN_H
#define CAPTURE_KNOWN_H

#include <stdbool.h>

#include "base/map64.h"
#include "capture/resync.h"

struct known_obj {
	struct sync_obj o;
	__u64 addr;
	bool ended, is_listed;
	struct known_obj *next;	/* of those that have ended, if it is listed */
	__u64 since;		/* when it began or ended; 0: it began before it was seen */
	__u64 end_before;	/* that of the life before; 0: none is known */
	__u64 seen;		/* the first that was heard of this life */
	__u64 counted, count;	/* the last record of a reference, and what that said */
	__s64 by;		/* what all of those of this life come to */
	bool is_mixed;		/* some of those are of another life: they were not told apart */
	/*
	 * A get that finds one reference is the first of a struct hmm, or others put
	 * theirs between it and the look at the count. When the last such was. Of one
	 * whose end was lost in the same hole, the count can be off by those.
	 */
	__u64 first;
};

struct known {
	struct map64 objs[HMT_CLASS_RANGE + 1];
	struct map64 spaces;	/* mm: how many mirrors and ranges are registered on it */
	struct known_obj *ended;
	bool keep_ended;
};

/* An entry of a table that was read. */
struct untold {
	struct live_key key;
	struct untold_val val;
};

/* A zeroed one knows nothing. */
void known__free(struct known *k);
/* What a walk found, if nothing is known of it. Return: 0 or -ENOMEM. */
int known__found(struct known *k, const struct live_key *key, const struct live_val *val);
/* What one record says. Return: 0 or -ENOMEM. */
int known__apply(struct known *k, const struct hmt_hdr *rec);
/* What was not told of one object, behind all records of before it was read. Return: 0 or -ENOMEM. */
int known__untold(struct known *k, const struct untold *u);
/* Something is lost: what ends from here on stays known. */
void known__keep_ended(struct known *k);
/* All of that has been told: forget it. */
void known__forget_ended(struct known *k);
/* Is there a mirror or a range on it? */
bool known__is_registered(const struct known *k, __u64 mm);
/* As sync_set__list(): pointers into k. */
long known__list(const struct known *k, struct sync_obj ***ret_list);

#endif /* CAPTURE_KNOWN_H */
