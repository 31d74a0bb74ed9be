/* SPDX-License-Identifier: GPL-2.0 */
/*
 * child.h - the command behind "--". It is forked before tracing begins, so
 * that it inherits nothing of it, and held back until child__start(), so that
 * its first event is seen.
 */
#ifndef CMD_CHILD_H
#define CMD_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

struct child {
	const char *name;	/* argv[0] */
	pid_t pid;		/* 0: there is none */
	int go;			/* written to: the child may exec */
	int failed;		/* read from: the errno of a failed exec */
	bool reaped;
	int status;		/* as from waitpid(), once reaped */
};

/*
 * Forks and holds back argv. quiet_stdout: what it prints goes to stderr, so
 * that stdout is ours alone.
 * Return: 0, or negative with *err a sentence.
 */
int child__prepare(struct child *c, char *const *argv, bool quiet_stdout, struct errmsg *err);
/* Lets it run. Return: 0, or negative when it could not be executed. */
int child__start(struct child *c, struct errmsg *err);
/* Has it ended? Never blocks. True as well when there is no child. */
bool child__ended(struct child *c);
/* Ends it with SIGTERM if it still runs, and reaps it. Twice is fine. */
void child__stop(struct child *c);
/* "command exited with status 3", "command was killed by signal 9"; "" when it went well. */
void child__describe(const struct child *c, char *buf, size_t size);

#endif /* CMD_CHILD_H */
