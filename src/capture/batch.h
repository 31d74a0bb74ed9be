/* SPDX-License-Identifier: GPL-2.0 */
/*
 * batch.h - what came out of the feed and is not delivered yet, put in order.
 *
 * What comes out of one ring is in the order of reservation, one ring after the
 * other, and the stream is in the order of time. So the reader delivers up to an
 * instant before which nothing more can come, and keeps the rest for the next time.
 */
#ifndef CAPTURE_BATCH_H
#define CAPTURE_BATCH_H

#include <hmmtrace/event.h>
#include <stddef.h>

struct batch_entry {
	__u64 key;		/* what it is sorted by */
	size_t off;
};

struct batch {
	char *buf, *rest;			/* rest: for what is left after a drop */
	size_t len, cap, rest_cap;
	struct batch_entry *entries, *spare;	/* spare: as large, for sorting */
	size_t nr, entries_cap;
};

/* Copies the record. Return: 0 or -ENOMEM. */
int batch__add(struct batch *b, const struct hmt_hdr *rec);
/*
 * Moves all of from to b, behind what is there; of the two it copies the smaller one.
 * Return: 0, or -ENOMEM with both as they were.
 */
int batch__move(struct batch *b, struct batch *from);
/* By ts; records of the same ts stay in the order they came, but a hole is before them. */
void batch__sort(struct batch *b);
/* Return: how many records are older than ts. Sorted batches only. */
size_t batch__older(const struct batch *b, __u64 ts);
const struct hmt_hdr *batch__at(const struct batch *b, size_t i);
/* Forgets the first nr. Return: 0, or -ENOMEM with nothing forgotten. */
int batch__drop(struct batch *b, size_t nr);
void batch__free(struct batch *b);

#endif /* CAPTURE_BATCH_H */
