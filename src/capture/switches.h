/* SPDX-License-Identifier: GPL-2.0 */
/*
 * switches.h - the switches of the machine that make programs stop running
 * without a word: kernel.ftrace_enabled, and that of the kprobes in debugfs.
 *
 * Each is read and, since it can be off and on again between two looks, watched
 * for writes. What is written through another mount of /proc is seen only if it
 * is still off at a look.
 */
#ifndef CAPTURE_SWITCHES_H
#define CAPTURE_SWITCHES_H

#include <stdbool.h>

enum switch_id { SWITCH_FTRACE, SWITCH_KPROBES, SWITCH_NR };

struct switches {
	const char *root;	/* "", or a made-up machine */
	unsigned int mask;	/* of 1 << enum switch_id: those that matter; 0: nothing is open */
	int notify;		/* of inotify; -1: no writes are seen */
	int fds[SWITCH_NR];	/* -1: not there yet */
};

/* Never fails: what there is not, or not yet, cannot be switched. root is borrowed. */
void switches__open(struct switches *s, const char *root, unsigned int mask);
/* Is one of them off, or may one have been since the last look? */
bool switches__look(struct switches *s);
/* An all-zero one is fine. */
void switches__close(struct switches *s);

#endif /* CAPTURE_SWITCHES_H */
