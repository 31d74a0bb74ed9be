// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "cmd/cmd.h"

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
	fputs("\n`hmmtrace help COMMAND` says more.\n", out);
}

int cmd_help(struct invocation *inv)
{
	const struct command *cmd;
	struct errmsg err;

	if (!inv->rest.nr_args) {
		help_all(stdout);
		return EXIT_CLEAN;
	}
	if (inv->rest.nr_args > 1)
		return complainf("help takes one command: '%s' is not expected",
				 inv->rest.args[1]);
	cmd = command_find(inv->rest.args[0], &err);
	if (!cmd)
		return complain(&err);
	if (inv->o.markdown)
		opt_markdown(cmd->opts, stdout);
	else
		help_command(cmd, stdout);
	return EXIT_CLEAN;
}
