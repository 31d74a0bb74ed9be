// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_report.c - check FILE, and report FILE, which judges the same way and says more.
 */
#include <stdio.h>

#include "cmd/input.h"
#include "cmd/judge.h"
#include "cmd/report.h"
#include "cmd/session.h"

/* NDJSON goes out as it comes: nobody reads its end first. */
static int judge_source(struct invocation *inv, struct source *s, struct errmsg *err)
{
	struct judge j;
	int ret;

	ret = judge__init(&j, inv, stdout, err);
	if (!ret && !inv->o.json)
		ret = judge__hold(&j, err);
	if (!ret)
		ret = judge__run(&j, s, err);
	if (!ret) {
		judge__print_summary(&j);
		judge__print_held(&j, "\n");
		ret = judge__write(&j, "", err);
	}
	if (!ret)
		ret = j.sum.verdict;
	judge__free(&j);
	return ret;
}

static int judge_file(struct invocation *inv)
{
	struct errmsg err;
	struct input in;
	int ret;

	if (input__open(&in, inv, &err))
		return complain(&err);
	ret = judge_source(inv, in.source, &err);
	input__close(&in);
	return ret < 0 ? complain(&err) : ret;
}

int cmd_report(struct invocation *inv)
{
	return report_run(inv);
}

int cmd_check(struct invocation *inv)
{
	if (inv->rest.after)
		return session_run(inv, SESSION_JUDGE | SESSION_VERDICT_FIRST);
	if (inv->o.output)
		return complainf("--output records a command: it is of no use with a file");
	return judge_file(inv);
}
