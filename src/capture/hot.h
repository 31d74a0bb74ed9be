/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hot.h - from the counters of frequent events to hot-count records. The table
 * in the kernel only grows; a record says by how much. Pure.
 */
#ifndef CAPTURE_HOT_H
#define CAPTURE_HOT_H

#include "base/map64.h"
#include "capture/enrich.h"
#include "capture/shared.h"

struct hot {
	struct map64 seen;	/* a hash of the key -> what was told of it */
	__u64 since;		/* all before this has been told */
};

void hot__init(struct hot *h, __u64 since);
void hot__free(struct hot *h);

/* How many entries the table gets on so many CPUs. */
__u32 hot_entries(unsigned int nr_cpus);

/*
 * One entry as it is now, a value per CPU. What is new goes to e as a record of
 * time ts. Return: 0 or -ENOMEM.
 */
int hot__take(struct hot *h, const struct hot_key *key, const struct hot_val *vals,
	      unsigned int nr_cpus, __u64 ts, struct enrich *e);
/* All entries have been taken at ts. */
void hot__taken(struct hot *h, __u64 ts);

#endif /* CAPTURE_HOT_H */
