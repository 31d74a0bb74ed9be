/* SPDX-License-Identifier: GPL-2.0 */
/*
 * source.h - where records come from: a ring, a file, text.
 *
 * A source delivers valid records only (size and kind agree, strings end,
 * padding ignored): it is the trust boundary. Short records are zero-extended
 * to the struct this build knows before they are delivered.
 */
#ifndef STREAM_SOURCE_H
#define STREAM_SOURCE_H

#include <hmmtrace/event.h>

#include "base/err.h"

struct trace_meta;
struct source;

struct source_ops {
	/*
	 * Return: 1 and a record that stays valid until the next call, 0 at the
	 * end, negative errno with s->err filled.
	 */
	int (*next)(struct source *s, const struct hmt_hdr **ret_rec);
	void (*free)(struct source *s);
};

struct source {
	const struct source_ops *ops;
	const struct trace_meta *meta;	/* owned by the source; NULL where there is none */
	struct errmsg err;		/* a complete sentence after a negative return */
};

static inline int source__next(struct source *s, const struct hmt_hdr **ret_rec)
{
	return s->ops->next(s, ret_rec);
}

static inline void source__free(struct source *s)
{
	if (s)
		s->ops->free(s);
}

#endif /* STREAM_SOURCE_H */
