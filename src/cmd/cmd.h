/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd.h - a command: one row of the table says how it is called, what it takes
 * and what the help prints. Options are parsed into one struct, which is passed
 * down; there is no global.
 *
 * Only this directory prints errors, once, as "hmmtrace: <sentence>.".
 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <stdbool.h>

#include "base/err.h"
#include "cmd/opt.h"
#include "engine/engine.h"

/* X(NAME, value, "what it means"): the contract with scripts, see hmmtrace(1). */
#define EXIT_CODES(X) \
	X(CLEAN, 0, "clean, or done") \
	X(FINDINGS, 1, "a certain finding of severity warn or error, or a failed assertion") \
	X(TROUBLE, 2, "wrong usage, or something failed; a sentence on stderr says what") \
	X(INCONCLUSIVE, 3, "events are missing that could overturn \"clean\"") \
	X(UNSUPPORTED, 4, "this kernel or this build cannot do it")

enum exit_code {
#define EXIT_X(NAME, value, text) EXIT_##NAME = value,
	EXIT_CODES(EXIT_X)
#undef EXIT_X
};

#define OPT_WORDS_MAX 32

/* The values of an option that may be given several times. */
struct words {
	const char *v[OPT_WORDS_MAX];
	unsigned int nr;
};

struct pids {
	__u32 v[OPT_WORDS_MAX];
	unsigned int nr;
};

enum stacks_choice { STACKS_DEFAULT, STACKS_NONE, STACKS_ALL };
enum source_choice {
	SOURCE_AUTO, SOURCE_TRACEPOINT, SOURCE_NOTIFIER,
	/* the same two, by one way and no other */
	SOURCE_RAW_TP, SOURCE_TP, SOURCE_KPROBE, SOURCE_LEGACY,
};

/* An amount of trace: one of the two, the other 0. */
struct amount {
	__u64 bytes, ns;
};

/* Every option of every command; a command reads those its table names. */
struct options {
	struct pids pids;			/* filters */
	struct words comms, drivers;
	const char *object;			/* report: one life */
	__u64 from_ns, to_ns;			/* a window of the trace; 0: from its beginning, to its end */
	bool html;				/* report: as a page */
	__u64 grace_ns[GRACE_NR];		/* as in struct engine_opts */
	__u8 severity[RULE_NR];			/* as in struct engine_opts */
	struct words asserts;			/* check: what is to hold, and what is known */
	const char *assertions, *baseline, *write_baseline, *suppressions;
	const char *junit, *sarif;
	bool ktap, github, print_suppressions;
	__u32 hot;				/* HMT_START_HOT_*, HMT_START_COUNT_* */
	__u64 ring_bytes, table_entries;	/* 0: the default of capture */
	int stacks;				/* enum stacks_choice */
	int source;				/* enum source_choice */
	const char *btf;			/* of the running kernel, from a file */
	int path;				/* of selftest: which way to prove */
	const char *output;
	struct amount rotate, last;		/* record: into several files, into memory */
	__u32 keep, dump_on;			/* files; enum recorder_dump */
	bool perfetto, ctf, sqlite, ndjson, folded, leaked;	/* export */
	bool force, json, text, no_color, quiet, help, markdown, complete;
	int verbose;
};

struct command;

/* One run of one command. Strings belong to argv. */
struct invocation {
	const struct command *cmd;
	struct options o;
	struct opt_rest rest;
	char *command_line;	/* all of it, for the trace file */
	bool color;		/* stdout is a terminal that wants colors */
	int write_errno;	/* of the first failed write to stdout, if somebody saw it */
};

enum command_flags {
	CMD_FILE = 1,		/* exactly one file */
	CMD_CHILD = 2,		/* a command behind "--" */
	CMD_FILE_OR_CHILD = 4,	/* exactly one of both */
	CMD_WORDS = 8,		/* whatever else there is, the command looks itself */
};

struct command {
	const char *name;
	int (*run)(struct invocation *inv);	/* Return: enum exit_code */
	unsigned int flags;
	const char *synopsis;	/* behind the name */
	const char *help;	/* one clause */
	const struct opt *opts;
	const char *words;	/* of CMD_WORDS: what a shell offers, see complete.c */
};

/* In the order of the help; ends with a row without a name. */
extern const struct command commands[];

/*
 * Return: the command that is called or that only one name begins with, else
 * NULL with *err a sentence.
 */
const struct command *command_find(const char *name, struct errmsg *err);

/* Do the words beside the options suit the command? Return: 0, or -EINVAL with *err. */
int command_check_words(const struct invocation *inv, struct errmsg *err);

int cmd_live(struct invocation *inv);
int cmd_record(struct invocation *inv);
int cmd_report(struct invocation *inv);
int cmd_check(struct invocation *inv);
int cmd_diff(struct invocation *inv);
int cmd_dump(struct invocation *inv);
int cmd_export(struct invocation *inv);
int cmd_recover(struct invocation *inv);
int cmd_info(struct invocation *inv);
int cmd_verify(struct invocation *inv);
int cmd_rules(struct invocation *inv);
int cmd_snapshot(struct invocation *inv);
int cmd_doctor(struct invocation *inv);
int cmd_selftest(struct invocation *inv);
int cmd_help(struct invocation *inv);

void help_command(const struct command *cmd, FILE *out);
void help_all(FILE *out);
/* Commands, options and names as tools/completion makes the completion of them. */
void complete_tables(FILE *out);

/* Prints "hmmtrace: <sentence>" and returns EXIT_TROUBLE. */
int complain(const struct errmsg *err);
int complainf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* CMD_CMD_H */
