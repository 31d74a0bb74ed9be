// SPDX-License-Identifier: GPL-2.0
#include "capture/outq.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

int outq__push(struct outq *q, const struct hmt_hdr *rec)
{
	if (q->cap - q->len < rec->size) {
		size_t cap = q->cap ? q->cap * 2 : 64 * 1024;
		char *buf = hmt_realloc(q->buf, cap, 1);

		if (!buf)
			return -ENOMEM;
		q->buf = buf;
		q->cap = cap;
	}
	memcpy(q->buf + q->len, rec, rec->size);
	q->len += rec->size;
	return 0;
}

const struct hmt_hdr *outq__pop(struct outq *q)
{
	const struct hmt_hdr *rec;

	if (q->pos == q->len) {
		q->pos = q->len = 0;
		return NULL;
	}
	rec = (const struct hmt_hdr *)(q->buf + q->pos);
	q->pos += rec->size;
	return rec;
}

void outq__free(struct outq *q)
{
	hmt_free(q->buf);
	memset(q, 0, sizeof(*q));
}

void hdr_make(struct hmt_hdr *h, __u16 kind, size_t size, __u64 ts)
{
	memset(h, 0, size);
	h->kind = kind;
	h->size = size;
	h->cpu = HMT_CPU_NONE;
	h->ts = ts;
}
