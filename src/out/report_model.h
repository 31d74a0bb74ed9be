/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report_model.h - what a trace comes to, beside its findings: per driver, per
 * mirror, per place that gives birth. Filled record by record, in memory that
 * is bounded by what lives at once and by the caps below, never by the length
 * of the trace.
 */
#ifndef OUT_REPORT_MODEL_H
#define OUT_REPORT_MODEL_H

#include "base/map64.h"
#include "engine/engine.h"
#include "out/words.h"
#include "out/stats.h"
#include "stream/symtab.h"

/* What is beyond a cap goes into one last row, "others". */
#define REPORT_DRIVERS	128
#define REPORT_LANES	2048
#define REPORT_HOLDERS	8192
#define REPORT_CAUSES	256
/* Lives that are kept one by one, for the timelines of the page. */
#define REPORT_LIVES	120000

struct report_driver {
	char *name;
	size_t at;		/* its index */
	__u64 mirrors, mirrors_live, ranges, bytes_live;
	struct hist lifetime;	/* of its ranges whose birth and end were seen; at the end */
	struct curve live;	/* its ranges */
	__u64 certain, inconclusive; /* findings of severity warn and error */
};

/*
 * A mirror, or for ranges that have none, which is all of the notifier layer,
 * the ranges of one driver on one address space.
 */
struct report_lane {
	struct report_driver *driver;
	enum hmt_class class;	/* NONE: not known what they hang on */
	__u32 serial, generation, owner;
	char comm[HMT_COMM_LEN + 1];
	__u64 born, ended;	/* of the mirror; 0: before the trace, or not seen */
	__u64 ranges;
	__u64 certain, inconclusive;
	struct hist lifetime;
	struct curve live;
	bool is_rest;
};

/* Who holds: ranges of a driver, born at one place for one process. */
struct report_holder {
	struct report_driver *driver;
	__u32 owner;
	char comm[HMT_COMM_LEN + 1];
	__u64 place;		/* kernel address, 0 unknown */
	__u64 born, live, most, bytes, most_bytes;
	bool is_rest;
};

/* Findings that say the same: rule, driver, birth place. */
struct report_cause {
	enum rule_id rule;
	enum severity severity;
	struct report_driver *driver;
	__u64 place;
	__u64 certain, inconclusive, released, bytes;
	__u32 owner, nr_owners;	/* the first one; nr: how often it was another than the last */
	__u32 last_owner;
	__u64 owner_exited;
	char comm[HMT_COMM_LEN + 1];
	struct finding first;	/* certain, if any is */
	__u64 release_place;	/* where most siblings of the first were released */
	__u64 offence_place;
	char blame[WORDS_LEN];	/* of the first, see words_blame() */
	bool is_rest;
};

enum report_life_flag {
	LIFE_FLAGGED = 1,	/* a finding of warn or error is about it */
	LIFE_BORN_BEFORE = 2,
	LIFE_AT_END = 4,	/* never ended */
	LIFE_LOSSY = 8,
};

struct report_life {
	__u64 born, ended;	/* ended 0: alive */
	__u64 size;
	__u32 serial, generation;
	__u32 lane, holder;	/* indexes */
	__u32 flags;
	__u32 next;		/* number of another that is free; 0: none */
};

/* So many at a time; a life has one number and one place for as long as it lasts. */
#define REPORT_CHUNK	1024

struct report {
	const struct symtab *symtab;
	__u64 t0, end;
	const struct engine_stats *stats; /* of the engine; from the first record on */
	__u64 begun;			/* of these, what was looked at */
	bool keep_lives, failed;

	struct report_driver **drivers;
	struct report_lane **lanes;
	struct report_holder **holders;
	struct report_cause **causes;
	size_t nr_drivers, nr_lanes, nr_holders, nr_causes;

	struct map64 by_ops, by_lane, by_holder;
	__u64 last_ops;			/* key of by_ops that was asked for last, */
	struct report_driver *last_driver; /* and what it gave; NULL: none */
	struct map64 mirrors;		/* what lives: address -> report_lane */
	struct report_life **living;	/* ranges, in chunks: the engine knows their number as tag */
	__u32 nr_living, free_life;	/* given out ever; number of the first that is free */
	struct map64 flagged;		/* id -> anything */

	struct curve live;		/* all ranges */
	struct hist lifetime;		/* at the end: what those of the lanes come to */

	/* One in 2^shift of those that ended well; all others while there is room. */
	struct report_life *lives;
	size_t nr_lives;
	unsigned int shift;
	__u64 nr_seen;
};

int report__init(struct report *r, const struct symtab *t);
void report__free(struct report *r);

/* After the engine was fed rec. Return: 0, or -ENOMEM. */
int report__record(struct report *r, struct engine *e, const struct hmt_hdr *rec);
/* The callbacks of the engine. Failure shows in report__record() and __finish(). */
void report__life(struct report *r, const struct object_view *o, const struct moment *m);
void report__finding(struct report *r, const struct finding *f);
void report__released(struct report *r, const struct finding *f);
/* After engine__finish(): sorts, most important first. Return: 0, or -ENOMEM. */
int report__finish(struct report *r);

#endif /* OUT_REPORT_MODEL_H */
