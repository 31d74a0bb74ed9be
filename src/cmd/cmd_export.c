// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_export.c - a trace file in the formats of others. The engine runs along,
 * for lives and findings are what is worth looking at.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "cmd/input.h"
#include "cmd/judge.h"
#include "out/export_format.h"
#include "out/export_target.h"

struct exporter {
	struct export x;
	struct judge judge;
	struct target target;
};

static struct exporter *exporter_of(struct sink *s)
{
	return (struct exporter *)(void *)((char *)s - offsetof(struct exporter, judge.sink));
}

static void on_finding(struct sink *s, const struct finding *f)
{
	struct export *x = &exporter_of(s)->x;

	model__finding(x->model, f);
	if (x->ops->finding && !x->failed)
		x->ops->finding(x, f);
}

static void on_released(struct sink *s, const struct finding *f, const struct moment *m)
{
	struct export *x = &exporter_of(s)->x;

	model__released(x->model, f, m);
	if (x->ops->released && !x->failed)
		x->ops->released(x, f, m);
}

/* A format takes losses from their records. */
static void on_lost(struct sink *s, const struct hmt_lost *l)
{
}

static void on_life(void *judge, const struct object_view *o, const struct moment *end)
{
	struct exporter *e = ((struct judge *)judge)->ctx;

	model__life(e->x.model, o, end);
}

static const struct sink_ops to_export = {
	.finding = on_finding, .released = on_released, .lost = on_lost,
};

static const struct export_ops *choose(const struct invocation *inv, struct errmsg *err)
{
	const struct options *o = &inv->o;
	const struct { bool chosen; const struct export_ops *ops; } formats[] = {
		{ o->perfetto, &export_perfetto_ops }, { o->ctf, &export_ctf_ops },
		{ o->sqlite, &export_sqlite_ops }, { o->ndjson, &export_ndjson_ops },
		{ o->folded, &export_folded_ops },
	};
	const struct export_ops *ops = NULL;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (!formats[i].chosen)
			continue;
		if (ops) {
			err_set(err, -EINVAL, "--%s and --%s are two formats: choose one",
				ops->name, formats[i].ops->name);
			return NULL;
		}
		ops = formats[i].ops;
	}
	if (!ops)
		err_set(err, -EINVAL, "export needs a format: --perfetto, --ctf, --sqlite, --ndjson or --folded");
	else if (o->leaked && ops != &export_folded_ops)
		err_set(err, -EINVAL, "--leaked goes with --folded");
	else
		return ops;
	return NULL;
}

static int open_target(struct exporter *e, const struct invocation *inv, struct errmsg *err)
{
	static const enum target_kind kinds[] = {
		[EXPORT_STREAM] = TARGET_STREAM, [EXPORT_FILE] = TARGET_FILE,
		[EXPORT_DIR] = TARGET_DIR,
	};
	const struct export_ops *ops = e->x.ops;
	const char *path = inv->o.output;
	bool to_stdout = !path || !strcmp(path, "-");
	int ret;

	if (to_stdout && ops->shape != EXPORT_STREAM)
		return err_set(err, -EINVAL, "--%s cannot go to standard output: name it with -o",
			       ops->name);
	if (to_stdout && ops->binary && isatty(STDOUT_FILENO))
		return err_set(err, -EINVAL, "standard output is a terminal and --%s is not text; redirect it or name a file with -o",
			       ops->name);
	ret = target__open(&e->target, path, kinds[ops->shape], inv->o.force, err);
	e->x.f = e->target.f;
	e->x.path = e->target.tmp;
	e->x.name = target__name(&e->target);
	return ret;
}

static int init(struct exporter *e, struct invocation *inv, struct errmsg *err)
{
	int ret = judge__init_lives(&e->judge, inv, NULL, on_life, err);

	if (ret)
		return ret;
	e->judge.ctx = e;
	e->judge.sink.ops = &to_export;
	e->x.symtab = e->judge.symtab;
	e->x.leaked = inv->o.leaked;
	e->x.model = model__new(e->x.symtab);
	return e->x.model ? 0 : err_set(err, -ENOMEM, "out of memory");
}

static int feed(struct exporter *e, const struct hmt_hdr *rec)
{
	struct export *x = &e->x;
	/* Before the judge does it again: a record comes before what follows from it. */
	int ret = symtab__feed(e->judge.symtab, rec);

	if (ret)
		return ret;
	model__before(x->model, rec);
	if (x->ops->record)
		x->ops->record(x, rec);
	ret = judge__feed(&e->judge, rec);
	model__after(x->model, rec);
	return ret ? ret : x->model->failed ? -ENOMEM : 0;
}

/* Return: 0, or negative with x->err a sentence. */
static int convert(struct exporter *e, struct source *s)
{
	struct export *x = &e->x;
	const struct hmt_hdr *rec;
	int ret = 0;

	x->meta = s->meta;
	x->ops->begin(x);
	while (!x->failed && (ret = source__next(s, &rec)) == 1)
		if (feed(e, rec))
			export_no_memory(x);
	if (ret < 0)
		export_fail(x, ret, "%s", s->err.text);
	if (!x->failed && (judge__finish(&e->judge) || model__finish(x->model)))
		export_no_memory(x);
	if (!x->failed)
		x->ops->end(x, &e->judge.sum);
	x->ops->free(x);
	return x->failed;
}

int cmd_export(struct invocation *inv)
{
	struct exporter e = { 0 };
	struct input in = { 0 };
	int status = EXIT_CLEAN;
	struct errmsg err;

	e.x.ops = choose(inv, &err);
	if (!e.x.ops || input__open(&in, inv, &err))
		return complain(&err);
	if (init(&e, inv, &err) || open_target(&e, inv, &err)) {
		status = complain(&err);
	} else if (convert(&e, in.source)) {
		/* What went wrong with stdout is for main() to say, or to keep quiet about. */
		if (e.target.f == stdout && ferror(stdout))
			inv->write_errno = -e.x.failed;
		else
			status = complain(&e.x.err);
	} else if (target__commit(&e.target, &err)) {
		status = complain(&err);
	}
	target__abort(&e.target);
	model__free(e.x.model);
	judge__free(&e.judge);
	input__close(&in);
	return status;
}
