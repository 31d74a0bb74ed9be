/* SPDX-License-Identifier: GPL-2.0 */
/* untold.h - takes what the programs had to sum up (bpf/untold.bpf.h). */
#ifndef CAPTURE_UNTOLD_H
#define CAPTURE_UNTOLD_H

#include <stddef.h>

#include "capture/known.h"

struct untold_list {
	struct untold *list;
	size_t nr, cap;
};

/*
 * Empties a table that nobody writes any more, and appends what was in it. Return: 0
 * or a negative errno: some of it may be lost then.
 */
int untold__take(struct untold_list *l, int map_fd);
void untold__free(struct untold_list *l);

#endif /* CAPTURE_UNTOLD_H */
