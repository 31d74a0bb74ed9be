// SPDX-License-Identifier: GPL-2.0
/*
 * complete.c - what a shell can complete, as lines of words:
 *
 *	command live child			takes a command behind "--"
 *	command rules explain rule		what its words are, in this order
 *	option live -g --grace T		letter, name, argument; - is none
 *	option live - --stacks WHICH default none all
 *	event fault
 *	level error
 *	rule range-orphaned-by-mirror
 *	quantity range.lifetime.p99
 *
 * tools/completion puts them into the script that is installed.
 */
#include <stdio.h>

#include "cmd/options.h"
#include "out/quantity.h"

static void print_option(const struct command *c, const struct opt *o, FILE *out)
{
	char letter[] = { '-', o->letter, '\0' };

	fprintf(out, "option %s %s %s%s %s", c->name, letter, o->name ? "--" : "-",
		o->name ? o->name : "", o->arg ? o->arg : "-");
	for (const char *const *v = o->choices; v && *v; v++)
		fprintf(out, " %s", *v);
	fputc('\n', out);
}

static void print_command(const struct command *c, FILE *out)
{
	fprintf(out, "command %s%s%s", c->name,
		c->flags & (CMD_CHILD | CMD_FILE_OR_CHILD) ? " child" : "",
		c->flags & (CMD_FILE | CMD_FILE_OR_CHILD) ? " file" : "");
	fprintf(out, "%s%s\n", c->words ? " " : "", c->words ? c->words : "");
	for (const struct opt *o = c->opts; o->kind != OPT_END_; o++)
		if (o->kind != OPT_GROUP_)
			print_option(c, o, out);
}

void complete_tables(FILE *out)
{
	for (const struct command *c = commands; c->name; c++)
		print_command(c, out);
	for (const char *const *e = events_choices; *e; e++)
		fprintf(out, "event %s\n", *e);
	for (unsigned int s = SEVERITY_OFF; s <= SEVERITY_ERROR; s++)
		fprintf(out, "level %s\n", severity_name(s));
	for (unsigned int r = 1; r < RULE_NR; r++)
		fprintf(out, "rule %s\n", rule_name(r));
	for (const struct quantity *q = quantities; q->name; q++)
		fprintf(out, "quantity %s\n", q->name);
}
