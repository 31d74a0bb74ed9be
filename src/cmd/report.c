// SPDX-License-Identifier: GPL-2.0
/*
 * report.c - a file to its end, and what it comes to: as text, as NDJSON, as
 * one page of HTML, or the story of one object.
 */
#include "cmd/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/input.h"
#include "cmd/judge.h"
#include "out/report_html.h"
#include "out/report_story.h"
#include "out/report_text.h"

/* --- what is fed beside the judge ------------------------------------------------- */

static int feed_report(void *ctx, struct engine *e, const struct hmt_hdr *rec)
{
	return report__record(ctx, e, rec);
}

static void life_report(void *ctx, const struct object_view *o, const struct moment *m)
{
	report__life(ctx, o, m);
}

static void finding_report(void *ctx, const struct finding *f)
{
	report__finding(ctx, f);
}

static void released_report(void *ctx, const struct finding *f)
{
	report__released(ctx, f);
}

static int watch_with_report(struct judge *j, struct report *r, struct errmsg *err)
{
	if (report__init(r, j->symtab))
		return err_set(err, -ENOMEM, "out of memory");
	j->watch = (struct judge_watch){
		.ctx = r, .record = feed_report, .life = life_report,
		.finding = finding_report, .released = released_report,
		.latest = &r->end,
	};
	return 0;
}

static int run(struct judge *j, struct report *r, struct source *s, struct errmsg *err)
{
	int ret = judge__run(j, s, err);

	if (!ret && report__finish(r))
		ret = err_set(err, -ENOMEM, "out of memory");
	return ret;
}

/* --- text and NDJSON -------------------------------------------------------------- */

/* NDJSON goes out as it comes: nobody reads its end first. */
static int report_json(struct invocation *inv, struct source *s, FILE *out, struct errmsg *err)
{
	struct report r = { .symtab = NULL };
	struct judge j;
	int ret;

	ret = judge__init(&j, inv, out, err);
	if (ret)
		return ret;
	ret = inv->o.verbose ? watch_with_report(&j, &r, err) : 0;
	if (!ret)
		ret = inv->o.verbose ? run(&j, &r, s, err) : judge__run(&j, s, err);
	if (!ret) {
		if (inv->o.verbose)
			report_json_lines(&r, &j.sink);
		judge__print_summary(&j);
		ret = judge__write(&j, "", err);
	}
	if (!ret)
		ret = j.sum.verdict;
	if (inv->o.verbose)
		report__free(&r);
	judge__free(&j);
	return ret;
}

/* The answer first: what is wrong stands between the verdict and the numbers behind it. */
static void print_text(struct judge *j, const struct report *r)
{
	sink_text_verdict(&j->sink, &j->sum);
	if (!j->inv->o.quiet) {
		report_text_causes(r, &j->sink);
		sink_text_numbers(&j->sink, &j->sum);
		gate__text(&j->gate, j->sink.f);
		report_text_tables(r, &j->sink);
	}
	judge__print_held(j, "\n");
}

static int report_text(struct invocation *inv, struct source *s, FILE *out, struct errmsg *err)
{
	struct report r = { .symtab = NULL };
	struct judge j;
	int ret;

	ret = judge__init(&j, inv, out, err);
	if (!ret)
		ret = judge__hold(&j, err);
	if (!ret)
		ret = watch_with_report(&j, &r, err);
	if (!ret)
		ret = run(&j, &r, s, err);
	if (!ret) {
		print_text(&j, &r);
		ret = judge__write(&j, "", err);
	}
	if (!ret)
		ret = j.sum.verdict;
	report__free(&r);
	judge__free(&j);
	return ret;
}

/* --- the page --------------------------------------------------------------------- */

static int report_page(struct invocation *inv, struct source *s, FILE *out, struct errmsg *err)
{
	struct report r = { .symtab = NULL };
	struct html_page page;
	struct judge j;
	int ret;

	ret = html_page__init(&page);
	if (ret)
		return err_set(err, ret, "out of memory");
	ret = judge__init(&j, inv, NULL, err);
	if (ret) {
		html_page__free(&page);
		return ret;
	}
	ret = watch_with_report(&j, &r, err);
	r.keep_lives = true;
	html_page__take(&page, &j.sink);
	if (!ret)
		ret = run(&j, &r, s, err);
	if (!ret) {
		gate__json(&j.gate, page.f);
		ret = html_page__write(&page, &r, &j.sum, out);
		if (ret)
			err_set(err, ret, "out of memory");
	}
	if (!ret && out != stdout) {
		j.sink = (struct sink){ .ops = &sink_text_ops, .f = stdout,
					.symtab = j.symtab, .quiet = true };
		judge__print_summary(&j);
	}
	if (!ret)
		ret = judge__write(&j, "", err);
	if (!ret)
		ret = j.sum.verdict;
	report__free(&r);
	judge__free(&j);
	html_page__free(&page);
	return ret;
}

/* --- one object ------------------------------------------------------------------- */

