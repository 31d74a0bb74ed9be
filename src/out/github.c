// SPDX-License-Identifier: GPL-2.0
/*
 * github.c - findings and failed assertions as workflow commands, which GitHub
 * shows as annotations. It shows ten of a kind, so findings of one signature
 * share one.
 */
#include "out/baseline.h"
#include "out/cases.h"

/* Data and properties have escapes of their own. */
static void add_escaped(struct strbuf *sb, const char *s, bool property)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
			strbuf__addf(sb, "%%%02X", c);
		else
			strbuf__addc(sb, c >= ' ' && c < 0x7f ? (char)c : '?');
	}
}

static void annotate(struct strbuf *sb, const char *level, const char *title, const char *message)
{
	strbuf__addf(sb, "::%s title=", level);
	add_escaped(sb, title, true);
	strbuf__adds(sb, "::");
	add_escaped(sb, message, false);
	strbuf__addc(sb, '\n');
}

static const char *level_of(const struct finding *f)
{
	return f->confidence == CONFIDENCE_CERTAIN && f->severity == SEVERITY_ERROR ? "error" :
								      "warning";
}

/* The signature with the level, as certain and inconclusive findings do not share one. */
static void key_of(const struct cases_input *in, const struct finding *f, struct strbuf *sb)
{
	strbuf__reset(sb);
	strbuf__addf(sb, "%s\n", level_of(f));
	signature_make(in->evidence->symtab, f, sb);
}

static bool annotated(const struct evidence_finding *e)
{
	return e->standing == STANDING_NEW && e->f.severity >= SEVERITY_WARN;
}

static void add_finding(const struct cases_input *in, const struct finding *f, __u64 count,
			struct strbuf *sb)
{
	struct strbuf line = STRBUF_INIT;
	char title[128];

	snprintf(title, sizeof(title), "hmmtrace: %s", rule_name(f->rule));
	cases_finding_line(in->evidence->symtab, f, &line);
	if (count > 1)
		strbuf__addf(&line, " (and %llu more like it)", (unsigned long long)(count - 1));
	annotate(sb, level_of(f), title, strbuf__str(&line));
	sb->failed |= strbuf__err(&line) != 0;
	strbuf__free(&line);
}

static void add_findings(const struct cases_input *in, struct strbuf *sb)
{
	struct baseline all = { 0 }, done = { 0 };
	const struct evidence *ev = in->evidence;
	struct strbuf key = STRBUF_INIT;

	for (size_t i = 0; i < ev->nr_findings; i++) {
		if (!annotated(&ev->findings[i]))
			continue;
		key_of(in, &ev->findings[i].f, &key);
		sb->failed |= strbuf__err(&key) || baseline__add(&all, strbuf__str(&key), 1);
	}
	for (size_t i = 0; !sb->failed && i < ev->nr_findings; i++) {
		if (!annotated(&ev->findings[i]))
			continue;
		key_of(in, &ev->findings[i].f, &key);
		if (baseline__find(&done, strbuf__str(&key)))
			continue;
		sb->failed |= strbuf__err(&key) || baseline__add(&done, strbuf__str(&key), 1);
		if (!sb->failed)
			add_finding(in, &ev->findings[i].f,
				    baseline__find(&all, strbuf__str(&key))->count, sb);
	}
	baseline__free(&all);
	baseline__free(&done);
	strbuf__free(&key);
}

void github_write(const struct cases_input *in, struct strbuf *sb)
{
	add_findings(in, sb);
	for (size_t i = 0; i < in->assertions->nr; i++) {
		const struct assertion *a = &in->assertions->v[i];
		struct strbuf line = STRBUF_INIT;

		if (a->outcome == OUTCOME_PASSED)
			continue;
		strbuf__addf(&line, "%s: %s", a->text, a->message);
		annotate(sb, a->outcome == OUTCOME_FAILED ? "error" : "warning",
			 a->outcome == OUTCOME_FAILED ? "hmmtrace: assertion failed" :
			 "hmmtrace: assertion inconclusive", strbuf__str(&line));
		strbuf__free(&line);
	}
	if (evidence__lossy(in->evidence))
		annotate(sb, "warning", "hmmtrace: events lost",
			 "what is missing of the trace could overturn \"clean\"");
	if (*in->command_end)
		annotate(sb, "notice", "hmmtrace: the command", in->command_end);
}
