// SPDX-License-Identifier: GPL-2.0
/* cmd_diff.c - diff A B: what the second run leaks that the first does not. */
#include <errno.h>
#include <stdio.h>

#include "cmd/input.h"
#include "cmd/judge.h"
#include "out/cases.h"
#include "out/diff.h"

struct side {
	struct diff *diff;
	enum diff_side s;
	struct judge judge;
	bool oom;
};

static void on_finding(void *ctx, const struct finding *f)
{
	struct side *side = ctx;

	if (diff__finding(side->diff, side->s, side->judge.symtab, f))
		side->oom = true;
}

static void on_life(void *ctx, const struct object_view *o, const struct moment *m)
{
	struct side *side = ctx;
	const struct engine_stats *st = engine__stats(side->judge.engine);

	if (diff__life(side->diff, side->s, side->judge.symtab, o, m, st->first_ts, st->last_ts))
		side->oom = true;
}

/* What the verdict would be without any finding: are events missing that it rests on? */
static bool is_lossy(const struct judge *j)
{
	const struct evidence ev = {
		.stats = j->sum.stats, .lost = j->sum.lost, .nr_lost = j->sum.nr_lost,
	};

	return evidence__lossy(&ev);
}

static int run_side(struct side *side, struct invocation *inv, struct source *s, struct errmsg *err)
{
	int ret = judge__init(&side->judge, inv, stdout, err);

	if (ret)
		return ret;
	side->judge.sink.ops = &sink_none_ops;
	side->judge.watch = (struct judge_watch){
		.ctx = side, .finding = on_finding, .life = on_life,
	};
	ret = judge__run(&side->judge, s, err);
	if (!ret && side->oom)
		ret = err_set(err, -ENOMEM, "out of memory");
	if (!ret)
		side->diff->lossy[side->s] = is_lossy(&side->judge);
	judge__free(&side->judge);
	return ret;
}

static int read_side(struct diff *d, enum diff_side s, const struct invocation *inv,
		     struct errmsg *err)
{
	struct side side = { .diff = d, .s = s };
	struct invocation one = *inv;
	struct input in;
	int ret;

	one.rest.args = inv->rest.args + s;
	one.rest.nr_args = 1;
	d->name[s] = inv->rest.args[s];
	ret = input__open(&in, &one, err);
	if (ret)
		return ret;
	ret = run_side(&side, &one, in.source, err);
	input__close(&in);
	return ret;
}

static void print(const struct diff *d, const struct options *o, struct strbuf *sb)
{
	if (o->json)
		diff__json(d, sb);
	else
		diff__text(d, o->quiet, sb);
}

int cmd_diff(struct invocation *inv)
{
	struct strbuf sb = STRBUF_INIT;
	struct diff d = { 0 };
	struct errmsg err;
	int ret;

	if (inv->rest.nr_args != 2)
		return complainf("diff takes two trace files, the older one first");
	ret = read_side(&d, DIFF_A, inv, &err);
	if (!ret)
		ret = read_side(&d, DIFF_B, inv, &err);
	if (!ret) {
		diff__finish(&d);
		print(&d, &inv->o, &sb);
		ret = strbuf__err(&sb) ? err_set(&err, -ENOMEM, "out of memory") : 0;
		fputs(strbuf__str(&sb), stdout);
	}
	ret = ret ? complain(&err) : d.verdict;
	strbuf__free(&sb);
	diff__free(&d);
	return ret;
}
