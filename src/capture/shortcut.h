/* SPDX-License-Identifier: GPL-2.0 */
/*
 * shortcut.h - loads an object without libbpf going through the kernel's types.
 *
 * libbpf reads them all to find the struct that each of ours is about, and again
 * for the function that each program is for: half of what starting takes. What is
 * known from probing is handed to it instead: the structs, cut out, as the type
 * information of the kernel, and the ids of functions by handlers of our own for
 * the sections that name one.
 */
#ifndef CAPTURE_SHORTCUT_H
#define CAPTURE_SHORTCUT_H

#include <bpf/libbpf.h>

#include "capture/feature.h"

#define SHORTCUT_SECTIONS 3

struct shortcut {
	int fd;			/* the types that were cut out, in memory; -1: there is none */
	char path[32];
	int handlers[SHORTCUT_SECTIONS], nr_handlers;
};

/*
 * Before the object is opened, with path as its opts.btf_custom_path. f stays
 * where it is until the end. Return: 0, or negative errno: go the long way.
 */
int shortcut__begin(struct shortcut *s, const struct features *f);
/* Between open and load. */
int shortcut__fill(const struct shortcut *s, const struct features *f,
		   const struct bpf_object *obj);
/* After the load, or when it did not come to that; also without a begin, for fd -1. */
void shortcut__end(struct shortcut *s);

#endif /* CAPTURE_SHORTCUT_H */
