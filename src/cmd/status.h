/* SPDX-License-Identifier: GPL-2.0 */
/*
 * status.h - the line at the bottom of a terminal that says what is going on.
 * It is on stderr, is there only when stderr is a terminal, and is taken away
 * before anything else is printed.
 */
#ifndef CMD_STATUS_H
#define CMD_STATUS_H

#include <linux/types.h>
#include <stdbool.h>

struct status {
	bool on;
	bool shown;
	__u64 drawn_ts;		/* of the record it was last drawn at */
	__u64 drawn_events;
};

void status__init(struct status *st, bool quiet);
/* Is it time to draw again? Rates are over the time since the last drawing. */
bool status__due(const struct status *st, __u64 ts);
/* Draws text, cut to the width of the terminal. */
void status__draw(struct status *st, __u64 ts, __u64 events, const char *text);
/* Events per second since the last drawing. */
__u64 status__rate(const struct status *st, __u64 ts, __u64 events);
void status__hide(struct status *st);

#endif /* CMD_STATUS_H */
