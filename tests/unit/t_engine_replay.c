// SPDX-License-Identifier: GPL-2.0
/*
 * t_engine_replay.c - tests/replay: records as text in, verdicts as text out.
 *
 *	t_engine_replay [--set] [CASE.in]...
 *
 * Each CASE.in has a CASE.expect beside it, one line per finding and release in
 * the order they are said, then the verdict:
 *
 *	range-orphaned-by-mirror R1 certain fact=2.5 flagged=3.5 prior=mirror-unregister@2.5
 *	released range-orphaned-by-mirror R1 at=4
 *	verdict 1
 *
 * The keys named are compared, those not named are not. A line "# grace 0.5"
 * in CASE.in sets the grace time in seconds, "# grace-unregister 30" that of a
 * kind, "# max-objects 4" the cap. With
 * --set the .expect files are written from what the engine says: for a reader
 * to judge, not to be believed.
 */
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "stream/desc.h"
#include "stream/text.h"

#define MAX_LINES 256
#define LINE_LEN 1024

struct run {
	char said[MAX_LINES][LINE_LEN];	/* "rule object confidence key=value ..." */
	int nr;
};

static void add(char *line, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(char *line, const char *fmt, ...)
{
	size_t len = strlen(line);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line + len, LINE_LEN - len, fmt, ap);
	va_end(ap);
}

/* Seconds without trailing zeros: 2.5, 3. */
static void add_seconds(char *line, __u64 ns)
{
	char frac[16];
	int n;

	snprintf(frac, sizeof(frac), ".%09llu", (unsigned long long)(ns % 1000000000));
	for (n = 9; n >= 0 && (frac[n] == '0' || frac[n] == '.'); n--)
		frac[n] = 0;
	add(line, "%llu%s", (unsigned long long)(ns / 1000000000), frac);
}

static void add_time(char *line, const char *key, __u64 ns)
{
	add(line, " %s=", key);
	add_seconds(line, ns);
}

static void add_id(char *line, const char *key, const struct object_view *o)
{
	static const char letter[] = { '?', 'A', 'M', 'R' };

	if (o->class == HMT_CLASS_NONE)
		return;
	add(line, " %s%c%u", key, letter[o->class & 3], o->serial);
	if (o->generation > 1)
		add(line, ".%u", o->generation);
}

static void add_moment(char *line, const char *key, const struct moment *m)
{
	const struct record_desc *d = record_desc(m->kind);

	if (!m->ts)
		return;
	add(line, " %s=%s@", key, d ? d->name : "?");
	add_seconds(line, m->ts);
	if (m->ret)
		add(line, "/%lld", (long long)m->ret);
}

/* What the evidence has beside moments: sites=0xf0:2/1 is two gets there, one of them put. */
static void add_evidence(char *line, const struct finding *f)
{
	for (__u32 i = 0; i < f->nr_sites; i++)
		add(line, "%s0x%llx:%u/%u", i ? "," : " sites=",
		    (unsigned long long)f->sites[i].call_site, f->sites[i].gets,
		    f->sites[i].puts);
	for (__u32 i = 0; i < f->nr_failed; i++)
		add(line, "%s%lld", i ? "," : " attempts=", (long long)f->failed[i].ret);
	if (f->counters.ts)
		add(line, " users=%u/%u", f->counters.mm_users, f->counters.mm_count);
	if (f->counters.rss_pages)
		add(line, " pinned=%llu", (unsigned long long)f->counters.rss_pages);
	if (f->counters.nr_busy)
		add(line, " busy=%u", f->counters.nr_busy);
}

