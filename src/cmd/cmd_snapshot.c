// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_snapshot.c - what is registered right now, and whose it is.
 */
#include <errno.h>
#include <stdio.h>

#include "cmd/cmd.h"

#ifdef HMT_NO_BPF

int cmd_snapshot(struct invocation *inv)
{
	complainf("this hmmtrace was built without BPF and can only read files: build it "
		  "without NO_BPF=1");
	return EXIT_UNSUPPORTED;
}

#else

#include "capture/capture.h"
#include "cmd/input.h"
#include "out/sink.h"
#include "out/snapshot_table.h"

/* s is what walk delivers, or a filter before it. */
static int collect(struct source *s, const struct source *walk, struct symtab *names,
		   struct snapshot_table *t, struct errmsg *err)
{
	const struct hmt_hdr *rec;
	int ret;

	while ((ret = source__next(s, &rec)) == 1) {
		ret = symtab__feed(names, rec);
		if (!ret && rec->kind == HMT_SYNC_OBJECT)
			ret = snapshot_table__add(t, (const struct hmt_sync_object *)rec,
						  capture_snapshot_changed(walk, rec->mm));
		if (ret)
			return err_set(err, ret, "out of memory");
	}
	if (ret < 0)
		*err = s->err;
	return ret;
}

static int print(const struct invocation *inv, const struct snapshot_table *t)
{
	struct sink sink = { .f = stdout };
	struct strbuf sb = STRBUF_INIT;
	int status = EXIT_CLEAN;

	if (inv->o.json)
		snapshot_table__json(t, &sb);
	else
		snapshot_table__text(t, &sb);
	if (strbuf__err(&sb)) {
		status = complainf("out of memory");
	} else {
		if (inv->o.json)
			sink_json_ops.begin(&sink, NULL);
		fputs(strbuf__str(&sb), stdout);
	}
	strbuf__free(&sb);
	return status;
}

int cmd_snapshot(struct invocation *inv)
{
	struct snapshot_table t = { 0 };
	struct symtab *names = symtab__new();
	struct source *walk = NULL, *s = NULL;
	struct errmsg err;
	int ret, status;

	if (!names)
		return complainf("out of memory");
	t.symtab = names;
	ret = capture_snapshot(&walk, &err);
	s = walk;
	ret = ret ? ret : input_filter(inv, &s, &err);
	ret = ret ? ret : collect(s, walk, names, &t, &err);
	if (ret) {
		status = complain(&err);
		if (ret == -EOPNOTSUPP)
			status = EXIT_UNSUPPORTED;
	} else {
		snapshot_table__sort(&t);
		status = print(inv, &t);
	}
	snapshot_table__free(&t);
	source__free(s);
	symtab__free(names);
	return status;
}

#endif
