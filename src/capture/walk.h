/* SPDX-License-Identifier: GPL-2.0 */
/* walk.h - what is in the live-object table right now. */
#ifndef CAPTURE_WALK_H
#define CAPTURE_WALK_H

#include "capture/resync.h"

/*
 * Objects that come and go meanwhile are in the set or not. Return: 0; -EAGAIN:
 * so much comes and goes that the walk has no end; another negative errno.
 */
int walk_live(int map_fd, __u32 max_entries, struct sync_set *set);

#endif /* CAPTURE_WALK_H */
