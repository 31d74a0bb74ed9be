/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ring.h - the reader's half of a BPF ring buffer.
 *
 * libbpf's own consumer does not say how far the producers are, and that is
 * what the reader needs to know to tell when everything older than an instant
 * has been seen. The layout is the kernel's ABI: a page for the consumer's
 * position, one for the producers', then the data, mapped twice.
 */
#ifndef CAPTURE_RING_H
#define CAPTURE_RING_H

#include <linux/types.h>
#include <stddef.h>

struct ring {
	int epoll_fd;		/* -1: closed */
	size_t page, bytes;
	unsigned long *consumer;
	const unsigned long *producer;
	const char *data;
};

/* Return: 0 or a negative errno. */
int ring__open(struct ring *r, int map_fd, size_t bytes);
void ring__close(struct ring *r);

/* Waits until the programs ask to be read or the time is over. Return: 0, -EINTR or another. */
int ring__wait(struct ring *r, int timeout_ms);
/* From now on it also returns as long as there is something to read in fd. */
int ring__wake_by(struct ring *r, int fd);
/* How far the producers are; to be compared with ring__consumed(). */
unsigned long ring__produced(const struct ring *r);
unsigned long ring__consumed(const struct ring *r);
/*
 * Return: 1 and a record, valid until ring__release(); 0: nothing is there;
 * -EAGAIN: the next one is still being written.
 */
int ring__next(struct ring *r, const void **ret_rec, size_t *ret_len);
void ring__release(struct ring *r);

#endif /* CAPTURE_RING_H */
