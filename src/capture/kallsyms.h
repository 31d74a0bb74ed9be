/* SPDX-License-Identifier: GPL-2.0 */
/* kallsyms.h - what the kernel and its modules call their addresses. */
#ifndef CAPTURE_KALLSYMS_H
#define CAPTURE_KALLSYMS_H

#include <linux/types.h>
#include <stdbool.h>

struct kallsyms;

/*
 * root: put before /proc, "" for this machine. Nothing is read yet: it takes a
 * good part of what starting a trace may take. Return: NULL without memory; else
 * never NULL.
 */
struct kallsyms *kallsyms__new(const char *root);
/*
 * Reads aside, on a thread, the first time; asks how it is going after that. Return: 1
 * when it is done, also when there are no names to be had; 0 while it is not; -ENOMEM.
 */
int kallsyms__poll(struct kallsyms *k);
/* Reads, if nobody has, or waits. Return: 0, also when there are no names, or -ENOMEM. */
int kallsyms__load(struct kallsyms *k);
/* Does not wait for the rest of what is being read aside. */
void kallsyms__free(struct kallsyms *k);
/*
 * Reads again if a module came or went since. Return: 1 if it did, 0 if not,
 * negative errno: the names are as they were.
 */
int kallsyms__refresh(struct kallsyms *k);
/* Return: true and what addr is in; *ret_module is "" for the kernel itself. */
bool kallsyms__lookup(struct kallsyms *k, __u64 addr, const char **ret_name,
		      const char **ret_module, __u64 *ret_offset);

#endif /* CAPTURE_KALLSYMS_H */
