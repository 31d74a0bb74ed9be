/* SPDX-License-Identifier: GPL-2.0 */
/*
 * judge.h - records in, a verdict out, whatever the records come from. live,
 * report and check differ in the source they plug in front of it and in
 * nothing behind it.
 */
#ifndef CMD_JUDGE_H
#define CMD_JUDGE_H

#include "cmd/cmd.h"
#include "cmd/gate.h"
#include "cmd/hold.h"
#include "out/sink.h"

/* Who else wants to know. Members may be NULL. */
struct judge_watch {
	void *ctx;
	/* After the engine was fed rec. Return: 0, or -ENOMEM. */
	int (*record)(void *ctx, struct engine *e, const struct hmt_hdr *rec);
	/*
	 * Not NULL: where the latest time goes of events at which no life of a mirror or
	 * range began. That is enough to know of them: record() is not called.
	 */
	__u64 *latest;
	void (*life)(void *ctx, const struct object_view *o, const struct moment *m);
	void (*finding)(void *ctx, const struct finding *f);
	void (*released)(void *ctx, const struct finding *f);
};

struct judge {
	struct invocation *inv;
	struct sink sink;
	struct symtab *symtab;
	struct engine *engine;
	struct summary sum;
	struct gate gate;
	struct hot_table hot;
	size_t lost_cap;
	const struct engine_stats *stats; /* of the engine */
	__u64 begun;		/* of these, what the watch was told of */
	bool began;
	/* Called before anything is printed; may be NULL. */
	void (*before_output)(void *ctx);
	void *ctx;
	struct judge_watch watch;
	bool flush;		/* after each finding: somebody is watching */
	FILE *out;		/* where the verdict goes while findings are held */
	struct hold *held;
};

/* out: where findings go; not closed. Return: 0, or negative with *err a sentence. */
int judge__init(struct judge *j, struct invocation *inv, FILE *out, struct errmsg *err);
/* The same, with a function that is told of lives as struct engine_cb says; ctx is the judge. */
typedef void (*judge_life_fn)(void *judge, const struct object_view *o, const struct moment *end);
int judge__init_lives(struct judge *j, struct invocation *inv, FILE *out, judge_life_fn on_life,
		      struct errmsg *err);
/*
 * For people the verdict comes first, and it is known last: from here on what
 * the sink prints waits, see hold.h, until judge__print_summary(), which goes to
 * where findings went before. A source that fails in the middle prints nothing.
 *
 * Return: 0, or negative with *err a sentence.
 */
int judge__hold(struct judge *j, struct errmsg *err);
/* What was held, after the summary; lead stands before it if there is any. */
void judge__print_held(struct judge *j, const char *lead);
void judge__begin(struct judge *j, const struct trace_meta *meta);
/* Return: 0, or -ENOMEM. */
int judge__feed(struct judge *j, const struct hmt_hdr *rec);
/* No more records: j->sum is complete, nothing is held back any more. Prints
 * nothing itself. Return: 0, or -ENOMEM. */
int judge__finish(struct judge *j);
void judge__print_summary(struct judge *j);
/* The files that go with it, see gate.h. Return: 0, or negative with *err a sentence. */
int judge__write(struct judge *j, const char *command_end, struct errmsg *err);
void judge__free(struct judge *j);

/* What judge__finish() failed of. Return: code. */
int judge_failed(int code, struct errmsg *err);
/* A whole source, to its end. Return: 0, or negative with *err a sentence. */
int judge__run(struct judge *j, struct source *s, struct errmsg *err);

#endif /* CMD_JUDGE_H */
