/* SPDX-License-Identifier: GPL-2.0 */
/* snap.h - what the walking program and the loader say to each other. Not an ABI. */
#ifndef CAPTURE_SNAP_H
#define CAPTURE_SNAP_H

#include <hmmtrace/event.h>

#define HMT_SNAP_RING (1U << 20)
/* Steps at a time; an object takes one to three. How often at most, until it is called endless. */
#define HMT_SNAP_STEPS 4096
#define HMT_SNAP_STEPS_AT_ONCE 16
#define HMT_SNAP_PASSES 256

/* flags of what was found */
#define HMT_SNAP_ENDING 1	/* a range whose remove has begun and waits */
/* flags of the end of an address space, which is an object of class NONE */
#define HMT_SNAP_CHANGED 2	/* it changed under the walk, which may have missed something */
#define HMT_SNAP_GONE 4		/* the process let go of it meanwhile */

struct snap_obj {
	__u64 mm, addr, ops, ops_fn, start, end;
	__u64 comm[2];
	__u32 class;			/* enum hmt_class */
	__u32 tgid, owner;		/* where it was found; whose it is */
	__u32 users;			/* of a notifier */
	__u32 round;			/* which walk found it */
	__u32 flags;			/* HMT_SNAP_* */
};

#endif /* CAPTURE_SNAP_H */
