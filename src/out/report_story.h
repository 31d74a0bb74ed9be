/* SPDX-License-Identifier: GPL-2.0 */
/* report_story.h - one life from birth to death: `report --object R17`. */
#ifndef OUT_REPORT_STORY_H
#define OUT_REPORT_STORY_H

#include "base/err.h"
#include "out/sink.h"

/* Events that are told; what is beyond is counted. */
#define STORY_MAX 10000

struct story {
	struct sink *sink;	/* whose symtab, stream and taste are used */
	bool json;
	char id[32];		/* as asked for */
	enum hmt_class class;	/* HMM: an address space, whatever stands for it */
	__u32 serial, generation;

	FILE *lines;		/* what happened, told at the end */
	char *text;
	size_t len;
	__u64 nr_told, nr_more;
	__u64 last_ts;
	__u64 mm_addr;		/* the address space asked for is this mm */
	struct object_view o, up; /* class NONE: not met yet */
	__u32 generations;	/* the last life at this address that was met */
	struct moment over;	/* ts 0: it is not */
	__u64 end;		/* of the trace */
	__u64 nr_ranges;	/* registered through it: their stories are their own */
};

/* id: R17, M3.2, A1. Return: 0, or negative with *err a clause about id. */
int story__init(struct story *st, const char *id, struct errmsg *err);
/* Return: 0, or -ENOMEM. */
int story__begin(struct story *st, struct sink *s, bool json);
int story__record(struct story *st, const struct engine *e, const struct hmt_hdr *rec);
void story__life(struct story *st, const struct object_view *o, const struct moment *m);
/* Is it about the object? */
bool story__is_about(const struct story *st, const struct object_view *o);
/* Text: prints it all. Return: 0; -ENOENT when there is no such object, -ENOMEM. */
int story__print(struct story *st);
void story__free(struct story *st);

#endif /* OUT_REPORT_STORY_H */
