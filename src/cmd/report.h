/* SPDX-License-Identifier: GPL-2.0 */
/* report.h - what `report` adds to the judgement of a file. */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include "cmd/cmd.h"

/* Return: the exit status. */
int report_run(struct invocation *inv);

#endif /* CMD_REPORT_H */
