/* SPDX-License-Identifier: GPL-2.0 */
/* outq.h - records in the order they will be delivered, one behind the other. */
#ifndef CAPTURE_OUTQ_H
#define CAPTURE_OUTQ_H

#include <hmmtrace/event.h>
#include <stddef.h>

struct outq {
	char *buf;
	size_t len, cap, pos;
};

/* Copies the record. Return: 0 or -ENOMEM. */
int outq__push(struct outq *q, const struct hmt_hdr *rec);
/* Return: the next record, valid until the next push or pop after the last; NULL: empty. */
const struct hmt_hdr *outq__pop(struct outq *q);
void outq__free(struct outq *q);

/* A header of user space's making in a zeroed record. */
void hdr_make(struct hmt_hdr *h, __u16 kind, size_t size, __u64 ts);

#endif /* CAPTURE_OUTQ_H */
