/* SPDX-License-Identifier: GPL-2.0 */
/* sysfs.h - a directory that stands for /sys, with the notes of a kernel in it. */
#ifndef TEST_SYSFS_H
#define TEST_SYSFS_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

/* dir: a template of mkdtemp(), made the directory. */
static void sysfs_make(char *dir, const void *notes, size_t len)
{
	char path[256];
	FILE *f;

	ASSERT_NOT_NULL(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/kernel", dir);
	ASSERT_OK(mkdir(path, 0700));
	snprintf(path, sizeof(path), "%s/kernel/notes", dir);
	f = fopen(path, "w");
	ASSERT_NOT_NULL(f);
	fwrite(notes, 1, len, f);
	fclose(f);
}

static void sysfs_remove(const char *dir)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/kernel/notes", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/kernel", dir);
	rmdir(path);
	rmdir(dir);
}

#endif /* TEST_SYSFS_H */
