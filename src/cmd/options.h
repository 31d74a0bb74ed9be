/* SPDX-License-Identifier: GPL-2.0 */
/*
 * options.h - the rows the option tables of the commands are made of. An option
 * that several commands take is spelled out once, here.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "cmd/cmd.h"

extern const char *const stacks_choices[];
extern const char *const source_choices[];
extern const char *const path_choices[];
extern const char *const events_choices[];	/* of --events, which takes a list of them */

int option_word(void *dst, const char *value, struct errmsg *err);
int option_pid(void *dst, const char *value, struct errmsg *err);
int option_entries(void *dst, const char *value, struct errmsg *err);
int option_ring(void *dst, const char *value, struct errmsg *err);
int option_events(void *dst, const char *value, struct errmsg *err);
int option_grace(void *dst, const char *value, struct errmsg *err);
int option_amount(void *dst, const char *value, struct errmsg *err);
int option_keep(void *dst, const char *value, struct errmsg *err);
int option_dump_on(void *dst, const char *value, struct errmsg *err);
int option_severity(void *dst, const char *value, struct errmsg *err);

#define ROWS_FILTER \
	OPT_GROUP("What is looked at"), \
	OPT_CALL('p', "pid", struct options, pids, "P", option_pid, \
		 "only address spaces of this process; may be given several times"), \
	OPT_CALL('n', "comm", struct options, comms, "GLOB", option_word, \
		 "only address spaces of processes with such a name"), \
	OPT_CALL(0, "driver", struct options, drivers, "GLOB", option_word, \
		 "only objects of such a driver (module or symbol of its callbacks)")

#define GRACE_X(ID, name, ms, what) " " name
#define GRACE_NAMES HMT_GRACES(GRACE_X)

#define ROWS_JUDGE \
	OPT_CALL('g', "grace", struct options, grace_ns, "T", option_grace, \
		 "how long what should be gone may stay before it is flagged (default 1s); " \
		 "also by kind, as in 1s,unregister=30s, of" GRACE_NAMES), \
	OPT_CALL('W', NULL, struct options, severity, "RULE=LEVEL", option_severity, \
		 "set the severity of a rule: error, warn, note or off"), \
	OPT_STRING(0, "suppressions", struct options, suppressions, "FILE", \
		   "do not report what a line of this file names: leak:PATTERN, driver:PATTERN, " \
		   "symbol:PATTERN or rule:ID[:PATTERN]"), \
	OPT_FLAG(0, "print-suppressions", struct options, print_suppressions, \
		 "print the lines that would suppress the findings")

#define ROWS_REPORT \
	OPT_STRING(0, "junit", struct options, junit, "FILE", \
		   "also write a JUnit report: a test case a rule, and one an assertion"), \
	OPT_STRING(0, "sarif", struct options, sarif, "FILE", "also write a SARIF 2.1.0 report"), \
	OPT_FLAG(0, "ktap", struct options, ktap, "print KTAP instead of text"), \
	OPT_FLAG(0, "github", struct options, github, \
		 "also print annotations as GitHub Actions understands them")

#define ROWS_ASSERT \
	OPT_GROUP("What is asserted"), \
	OPT_CALL('a', "assert", struct options, asserts, "EXPR", option_word, \
		 "fail unless this holds, like 'range.lifetime.p99 < 500ms'; may be given " \
		 "several times"), \
	OPT_STRING(0, "assertions", struct options, assertions, "FILE", \
		   "the same from a file, one a line"), \
	OPT_STRING(0, "baseline", struct options, baseline, "FILE", \
		   "findings that this file knows are neither reported nor a failure"), \
	OPT_STRING(0, "write-baseline", struct options, write_baseline, "FILE", \
		   "write the certain findings to such a file")

#define ROWS_CAPTURE \
	OPT_GROUP("What is observed"), \
	ROW_EVENTS, \
	OPT_CHOICE(0, "stacks", struct options, stacks, "WHICH", stacks_choices, \
		   "events that carry a kernel stack: default (births and ends), none, all"), \
	ROW_SOURCE, \
	OPT_CALL(0, "ring-size", struct options, ring_bytes, "SIZE", option_ring, \
		 "memory for events on their way (default 8M)"), \
	OPT_CALL(0, "table-size", struct options, table_entries, "N", option_entries, \
		 "objects of which changes can be summed up while the ring is full (default 32768)")

#define ROW_EVENTS \
	OPT_CALL('e', "events", struct options, hot, "LIST", option_events, \
		 "also the frequent events: fault, invalidate or all; they are counted, or with " \
		 "=each told one by one")

#define ROW_SOURCE \
	OPT_CHOICE(0, "source", struct options, source, "HOW", source_choices, \
		   "where events come from: auto, tracepoint (of a patched kernel) or notifier " \
		   "(the functions of any); tp and kprobe: these two by the older way; legacy: " \
		   "tracepoint as on kernels before 5.8"), \
	OPT_STRING(0, "btf", struct options, btf, "FILE", \
		   "type information of the running kernel, such as its vmlinux, where it does " \
		   "not show its own")

#define ROWS_WINDOW \
	OPT_TIME(0, "from", struct options, from_ns, "T", \
		 "only from so long after the first record on; what was registered before is " \
		 "known, with its birth"), \
	OPT_TIME(0, "to", struct options, to_ns, "T", \
		 "only up to so long after the first record: the trace ends there")
#define ROW_OUTPUT(what) \
	OPT_STRING('o', "output", struct options, output, "FILE", what)
#define ROW_FORCE \
	OPT_FLAG('f', "force", struct options, force, "overwrite the output file if it exists")
#define ROW_JSON(what) \
	OPT_FLAG('j', "json", struct options, json, what)
#define ROW_TEXT \
	OPT_FLAG(0, "text", struct options, text, \
		 "read records as text, as dump prints them; - is stdin")

#define ROWS_COMMON \
	OPT_GROUP("In general"), \
	OPT_FLAG('q', "quiet", struct options, quiet, "print the verdict and nothing else"), \
	OPT_COUNT('v', "verbose", struct options, verbose, "whole stacks and histories"), \
	OPT_FLAG(0, "no-color", struct options, no_color, \
		 "no colors on a terminal (so does NO_COLOR in the environment)"), \
	ROW_HELP
#define ROW_HELP \
	OPT_FLAG('h', "help", struct options, help, "print this and exit")

#endif /* CMD_OPTIONS_H */
