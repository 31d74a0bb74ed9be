/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lanes.h - the reader's half of the rings that CPUs have of their own
 * (bpf/lane.bpf.h, struct lane).
 */
#ifndef CAPTURE_LANES_H
#define CAPTURE_LANES_H

#include <hmmtrace/event.h>
#include <stddef.h>

struct lanes {
	char *map;		/* NULL: there are none */
	size_t map_bytes;
	size_t bytes;		/* of each */
	unsigned int nr;
};

/* Takes one record of len bytes. Return: 0 or a negative errno, which ends the draining. */
typedef int (*feed_fn)(void *ctx, const struct hmt_hdr *rec, size_t len);

/*
 * How large the lanes of nr_cpus CPUs are when all memory is total bytes, of which
 * they take half at most. Return: 0: there are to be none.
 */
size_t lanes_size(size_t total, unsigned int nr_cpus);

/* Nothing is opened when bytes is 0. Return: 0 or a negative errno. */
int lanes__open(struct lanes *l, int map_fd, size_t bytes, unsigned int nr);
void lanes__close(struct lanes *l);

/*
 * Takes out everything that was reserved when it is called. Return: 0; -EAGAIN: a
 * record is still being written, though all the others were handed over; -EBADMSG:
 * what is there is no record; or what take() returned.
 */
int lanes__drain(struct lanes *l, feed_fn take, void *ctx);

#endif /* CAPTURE_LANES_H */
