// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_live.c - live and record: the same session with other outputs.
 */
#include "cmd/session.h"

int cmd_live(struct invocation *inv)
{
	return session_run(inv, SESSION_JUDGE);
}

int cmd_record(struct invocation *inv)
{
	return session_run(inv, SESSION_WRITE);
}
