/* SPDX-License-Identifier: GPL-2.0 */
/*
 * session.h - tracing this kernel, for a while: until the command ends and the
 * grace time after it, or until a signal. What comes is judged, written to a
 * file, or both at once.
 */
#ifndef CMD_SESSION_H
#define CMD_SESSION_H

#include "cmd/cmd.h"

enum session_flags {
	SESSION_JUDGE = 1,		/* findings to stdout */
	SESSION_WRITE = 2,		/* a trace file, also without --output */
	SESSION_VERDICT_FIRST = 4,	/* findings wait for the verdict */
};

/* What --source means to the capture. */
struct capture_opts;
void session_source(const struct options *o, struct capture_opts *opts);

/* Return: enum exit_code. */
int session_run(struct invocation *inv, unsigned int flags);

#endif /* CMD_SESSION_H */