static void on_finding(void *ctx, const struct finding *f)
{
	static const char *const doubts[] = { "none", "lost", "cut" };
	struct run *run = ctx;
	char *line = run->said[run->nr < MAX_LINES - 2 ? run->nr++ : run->nr];

	*line = 0;
	add(line, "%s", rule_name(f->rule));
	add_id(line, "", &f->object);
	add(line, " %s", f->confidence == CONFIDENCE_CERTAIN ? "certain" : "inconclusive");
	if (f->doubt)
		add(line, " doubt=%s", doubts[f->doubt]);
	if (f->doubt == DOUBT_LOST)
		add(line, " lost=%llu", (unsigned long long)f->lost);
	if (f->doubt == DOUBT_CUT)
		add_time(line, "left", f->grace_left_ns);
	add_time(line, "fact", f->fact_ts);
	add_time(line, "flagged", f->flagged_ts);
	add_id(line, "parent=", &f->parent);
	add_moment(line, "born", &f->object.born);
	add_moment(line, "offence", &f->offence);
	add_moment(line, "prior", &f->prior);
	if (f->count || f->expected)
		add(line, " count=%llu expected=%llu", (unsigned long long)f->count,
		    (unsigned long long)f->expected);
	if (f->nr_failed_registers)
		add(line, " failed=%u/%lld", f->nr_failed_registers,
		    (long long)f->last_failed_ret);
	if (f->nr_siblings)
		add(line, " siblings=%u/%u", f->nr_siblings_released, f->nr_siblings);
	if (f->sibling_release.count)
		add(line, " blame=%d/%llu", f->sibling_release.stack,
		    (unsigned long long)f->sibling_release.count);
	for (__u32 i = 0; i < f->nr_holders && i < FINDING_HOLDERS; i++)
		add(line, " holder=%u:%u:%s", f->holders[i].tgid, f->holders[i].fd,
		    f->holders[i].path);
	add(line, " holders=%u", f->nr_holders);
	if (f->nr_holders)
		add_time(line, "seen", f->holders_ts);
	add(line, " owner=%u", f->object.owner);
	if (f->object.born_before)
		add(line, " span=clipped");
	else if (f->object.in_gap)
		add(line, " span=gap");
	add_evidence(line, f);
	add(line, " recent=%u severity=%s", f->nr_recent, severity_name(f->severity));
	if (f->offence.call_site)
		add(line, " site=0x%llx", (unsigned long long)f->offence.call_site);
}

static void on_released(void *ctx, const struct finding *f, const struct moment *m)
{
	struct run *run = ctx;
	char *line = run->said[run->nr < MAX_LINES - 2 ? run->nr++ : run->nr];

	*line = 0;
	add(line, "released %s", rule_name(f->rule));
	add_id(line, "", &f->object);
	add_time(line, "at", m->ts);
}

static void read_opts(FILE *f, struct engine_opts *opts)
{
	char line[LINE_LEN], name[32];
	double grace;
	unsigned long long max;

	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "# grace %lf", &grace) == 1)
			opts->grace_ns[GRACE_RELEASE] = (__u64)(grace * 1e9 + 0.5);
		if (sscanf(line, "# grace-%31[a-z] %lf", name, &grace) == 2 &&
		    grace_by_name(name, strlen(name)) < GRACE_NR)
			opts->grace_ns[grace_by_name(name, strlen(name))] =
				(__u64)(grace * 1e9 + 0.5);
		if (sscanf(line, "# max-objects %llu", &max) == 1)
			opts->max_objects = max;
	}
	rewind(f);
}

