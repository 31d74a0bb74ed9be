/* SPDX-License-Identifier: GPL-2.0 */
/*
 * export_target.h - an output that is there when it is complete, or not at all:
 * written under a name of its own beside the one that was asked for, which it
 * gets at the end. What is no regular file, a pipe or /dev/null, is written to
 * as it is.
 */
#ifndef OUT_EXPORT_TARGET_H
#define OUT_EXPORT_TARGET_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

enum target_kind {
	TARGET_STREAM,	/* f, to a file, a pipe, standard output */
	TARGET_FILE,	/* a file that somebody else opens: tmp */
	TARGET_DIR,	/* a directory for files named in target_files */
};

struct target {
	char *path;		/* asked for; NULL: standard output */
	char *tmp;		/* where it is until then; NULL: written in place */
	FILE *f;
	enum target_kind kind;
	bool force;
};

/* What may stand in a directory of ours; ends with NULL. Others are nobody's to remove. */
extern const char *const target_files[];

/*
 * path: NULL or "-" for standard output. force: take the place of what exists.
 * Return: 0, or negative with *err a sentence.
 */
int target__open(struct target *t, const char *path, enum target_kind kind, bool force,
		 struct errmsg *err);
/* All is written: it gets its name. Return: 0, or negative with *err, and nothing is left. */
int target__commit(struct target *t, struct errmsg *err);
/* Leaves nothing behind. Fine after commit, and on a zeroed target. */
void target__abort(struct target *t);
/* For sentences: the path, "standard output". */
const char *target__name(const struct target *t);

#endif /* OUT_EXPORT_TARGET_H */
