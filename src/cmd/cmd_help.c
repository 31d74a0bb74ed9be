// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "out/quantity.h"
#include "stream/desc.h"

void help_command(const struct command *cmd, FILE *out)
{
	fprintf(out, "usage: hmmtrace %s %s\n\n%s: %s.\n", cmd->name, cmd->synopsis, cmd->name,
		cmd->help);
	if (cmd->opts[0].kind != OPT_GROUP_)
		fputs("\nOptions:\n", out);
	opt_help(cmd->opts, out);
}

void help_all(FILE *out)
{
	fputs("usage: hmmtrace COMMAND [OPTION]... [ARG]...\n\n"
	      "hmmtrace follows the references and ranges drivers hold on address spaces\n"
	      "through HMM and mmu notifiers, and flags the ones that are orphaned.\n\n"
	      "Commands:\n", out);
	for (const struct command *c = commands; c->name; c++)
		fprintf(out, "  %-10s%s\n", c->name, c->help);
	fputs("\nExit status:\n", out);
#define EXIT_X(NAME, value, text) fprintf(out, "  %-10d%s\n", value, text);
	EXIT_CODES(EXIT_X)
#undef EXIT_X
	fputs("\nTo begin with, `hmmtrace doctor` says whether this kernel can be traced, and\n"
	      "`hmmtrace live` watches it. `hmmtrace help COMMAND` says more, hmmtrace(1) all.\n",
	      out);
}

/* The generated parts of the manual; tools/check-docs compares them. */
static void markdown_commands(void)
{
	for (const struct command *c = commands; c->name; c++)
		printf("`hmmtrace %s` %s\n:   %c%s.\n\n", c->name, c->synopsis,
		       toupper(c->help[0]), c->help + 1);
}

static void markdown_exit_status(void)
{
#define EXIT_X(NAME, value, text) printf("`%d`\n:   %c%s.\n\n", value, toupper(text[0]), text + 1);
	EXIT_CODES(EXIT_X)
#undef EXIT_X
}

/* "u64 mm", "text[16] comm" */
static void print_member(const struct field_desc *f, bool first)
{
	static const char *const types[] = { "u32", "s32", "u64", "s64" };
	size_t size = field_text_size(f);

	if (size)
		printf("%stext[%zu] %s", first ? "" : ", ", size, field_name(f));
	else
		printf("%s%s %s", first ? "" : ", ", types[f->type], field_name(f));
}

static void markdown_events(void)
{
	for (unsigned int kind = 1; kind < HMT_KIND_MAX; kind++) {
		const struct record_desc *d = record_desc(kind);

		if (!d)
			continue;
		printf("`%s` (%u)\n:   ", d->name, kind);
		for (unsigned int i = 0, n = 0; i < d->nr_fields; i++)
			if (d->fields[i].show != SHOW_pad)
				print_member(&d->fields[i], n++ == 0);
		printf("%s.\n\n", kind == HMT_STACK ? ", then the addresses, ips" :
				  kind == HMT_SYMBOL ? ", then the strings name and module" : "");
	}
}

static void markdown_causes(void)
{
	for (unsigned int cause = 1; cause < HMT_CAUSE_NR; cause++) {
		const char *help = cause_help(cause);

		printf("`%s` (%u)\n:   %c%s. %s\n\n", cause_name(cause), cause, toupper(help[0]),
		       help + 1, cause_overturns(cause) ? "A verdict may rest on it." :
						       "No verdict rests on it.");
	}
}

static void markdown_quantities(void)
{
	for (const struct quantity *q = quantities; q->name; q++)
		printf("`%s` (%s)\n:   %c%s.\n\n", q->name, unit_name(q->unit),
		       toupper(q->help[0]), q->help + 1);
}

static int markdown(const char *what)
{
	static const struct { const char *name; void (*print)(void); } parts[] = {
		{ "commands", markdown_commands },
		{ "exit-status", markdown_exit_status },
		{ "events", markdown_events },
		{ "causes", markdown_causes },
		{ "quantities", markdown_quantities },
	};
	const struct command *cmd;
	struct errmsg err;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(parts[i].name, what))
			continue;
		parts[i].print();
		return EXIT_CLEAN;
	}
	cmd = command_find(what, &err);
	if (!cmd)
		return complain(&err);
	opt_markdown(cmd->opts, stdout);
	return EXIT_CLEAN;
}

/* What is no command, but has a page or a text of its own. Return: was there any? */
static bool help_topic(const char *name)
{
	static const struct { const char *name; int section; } pages[] = {
		{ "assert", 5 }, { "file", 5 }, { "json", 5 }, { "events", 7 },
	};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (strcmp(pages[i].name, name))
			continue;
		printf("%s: read hmmtrace-%s(%d), `man hmmtrace-%s`.\n", name, name,
		       pages[i].section, name);
		return true;
	}
	if (rule_by_name(name) == RULE_NONE)
		return false;
	printf("%s: %s.\n\n`hmmtrace rules explain %s` says more.\n", name,
	       rule_title(rule_by_name(name)), name);
	return true;
}

int cmd_help(struct invocation *inv)
{
	const struct command *cmd;
	struct errmsg err;

	if (inv->rest.nr_args > 1)
		return complainf("help takes one command: '%s' is not expected",
				 inv->rest.args[1]);
	if (inv->o.complete) {
		complete_tables(stdout);
		return EXIT_CLEAN;
	}
	if (inv->o.markdown)
		return inv->rest.nr_args ? markdown(inv->rest.args[0]) :
		       complainf("help --markdown needs a command, or one of commands, "
				 "exit-status, events, causes, quantities");
	if (!inv->rest.nr_args) {
		help_all(stdout);
		return EXIT_CLEAN;
	}
	cmd = command_find(inv->rest.args[0], &err);
	if (!cmd && help_topic(inv->rest.args[0]))
		return EXIT_CLEAN;
	if (!cmd)
		return complain(&err);
	help_command(cmd, stdout);
	return EXIT_CLEAN;
}