/* Return: 0, or -1 with what went wrong in why. */
static int run_case(const char *in, struct run *run, char *why)
{
	struct engine_opts opts = { 0 };
	struct engine_cb cb = { run, on_finding, on_released, NULL };
	const struct hmt_hdr *rec;
	struct engine *e = NULL;
	struct source *s = NULL;
	struct errmsg err = { "" };
	FILE *f = fopen(in, "r");
	int ret = -1;

	if (!f) {
		add(why, "cannot open it: %s", strerror(errno));
		return -1;
	}
	read_opts(f, &opts);
	if (text_source__open(f, in, &s, &err) < 0) {
		add(why, "%s", err.text);
		goto out;
	}
	e = engine__new(&opts, &cb);
	if (!e)
		goto out;
	while ((ret = source__next(s, &rec)) > 0) {
		for (int stage = 0; stage < EXPECT_NR; stage++)
			engine__expect(e, rec, (enum expect_stage)stage);
		if (engine__feed(e, rec))
			goto out;
	}
	if (ret < 0) {
		add(why, "%s", s->err.text);
		goto out;
	}
	ret = engine__finish(e);
	run->said[run->nr][0] = 0;
	add(run->said[run->nr++], "verdict %d", engine__verdict(e));
out:
	engine__free(e);
	source__free(s);
	fclose(f);
	return ret;
}

/* The line that was said has every word of the one that was expected. */
static bool matches(const char *said, const char *expected)
{
	char words[LINE_LEN], padded[LINE_LEN + 2], want[LINE_LEN + 2], *rest = words, *w;
	int nr = 0;

	snprintf(words, sizeof(words), "%s", expected);
	snprintf(padded, sizeof(padded), " %s ", said);
	for (; (w = strsep(&rest, " \n")); nr += *w != 0) {
		if (!*w)
			continue;
		snprintf(want, sizeof(want), " %s ", w);
		if (!strstr(padded, want))
			return false;
		if (!nr && strncmp(said, w, strlen(w)))
			return false;
	}
	return nr > 0;
}

static int compare(const char *path, const struct run *run, char *why)
{
	char line[LINE_LEN];
	FILE *f = fopen(path, "r");
	int i = 0, ret = 0;

	if (!f) {
		add(why, "there is no %s", path);
		return -1;
	}
	while (!ret && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (!*line || *line == '#')
			continue;
		if (i == run->nr)
			add(why, "expected more: %s", line);
		else if (!matches(run->said[i], line))
			add(why, "expected: %s # said: %s", line, run->said[i]);
		if (*why)
			ret = -1;
		i++;
	}
	if (!ret && i < run->nr) {
		add(why, "not expected: %s", run->said[i]);
		ret = -1;
	}
	fclose(f);
	return ret;
}

static void set(const char *path, const struct run *run)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return;
	for (int i = 0; i < run->nr; i++)
		fprintf(f, "%s\n", run->said[i]);
	fclose(f);
}

static int one(const char *in, int nr, bool setting)
{
	static struct run run;
	char expect[512], why[LINE_LEN] = "", name[512];
	int len = (int)strlen(in) - 3, bad;

	run.nr = 0;
	snprintf(expect, sizeof(expect), "%.*s.expect", len, in);
	snprintf(name, sizeof(name), "%.*s", len, in);
	if (!strncmp(name, "tests/replay/", 13))
		memmove(name, name + 13, strlen(name + 13) + 1);
	bad = run_case(in, &run, why);
	if (!bad && setting)
		set(expect, &run);
	else if (!bad)
		bad = compare(expect, &run, why);
	printf("%sok %d - %s", bad ? "not " : "", nr, name);
	if (bad)
		printf(" # %s", why);
	putchar('\n');
	return bad != 0;
}

int main(int argc, char **argv)
{
	bool setting = argc > 1 && !strcmp(argv[1], "--set");
	int first = setting ? 2 : 1, failed = 0;
	glob_t g = { 0 };

	if (first == argc) {
		if (glob("tests/replay/*/*.in", 0, NULL, &g)) {
			printf("1..1\nnot ok 1 - tests/replay # no cases found\n");
			return 1;
		}
		printf("1..%zu\n", g.gl_pathc);
		for (size_t i = 0; i < g.gl_pathc; i++)
			failed += one(g.gl_pathv[i], (int)i + 1, setting);
		globfree(&g);
	} else {
		printf("1..%d\n", argc - first);
		for (int i = first; i < argc; i++)
			failed += one(argv[i], i - first + 1, setting);
	}
	return failed ? 1 : 0;
}