/* Lets through to the format's own sink what is about the object. */
static void only_begin(struct sink *s, const struct trace_meta *meta)
{
	sink_json_ops.begin(s, meta);
}

static void only_finding(struct sink *s, const struct finding *f)
{
	const struct story *st = s->owner;

	if (story__is_about(st, &f->object))
		(st->json ? &sink_json_ops : &sink_text_ops)->finding(s, f);
}

static void only_released(struct sink *s, const struct finding *f, const struct moment *m)
{
	const struct story *st = s->owner;

	if (story__is_about(st, &f->object))
		(st->json ? &sink_json_ops : &sink_text_ops)->released(s, f, m);
}

static void only_lost(struct sink *s, const struct hmt_lost *l)
{
	const struct story *st = s->owner;

	if (st->json)
		sink_json_ops.lost(s, l);
}

static void only_begin_text(struct sink *s, const struct trace_meta *meta)
{
}

static const struct sink_ops only_json_ops = {
	.begin = only_begin, .finding = only_finding, .released = only_released,
	.lost = only_lost,
};

static const struct sink_ops only_text_ops = {
	.begin = only_begin_text, .finding = only_finding, .released = only_released,
	.lost = only_lost,
};

static int feed_story(void *ctx, struct engine *e, const struct hmt_hdr *rec)
{
	return story__record(ctx, e, rec);
}

static void life_story(void *ctx, const struct object_view *o, const struct moment *m)
{
	story__life(ctx, o, m);
}

static int print_story(struct story *st, struct judge *j, struct errmsg *err)
{
	int ret = story__print(st);

	if (ret == -ENOENT)
		return err_set(err, ret, "there is no %s in this trace", st->id);
	if (ret)
		return err_set(err, ret, "out of memory");
	judge__print_held(j, "");
	if (st->json)
		sink_json_ops.summary(&j->sink, &j->sum);
	return j->sum.verdict;
}

static int report_object(struct invocation *inv, struct source *s, FILE *out,
			 struct errmsg *err)
{
	struct errmsg why;
	struct story st;
	struct judge j;
	int ret;

	if (story__init(&st, inv->o.object, &why))
		return err_set(err, -EINVAL, "--object: '%s' %s", inv->o.object, why.text);
	ret = judge__init(&j, inv, out, err);
	if (!ret && !inv->o.json)
		ret = judge__hold(&j, err);
	if (!ret) {
		j.sink.ops = inv->o.json ? &only_json_ops : &only_text_ops;
		j.sink.owner = &st;
		j.watch = (struct judge_watch){
			.ctx = &st, .record = feed_story, .life = life_story,
		};
		ret = story__begin(&st, &j.sink, inv->o.json);
		if (ret)
			err_set(err, ret, "out of memory");
	}
	if (!ret)
		ret = judge__run(&j, s, err);
	if (!ret)
		ret = print_story(&st, &j, err);
	story__free(&st);
	judge__free(&j);
	return ret;
}

/* --- where it goes ---------------------------------------------------------------- */

static FILE *open_output(const struct invocation *inv, struct errmsg *err)
{
	const char *path = inv->o.output;
	FILE *f;
	int fd;

	if (!path || !strcmp(path, "-"))
		return stdout;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (inv->o.force ? O_TRUNC : O_EXCL), 0666);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f)
		err_set(err, -errno, "cannot write '%s': %s%s", path, strerror(errno),
			errno == EEXIST ? "; --force overwrites it" : "");
	return f;
}

/* What is not whole is worse than nothing. */
static int close_output(const struct invocation *inv, FILE *f, int ret, struct errmsg *err)
{
	bool failed = f != stdout && ferror(f);

	if (f == stdout)
		return ret;
	if (fclose(f))
		failed = true;
	if (failed && ret >= 0)
		ret = err_set(err, -EIO, "cannot write '%s': %s", inv->o.output,
			      strerror(errno ? errno : EIO));
	if (ret < 0)
		unlink(inv->o.output);
	return ret;
}

static int check_options(const struct options *o, struct errmsg *err)
{
	if (o->html && o->json)
		return err_set(err, -EINVAL, "--html and --json are two formats: choose one");
	if (o->html && o->object)
		return err_set(err, -EINVAL, "--object has no page of its own: leave out --html");
	return 0;
}

int report_run(struct invocation *inv)
{
	struct errmsg err;
	struct input in;
	FILE *out;
	int ret;

	if (check_options(&inv->o, &err) || input__open(&in, inv, &err))
		return complain(&err);
	out = open_output(inv, &err);
	if (!out) {
		input__close(&in);
		return complain(&err);
	}
	if (inv->o.object)
		ret = report_object(inv, in.source, out, &err);
	else if (inv->o.html)
		ret = report_page(inv, in.source, out, &err);
	else if (inv->o.json)
		ret = report_json(inv, in.source, out, &err);
	else
		ret = report_text(inv, in.source, out, &err);
	ret = close_output(inv, out, ret, &err);
	input__close(&in);
	return ret < 0 ? complain(&err) : ret;
}
