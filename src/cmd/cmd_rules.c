// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "cmd/cmd.h"
#include "out/table.h"

#define WRAP_COLUMNS 76

/* The sections of hmmtrace-rules(7), made by tools/rules-text. */
static const struct { const char *id, *text; } rules_text[] = {
#include "rules_text.h"
	{ NULL, NULL },
};

static const char *explanation(const char *id)
{
	for (size_t i = 0; rules_text[i].id; i++)
		if (!strcmp(rules_text[i].id, id))
			return rules_text[i].text;
	return NULL;
}

static void add_rule_json(struct strbuf *sb, enum rule_id r, bool explain)
{
	const char *text = explanation(rule_name(r));
	struct jsonw j;

	jsonw__init(&j, sb);
	jsonw__object(&j);
	jsonw__kstr(&j, "type", "rule");
	jsonw__kstr(&j, "rule", rule_name(r));
	jsonw__kstr(&j, "severity", severity_name(rule_severity(r)));
	jsonw__kstr(&j, "title", rule_title(r));
	if (explain && text)
		jsonw__kstr(&j, "text", text);
	jsonw__end(&j);
	strbuf__addc(sb, '\n');
}

static int print(struct strbuf *sb)
{
	int status = EXIT_CLEAN;

	if (strbuf__err(sb))
		status = complainf("out of memory");
	else
		fputs(strbuf__str(sb), stdout);
	strbuf__free(sb);
	return status;
}

static int list_rules(const struct invocation *inv)
{
	struct table t = TABLE_INIT("lll");
	struct strbuf sb = STRBUF_INIT;

	for (unsigned int r = RULE_NONE + 1; r < RULE_NR; r++) {
		if (inv->o.json)
			add_rule_json(&sb, r, false);
		else
			table__row(&t, rule_name(r), severity_name(rule_severity(r)),
				   rule_title(r));
	}
	if (!inv->o.json)
		table__print(&t, "", &sb);
	return print(&sb);
}

/* One line of the manual, for reading: definitions are indented, all is wrapped. */
static void add_wrapped(struct strbuf *sb, const char *line, size_t len)
{
	bool indented = len >= 4 && !memcmp(line, ":   ", 4);
	size_t column = 0, word;

	if (indented) {
		line += 4;
		len -= 4;
	}
	for (size_t i = 0; i < len; i += word) {
		while (i < len && line[i] == ' ')
			i++;
		for (word = 0; i + word < len && line[i + word] != ' '; word++)
			;
		if (column && column + 1 + word > WRAP_COLUMNS) {
			strbuf__addc(sb, '\n');
			column = 0;
		}
		if (column)
			strbuf__addc(sb, ' ');
		else
			strbuf__pad(sb, ' ', indented ? 4 : 0);
		strbuf__add(sb, line + i, word);
		column += word + !!column;
	}
	strbuf__addc(sb, '\n');
}

static int explain_rule(const struct invocation *inv, const char *name)
{
	enum rule_id rule = rule_by_name(name);
	struct strbuf sb = STRBUF_INIT;
	const char *text;

	if (rule == RULE_NONE)
		return complainf("there is no rule '%s'; `hmmtrace rules` lists them", name);
	if (inv->o.json) {
		add_rule_json(&sb, rule, true);
		return print(&sb);
	}
	text = explanation(name);
	strbuf__addf(&sb, "%s\n\n", name);
	if (!text)
		strbuf__addf(&sb, "%s: %s\n", severity_name(rule_severity(rule)),
			     rule_title(rule));
	for (size_t len; text && *text; text += len + !!text[len]) {
		len = strcspn(text, "\n");
		add_wrapped(&sb, text, len);
	}
	return print(&sb);
}

int cmd_rules(struct invocation *inv)
{
	char **args = inv->rest.args;
	int nr = inv->rest.nr_args;

	if (!nr)
		return list_rules(inv);
	if (strcmp(args[0], "explain"))
		return complainf("'%s' is not expected; the only word rules takes is explain",
				 args[0]);
	if (nr != 2)
		return complainf("rules explain needs one rule");
	return explain_rule(inv, args[1]);
}
