/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gate.h - what stands between the engine's findings and the verdict that a
 * script gets: suppressions and a baseline take findings out, assertions put
 * conditions of their own in, and reports for CI are written of the whole.
 */
#ifndef CMD_GATE_H
#define CMD_GATE_H

#include "base/map64.h"
#include "cmd/cmd.h"
#include "out/assert.h"
#include "out/baseline.h"
#include "out/cases.h"
#include "out/suppress.h"

struct gate {
	const struct invocation *inv;
	struct suppressions suppressions;
	struct baseline known, seen;
	struct assertions assertions;
	struct evidence evidence;
	struct map64 hidden;	/* serials of findings that are not reported */
	struct baseline lines;	/* what would suppress the others, once each */
	bool oom;
};

/* Reads the files that the options name. Return: 0, or negative with *err a sentence. */
int gate__init(struct gate *g, const struct invocation *inv, struct errmsg *err);
void gate__attach(struct gate *g, const struct symtab *t, const struct engine_stats *stats);
void gate__free(struct gate *g);

/* Are whole lives of interest? They take memory. */
bool gate__wants_lives(const struct gate *g);
void gate__life(struct gate *g, const struct object_view *o, const struct moment *m);
/* What becomes of a finding; one that is not new is counted in sum and not to be reported. */
enum standing gate__finding(struct gate *g, const struct finding *f, struct summary *sum);
bool gate__hides(const struct gate *g, const struct finding *f);

/* All is over: judges the assertions and sets sum->verdict. Return: 0 or -ENOMEM. */
int gate__finish(struct gate *g, struct summary *sum);
/* The sink that prints, as the options have it. */
const struct sink_ops *gate_sink(const struct options *o);
/* What the summary is followed by (text) or preceded by (NDJSON). */
void gate__text(const struct gate *g, FILE *f);
void gate__json(const struct gate *g, FILE *f);
/*
 * The reports for CI: files, and to the sink's what the options want there.
 * command_end: how the command ended, "" when it went well.
 * Return: 0, or negative with *err a sentence.
 */
int gate__write(const struct gate *g, const struct summary *sum, const struct sink *sink,
		const char *command_end, struct errmsg *err);

#endif /* CMD_GATE_H */
