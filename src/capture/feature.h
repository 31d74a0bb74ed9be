/* SPDX-License-Identifier: GPL-2.0 */
/*
 * feature.h - what this kernel and this process can do, each as a yes or a no
 * with its reason. Nothing here changes the machine: a missing mount is
 * reported, never made.
 */
#ifndef CAPTURE_FEATURE_H
#define CAPTURE_FEATURE_H

#include <stdbool.h>

#include "capture/field.h"
#include "capture/fn.h"
#include "capture/tp.h"

struct ktypes;

/*
 * X(ID, "id", "what it is", "since", required, "remedy")
 *
 * Order is the order of asking and of `doctor`: what explains the rest first.
 * required: without it nothing can be observed at all.
 */
#define CAPTURE_FEATURES(X) \
	X(PRIVILEGE, "privilege", "CAP_BPF and CAP_PERFMON, or root", "5.8", true, \
	  "run as root, or grant CAP_BPF and CAP_PERFMON") \
	X(BTF, "kernel-btf", "BTF, the kernel's type information, /sys/kernel/btf/vmlinux", "5.4", false, \
	  "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y; on a patched one programs that " \
	  "need none are used instead") \
	X(LOCKDOWN, "lockdown", "kernel memory may be read by BPF (lockdown below confidentiality)", \
	  "5.4", true, "boot without lockdown=confidentiality") \
	X(BPF, "bpf-syscall", "the bpf() system call", "4.4", true, \
	  "boot a kernel built with CONFIG_BPF_SYSCALL=y") \
	X(EVENTS, "bpf-events", "BPF programs that can be attached to tracepoints and functions", "4.7", \
	  true, "boot a kernel built with CONFIG_BPF_EVENTS=y, which wants CONFIG_FTRACE=y and " \
	  "CONFIG_KPROBES=y") \
	X(MEMLOCK, "memlock", "enough locked memory for BPF maps", "5.11", false, \
	  "raise the limit: ulimit -l unlimited") \
	X(RINGBUF, "ring-buffer", "BPF ring buffer", "5.8", false, \
	  "boot Linux 5.8 or newer; on a patched kernel perf buffers are used instead") \
	X(PERFBUF, "perf-buffer", "perf buffers for BPF, where there is no ring buffer", "4.3", false, \
	  "boot a kernel built with CONFIG_PERF_EVENTS=y") \
	X(FIELDS, "fields", "where this kernel keeps the owner and the counters of an address space", \
	  "any", false, \
	  "give the type information of this very kernel, its vmlinux: --btf FILE") \
	X(TP_BTF, "tp-btf", "BPF programs on typed tracepoints", "5.5", false, \
	  "classic tracepoint programs are used instead: nothing to do") \
	X(TRACEFS, "tracefs", "tracefs mounted", "4.1", false, \
	  "mount -t tracefs tracefs /sys/kernel/tracing") \
	X(HMM_TP, "hmm-tracepoints", "hmm:* tracepoints, each with the expected fields", \
	  "patched", false, \
	  "boot a kernel with the series of kernel/patches applied (see kernel/README)") \
	X(FENTRY, "fentry", "BPF programs at the entry and the return of kernel functions", \
	  "5.5", false, \
	  "boot a kernel built with CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS=y, or switch it on") \
	X(STEADY, "fentry-steady", "fentry programs that are never preempted", "any", false, \
	  "kprobes are used instead: nothing to do, or boot with preempt=voluntary") \
	X(KPROBE, "kprobe", "BPF programs at kprobes", "4.17", false, \
	  "boot a kernel built with CONFIG_KPROBE_EVENTS=y, or switch them on") \
	X(ITER, "task-iterator", "BPF programs that walk all tasks: for snapshots", "5.8", false, \
	  "boot Linux 5.8 or newer: without it nothing older than the trace is known") \
	X(KALLSYMS, "kallsyms", "addresses in /proc/kallsyms", "2.6", false, \
	  "sysctl kernel.kptr_restrict=0: without it stacks and drivers have no names")

enum feature_id {
#define FEATURE_X(ID, id, what, since, required, remedy) FEAT_##ID,
	CAPTURE_FEATURES(FEATURE_X)
#undef FEATURE_X
	FEAT_NR
};

enum feature_state { FEATURE_UNKNOWN, FEATURE_OK, FEATURE_MISSING };

/* The constant half: one row of the list above. */
struct feature_desc {
	const char *id, *what, *since, *remedy;
	bool required;
};
extern const struct feature_desc feature_descs[FEAT_NR];

struct feature_result {
	enum feature_state state;
	const char *remedy;		/* better than that of the table; NULL: there is none */
	char reason[160];		/* what was found; "" when there is nothing to say */
};

