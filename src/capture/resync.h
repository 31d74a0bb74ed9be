/* SPDX-License-Identifier: GPL-2.0 */
/*
 * resync.h - a set of objects that exist: what is told between SYNC_BEGIN and
 * SYNC_END.
 */
#ifndef CAPTURE_RESYNC_H
#define CAPTURE_RESYNC_H

#include <stdbool.h>

#include "base/map64.h"
#include "capture/shared.h"

struct sync_obj {
	enum hmt_class class;
	struct live_val val;
};

struct sync_set {
	struct map64 objs[HMT_CLASS_RANGE + 1];
};

/* A zeroed one is empty, and so is one that was freed. */
void sync_set__free(struct sync_set *s);
bool sync_set__is_empty(const struct sync_set *s);
/* Return: 0 or -ENOMEM. */
int sync_set__add(struct sync_set *s, const struct live_key *key, const struct live_val *val);
/* What one record says of what exists. Return: 0 or -ENOMEM. */
int sync_set__apply(struct sync_set *s, const struct hmt_hdr *rec);
/*
 * The objects, sorted, oldest of each class first; an array to be hmt_free()d of
 * pointers into s. Return: how many, or -ENOMEM.
 */
long sync_set__list(const struct sync_set *s, struct sync_obj ***ret_list);
/* By class, oldest first. */
void sync_obj__sort(struct sync_obj **list, size_t nr);
/* Does the record tell of something that is registered? Then *key and *val are that. */
bool sync_born(const struct hmt_hdr *rec, struct live_key *ret_key, struct live_val *ret_val);
/* Does it tell of an end? Then *key is whose. */
bool sync_ended(const struct hmt_hdr *rec, struct live_key *ret_key);
/* What a record of a reference is about. */
void sync_counted(const struct hmt_ref_get *rec, struct live_key *ret_key, struct live_val *ret_val);
/* Return: what it does to the count: 1 or -1, 0: nothing, the kernel takes none from what has none. */
int sync_by(const struct hmt_ref_get *rec);
/*
 * One more or less, where the birth is known and each one since was counted; otherwise as many as the
 * record says, on the word of which it is from then on.
 */
void sync_count(struct live_val *val, const struct hmt_ref_get *rec);
/* The record of one object. */
void sync_obj__record(const struct sync_obj *o, __u64 ts, struct hmt_sync_object *ret_rec);

#endif /* CAPTURE_RESYNC_H */
