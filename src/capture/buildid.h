/* SPDX-License-Identifier: GPL-2.0 */
/*
 * buildid.h - which build of the kernel and of a module runs, from the ELF notes
 * in sysfs: what finds the debug information of it on another machine.
 */
#ifndef CAPTURE_BUILDID_H
#define CAPTURE_BUILDID_H

#include <stddef.h>

/* Hexadecimal, two digits a byte, and a NUL. */
#define BUILDID_LEN 65

/*
 * module: "" for the kernel itself. sysfs: "" for /sys, else another root for tests.
 * Return: 0 with the id in ret_hex; -ENOENT when there is none.
 */
int buildid_read(const char *sysfs, const char *module, char *ret_hex);
/* The same from notes in memory. */
int buildid_from_notes(const void *notes, size_t len, char *ret_hex);

#endif /* CAPTURE_BUILDID_H */
