/* SPDX-License-Identifier: GPL-2.0 */
/* calls.h - calls of which it is not known that they returned. */
#ifndef CAPTURE_CALLS_H
#define CAPTURE_CALLS_H

#include <linux/types.h>

/*
 * A kretprobe that finds no room misses its return without a word. What was registered by
 * it is not known then, so that is a loss. The call stays in the table of calls.
 *
 * Return: how many calls there are in it that were missed: their thread is gone, or they
 * began before an instant and, if they have not returned, nobody knows what they did
 * either; one more if not all could be looked at. To be asked while programs run: the
 * return of those whose thread is gone would have been seen.
 */
unsigned int calls__missed(int map_fd, __u64 before);

#endif /* CAPTURE_CALLS_H */
