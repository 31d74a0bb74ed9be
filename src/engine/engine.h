/* SPDX-License-Identifier: GPL-2.0 */
/*
 * engine.h - records in, findings out. Pure: no stdio, no clock, no
 * environment, no globals. The same records give the same findings, in the
 * same order, wherever they come from.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stddef.h>

#include "engine/finding.h"

struct engine;

/*
 * How long each kind of absence is tolerated: X(ID, "name", default in ms, "what may take
 * that long"). RELEASE is the grace time without a name; a default of 0 is that of RELEASE.
 */
#define HMT_GRACES(X) \
	X(RELEASE,    "release",     1000, "what should have been released or put") \
	X(EXIT,       "exit",           0, "the end of an address space after its last process") \
	X(FREE,       "free",       10000, "the free of a notifier after its last put") \
	X(UNREGISTER, "unregister", 10000, "the return of an unregister") \
	X(CALLBACK,   "callback",    5000, "the return of a driver's callback") \
	X(INVALIDATE, "invalidate", 10000, "the end of an invalidation") \
	X(LIVELOCK,   "livelock",   10000, "a fault of one window, tried again and again")

enum grace {
#define HMT_X(ID, name, ms, what) GRACE_##ID,
	HMT_GRACES(HMT_X)
#undef HMT_X
	GRACE_NR
};

struct engine_opts {
	__u64 grace_ns[GRACE_NR];	/* 0: the default */
	__u64 max_objects;	/* cap on objects tracked at once; 0: the default, 4 million */
	/* Severity by rule, SEVERITY_* + 1; 0 leaves the rule's own. */
	__u8 severity[RULE_NR];
};

struct engine_cb {
	void *ctx;
	/* A verdict. Called from feed/finish, in order of flagged_ts. */
	void (*on_finding)(void *ctx, const struct finding *f);
	/* An object a certain finding was about is gone after all, at m->ts. */
	void (*on_released)(void *ctx, const struct finding *f, const struct moment *m);
	/* A life ended or the trace did: m->ts 0 when it is still alive. May be NULL. */
	void (*on_life)(void *ctx, const struct object_view *o, const struct moment *m);
};

/* What there was; complete after engine__finish(), current at any time. */
struct engine_stats {
	__u64 records;
	__u64 first_ts, last_ts;
	__u64 kinds[HMT_KIND_MAX];
	__u64 live_hmms, live_mirrors, live_ranges, live_refs; /* now; refs: on struct hmm and users */
	__u64 mirrors, ranges, hmms;	/* lives seen, alive or not */
	__u64 begun;		/* lives of mirrors and ranges that began: never goes back */
	__u64 findings[SEVERITY_ERROR + 1]; /* certain, by severity */
	__u64 inconclusive;
	__u64 released;
	__u64 lost[HMT_CAUSE_NR];	/* events, by cause */
	bool ended;			/* an END record was seen */
};

/*
 * @opts: copied; NULL for all defaults. @cb: copied.
 * Return: the engine, or NULL when there is no memory.
 */
struct engine *engine__new(const struct engine_opts *opts, const struct engine_cb *cb);

/*
 * One record, valid (see src/stream/validate.c), in the order of the stream.
 * Unknown kinds are counted and otherwise ignored.
 *
 * Return: 0, or -ENOMEM; after -ENOMEM the engine is only good for __free().
 */
int engine__feed(struct engine *e, const struct hmt_hdr *rec);

/*
 * Where so much lives that the caches do not hold it, feeding waits for memory. Who has the
 * records to come at hand can have the engine ask for it in time: each record is expected in
 * every stage, one stage a while after the other, and then fed. It is no more than a hint.
 */
enum expect_stage { EXPECT_PLACE, EXPECT_OBJECT, EXPECT_LINKS, EXPECT_NR };

/* Is it worth that? */
bool engine__is_large(const struct engine *e);
void engine__expect(const struct engine *e, const struct hmt_hdr *rec, enum expect_stage stage);

/* The stream is over: what grace had not ended for becomes inconclusive, what lives is noted. */
int engine__finish(struct engine *e);

/*
 * The object at an address as of the last record, and what it hangs on: its
 * mirror or address space, class NONE when there is none. HMT_CLASS_NONE asks
 * for an mm. The dead are known until they are forgotten.
 *
 * Return: 1 alive, 0 not (any more), -ENOENT not known.
 */
int engine__find(const struct engine *e, enum hmt_class class, __u64 addr,
		 struct object_view *ret_view, struct object_view *ret_parent);
/*
 * Whoever keeps something for each life finds it by a number of its own, in every view of
 * this life from here on. The next life at the address has none.
 */
void engine__tag(struct engine *e, enum hmt_class class, __u64 addr, __u32 tag);
const struct engine_stats *engine__stats(const struct engine *e);
void engine__free(struct engine *e);

/* Rule metadata. Names are static strings; rule_by_name() returns RULE_NONE when there is none. */
const char *rule_name(enum rule_id id);
const char *rule_title(enum rule_id id);
enum severity rule_severity(enum rule_id id);
enum rule_id rule_by_name(const char *name);
const char *severity_name(enum severity s);

/* Names of grace times; grace_by_name() returns GRACE_NR when there is none. */
const char *grace_name(enum grace g);
enum grace grace_by_name(const char *name, size_t len);
/* What applies where opts name nothing. */
void grace_defaults(__u64 grace_ns[GRACE_NR]);

/*
 * The verdict of a whole stream, the exit status of report, check and live:
 * 0 clean, 1 certain findings of warn or error, 3 inconclusive.
 */
int engine__verdict(const struct engine *e);

#endif /* ENGINE_ENGINE_H */
