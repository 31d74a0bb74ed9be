/* SPDX-License-Identifier: GPL-2.0 */
/* reader.h - the ring as a source: inside src/capture only. */
#ifndef CAPTURE_READER_H
#define CAPTURE_READER_H

#include "capture/batch.h"
#include "capture/capture.h"
#include "capture/enrich.h"
#include "capture/feed.h"
#include "capture/holders.h"
#include "capture/hot.h"
#include "capture/known.h"
#include "capture/loss.h"
#include "capture/siphon.h"
#include "capture/snapshot.h"
#include "capture/switches.h"
#include "capture/untold.h"

/* What the reader needs of the loaded programs. Descriptors are borrowed. */
struct reader_conf {
	int stats_fd, stacks_fd;
	int untold_fds[2], turn_fd;
	int prog_fds[PLAN_PROGS];		/* -1: not loaded */
	int mms_fd, owners_fd;
	int notifiers_fd, calls_fd;		/* -1: no program asks for it */
	int hot_fd;				/* -1: nothing is counted */
	struct snap_conf snap;			/* prog_fd -1: what was before is not known */
	struct holders_conf holders;
	unsigned int switches;			/* 1 << enum switch_id: what programs depend on */
	/* Either the rings ... */
	struct feed_ring_conf ring;
	/* ... or, unless its bytes are 0, perf buffers */
	struct feed_perf_conf perf;
};

struct reader {
	struct source src;			/* must be first */
	struct reader_conf conf;
	struct feed feed;
	struct siphon siphon;
	struct batch batch;
	struct outq out;
	struct loss loss;
	struct enrich enrich;
	struct holders holders;
	struct switches switches;
	struct kallsyms *ks;
	struct hot hot;
	struct known known;
	struct untold_set untold;		/* taken, and not in known yet */
	__u32 turn;				/* which of the two is written */
	struct hot_val *hot_vals;		/* of one entry, all CPUs */
	unsigned int nr_cpus;
	__u64 *per_cpu;				/* one counter of every CPU */
	__u64 cut;				/* everything older has been delivered */
	__u64 last_tick;
	__u64 recursion[PLAN_PROGS];
	unsigned int missed;			/* calls that are known to have been, when it stops */
	__u64 sync_not_before;
	__u64 records, resyncs, live[HMT_CLASS_RANGE + 1];
	bool want_sync;				/* something was lost since the last resync */
	bool tainted;				/* programs did not run: what is known is not all */
	bool dark;				/* they may not have run since the last cut */
	bool dark_told;				/* the last round said so */
	bool want_snap;				/* they run again */
	struct walked *walked;			/* that is to be told of; NULL: nothing */
	bool stopping, ended;
	bool named;				/* the names of the kernel were read */
	bool held;				/* the batch has what no round was made of: it waits for them */
	__u64 held_tick;			/* when that was told last, by a tick at the old cut */
};

int reader__open(struct reader *r, const struct reader_conf *conf, struct errmsg *err);
void reader__close(struct reader *r);
/* The stream begins at ts. */
int reader__start(struct reader *r, __u64 ts, __u64 flags);
/*
 * What was registered before the stream began: to be called right after the
 * programs are switched on. It is told of by the source, when it can be named.
 * Return: 0, also when it cannot be told; negative errno.
 */
int reader__snapshot(struct reader *r);
/* It will be stopped: to be called while programs run. */
void reader__stopping(struct reader *r);
/* No program runs any more: what is in the ring is all there will be. */
void reader__stop(struct reader *r);

/* Waits until every program that is running now has finished. */
void reader_quiesce(void);
__u64 clock_ns(int clock);

#endif /* CAPTURE_READER_H */
