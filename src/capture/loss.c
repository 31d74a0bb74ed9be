// SPDX-License-Identifier: GPL-2.0
#include "capture/loss.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "stream/desc.h"

int loss__init(struct loss *l, unsigned int nr_cpus, __u64 since)
{
	memset(l, 0, sizeof(*l));
	l->nr_cpus = nr_cpus;
	l->since = since;
	l->seen = hmt_calloc((size_t)HMT_CAUSE_NR * nr_cpus, sizeof(*l->seen));
	l->pool = hmt_calloc((size_t)HMT_CAUSE_NR * nr_cpus, sizeof(*l->pool));
	if (l->seen && l->pool)
		return 0;
	loss__free(l);
	return -ENOMEM;
}

void loss__free(struct loss *l)
{
	hmt_free(l->seen);
	hmt_free(l->pool);
	l->seen = l->pool = NULL;
}

void loss__read(struct loss *l, unsigned int cause, const __u64 *per_cpu)
{
	for (unsigned int cpu = 0; cpu < l->nr_cpus; cpu++) {
		size_t i = (size_t)cause * l->nr_cpus + cpu;

		l->pool[i] += per_cpu[cpu] - l->seen[i];
		l->seen[i] = per_cpu[cpu];
	}
}

int loss__report_one(struct loss *l, unsigned int cause, __u32 cpu, __s32 prog, __u64 count,
		     __u64 ts, struct outq *q)
{
	struct hmt_lost rec;

	hdr_make(&rec.h, HMT_LOST, sizeof(rec), ts);
	rec.h.cpu = cpu;
	rec.cause = cause;
	rec.prog = prog;
	rec.count = count;
	rec.since = l->since;
	l->total[cause] += count;
	if (cause_overturns(cause))
		l->overturning += count;
	return outq__push(q, &rec.h);
}

/* Takes up to *left out of the pool of cause, CPU by CPU. */
static int report_pool(struct loss *l, unsigned int cause, __u64 *left, __u64 ts, struct outq *q)
{
	for (unsigned int cpu = 0; cpu < l->nr_cpus && *left; cpu++) {
		__u64 *pool = &l->pool[(size_t)cause * l->nr_cpus + cpu];
		__u64 n = *pool < *left ? *pool : *left;
		int err;

		if (!n)
			continue;
		*pool -= n;
		*left -= n;
		err = loss__report_one(l, cause, cpu, -1, n, ts, q);
		if (err)
			return err;
	}
	return 0;
}

int loss__report_ring(struct loss *l, __u64 ring_total, __u64 ts, struct outq *q)
{
	__u64 left;
	int err;

	if ((__s64)(ring_total - l->ring_reported) <= 0)
		return 0;
	left = ring_total - l->ring_reported;
	l->ring_reported = ring_total;
	err = report_pool(l, HMT_CAUSE_RING_FULL, &left, ts, q);
	/* The counters are read before the total is: this is only in case. */
	if (!err && left)
		err = loss__report_one(l, HMT_CAUSE_RING_FULL, HMT_CPU_NONE, -1, left, ts, q);
	return err;
}

int loss__report_rest(struct loss *l, __u64 ts, struct outq *q)
{
	for (unsigned int cause = 1; cause < HMT_CAUSE_NR; cause++) {
		__u64 left = ~0ULL;
		int err;

		if (cause == HMT_CAUSE_RING_FULL)
			continue;
		err = report_pool(l, cause, &left, ts, q);
		if (err)
			return err;
	}
	l->since = ts;
	return 0;
}
