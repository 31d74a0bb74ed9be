// SPDX-License-Identifier: GPL-2.0
#include "cmd/gate.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "version.h"

static int add_assertions(struct gate *g, struct errmsg *err)
{
	const struct options *o = &g->inv->o;
	int ret;

	for (unsigned int i = 0; i < o->asserts.nr; i++) {
		ret = assertions__add(&g->assertions, o->asserts.v[i], "-a", err);
		if (ret)
			return ret;
	}
	return o->assertions ? assertions__read(&g->assertions, o->assertions, err) : 0;
}

int gate__init(struct gate *g, const struct invocation *inv, struct errmsg *err)
{
	const struct options *o = &inv->o;
	int ret = 0;

	*g = (struct gate){ .inv = inv };
	map64__init(&g->hidden);
	if (o->json + o->ktap + o->github > 1)
		return err_set(err, -EINVAL, "--json, --ktap and --github all go to stdout: "
			       "choose one");
	if (o->suppressions)
		ret = suppressions__read(&g->suppressions, o->suppressions, err);
	if (!ret && o->baseline)
		ret = baseline__read(&g->known, o->baseline, err);
	return ret ? ret : add_assertions(g, err);
}

void gate__attach(struct gate *g, const struct symtab *t, const struct engine_stats *stats)
{
	if (assertions__prepare(&g->assertions, &g->evidence))
		g->oom = true;
	g->evidence.symtab = t;
	g->evidence.stats = stats;
}

void gate__free(struct gate *g)
{
	suppressions__free(&g->suppressions);
	baseline__free(&g->known);
	baseline__free(&g->seen);
	baseline__free(&g->lines);
	assertions__free(&g->assertions);
	evidence__free(&g->evidence);
	map64__free(&g->hidden);
	g->inv = NULL;
}

bool gate__wants_lives(const struct gate *g)
{
	return g->assertions.nr > 0;
}

void gate__life(struct gate *g, const struct object_view *o, const struct moment *m)
{
	if (evidence__add_life(&g->evidence, o, m))
		g->oom = true;
}

/* --- findings ---------------------------------------------------------------------- */

static enum standing standing_of(struct gate *g, const struct finding *f)
{
	const struct options *o = &g->inv->o;
	enum standing standing = STANDING_NEW;
	struct strbuf sb = STRBUF_INIT;

	if (g->suppressions.nr &&
	    suppressions__match(&g->suppressions, g->evidence.symtab, f))
		return STANDING_SUPPRESSED;
	if (!o->baseline && !o->write_baseline)
		return STANDING_NEW;
	signature_make(g->evidence.symtab, f, &sb);
	/* What missing events could overturn is nothing to get used to. */
	if (o->write_baseline && f->confidence == CONFIDENCE_CERTAIN &&
	    f->severity >= SEVERITY_WARN &&
	    (strbuf__err(&sb) || baseline__add(&g->seen, strbuf__str(&sb), 1)))
		g->oom = true;
	if (o->baseline && baseline__find(&g->known, strbuf__str(&sb)))
		standing = STANDING_KNOWN;
	strbuf__free(&sb);
	return standing;
}

static void add_line(struct gate *g, const struct finding *f)
{
	struct strbuf sb = STRBUF_INIT;

	suppression_for(g->evidence.symtab, f, &sb);
	if (strbuf__err(&sb) || baseline__add(&g->lines, strbuf__str(&sb), 1))
		g->oom = true;
	strbuf__free(&sb);
}

static bool keeps_findings(const struct gate *g)
{
	const struct options *o = &g->inv->o;

	return g->assertions.nr || o->junit || o->sarif || o->ktap || o->github;
}

enum standing gate__finding(struct gate *g, const struct finding *f, struct summary *sum)
{
	enum standing standing = standing_of(g, f);

	if (keeps_findings(g) && evidence__add_finding(&g->evidence, f, standing))
		g->oom = true;
	if (standing == STANDING_NEW) {
		if (g->inv->o.print_suppressions && f->severity >= SEVERITY_WARN)
			add_line(g, f);
		return standing;
	}
	*(standing == STANDING_KNOWN ? &sum->known : &sum->suppressed) += 1;
	/* The value only has to be something. */
	if (map64__put(&g->hidden, f->serial, g))
		g->oom = true;
	return standing;
}

bool gate__hides(const struct gate *g, const struct finding *f)
{
	return map64__get(&g->hidden, f->serial) != NULL;
}

/* --- the end ----------------------------------------------------------------------- */

/* The engine's verdict counts what is hidden, too. */
static int verdict_without_hidden(const struct gate *g, const struct summary *sum)
{
	if (!g->hidden.nr)
		return sum->verdict;
	if (sum->by_severity[SEVERITY_WARN] || sum->by_severity[SEVERITY_ERROR])
		return EXIT_FINDINGS;
	return sum->nr_inconclusive || evidence__lossy(&g->evidence) ? EXIT_INCONCLUSIVE
								      : EXIT_CLEAN;
}

int gate__finish(struct gate *g, struct summary *sum)
{
	struct assertions *as = &g->assertions;

	if (g->oom)
		return -ENOMEM;
	g->evidence.lost = sum->lost;
	g->evidence.nr_lost = sum->nr_lost;
	sum->verdict = verdict_without_hidden(g, sum);
	if (assertions__judge(as, &g->evidence))
		return -ENOMEM;
	sum->assertions_passed = as->passed;
	sum->assertions_failed = as->failed;
	sum->assertions_open = as->open;
	if (as->failed)
		sum->verdict = EXIT_FINDINGS;
	else if (as->open && sum->verdict == EXIT_CLEAN)
		sum->verdict = EXIT_INCONCLUSIVE;
	return 0;
}

