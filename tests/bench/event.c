// SPDX-License-Identifier: GPL-2.0
/*
 * event.c - what an event costs who causes it.
 *
 *	event which        the tracepoint that is fired
 *	event native       every kind of event under an empty program, a bare ring and
 *	                   the tracer's handlers: one line of JSON each
 *	event fire NR      fires so many and prints the nanoseconds of one: to be run
 *	                   under perf, ftrace or bpftrace, and under nothing
 *
 * The time is the CPU time of the thread that fires, so what else the machine
 * does counts little. The rings are emptied between two timed passes.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "bench_event.skel.h"

#include <hmmtrace/event.h>

#include "capture/capture.h"
#include "capture/lanes.h"
#include "capture/ring.h"
#include "capture/shared.h"
#include "event.h"

#define NR_OBJECTS 1000
#define NR_PASSES 15
#define FIRST_RANGE 0xffff888000100000ULL
#define HMM 0xffff888000001000ULL
#define MIRROR 0xffff888000002000ULL

enum { W_MM, W_HMM, W_MIRROR, W_RANGE, W_OPS, W_X0, W_X1, W_X2, W_X3 };

static void die(const char *what)
{
	fprintf(stderr, "event: %s: %s\n", what, strerror(errno));
	exit(2);
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/*
 * Since 6.14 a prctl() of an unknown option fires a tracepoint of its own. Before,
 * there is the one of a task that renames itself; there perf writes a second record
 * for the new name, which is not the fault of the event.
 */
static bool can_unknown;

static const char *tracepoint(void)
{
	return can_unknown ? "task_prctl_unknown" : "task_rename";
}

static void fire(void)
{
	if (can_unknown)
		prctl(0x484d4d54, 0, 0, 0, 0);
	else
		prctl(PR_SET_NAME, "bench");
}

/* Whatever the kernel has no type for, it does not have. */
static void choose_tracepoint(void)
{
	struct btf *btf = btf__load_vmlinux_btf();

	can_unknown = !libbpf_get_error(btf) &&
		      btf__find_by_name_kind(btf, "btf_trace_task_prctl_unknown",
					     BTF_KIND_TYPEDEF) > 0;
	if (!libbpf_get_error(btf))
		btf__free(btf);
}

/* --- passes ------------------------------------------------------------------------- */

/* What one object goes through in a pass; what undoes it is not timed. */
static const struct row {
	const char *name;
	unsigned int kinds[12], undo[3];	/* end with 0 */
} rows[] = {
	{ "fault", { HMT_READ_BEGIN, HMT_FAULT_BEGIN, HMT_FAULT_END }, { 0 } },
	{ "get, put", { HMT_REF_GET, HMT_REF_PUT }, { 0 } },
	{ "birth", { HMT_RANGE_REGISTER }, { HMT_RANGE_UNREGISTER_BEGIN } },
	{ "death", { HMT_RANGE_UNREGISTER_BEGIN, HMT_RANGE_UNREGISTER_END },
	  { HMT_RANGE_REGISTER } },
	{ "mix", { HMT_REF_GET, HMT_RANGE_REGISTER, HMT_READ_BEGIN, HMT_FAULT_BEGIN,
		   HMT_FAULT_END, HMT_READ_BEGIN, HMT_FAULT_BEGIN, HMT_FAULT_END,
		   HMT_RANGE_UNREGISTER_BEGIN, HMT_REF_PUT, HMT_RANGE_UNREGISTER_END }, { 0 } },
};

struct bench {
	struct bench_event_bpf *skel;
	struct ring ring;
	struct lanes lanes;
};

static void aim(struct bench_event_bpf__bss *bss, unsigned int kind, int object)
{
	__u64 *w = bss->bench_words, start = (__u64)object << 16;

	bss->bench_kind = kind;
	w[W_RANGE] = FIRST_RANGE + (__u64)object * 256;
	switch (kind) {
	case HMT_REF_GET:
	case HMT_REF_PUT:
		w[W_X0] = 2;
		w[W_X1] = FIRST_RANGE;
		break;
	default:
		w[W_X0] = start;
		w[W_X1] = start + 0x10000;
		w[W_X2] = 12;
		w[W_X3] = 0;
	}
}

/* Return: the events that were fired. */
static int fire_all(struct bench *b, const unsigned int *kinds)
{
	int nr = 0;

	for (int object = 0; object < NR_OBJECTS; object++)
		for (const unsigned int *k = kinds; *k; k++, nr++) {
			aim(b->skel->bss, *k, object);
			fire();
		}
	return nr;
}

static int ignore(void *ctx, const struct hmt_hdr *rec, size_t len)
{
	return 0;
}

static void rings_empty(struct bench *b)
{
	const void *rec;
	size_t len;

	if (lanes__drain(&b->lanes, ignore, NULL))
		die("drain");
	while (ring__next(&b->ring, &rec, &len) == 1)
		ring__release(&b->ring);
}

