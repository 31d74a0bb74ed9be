// SPDX-License-Identifier: GPL-2.0
/*
 * ktap.c - test cases as the kernel's test anything protocol, version 1: one
 * test a group, its cases nested in it, diagnostics in front of the result
 * they belong to.
 */
#include <string.h>

#include "out/cases.h"

/* '#' begins a directive, and a line is a line. */
static void add_clean(struct strbuf *sb, const char *s)
{
	for (; *s; s++)
		strbuf__addc(sb, *s == '#' ? '_' : *s >= ' ' && *s < 0x7f ? *s : '?');
}

static void add_lines(struct strbuf *sb, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		strbuf__adds(sb, "  #");
		if (len)
			strbuf__addc(sb, ' ');
		for (size_t i = 0; i < len; i++)
			strbuf__addc(sb, text[i] >= ' ' && text[i] < 0x7f ? text[i] : '?');
		strbuf__addc(sb, '\n');
		text += len + (text[len] == '\n');
	}
}

static void add_case(struct strbuf *sb, const struct test_case *tc, size_t nr)
{
	add_lines(sb, tc->text);
	if (tc->state == CASE_FAILED || tc->state == CASE_PASSED)
		add_lines(sb, tc->message);
	strbuf__addf(sb, "  %sok %zu ",
		     tc->state == CASE_FAILED || tc->state == CASE_OPEN ? "not " : "", nr);
	add_clean(sb, tc->name);
	if (tc->state == CASE_OPEN || tc->state == CASE_SKIPPED) {
		strbuf__adds(sb, tc->state == CASE_OPEN ? " # ERROR inconclusive: " : " # SKIP ");
		add_clean(sb, tc->message);
	}
	strbuf__addc(sb, '\n');
}

/* The cases from at on that are of one group. Return: how many. */
static size_t group_length(const struct cases *c, size_t at)
{
	size_t nr = 0;

	while (at + nr < c->nr && !strcmp(c->v[at].group, c->v[at + nr].group))
		nr++;
	return nr;
}

static void add_group(struct strbuf *sb, const struct cases *c, size_t at, size_t nr, size_t serial)
{
	bool failed = false;

	strbuf__addf(sb, "  KTAP version 1\n  # Subtest: %s\n  1..%zu\n", c->v[at].group, nr);
	for (size_t i = 0; i < nr; i++) {
		enum case_state state = c->v[at + i].state;

		failed |= state == CASE_FAILED || state == CASE_OPEN;
		add_case(sb, &c->v[at + i], i + 1);
	}
	strbuf__addf(sb, "%sok %zu %s\n", failed ? "not " : "", serial, c->v[at].group);
}

void ktap_write(const struct cases *c, struct strbuf *sb)
{
	size_t groups = 0, nr;

	for (size_t at = 0; at < c->nr; at += group_length(c, at))
		groups++;
	strbuf__addf(sb, "KTAP version 1\n1..%zu\n", groups);
	groups = 0;
	for (size_t at = 0; at < c->nr; at += nr) {
		nr = group_length(c, at);
		add_group(sb, c, at, nr, ++groups);
	}
	if (*c->command_end) {
		strbuf__adds(sb, "# ");
		add_clean(sb, c->command_end);
		strbuf__addc(sb, '\n');
	}
}
