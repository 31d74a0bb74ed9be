// SPDX-License-Identifier: GPL-2.0
/*
 * commands.c - the table of commands and the words beside options they take.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/options.h"

static const struct opt live_opts[] = {
	ROWS_FILTER,
	ROWS_JUDGE,
	ROWS_CAPTURE,
	OPT_GROUP("Output"),
	ROW_JSON("print NDJSON instead of text"),
	ROW_OUTPUT("record to this trace file at the same time"),
	ROW_FORCE,
	ROWS_COMMON,
	OPT_END(),
};

static const struct opt record_opts[] = {
	ROWS_FILTER,
	ROWS_CAPTURE,
	OPT_GROUP("Output"),
	OPT_TIME('g', "grace", struct options, grace_ns[GRACE_RELEASE], "T",
		 "how long to go on after the command ended (default 1s)"),
	ROW_OUTPUT("write this trace file (default hmmtrace.hmt); - is stdout"),
	ROW_FORCE,
	OPT_CALL(0, "rotate", struct options, rotate, "AMOUNT", option_amount,
		 "begin a new file after so many bytes or so much time: 64M, 10m; the files have "
		 "numbers, run.0001.hmt"),
	OPT_CALL(0, "keep", struct options, keep, "N", option_keep,
		 "with --rotate: keep the last N files only"),
	OPT_CALL(0, "last", struct options, last, "AMOUNT", option_amount,
		 "write nothing, keep the last bytes or seconds in memory: 64M, 30s; a file is made "
		 "of them when there is a reason"),
	OPT_CALL(0, "dump-on", struct options, dump_on, "LIST", option_dump_on,
		 "with --last: the reasons, of finding, signal (SIGUSR1) and end (default all three)"),
	OPT_GROUP("In general"),
	OPT_FLAG('q', "quiet", struct options, quiet, "print nothing but errors"),
	ROW_HELP,
	OPT_END(),
};

static const struct opt report_opts[] = {
	ROWS_FILTER,
	ROWS_WINDOW,
	ROWS_JUDGE,
	OPT_STRING(0, "object", struct options, object, "ID",
		   "only the life of this object, from birth to death: R17, M3, A1, R17.2"),
	OPT_GROUP("Input and output"),
	ROW_TEXT,
	ROW_JSON("print NDJSON instead of text; with -v also rows for drivers and mirrors"),
	OPT_FLAG(0, "html", struct options, html, "write a page of HTML that needs nothing else"),
	ROW_OUTPUT("write the report to this file; the verdict of a page still goes to stdout"),
	ROW_FORCE,
	ROWS_COMMON,
	OPT_END(),
};

static const struct opt check_opts[] = {
	ROWS_FILTER,
	ROWS_JUDGE,
	ROWS_ASSERT,
	ROWS_CAPTURE,
	OPT_GROUP("Input and output"),
	ROW_TEXT,
	ROW_JSON("print NDJSON instead of text"),
	ROWS_REPORT,
	ROW_OUTPUT("with a command: record to this trace file at the same time"),
	ROW_FORCE,
	ROWS_COMMON,
	OPT_END(),
};

static const struct opt diff_opts[] = {
	ROWS_FILTER,
	ROWS_JUDGE,
	OPT_GROUP("Input and output"),
	ROW_TEXT,
	ROW_JSON("print NDJSON instead of text"),
	OPT_FLAG('q', "quiet", struct options, quiet, "print the verdict and nothing else"),
	ROW_HELP,
	OPT_END(),
};

static const struct opt dump_opts[] = {
	ROWS_FILTER,
	ROWS_WINDOW,
	OPT_GROUP("Input and output"),
	ROW_TEXT,
	ROW_JSON("print NDJSON instead of text"),
	ROW_HELP,
	OPT_END(),
};

static const struct opt export_opts[] = {
	OPT_GROUP("Format"),
	OPT_FLAG(0, "perfetto", struct options, perfetto, "a timeline for ui.perfetto.dev"),
	OPT_FLAG(0, "ctf", struct options, ctf,
		 "a directory in the Common Trace Format, for babeltrace2"),
	OPT_FLAG(0, "sqlite", struct options, sqlite, "a database, for questions of your own"),
	OPT_FLAG(0, "ndjson", struct options, ndjson,
		 "records and findings as JSON, one a line, with names"),
	OPT_FLAG(0, "folded", struct options, folded,
		 "what is held at the end by stack, for flame graphs"),
	OPT_FLAG(0, "leaked", struct options, leaked,
		 "with --folded: only what a finding calls a leak"),
	ROWS_FILTER,
	ROWS_WINDOW,
	ROWS_JUDGE,
	OPT_GROUP("Input and output"),
	ROW_TEXT,
	ROW_OUTPUT("write this file, or directory; without it standard output"),
	ROW_FORCE,
	ROW_HELP,
	OPT_END(),
};

static const struct opt recover_opts[] = {
	ROW_OUTPUT("write the rescued trace to this file"),
	ROW_FORCE,
	ROW_JSON("print JSON instead of text"),
	ROW_HELP,
	OPT_END(),
};

static const struct opt json_opts[] = {
	ROW_JSON("print JSON instead of text"),
	ROW_HELP,
	OPT_END(),
};

static const struct opt snapshot_opts[] = {
	ROWS_FILTER,
	OPT_GROUP("Output"),
	ROW_JSON("print NDJSON instead of text"),
	ROW_HELP,
	OPT_END(),
};

static const struct opt doctor_opts[] = {
	ROW_EVENTS,
	ROW_SOURCE,
	ROW_JSON("print JSON instead of text"),
	ROW_HELP,
	OPT_END(),
};

static const struct opt selftest_opts[] = {
	OPT_CHOICE(0, "path", struct options, path, "WHICH", path_choices,
		   "what is to be proven: kernel (through the exerciser module), stream (through "
		   "records that are made up) or auto (the first, else the second)"),
	ROW_SOURCE,
	OPT_TIME('g', "grace", struct options, grace_ns[GRACE_RELEASE], "T",
		 "how long what should be gone may stay before it is flagged (default 200ms)"),
	OPT_CALL('W', NULL, struct options, severity, "RULE=LEVEL", option_severity,
		 "set the severity of a rule: error, warn, note or off"),
	ROW_JSON("print JSON instead of text"),
	OPT_FLAG('q', "quiet", struct options, quiet, "print the first line and nothing else"),
	ROW_HELP,
	OPT_END(),
};

static const struct opt help_opts[] = {
	OPT_FLAG(0, "markdown", struct options, markdown,
		 "print the options of the command as the manual has them"),
	OPT_FLAG(0, "complete", struct options, complete,
		 "print all commands, options and names as tables, for the completion of a shell"),
	ROW_HELP,
	OPT_END(),
};

const struct command commands[] = {
	{
		.name = "live", .run = cmd_live, .flags = CMD_CHILD, .opts = live_opts,
		.synopsis = "[OPTION]... [-- CMD [ARG]...]",
		.help = "watch the kernel and print findings as they appear",
	},
	{
		.name = "record", .run = cmd_record, .flags = CMD_CHILD, .opts = record_opts,
		.synopsis = "[OPTION]... [-- CMD [ARG]...]",
		.help = "write events to a trace file",
	},
	{
		.name = "report", .run = cmd_report, .flags = CMD_FILE, .opts = report_opts,
		.synopsis = "[OPTION]... FILE",
		.help = "say what a trace file shows",
	},
	{
		.name = "check", .run = cmd_check, .flags = CMD_FILE_OR_CHILD, .opts = check_opts,
		.synopsis = "[OPTION]... FILE | -- CMD [ARG]...",
		.help = "judge a trace file or a command, for scripts and CI",
	},
	{
		.name = "diff", .run = cmd_diff, .flags = CMD_WORDS, .opts = diff_opts,
		.synopsis = "[OPTION]... A B",
		.help = "say what run B leaks that run A does not", .words = "file file",
	},
	{
		.name = "dump", .run = cmd_dump, .flags = CMD_FILE, .opts = dump_opts,
		.synopsis = "[OPTION]... FILE",
		.help = "print the records of a trace file, one a line",
	},
	{
		.name = "export", .run = cmd_export, .flags = CMD_FILE, .opts = export_opts,
		.synopsis = "--FORMAT [OPTION]... FILE",
		.help = "write a trace file in the format of another program",
	},
	{
		.name = "info", .run = cmd_info, .flags = CMD_FILE, .opts = json_opts,
		.synopsis = "[OPTION]... FILE",
		.help = "print what a trace file says of itself",
	},
	{
		.name = "verify", .run = cmd_verify, .flags = CMD_FILE, .opts = json_opts,
		.synopsis = "[OPTION]... FILE",
		.help = "check that a trace file is whole",
	},
	{
		.name = "recover", .run = cmd_recover, .flags = CMD_FILE, .opts = recover_opts,
		.synopsis = "[OPTION]... -o FILE FILE",
		.help = "rescue a cut or damaged trace file, and say what is gone",
	},
	{
		.name = "snapshot", .run = cmd_snapshot, .flags = 0, .opts = snapshot_opts,
		.synopsis = "[OPTION]...",
		.help = "list what is registered on every address space right now",
	},
	{
		.name = "rules", .run = cmd_rules, .flags = CMD_WORDS, .opts = json_opts,
		.synopsis = "[OPTION]... [explain RULE]",
		.help = "list the rules, or explain one", .words = "explain rule",
	},
	{
		.name = "doctor", .run = cmd_doctor, .flags = 0, .opts = doctor_opts,
		.synopsis = "[OPTION]...",
		.help = "say what this kernel can and cannot do, and the remedy",
	},
	{
		.name = "selftest", .run = cmd_selftest, .flags = 0, .opts = selftest_opts,
		.synopsis = "[OPTION]...",
		.help = "plant an orphan and prove that it is reported",
	},
	{
		.name = "help", .run = cmd_help, .flags = CMD_WORDS, .opts = help_opts,
		.synopsis = "[OPTION]... [COMMAND]",
		.help = "print this, or the help of a command", .words = "command",
	},
	{ 0 }
};

/* The nearest name, NULL when none is near. */
static const char *nearest_command(const char *name)
{
	size_t best_distance = 3, len = strlen(name);
	const char *best = NULL;

	for (const struct command *c = commands; c->name; c++) {
		size_t d = opt_distance(name, len, c->name);

		if (d < best_distance && d < len) {
			best_distance = d;
			best = c->name;
		}
	}
	return best;
}

