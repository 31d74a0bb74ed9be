/* SPDX-License-Identifier: GPL-2.0 */
/*
 * snapshot.h - what is registered right now, put together from several walks of
 * the kernel's own lists.
 *
 * A walk takes no lock. One that meets a change may miss what was there all the
 * time, and what it finds may be going. So everything is walked twice, and as
 * long as a walk finds something new or meets a change, again, up to
 * SNAPSHOT_WALKS. What two whole walks of its address space have not seen is
 * gone; an address space whose walks differ is called changing.
 */
#ifndef CAPTURE_SNAPSHOT_H
#define CAPTURE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/map64.h"
#include "capture/outq.h"
#include "capture/resync.h"
#include "capture/snap.h"

#define SNAPSHOT_WALKS_MIN 2
#define SNAPSHOT_WALKS 6

struct snap_known {
	struct snap_obj o;
	__u32 first;			/* walk that found it */
	unsigned int missed;		/* whole walks since it was seen */
	bool gone;
	bool differs;			/* a space: its last walk and the one before */
};

/* Values are struct snap_known. */
struct snapshot {
	struct map64 objs[HMT_CLASS_RANGE + 1];
	struct map64 spaces;		/* mm -> its last word, an object of no class */
	__u32 walk;			/* the one that is going on, from 1 */
	__u32 changes;			/* what it found that was not known, and changes it met */
	unsigned int changing;		/* settled: address spaces */
};

void snapshot__init(struct snapshot *s);
void snapshot__free(struct snapshot *s);
/* Return: false when there have been enough walks. */
bool snapshot__next_walk(struct snapshot *s);
/* What a walk found. Return: 0 or -ENOMEM. */
int snapshot__add(struct snapshot *s, const struct snap_obj *o);
/*
 * No more walks: marks what is gone, counts what is changing. with_process:
 * what belongs to a process that went away meanwhile is gone too.
 */
void snapshot__settle(struct snapshot *s, bool with_process);
/* Is that address space one that changed? */
bool snapshot__is_changing(const struct snapshot *s, __u64 mm);
/* Adds all of it. Return: 0 or -ENOMEM. */
int snapshot__to_sync(const struct snapshot *s, struct sync_set *set);
/* The names of the processes that the address spaces belong to. Return: 0 or -ENOMEM. */
int snapshot__tasks(const struct snapshot *s, __u64 ts, struct outq *q);

/* The loaded program and what it writes to. Descriptors are borrowed. */
struct snap_conf {
	int prog_fd;			/* -1: there is none */
	int ring_fd;
	volatile __u32 *round, *more;
};

/* All the walks it takes, not settled. Return: 0, or negative with *err a sentence. */
int snapshot__take(struct snapshot *s, const struct snap_conf *conf, struct errmsg *err);

#endif /* CAPTURE_SNAPSHOT_H */