/*
 * X(ID, option, a function that is there when the kernel was built with it)
 *
 * To explain a refusal with, never to foretell one: what works, works.
 */
#define CAPTURE_BUILT(X) \
	X(FUNCTION_TRACER, "CONFIG_FUNCTION_TRACER", "register_ftrace_function") \
	X(DIRECT_CALLS, "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS", "register_ftrace_direct") \
	X(KPROBES, "CONFIG_KPROBES", "register_kprobe") \
	X(KPROBE_EVENTS, "CONFIG_KPROBE_EVENTS", "create_local_trace_kprobe")

enum built_id {
#define BUILT_X(ID, option, function) BUILT_##ID,
	CAPTURE_BUILT(BUILT_X)
#undef BUILT_X
	BUILT_NR
};

/* One hmm:* tracepoint as this kernel has it. */
struct tp_result {
	bool in_btf;			/* btf_trace_hmm_x with the expected number of arguments */
	bool in_tracefs;		/* events/hmm/hmm_x with the expected fields */
	char reason[160];		/* why one of them is false */
};

/* One function of HMT_FUNCTIONS as this kernel has it. */
struct fn_result {
	int btf_id;			/* in the kernel's BTF; 0: it is not there */
	bool in_kallsyms;		/* only asked for what is not in the BTF */
};

struct features {
	struct feature_result f[FEAT_NR];
	struct tp_result tp[TP_NR];
	struct fn_result fn[FN_NR];
	int iter_btf_id;		/* of the task iterator; 0: there is none */
	int iter_file_btf_id;		/* of the iterator over the files of tasks */
	struct ktypes *types;		/* all there are; NULL: not known */
	int trial;			/* link of the program fentry was tried with; 0: none */
	int field[FIELD_NR];		/* offsets for the legacy object, or FIELD_UNKNOWN */
	int rss_stride;			/* between two counters behind FIELD_MM_RSS */
	bool built[BUILT_NR];		/* what the BTF shows; says nothing without one */
	bool map_alloc;			/* hash tables can grow whatever the program runs in */
	bool exit_btf;			/* btf_trace_sched_process_exit is there */
	bool exit_tracefs;		/* sched:sched_process_exit is there */
};

/*
 * Where to look and whom to ask, so that a test can be any machine.
 *
 * root is put before every path, "" for the machine itself. try_bpf asks the
 * kernel by system call for FEAT_BPF, FEAT_EVENTS, FEAT_RINGBUF and, with the BTF id of what
 * to try it on, for FEAT_TP_BTF, FEAT_FENTRY (attached, for a kernel may load what
 * it then does not attach; taking it off is what attaching others would wait for,
 * so the link is returned) and FEAT_ITER, and with the
 * type of the kprobe event source for FEAT_KPROBE; it returns 0 or a negative
 * errno, -ENODATA for a kprobe that was passed by and did not fire. scan_btf reads
 * the kernel's BTF at path, tells what it finds with features_trace_type(),
 * features_fn_type() and in f->field, leaves it in f->types and returns the number
 * of types or a negative errno. scan_fields fills f->field alone, from any file with type information.
 * btf: such a file, or NULL.
 */
struct feature_env {
	const char *root, *btf;
	int (*try_bpf)(enum feature_id id, int btf_id);
	int (*scan_btf)(const char *path, struct features *f, int *ret_exit_id);
	int (*scan_fields)(const char *path, struct features *f);
};
/* This machine; and the same for who attaches programs at once, and so will know whether they can be. */
extern const struct feature_env feature_env_real, feature_env_hasty;

/* Fills *ret_f. Cannot fail: what is not known is missing. */
void features_probe(const struct feature_env *env, struct features *ret_f);
/* Gives back the types and the trial: when everything is attached, or nothing will be. */
void features_drop(struct features *f);
/* What to do about a feature that is missing. */
const char *feature_remedy(const struct features *f, enum feature_id id);
/* Are the fields known that tell whose an address space is, and what it holds? */
bool features_know_fields(const struct features *f);
/*
 * Do kprobes fire? They can be switched off, and attach all the same. Takes time
 * that only who will use them needs to spend. Return: false, and they are missing
 * in *f from here on.
 */
bool features_try_kprobe(const struct feature_env *env, struct features *f);
/* The kernel's BTF has btf_trace_<name>, of a tracepoint with nr_args arguments. */
void features_trace_type(struct features *f, const char *name, int nr_args);
/* The kernel's BTF has a function of that name, under this id. */
void features_fn_type(struct features *f, const char *name, int btf_id);
/* Return: what that told of one of ours; 0: nothing. */
int features_fn_id(const struct features *f, const char *name);

#endif /* CAPTURE_FEATURE_H */