const struct command *command_find(const char *name, struct errmsg *err)
{
	const struct command *found = NULL;

	for (const struct command *c = commands; c->name; c++) {
		if (!strcmp(c->name, name))
			return c;
		if (strncmp(c->name, name, strlen(name)))
			continue;
		if (found) {
			err_set(err, -EINVAL, "'%s' could be %s or %s", name, found->name,
				c->name);
			return NULL;
		}
		found = c;
	}
	if (!found || !*name) {
		const char *near = nearest_command(name);

		err_set(err, -EINVAL, "there is no command '%s'; %s%s%s", name,
			near ? "did you mean " : "", near ? near : "",
			near ? "?" : "`hmmtrace help` lists them");
		return NULL;
	}
	return found;
}

static int check_child(const struct invocation *inv, struct errmsg *err)
{
	if (!(inv->cmd->flags & (CMD_CHILD | CMD_FILE_OR_CHILD)))
		return err_set(err, -EINVAL, "%s runs no command: '--' is not expected",
			       inv->cmd->name);
	if (!inv->rest.nr_after)
		return err_set(err, -EINVAL, "there is no command after '--'");
	if (inv->rest.nr_args)
		return err_set(err, -EINVAL, "'%s' is not expected beside the command after '--'",
			       inv->rest.args[0]);
	return 0;
}

