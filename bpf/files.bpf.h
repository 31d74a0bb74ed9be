/* SPDX-License-Identifier: GPL-2.0 */
/*
 * files.bpf.h - the files a dying owner leaves to others: what a registration
 * may live on through when its process is gone.
 *
 * Only open files that somebody else has too, and only such as a driver could
 * hang a registration on: character devices, but for those of memory and of
 * terminals, which every process shares with its shell, and anonymous files of
 * a module (a virtual machine is one).
 */
#ifndef BPF_FILES_H
#define BPF_FILES_H

#include <linux/types.h>

/* The current process is about to close its files: tells which. Return: 0. */
#ifndef HMT_LEGACY
int hmt_owner_files(__u64 mm);
#else
/* Where nobody could look for who has them there is nothing to be told. */
static inline int hmt_owner_files(__u64 mm)
{
	return 0;
}
#endif

#endif /* BPF_FILES_H */
