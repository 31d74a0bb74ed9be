// SPDX-License-Identifier: GPL-2.0
/*
 * sarif.c - findings and failed assertions as SARIF 2.1.0. There are no source
 * lines in a trace, so places are functions (logical locations) and stacks.
 * What is inconclusive has the kind "open": the tool cannot decide.
 */
#include <string.h>

#include "base/jsonw.h"
#include "out/baseline.h"
#include "out/cases.h"
#include "out/words.h"

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/" \
	"sarif-schema-2.1.0.json"
/* The hash of what signature_make() says; another way to make it gets another number. */
#define FINGERPRINT "hmmtraceSignature/v1"

static void key_text(struct jsonw *j, const char *key, const char *text)
{
	jsonw__key(j, key);
	jsonw__object(j);
	jsonw__kstr(j, "text", text);
	jsonw__end(j);
}

static const char *level_name(enum severity s)
{
	return s == SEVERITY_ERROR ? "error" : s == SEVERITY_WARN ? "warning" :
	       s == SEVERITY_NOTE ? "note" : "none";
}

static void add_rule(struct jsonw *j, const char *id, const char *text, const char *level)
{
	jsonw__object(j);
	jsonw__kstr(j, "id", id);
	key_text(j, "shortDescription", text);
	jsonw__key(j, "defaultConfiguration");
	jsonw__object(j);
	jsonw__kstr(j, "level", level);
	jsonw__end(j);
	jsonw__end(j);
}

/* ruleIndex is the rule's own number - 1; what is no rule comes last. */
static void key_tool(struct jsonw *j, const char *version)
{
	jsonw__key(j, "tool");
	jsonw__object(j);
	jsonw__key(j, "driver");
	jsonw__object(j);
	jsonw__kstr(j, "name", "hmmtrace");
	jsonw__kstr(j, "version", version);
	jsonw__key(j, "rules");
	jsonw__array(j);
	for (unsigned int r = 1; r < RULE_NR; r++)
		add_rule(j, rule_name(r), rule_title(r), level_name(rule_severity(r)));
	add_rule(j, "assertion", "an assertion does not hold", "error");
	jsonw__end(j);
	jsonw__end(j);
	jsonw__end(j);
}

static void add_notification(struct jsonw *j, const char *level, const char *text)
{
	jsonw__object(j);
	jsonw__kstr(j, "level", level);
	key_text(j, "message", text);
	jsonw__end(j);
}

static void key_invocations(struct jsonw *j, const struct cases_input *in)
{
	jsonw__key(j, "invocations");
	jsonw__array(j);
	jsonw__object(j);
	jsonw__kbool(j, "executionSuccessful", true);
	jsonw__ks64(j, "exitCode", in->summary->verdict);
	jsonw__key(j, "toolExecutionNotifications");
	jsonw__array(j);
	if (evidence__lossy(in->evidence))
		add_notification(j, "warning", "events were lost that could overturn \"clean\"");
	if (*in->command_end)
		add_notification(j, "note", in->command_end);
	jsonw__end(j);
	jsonw__end(j);
	jsonw__end(j);
}

/* The members of a location, around which the caller puts an object. */
static void logical_locations(struct jsonw *j, const struct symtab *t, __u64 addr)
{
	struct symbol sym;
	char name[256], full[512];

	signature_frame(t, addr, name, sizeof(name));
	if (symtab__lookup(t, addr, &sym) && sym.module[0])
		snprintf(full, sizeof(full), "%s!%s", sym.module, name);
	else
		snprintf(full, sizeof(full), "%s", name);
	jsonw__key(j, "logicalLocations");
	jsonw__array(j);
	jsonw__object(j);
	jsonw__kstr(j, "name", name);
	jsonw__kstr(j, "fullyQualifiedName", full);
	jsonw__kstr(j, "kind", "function");
	jsonw__end(j);
	jsonw__end(j);
}

static void key_locations(struct jsonw *j, const struct symtab *t, const struct finding *f)
{
	__u64 place = words_place(t, signature_origin(f));

	jsonw__key(j, "locations");
	jsonw__array(j);
	if (place) {
		jsonw__object(j);
		logical_locations(j, t, place);
		jsonw__end(j);
	}
	jsonw__end(j);
}

