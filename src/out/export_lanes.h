/* SPDX-License-Identifier: GPL-2.0 */
/*
 * export_lanes.h - slices of one track have to nest and lives of ranges do not:
 * lanes are as many tracks as there are lives at once, each free again when the
 * life on it ends.
 */
#ifndef OUT_EXPORT_LANES_H
#define OUT_EXPORT_LANES_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct lane {
	__u64 free_at;
	__u64 track;
};

/* A heap: the lane that is free first comes first. Zeroed: no lanes. */
struct lanes {
	struct lane *heap;
	size_t nr, cap;
};

/*
 * A lane for [begin, end); begins must not step back. new_track is the one to
 * use when none is free. Return: its track, 0 when there is no memory.
 */
__u64 lanes__take(struct lanes *l, __u64 begin, __u64 end, __u64 new_track);
void lanes__free(struct lanes *l);

#endif /* OUT_EXPORT_LANES_H */