int command_check_words(const struct invocation *inv, struct errmsg *err)
{
	const struct opt_rest *r = &inv->rest;
	unsigned int flags = inv->cmd->flags;

	if (r->after)
		return check_child(inv, err);
	if (flags & CMD_WORDS)
		return 0;
	if (flags & (CMD_FILE | CMD_FILE_OR_CHILD)) {
		if (!r->nr_args)
			return err_set(err, -EINVAL, "%s needs %s; `hmmtrace help %s` says more",
				       inv->cmd->name, flags & CMD_FILE ? "a trace file" :
				       "a trace file, or a command after '--'", inv->cmd->name);
		if (r->nr_args > 1)
			return err_set(err, -EINVAL, "%s takes one file: '%s' is not expected",
				       inv->cmd->name, r->args[1]);
		return 0;
	}
	if (r->nr_args)
		return err_set(err, -EINVAL, "'%s' is not expected%s", r->args[0],
			       flags & CMD_CHILD ? "; a command goes after '--'" : "");
	return 0;
}

int complain(const struct errmsg *err)
{
	fprintf(stderr, "hmmtrace: %s\n", err->text);
	return EXIT_TROUBLE;
}

int complainf(const char *fmt, ...)
{
	va_list ap;

	fputs("hmmtrace: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_TROUBLE;
}
