// SPDX-License-Identifier: GPL-2.0
#include "cmd/status.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define STATUS_EVERY_NS 200000000ULL
#define NS_PER_S 1000000000ULL

void status__init(struct status *st, bool quiet)
{
	*st = (struct status){ .on = !quiet && isatty(STDERR_FILENO) };
}

bool status__due(const struct status *st, __u64 ts)
{
	return st->on && ts >= st->drawn_ts + STATUS_EVERY_NS;
}

__u64 status__rate(const struct status *st, __u64 ts, __u64 events)
{
	__u64 ns = ts - st->drawn_ts;

	if (!st->drawn_ts || !ns)
		return 0;
	return (__u64)((double)(events - st->drawn_events) * NS_PER_S / ns);
}

void status__draw(struct status *st, __u64 ts, __u64 events, const char *text)
{
	struct winsize ws = { 0 };
	int width = 80;

	if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) && ws.ws_col)
		width = ws.ws_col;
	fprintf(stderr, "\r\033[K%.*s", width - 1, text);
	fflush(stderr);
	st->shown = true;
	st->drawn_ts = ts;
	st->drawn_events = events;
}

void status__hide(struct status *st)
{
	if (!st->shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	st->shown = false;
}
