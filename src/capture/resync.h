/* SPDX-License-Identifier: GPL-2.0 */
/*
 * resync.h - the live objects as of one instant, after a loss.
 *
 * A walk of the table takes time and the table changes meanwhile. So: walk, let
 * the programs in flight finish, drain the ring. The programs change the table
 * before they submit the record of it, hence whatever was drained before the
 * walk is in the table, and every other change, seen by the walk or not, is in
 * this drain. Applied in order to what was walked (adding what is there already
 * and removing what is gone does nothing) they give the objects as of the end
 * of the drain. If records were lost in between, the result is worthless and
 * the whole thing is tried again.
 *
 * What was in the ring long before the walk must not be applied: the end of what
 * it tells the birth of may have been lost since. So programs that ran when the
 * clock was read are let finish before the walk, and only records that are not
 * older than that are applied.
 */
#ifndef CAPTURE_RESYNC_H
#define CAPTURE_RESYNC_H

#include <stdbool.h>

#include "base/map64.h"
#include "capture/shared.h"

struct sync_obj {
	enum hmt_class class;
	struct live_val val;
	bool on_record;		/* a record says so, not only the table */
};

struct sync_set {
	__u64 begin;		/* before the walk */
	__u64 since;		/* what is older is seen by the walk: it is not applied */
	struct map64 objs[HMT_CLASS_RANGE + 1];
};

void sync_set__init(struct sync_set *s, __u64 begin);
void sync_set__free(struct sync_set *s);
bool sync_set__is_empty(const struct sync_set *s);
/* What the walk found. Return: 0 or -ENOMEM. */
int sync_set__add(struct sync_set *s, const struct live_key *key, const struct live_val *val);
/* One record that had not been drained before the walk. */
int sync_set__apply(struct sync_set *s, const struct hmt_hdr *rec);
/*
 * The objects, sorted, oldest of each class first; an array to be hmt_free()d of
 * pointers into s. Return: how many, or -ENOMEM.
 */
long sync_set__list(const struct sync_set *s, struct sync_obj ***ret_list);
/* The record of one object. */
void sync_obj__record(const struct sync_obj *o, __u64 ts, struct hmt_sync_object *ret_rec);

#endif /* CAPTURE_RESYNC_H */
