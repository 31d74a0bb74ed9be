/* SPDX-License-Identifier: GPL-2.0 */
/*
 * capture.h - from a running kernel to a stream of records.
 *
 *   capture__open -> __load -> __attach -> __activate -> source__next()... ->
 *   __stop -> source__next() until 0 -> __free
 *
 * open probes and plans and touches nothing; load brings the programs in;
 * attach hooks them up, still silent; activate is one flag flip, so a trace
 * has one instant at which it begins. This is the only part that needs
 * privilege, libbpf or a BPF object.
 *
 * Errors: a negative errno and a complete sentence in *err. -EPERM: privilege
 * is missing. -EOPNOTSUPP: this kernel cannot do it (exit status 4).
 */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include <hmmtrace/event.h>

#include "base/err.h"
#include "capture/plan.h"
#include "stream/source.h"

struct capture;

/* Which events carry a kernel stack. births: registers, unregisters and ref-gets. */
enum capture_stacks { CAPTURE_STACKS_BIRTHS, CAPTURE_STACKS_NONE, CAPTURE_STACKS_ALL };

#define HOT_COUNTED (HMT_START_COUNT_FAULT | HMT_START_COUNT_INVALIDATE)

/* All zero is the default. Strings are borrowed: btf until it is loaded, the others until open. */
struct capture_opts {
	__u32 ring_bytes;	/* rounded up to a power of two pages; 0: 8 MiB */
	__u32 table_entries;	/* of what has no room in the ring; 0: 32768 */
	__u32 hot;		/* HMT_START_HOT_* | HMT_START_COUNT_*, one of the two of each */
	enum capture_stacks stacks;
	enum capture_source source;
	__u64 grace_ns;		/* of the engine that is fed; 0: its default */
	bool force_classic;	/* classic tp programs where raw_tp would do; for tests */
	bool force_legacy;	/* the object for old kernels where the main one would do */
	bool hasty;		/* fentry is tried by attaching what is to be attached; see start */
	const char *btf;	/* type information of the kernel, when it does not show its own */
	/* For the trace's description; NULL: "" */
	const char *version, *command_line, *filters;
};

/* Attach of a hasty one: -EAGAIN, this kernel loads and does not attach: once more, and not so. */
int capture__open(const struct capture_opts *opts, struct capture **ret_c, struct errmsg *err);
int capture__load(struct capture *c, struct errmsg *err);
int capture__attach(struct capture *c, struct errmsg *err);
int capture__activate(struct capture *c, struct errmsg *err);
/* All four in a row, hasty at first, nothing left behind on failure. */
int capture__start(const struct capture_opts *opts, struct capture **ret_c, struct errmsg *err);

const struct plan *capture__plan(const struct capture *c);
/* Complete from activate on; owned by c, also at capture__source()->meta. */
const struct trace_meta *capture__meta(const struct capture *c);

/*
 * The stream, owned by c (source__free() on it does nothing). Records come in
 * the order of their ts. The first is START. next() never blocks longer than
 * 200 ms: when nothing happened it delivers a TICK, also when a signal arrived.
 * After capture__stop() it delivers the rest, the last losses and END, then
 * returns 0.
 */
struct source *capture__source(struct capture *c);

/*
 * Takes the programs off; what is in the ring is still delivered. To be called
 * between two next(), not from a signal handler. Twice is fine.
 */
void capture__stop(struct capture *c);

struct capture_stats {
	__u64 records;			/* delivered, of the kernel's making */
	__u64 lost[HMT_CAUSE_NR];	/* by cause, all CPUs */
	__u64 lost_overturning;		/* of those, what a verdict may rest on */
	__u64 resyncs;			/* how often it was told what exists */
	__u64 live_mirrors, live_ranges, live_hmms;	/* as of the last resync */
};
void capture__stats(const struct capture *c, struct capture_stats *ret_st);

/* Stops if need be, without delivering the rest. NULL is fine. */
void capture__free(struct capture *c);

/*
 * What is registered right now, without any tracing: a source of its own that
 * delivers SYNC_BEGIN, the objects behind what names them, and SYNC_END. Needs
 * the task iterator and nothing else; leaves nothing behind.
 */
int capture_snapshot(struct source **ret_s, struct errmsg *err);
/* Did this address space change under the walk? s: of capture_snapshot(), unfiltered. */
bool capture_snapshot_changed(const struct source *s, __u64 mm);

/*
 * For `doctor`: one entry per requirement (feature_descs[i] with f.f[i]), one
 * per program (ret_p->rows). Never fails; needs no privilege to tell what is missing.
 */
void capture_doctor(const struct capture_opts *opts, struct features *ret_f, struct plan *ret_p);
/*
 * Return: {"tier":..,"features":[{"id","what","since","required","state","reason",
 * "remedy"}..],"plan":{..as plan_json()..}}, to be freed; NULL without memory.
 */
char *capture_doctor_json(const struct features *f, const struct plan *p);

#endif /* CAPTURE_CAPTURE_H */