static int cmp_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Return: the median of the passes, per event. */
static double measure(struct bench *b, const struct row *row, struct bpf_program *prog)
{
	double pass[NR_PASSES], t;
	struct bpf_link *link = NULL;

	if (prog) {
		link = bpf_program__attach_raw_tracepoint(prog, tracepoint());
		if (libbpf_get_error(link))
			die(bpf_program__name(prog));
	}
	if (row->undo[0])
		fire_all(b, row->undo);
	for (int i = -1; i < NR_PASSES; i++) {
		int nr;

		rings_empty(b);
		t = now_ns();
		nr = fire_all(b, row->kinds);
		t = (now_ns() - t) / nr;
		/* the first one warms up */
		if (i >= 0)
			pass[i] = t;
		rings_empty(b);
		fire_all(b, row->undo);
	}
	rings_empty(b);
	bpf_link__destroy(link);
	if (b->skel->bss->hmt_ring_lost)
		die("the ring was too small");
	qsort(pass, NR_PASSES, sizeof(pass[0]), cmp_double);
	return pass[NR_PASSES / 2];
}

static void print(const struct row *row, const char *who, const char *stacks, double ns)
{
	printf("{\"row\":\"%s\",\"who\":\"%s%s\",\"unit\":\"ns/event\",\"value\":%.1f}\n",
	       row->name, who, stacks, ns);
	fflush(stdout);
}

/* --- programs ------------------------------------------------------------------------- */

static void learn_mm(struct bench *b)
{
	struct bpf_link *link = bpf_program__attach_raw_tracepoint(b->skel->progs.bench_learn, tracepoint());

	if (libbpf_get_error(link))
		die("bench_learn");
	fire();
	bpf_link__destroy(link);
	if (!b->skel->bss->bench_words[W_MM])
		die("no address space was found");
	b->skel->bss->bench_words[W_HMM] = HMM;
	b->skel->bss->bench_words[W_MIRROR] = MIRROR;
}

/* As the loader does it; but the ring keeps its size, of which is the bare one. */
static void set_lanes(struct bench *b)
{
	unsigned int nr = sysconf(_SC_NPROCESSORS_ONLN);
	size_t lane = lanes_size(RING_BYTES_DEFAULT, nr);

	b->skel->rodata->cfg_lane_bytes = lane;
	b->skel->rodata->cfg_lane_kick = lane / 8;
	if (bpf_map__set_value_size(b->skel->maps.hmt_lanes, LANE_VALUE(lane)) ||
	    bpf_map__set_max_entries(b->skel->maps.hmt_lanes, nr))
		die("lanes");
}

static void bench_open(struct bench *b, unsigned int stacks)
{
	struct bpf_program *prog;

	b->skel = bench_event_bpf__open();
	if (!b->skel)
		die("open");
	b->skel->rodata->cfg_stacks = stacks;
	b->skel->rodata->cfg_wakeup_mask = 63;
	set_lanes(b);
	bpf_object__for_each_program(prog, b->skel->obj)
		bpf_program__set_autoload(prog, !strncmp(bpf_program__name(prog), "bench_", 6));
	if (bench_event_bpf__load(b->skel))
		die("load");
	if (ring__open(&b->ring, bpf_map__fd(b->skel->maps.hmt_ring), RING_BYTES_DEFAULT))
		die("ring");
	if (lanes__open(&b->lanes, bpf_map__fd(b->skel->maps.hmt_lanes),
			b->skel->rodata->cfg_lane_bytes,
			bpf_map__max_entries(b->skel->maps.hmt_lanes)))
		die("lanes");
	learn_mm(b);
	b->skel->bss->hmt_on = 1;
}

static void bench_close(struct bench *b)
{
	ring__close(&b->ring);
	lanes__close(&b->lanes);
	bench_event_bpf__destroy(b->skel);
}

static void bench_stacks(unsigned int stacks, const char *name)
{
	struct bench b;

	bench_open(&b, stacks);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		double base = measure(&b, row, NULL), t, bare = 0, stamped = 0, empty = 0;

		/* What is not of the handlers does not depend on stacks. */
		if (stacks == CAPTURE_STACKS_NONE) {
			empty = measure(&b, row, b.skel->progs.bench_empty);
			bare = measure(&b, row, b.skel->progs.bench_ring);
			stamped = measure(&b, row, b.skel->progs.bench_stamped);
		}
		t = measure(&b, row, b.skel->progs.bench_hmmtrace);
		/* Before and after: the clock of the processor wanders. */
		base = (base + measure(&b, row, NULL)) / 2;
		if (stacks == CAPTURE_STACKS_NONE) {
			print(row, "empty program", "", empty - base);
			print(row, "bare ring", "", bare - base);
			print(row, "ring, written and timed", "", stamped - base);
		}
		print(row, "hmmtrace", name, t - base);
	}
	bench_close(&b);
}

static void bench_fire(long nr)
{
	double t;

	/* A thousand warm up. */
	for (int i = 0; i < 1000; i++)
		fire();
	t = now_ns();
	for (long i = 0; i < nr; i++)
		fire();
	/* On stderr: what runs us may have a use for stdout. */
	fprintf(stderr, "%.1f\n", (now_ns() - t) / (double)nr);
}

int main(int argc, char **argv)
{
	choose_tracepoint();
	if (argc == 2 && !strcmp(argv[1], "which")) {
		puts(tracepoint());
	} else if (argc == 2 && !strcmp(argv[1], "native")) {
		bench_stacks(CAPTURE_STACKS_NONE, ", no stacks");
		bench_stacks(CAPTURE_STACKS_BIRTHS, ", default stacks");
		bench_stacks(CAPTURE_STACKS_ALL, ", all stacks");
	} else if (argc == 3 && !strcmp(argv[1], "fire")) {
		bench_fire(strtol(argv[2], NULL, 0));
	} else {
		errno = EINVAL;
		die("see the top of tests/bench/event.c");
	}
	return 0;
}
