/* SPDX-License-Identifier: GPL-2.0 */
/*
 * filter.h - a source that passes some of what another delivers. Pure: the same
 * records give the same records.
 *
 * What is chosen is whole lives, never single records: a register that passes
 * without its unregister would be flagged, so half a life is worse than none.
 *
 *   pids, comms   choose address spaces, by the process they belong to (its
 *                 tgid, the comm of its group leader), not by who ran the code.
 *                 Everything about an address space has its fate.
 *   drivers       choose mirrors and ranges by the name symtab__driver() gives.
 *                 At the notifier layer each has its own fate. At the mirror
 *                 API all of one struct hmm have one, that of its first driver,
 *                 because its references are counted against all its mirrors
 *                 and ranges together. The end of an address space always passes.
 *
 * A record passes when everything that applies chooses it. Records about no
 * object (start, end, tick, lost, stack, symbol, task, sync-begin, sync-end),
 * about address space 0 and of unknown kinds always pass.
 *
 * Names come late: an address space's owner is first told by a register, comm
 * and symbols soon after. Until the fate of the oldest record is known, it and
 * everything behind it are held back, so the order never changes; for at most
 * FILTER_HOLD_NS of the stream's time or FILTER_HOLD_MAX records. What is still
 * unknown then passes, with the rest of its life.
 *
 * Where what was dropped turns out to be needed (a chosen driver joins a struct
 * hmm that another one began), a LOST record of cause filtered says so: a
 * verdict without the beginning must not pass for certain.
 */
#ifndef STREAM_FILTER_H
#define STREAM_FILTER_H

#include "stream/source.h"

#define FILTER_HOLD_NS 200000000ULL
#define FILTER_HOLD_MAX 4096

/* Any of a list chooses; an empty list chooses everything. */
struct filter_opts {
	const __u32 *pids;
	unsigned int nr_pids;
	const char *const *comms;	/* globs, see fnmatch(3) */
	unsigned int nr_comms;
	const char *const *drivers;	/* globs */
	unsigned int nr_drivers;
};

/*
 * @inner: owned by the new source from success on. With no option set, *ret_s
 * is inner itself. @opts: the lists must outlive the source.
 *
 * A negative errno of inner is returned as it is, with its sentence, and next()
 * may be called again where that makes sense for inner.
 */
int filter_source__open(struct source *inner, const struct filter_opts *opts,
			struct source **ret_s, struct errmsg *err);

#endif /* STREAM_FILTER_H */
