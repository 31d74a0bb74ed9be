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

/* Records in memory, each where the one before it ends; at least one. */
struct record_run {
	const struct hmt_hdr *first, *end;
};

static inline const struct hmt_hdr *record_behind(const struct hmt_hdr *rec)
{
	return (const struct hmt_hdr *)((const char *)rec + rec->size);
}

struct source_ops {
	/*
	 * Return: 1 and a record that stays valid until the next call, 0 at the
	 * end, negative errno with s->err filled.
	 */
	int (*next)(struct source *s, const struct hmt_hdr **ret_rec);
	/* The same with all records that are at hand; NULL: that is never more than one. */
	int (*next_run)(struct source *s, struct record_run *ret_run);
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

static inline int source__next_run(struct source *s, struct record_run *ret_run)
{
	int ret;

	if (s->ops->next_run)
		return s->ops->next_run(s, ret_run);
	ret = s->ops->next(s, &ret_run->first);
	if (ret == 1)
		ret_run->end = record_behind(ret_run->first);
	return ret;
}

static inline void source__free(struct source *s)
{
	if (s)
		s->ops->free(s);
}

#endif /* STREAM_SOURCE_H */
