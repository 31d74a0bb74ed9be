/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cases.h - a verdict as test cases, which is what CI knows: one for the trace
 * being whole, one a rule, one an assertion. JUnit and KTAP are two ways to
 * write the same list.
 *
 * The list of names does not depend on what was found, so that a CI system can
 * follow a case from run to run.
 */
#ifndef OUT_CASES_H
#define OUT_CASES_H

#include "out/assert.h"
#include "out/sink.h"

enum case_state { CASE_PASSED, CASE_FAILED, CASE_OPEN, CASE_SKIPPED, CASE_NR };

struct test_case {
	const char *group;	/* "trace", "rule", "assertion" */
	const char *name;
	enum case_state state;
	char *message;		/* one line, "" when there is nothing to say */
	char *text;		/* the findings as a report has them */
};

struct cases {
	struct test_case *v;
	size_t nr, cap;
	size_t count[CASE_NR];
	__u64 duration_ns;
	const char *command_end;	/* "" when the command ended well or there was none */
};

struct cases_input {
	const struct evidence *evidence;
	const struct assertions *assertions;
	const struct summary *summary;
	const struct sink *sink;	/* how findings are printed; where does not matter */
	const __u8 *severity;		/* as in struct engine_opts */
	const char *command_end;
};

/* What is in *ret refers to what is in *in. Return: 0 or -ENOMEM. */
int cases__build(struct cases *ret, const struct cases_input *in);
void cases__free(struct cases *c);

/* The block of the text report about f. */
void cases_finding_text(const struct sink *sink, const struct finding *f, struct strbuf *sb);
/* "R1 of hmm_exerciser, pid 412 (session): range is ...; born at f+0x12 [hmm_exerciser]" */
void cases_finding_line(const struct symtab *t, const struct finding *f, struct strbuf *sb);

void junit_write(const struct cases *c, struct strbuf *sb);
void ktap_write(const struct cases *c, struct strbuf *sb);
void sarif_write(const struct cases_input *in, const char *version, struct strbuf *sb);
void github_write(const struct cases_input *in, struct strbuf *sb);

/* Prints nothing: for a format that is written when all is over. */
extern const struct sink_ops sink_none_ops;

#endif /* OUT_CASES_H */
