/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sink.h - where verdicts go. One sink per format, all fed the same calls in
 * the same order by live, report and check, so that no command prints a
 * finding in words of its own.
 *
 *	begin, (finding | released | lost)*, summary
 *
 * What a sink prints for a finding depends on the finding and on the records
 * before it, never on the clock, the environment or the command: `live` and
 * `report` on the same records print the same bytes.
 */
#ifndef OUT_SINK_H
#define OUT_SINK_H

#include <stdio.h>

#include "engine/engine.h"
#include "out/hot_table.h"
#include "stream/file.h"
#include "stream/symtab.h"

/*
 * Version of the NDJSON output, "major.minor". A new member or a new line type
 * is a new minor: readers ignore what they do not know. Anything removed,
 * renamed or of another meaning is a new major.
 */
#define SINK_JSON_VERSION "1.3"

/* Losses of one cause on one CPU. */
struct lost_row {
	__u32 cause;
	__u32 cpu;
	__u64 count;
};

/* What there was, once it is over. */
struct summary {
	int verdict;		/* 0 clean, 1 findings, 3 inconclusive */
	const struct engine_stats *stats;
	/* By rule: what was reported, after filters. Notes count as certain or not like all. */
	__u64 certain[RULE_NR];
	__u64 inconclusive[RULE_NR];
	__u64 released[RULE_NR];
	enum severity severity[RULE_NR];	/* as -W left it, of rules that were broken */
	__u64 by_severity[SEVERITY_ERROR + 1];	/* of the certain ones */
	__u64 nr_inconclusive;			/* warn and error only: notes decide nothing */
	struct lost_row *lost;	/* sorted by cause, then CPU */
	size_t nr_lost;
	__u64 nr_overturning;	/* events lost that a verdict may rest on */
	bool cut;		/* the records end in the middle */
	__u64 suppressed, known;	/* findings that are in none of the numbers above */
	const struct hot_table *hot;	/* what was counted instead of told; NULL: see nothing of it */
	__u64 assertions_passed, assertions_failed, assertions_open;
};

struct sink;

struct sink_ops {
	/* meta: of the recording, NULL when the records come from text. */
	void (*begin)(struct sink *s, const struct trace_meta *meta);
	void (*finding)(struct sink *s, const struct finding *f);
	void (*released)(struct sink *s, const struct finding *f, const struct moment *m);
	void (*lost)(struct sink *s, const struct hmt_lost *l);
	void (*summary)(struct sink *s, const struct summary *sum);
};

/* Writes to f, which it neither flushes nor closes; the caller checks ferror(). */
struct sink {
	const struct sink_ops *ops;
	FILE *f;
	const struct symtab *symtab;
	const char *plan;	/* of the recording, see undecided.h; NULL: none */
	__u64 t0;		/* times in text are relative to this: the first record */
	bool live;		/* no recording: it goes without saying what is traced */
	bool color;
	int verbose;		/* > 0: whole stacks and histories, lost records as they come */
	bool quiet;		/* text: the summary's first line only */
	bool failed;		/* NDJSON: a line is missing, for there was no memory */
	void *owner;		/* of ops that wrap others */
};

extern const struct sink_ops sink_text_ops;
extern const struct sink_ops sink_json_ops;

/* The two halves of the text's summary, for who has something to say in between. */
void sink_text_verdict(struct sink *s, const struct summary *sum);
void sink_text_numbers(struct sink *s, const struct summary *sum);

/* The clause that says how it went: "3 errors", "clean", "inconclusive: 12 events lost". */
void summary_verdict(const struct summary *sum, char *buf, size_t size);

#endif /* OUT_SINK_H */
