/* SPDX-License-Identifier: GPL-2.0 */
/*
 * loss.h - from the counters the programs keep to LOST records in the stream.
 *
 * The kernel says how many it lost per cause and CPU (a counter each) and
 * where in the stream records are missing (a marker before the next record
 * that found room). A marker carries the running total, so what has been
 * reported already is never reported twice, whichever came first.
 */
#ifndef CAPTURE_LOSS_H
#define CAPTURE_LOSS_H

#include <hmmtrace/event.h>

#include "capture/outq.h"

struct loss {
	unsigned int nr_cpus;
	__u64 *seen;		/* [cause * nr_cpus + cpu]: the counters as last read */
	__u64 *pool;		/* [cause * nr_cpus + cpu]: read, not yet reported */
	__u64 ring_reported;	/* of the running total of records without room */
	__u64 since;		/* everything before this is accounted for */
	__u64 total[HMT_CAUSE_NR];
	__u64 overturning;
};

int loss__init(struct loss *l, unsigned int nr_cpus, __u64 since);
void loss__free(struct loss *l);

/* Takes in the counters of one cause, one per CPU. */
void loss__read(struct loss *l, unsigned int cause, const __u64 *per_cpu);
/*
 * Reports what found no room up to the running total, at ts. Nothing new:
 * nothing is pushed. Return: 0 or -ENOMEM.
 */
int loss__report_ring(struct loss *l, __u64 ring_total, __u64 ts, struct outq *q);
/* Reports the other causes, at ts; what is older is accounted for from now on. */
int loss__report_rest(struct loss *l, __u64 ts, struct outq *q);
/* One loss that has no counter of its own: a stack that is gone, a program that was skipped. */
int loss__report_one(struct loss *l, unsigned int cause, __u32 cpu, __s32 prog, __u64 count,
		     __u64 ts, struct outq *q);

#endif /* CAPTURE_LOSS_H */
