/* SPDX-License-Identifier: GPL-2.0 */
/*
 * siphon.h - a thread that does nothing but empty the feed into memory, so that a ring
 * need not hold what comes while the reader names, judges, compresses or writes.
 *
 * It changes nothing in what the feed promises (feed.h): siphon__drain() hands over what
 * the thread has taken and, after it, all that is still in the feed. Where the feed can
 * be emptied by one thread only, or there can be no other, the reader does it by itself.
 */
#ifndef CAPTURE_SIPHON_H
#define CAPTURE_SIPHON_H

#include <pthread.h>
#include <stdbool.h>

#include "capture/batch.h"
#include "capture/feed.h"

/*
 * Of records that wait in memory, what a ring of the usual size would hold. With more
 * than that it is the ring that waits.
 */
#define SIPHON_MAX (8U << 20)

struct siphon {
	bool running;			/* the rest is only in use then */
	bool stop;
	struct feed *feed;
	pthread_t thread;
	int full_fd;			/* to be read: there is enough for a round */
	int stop_fd;
	pthread_mutex_t lock;		/* of the feed, and of what follows */
	struct batch in;
	__u64 nr_bad;
	int err;
	struct batch taken;		/* the reader's; empty, but for its memory */
};

/* The feed stays where it is and open until siphon__stop(). */
void siphon__start(struct siphon *s, struct feed *f);
/* What was not drained is forgotten. One of zeros, or one that is not running, is fine. */
void siphon__stop(struct siphon *s);

/* Until there is enough to do or the time is over. Return: 0, -EINTR or another. */
int siphon__wait(struct siphon *s, struct feed *f, int timeout_ms);
/*
 * Adds to b all that was reserved when it is called, and to *nr_bad how many records of
 * it were none. Return: as feed_ops.drain.
 */
int siphon__drain(struct siphon *s, struct feed *f, struct batch *b, __u64 *nr_bad);

#endif /* CAPTURE_SIPHON_H */