static void add_stack(struct jsonw *j, const struct symtab *t, const struct moment *m,
		      const char *what)
{
	char text[300];
	const __u64 *ips;
	__u32 nr;

	ips = symtab__stack(t, m->stack, &nr);
	if (!m->ts || !nr)
		return;
	jsonw__object(j);
	key_text(j, "message", what);
	jsonw__key(j, "frames");
	jsonw__array(j);
	for (__u32 i = 0; i < nr; i++) {
		jsonw__object(j);
		jsonw__key(j, "location");
		jsonw__object(j);
		symtab__format(t, ips[i], text, sizeof(text));
		key_text(j, "message", text);
		logical_locations(j, t, ips[i]);
		jsonw__end(j);
		jsonw__end(j);
	}
	jsonw__end(j);
	jsonw__end(j);
}

static void key_fingerprint(struct jsonw *j, const char *signature)
{
	char hash[32];

	snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)signature_hash(signature));
	jsonw__key(j, "partialFingerprints");
	jsonw__object(j);
	jsonw__kstr(j, FINGERPRINT, hash);
	jsonw__end(j);
}

static void key_standing(struct jsonw *j, enum standing standing)
{
	if (standing == STANDING_KNOWN)
		jsonw__kstr(j, "baselineState", "unchanged");
	if (standing != STANDING_SUPPRESSED)
		return;
	jsonw__key(j, "suppressions");
	jsonw__array(j);
	jsonw__object(j);
	jsonw__kstr(j, "kind", "external");
	jsonw__end(j);
	jsonw__end(j);
}

static void add_finding(struct jsonw *j, const struct cases_input *in,
			const struct evidence_finding *e)
{
	const struct symtab *t = in->evidence->symtab;
	struct strbuf line = STRBUF_INIT, signature = STRBUF_INIT;
	bool certain = e->f.confidence == CONFIDENCE_CERTAIN;
	bool note = e->f.severity < SEVERITY_WARN;

	cases_finding_line(t, &e->f, &line);
	signature_make(t, &e->f, &signature);
	jsonw__object(j);
	jsonw__kstr(j, "ruleId", rule_name(e->f.rule));
	jsonw__ku64(j, "ruleIndex", e->f.rule - 1);
	/* The standard wants "none" beside a kind that is not "fail". */
	jsonw__kstr(j, "kind", note ? "informational" : certain ? "fail" : "open");
	jsonw__kstr(j, "level", certain && !note ? level_name(e->f.severity) : "none");
	key_text(j, "message", strbuf__str(&line));
	key_locations(j, t, &e->f);
	key_fingerprint(j, strbuf__str(&signature));
	jsonw__key(j, "stacks");
	jsonw__array(j);
	add_stack(j, t, &e->f.object.born, "born");
	add_stack(j, t, &e->f.prior, "should have been released by then");
	add_stack(j, t, &e->f.offence, "the event that is wrong");
	jsonw__end(j);
	key_standing(j, e->standing);
	jsonw__end(j);
	j->sb->failed |= strbuf__err(&line) || strbuf__err(&signature);
	strbuf__free(&line);
	strbuf__free(&signature);
}

static void add_assertion(struct jsonw *j, const struct assertion *a)
{
	bool failed = a->outcome == OUTCOME_FAILED;
	char text[2048];

	snprintf(text, sizeof(text), "%s: %s", a->text, a->message);
	jsonw__object(j);
	jsonw__kstr(j, "ruleId", "assertion");
	jsonw__ku64(j, "ruleIndex", RULE_NR - 1);
	jsonw__kstr(j, "kind", failed ? "fail" : "open");
	jsonw__kstr(j, "level", failed ? "error" : "none");
	key_text(j, "message", text);
	key_fingerprint(j, a->text);
	jsonw__end(j);
}

void sarif_write(const struct cases_input *in, const char *version, struct strbuf *sb)
{
	const struct evidence *ev = in->evidence;
	struct jsonw j;

	jsonw__init(&j, sb);
	jsonw__object(&j);
	jsonw__kstr(&j, "$schema", SCHEMA);
	jsonw__kstr(&j, "version", "2.1.0");
	jsonw__key(&j, "runs");
	jsonw__array(&j);
	jsonw__object(&j);
	key_tool(&j, version);
	key_invocations(&j, in);
	jsonw__key(&j, "results");
	jsonw__array(&j);
	for (size_t i = 0; i < ev->nr_findings; i++)
		add_finding(&j, in, &ev->findings[i]);
	for (size_t i = 0; i < in->assertions->nr; i++)
		if (in->assertions->v[i].outcome != OUTCOME_PASSED)
			add_assertion(&j, &in->assertions->v[i]);
	jsonw__end(&j);
	jsonw__end(&j);
	jsonw__end(&j);
	jsonw__end(&j);
	strbuf__addc(sb, '\n');
}
