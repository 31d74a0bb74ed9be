/* SPDX-License-Identifier: GPL-2.0 */
/*
 * untold.h - takes what the programs had to sum up (bpf/untold.bpf.h).
 *
 * What is known can be told of it (known.h) when all is there that was lost until an
 * instant, and all that was recorded until then is delivered. If more is lost while a
 * table is taken, it has to wait for the next one: what a record says that comes behind
 * both has the second in it already, and the first would not be told apart from that.
 * Both together are as if there had been one table.
 */
#ifndef CAPTURE_UNTOLD_H
#define CAPTURE_UNTOLD_H

#include <stddef.h>

#include "base/map64.h"
#include "capture/known.h"

/* A zeroed one is empty. */
struct untold_set {
	struct untold *list;
	size_t nr, cap;
	struct map64 at[HMT_CLASS_RANGE + 1];	/* by address: where in the list, from 1 */
};

/*
 * Empties a table that nobody writes any more; what was in it comes on top of what was
 * taken before. Return: 0 or a negative errno: some of it may be lost then.
 */
int untold__take(struct untold_set *s, int map_fd);
/* One of them. Return: 0 or -ENOMEM. */
int untold__add(struct untold_set *s, const struct live_key *key, const struct untold_val *val);
/* All of it, which is empty then. Return: 0 or -ENOMEM, with the rest of it not told. */
int untold__tell(struct untold_set *s, struct known *k);
void untold__free(struct untold_set *s);

#endif /* CAPTURE_UNTOLD_H */