static void print(struct strbuf *sb, FILE *f)
{
	if (!strbuf__err(sb))
		fputs(strbuf__str(sb), f);
	strbuf__free(sb);
}

void gate__text(const struct gate *g, FILE *f)
{
	struct strbuf sb = STRBUF_INIT;

	assertions__text(&g->assertions, &sb);
	suppressions__text(&g->suppressions, &sb);
	if (g->inv->o.print_suppressions && g->lines.nr)
		strbuf__adds(&sb, "  these lines would suppress the findings\n");
	for (size_t i = 0; i < g->lines.nr; i++)
		strbuf__addf(&sb, "    %s\n", g->lines.v[i].signature);
	print(&sb, f);
}

static void proposals_json(const struct gate *g, struct strbuf *sb)
{
	for (size_t i = 0; i < g->lines.nr; i++) {
		struct jsonw j;

		jsonw__init(&j, sb);
		jsonw__object(&j);
		jsonw__kstr(&j, "type", "suppression-proposal");
		jsonw__kstr(&j, "text", g->lines.v[i].signature);
		jsonw__ku64(&j, "findings", g->lines.v[i].count);
		jsonw__end(&j);
		strbuf__addc(sb, '\n');
	}
}

void gate__json(const struct gate *g, FILE *f)
{
	struct strbuf sb = STRBUF_INIT;

	assertions__json(&g->assertions, &sb);
	suppressions__json(&g->suppressions, &sb);
	proposals_json(g, &sb);
	print(&sb, f);
}

/* Beside the place first, so that a job that dies leaves the old file or the new one. */
static int write_file(const char *path, const struct strbuf *sb, struct errmsg *err)
{
	char tmp[4096];
	FILE *f;
	int ret = 0;

	if (strbuf__err(sb))
		return err_set(err, -ENOMEM, "out of memory");
	if ((size_t)snprintf(tmp, sizeof(tmp), "%s.%d", path, (int)getpid()) >= sizeof(tmp))
		return err_set(err, -ENAMETOOLONG, "'%.200s' is too long a name", path);
	f = fopen(tmp, "we");
	if (!f)
		return err_set(err, -errno, "cannot create '%s': %s", path, strerror(errno));
	fwrite(strbuf__str(sb), 1, sb->len, f);
	if (ferror(f) || fflush(f))
		ret = -EIO;
	if (fclose(f) || ret)
		ret = err_set(err, -EIO, "cannot write '%s': %s", path, strerror(errno));
	else if (rename(tmp, path))
		ret = err_set(err, -errno, "cannot replace '%s': %s", path, strerror(errno));
	if (ret)
		unlink(tmp);
	return ret;
}

static int write_cases(const struct gate *g, const struct cases_input *in, struct errmsg *err)
{
	const struct options *o = &g->inv->o;
	struct strbuf sb = STRBUF_INIT;
	struct cases c;
	int ret = 0;

	if (!o->junit && !o->ktap)
		return 0;
	if (cases__build(&c, in))
		ret = err_set(err, -ENOMEM, "out of memory");
	if (!ret && o->junit) {
		junit_write(&c, &sb);
		ret = write_file(o->junit, &sb, err);
	}
	strbuf__reset(&sb);
	if (!ret && o->ktap) {
		ktap_write(&c, &sb);
		fputs(strbuf__str(&sb), in->sink->f);
		ret = strbuf__err(&sb) ? err_set(err, -ENOMEM, "out of memory") : 0;
	}
	strbuf__free(&sb);
	cases__free(&c);
	return ret;
}

static int write_findings(const struct gate *g, const struct cases_input *in, struct errmsg *err)
{
	const struct options *o = &g->inv->o;
	struct strbuf sb = STRBUF_INIT;
	int ret = 0;

	if (o->sarif) {
		sarif_write(in, HMT_VERSION, &sb);
		ret = write_file(o->sarif, &sb, err);
	}
	strbuf__reset(&sb);
	if (!ret && o->github) {
		github_write(in, &sb);
		fputs(strbuf__str(&sb), in->sink->f);
		ret = strbuf__err(&sb) ? err_set(err, -ENOMEM, "out of memory") : 0;
	}
	strbuf__free(&sb);
	return ret;
}

int gate__write(const struct gate *g, const struct summary *sum, const struct sink *sink,
		const char *command_end, struct errmsg *err)
{
	const struct cases_input in = {
		.evidence = &g->evidence, .assertions = &g->assertions, .summary = sum,
		.sink = sink, .severity = g->inv->o.severity, .command_end = command_end,
	};
	struct strbuf sb = STRBUF_INIT;
	int ret = 0;

	if (g->inv->o.write_baseline) {
		baseline__json(&g->seen, &sb);
		ret = write_file(g->inv->o.write_baseline, &sb, err);
	}
	strbuf__free(&sb);
	if (!ret)
		ret = write_cases(g, &in, err);
	return ret ? ret : write_findings(g, &in, err);
}

const struct sink_ops *gate_sink(const struct options *o)
{
	return o->json ? &sink_json_ops : o->ktap ? &sink_none_ops : &sink_text_ops;
}
