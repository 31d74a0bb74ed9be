/* SPDX-License-Identifier: GPL-2.0 */
/* holders_shared.h - what the program that walks files says to the loader. Not an ABI. */
#ifndef CAPTURE_HOLDERS_SHARED_H
#define CAPTURE_HOLDERS_SHARED_H

#include <hmmtrace/event.h>

/* Files that are looked for in one walk, at most. */
#define HMT_HOLDER_FILES 1024

struct holder_obj {
	__u64 file;
	__u32 tgid, fd;
	char comm[HMT_COMM_LEN];
};

#endif /* CAPTURE_HOLDERS_SHARED_H */
