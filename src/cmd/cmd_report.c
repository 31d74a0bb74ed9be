// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_report.c - check FILE, and report FILE, which judges the same way and says more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/input.h"
#include "cmd/judge.h"
#include "cmd/report.h"
#include "cmd/session.h"

/* NDJSON goes out as it comes: nobody reads its end first. */
static int judge_as_it_comes(struct invocation *inv, struct source *s, struct errmsg *err)
{
	struct judge j;
	int ret;

	ret = judge__init(&j, inv, stdout, err);
	if (ret)
		return ret;
	ret = judge__run(&j, s, err);
	if (!ret) {
		judge__print_summary(&j);
		ret = judge__write(&j, "", err);
	}
	if (!ret)
		ret = j.sum.verdict;
	judge__free(&j);
	return ret;
}

/*
 * For people the verdict comes first, and it is known last: the findings wait
 * in memory. A file that fails in the middle prints nothing.
 */
static int judge_verdict_first(struct invocation *inv, struct source *s,
			       struct errmsg *err)
{
	char *findings = NULL;
	size_t len = 0;
	struct judge j;
	FILE *f;
	int ret;

	f = open_memstream(&findings, &len);
	if (!f)
		return err_set(err, -errno, "out of memory");
	ret = judge__init(&j, inv, f, err);
	if (ret) {
		fclose(f);
		free(findings);
		return ret;
	}
	ret = judge__run(&j, s, err);
	if (fclose(f) && !ret)
		ret = err_set(err, -ENOMEM, "out of memory");
	if (!ret) {
		j.sink.f = stdout;
		judge__print_summary(&j);
		if (len)
			fputc('\n', stdout);
		fwrite(findings, 1, len, stdout);
		ret = judge__write(&j, "", err);
	}
	if (!ret)
		ret = j.sum.verdict;
	judge__free(&j);
	free(findings);
	return ret;
}

static int judge_file(struct invocation *inv)
{
	struct errmsg err;
	struct input in;
	int ret;

	if (input__open(&in, inv, &err))
		return complain(&err);
	if (inv->o.json)
		ret = judge_as_it_comes(inv, in.source, &err);
	else
		ret = judge_verdict_first(inv, in.source, &err);
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
