// SPDX-License-Identifier: GPL-2.0
/*
 * junit.c - test cases as JUnit XML, in the common subset that Jenkins, GitLab
 * and GitHub actions read: what matters is in the body of an element, not only
 * in an attribute, because GitLab shows nothing else.
 *
 * Twenty lines of escaping instead of a library: the one that is packaged
 * brings 40 MB of character sets along, also into every VM image.
 */
#include "out/cases.h"

/* One character of XML; bytes that no XML may hold, or that are no ASCII, become '?'. */
static void add_char(struct strbuf *sb, unsigned char c, bool attribute)
{
	switch (c) {
	case '&':
		strbuf__adds(sb, "&amp;");
		return;
	case '<':
		strbuf__adds(sb, "&lt;");
		return;
	case '>':
		strbuf__adds(sb, "&gt;");
		return;
	case '"':
		strbuf__adds(sb, "&quot;");
		return;
	case '\n':
		strbuf__adds(sb, attribute ? "&#10;" : "\n");
		return;
	case '\t':
		strbuf__adds(sb, attribute ? "&#9;" : "\t");
		return;
	default:
		strbuf__addc(sb, c >= ' ' && c < 0x7f ? (char)c : '?');
		return;
	}
}

static void add_text(struct strbuf *sb, const char *s)
{
	while (*s)
		add_char(sb, (unsigned char)*s++, false);
}

static void add_attribute(struct strbuf *sb, const char *name, const char *value)
{
	strbuf__addf(sb, " %s=\"", name);
	while (*value)
		add_char(sb, (unsigned char)*value++, true);
	strbuf__addc(sb, '"');
}

static void add_element(struct strbuf *sb, const char *name, const char *type,
			const struct test_case *tc)
{
	strbuf__addf(sb, "      <%s", name);
	add_attribute(sb, "type", type);
	add_attribute(sb, "message", tc->message);
	strbuf__adds(sb, ">");
	add_text(sb, tc->message);
	if (*tc->text) {
		strbuf__adds(sb, "\n\n");
		add_text(sb, tc->text);
	}
	strbuf__addf(sb, "</%s>\n", name);
}

static void add_case(struct strbuf *sb, const struct test_case *tc)
{
	char classname[64];

	snprintf(classname, sizeof(classname), "hmmtrace.%s", tc->group);
	strbuf__adds(sb, "    <testcase");
	add_attribute(sb, "classname", classname);
	add_attribute(sb, "name", tc->name);
	strbuf__adds(sb, " time=\"0\"");
	if (tc->state == CASE_PASSED && !*tc->message && !*tc->text) {
		strbuf__adds(sb, "/>\n");
		return;
	}
	strbuf__adds(sb, ">\n");
	if (tc->state == CASE_FAILED) {
		add_element(sb, "failure", tc->group, tc);
	} else if (tc->state == CASE_OPEN) {
		add_element(sb, "error", "inconclusive", tc);
	} else if (tc->state == CASE_SKIPPED) {
		strbuf__adds(sb, "      <skipped");
		add_attribute(sb, "message", tc->message);
		strbuf__adds(sb, "/>\n");
	} else {
		strbuf__adds(sb, "      <system-out>");
		add_text(sb, *tc->message ? tc->message : tc->text);
		strbuf__adds(sb, "</system-out>\n");
	}
	strbuf__adds(sb, "    </testcase>\n");
}

static void add_counts(struct strbuf *sb, const struct cases *c)
{
	strbuf__addf(sb, " name=\"hmmtrace\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
		     "time=\"%llu.%03llu\"", c->nr, c->count[CASE_FAILED], c->count[CASE_OPEN],
		     (unsigned long long)(c->duration_ns / 1000000000),
		     (unsigned long long)(c->duration_ns / 1000000 % 1000));
}

void junit_write(const struct cases *c, struct strbuf *sb)
{
	strbuf__adds(sb, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	add_counts(sb, c);
	strbuf__adds(sb, ">\n  <testsuite");
	add_counts(sb, c);
	/* Of a suite only: the schema that Jenkins goes by refuses it one level higher. */
	strbuf__addf(sb, " skipped=\"%zu\">\n", c->count[CASE_SKIPPED]);
	for (size_t i = 0; i < c->nr; i++)
		add_case(sb, &c->v[i]);
	/* No test case of ours: how the command ended does not change the verdict. */
	if (*c->command_end) {
		strbuf__adds(sb, "    <system-err>");
		add_text(sb, c->command_end);
		strbuf__adds(sb, "</system-err>\n");
	}
	strbuf__adds(sb, "  </testsuite>\n</testsuites>\n");
}
