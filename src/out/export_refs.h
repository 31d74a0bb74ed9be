/* SPDX-License-Identifier: GPL-2.0 */
/*
 * export_refs.h - which get a put gives back: first the one for the same range
 * or mirror, then the latest of the same task, of the same process, then the
 * oldest. The engine judges by balances and needs none of this; an arrow from
 * get to put does.
 */
#ifndef OUT_EXPORT_REFS_H
#define OUT_EXPORT_REFS_H

#include <hmmtrace/event.h>
#include <stdbool.h>

#include "base/map64.h"

struct refs {
	struct map64 counted;	/* by the cookie of what is counted: struct refcount */
	struct refcount **all;
	size_t nr, cap;
	__u64 flows;
	bool failed;
};

/* One struct hmm or notifier whose users are counted, from its first get to its last put. */
struct refcount {
	__u64 cookie, mm, first_ts;
	bool is_hmm;
	size_t index;		/* in refs.all */
	struct pending *gets;	/* not yet put, oldest first */
	size_t nr, cap;
};

/*
 * rec: a get or a put. *ret_flow is the number of the reference, 0 for a put
 * whose get was not seen. Return: what it counts on; NULL, with failed set, when
 * there is no memory.
 */
struct refcount *refs__apply(struct refs *r, const struct hmt_ref_get *rec, __u64 *ret_flow);
void refs__free(struct refs *r);

#endif /* OUT_EXPORT_REFS_H */
