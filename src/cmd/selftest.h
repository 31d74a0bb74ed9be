/* SPDX-License-Identifier: GPL-2.0 */
/*
 * selftest.h - what the two ways of `hmmtrace selftest` share. Each plants one
 * orphan beside a twin that is released in good order, and has the tracer judge
 * what it saw of them. That the orphan is reported and the twin is not is then
 * read from the report itself, as a script would.
 */
#ifndef CMD_SELFTEST_H
#define CMD_SELFTEST_H

#include <stdio.h>

#include "cmd/cmd.h"

/* One run of one way. */
struct selftest {
	struct invocation *inv;
	FILE *out;		/* the report, NDJSON */
	__u64 grace_ns;

	/* What has to be in it, filled in by the one who planted it. */
	const char *path;	/* "kernel" or "stream" */
	char through[96];	/* what was in between, for people */
	enum rule_id rule;
	const char *class;
	const char *driver;
	__u64 address;
	__u32 pid;		/* of the process the orphan belongs to */
};

#define SELFTEST_DEVICE "/dev/hmm_exerciser"

/* Both return 0 when the report is written, or negative with *err a sentence. */
int selftest_stream(struct selftest *t, struct errmsg *err);
/*
 * -ENODEV: the exerciser is not there; -EOPNOTSUPP: this kernel or this build
 * cannot trace; -EPERM, -EACCES: privilege is missing.
 */
int selftest_kernel(struct selftest *t, struct errmsg *err);

#endif /* CMD_SELFTEST_H */
