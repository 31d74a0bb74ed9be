// SPDX-License-Identifier: GPL-2.0
#include "capture/switches.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

static const char *const paths[SWITCH_NR] = {
	[SWITCH_FTRACE] = "/proc/sys/kernel/ftrace_enabled",
	[SWITCH_KPROBES] = "/sys/kernel/debug/kprobes/enabled",
};

/*
 * The descriptor is kept also for the watch: without one the kernel may forget
 * the name, and make another inode of it for whoever writes next.
 */
static void open_one(struct switches *s, int i)
{
	char path[512];

	snprintf(path, sizeof(path), "%s%s", s->root, paths[i]);
	s->fds[i] = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fds[i] >= 0 && s->notify >= 0)
		inotify_add_watch(s->notify, path, IN_MODIFY);
}

void switches__open(struct switches *s, const char *root, unsigned int mask)
{
	*s = (struct switches){ .root = root, .mask = mask, .notify = -1 };
	if (mask)
		s->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	for (int i = 0; i < SWITCH_NR; i++) {
		s->fds[i] = -1;
		if (mask & 1U << i)
			open_one(s, i);
	}
}

static bool is_off(int fd)
{
	char c;

	return fd >= 0 && pread(fd, &c, 1, 0) == 1 && (c == '0' || c == 'N');
}

static bool was_written(int notify)
{
	char buf[4096];
	bool any = false;

	while (notify >= 0 && read(notify, buf, sizeof(buf)) > 0)
		any = true;
	return any;
}

bool switches__look(struct switches *s)
{
	/* Writes first: what is written behind this is seen by the read, or the next time. */
	bool dark = s->mask && was_written(s->notify);

	for (int i = 0; i < SWITCH_NR; i++) {
		if (!(s->mask & 1U << i))
			continue;
		/* debugfs may be mounted at any time. */
		if (s->fds[i] < 0)
			open_one(s, i);
		dark |= is_off(s->fds[i]);
	}
	return dark;
}

void switches__close(struct switches *s)
{
	if (!s->mask)
		return;
	for (int i = 0; i < SWITCH_NR; i++)
		if (s->fds[i] >= 0)
			close(s->fds[i]);
	if (s->notify >= 0)
		close(s->notify);
	s->mask = 0;
}
