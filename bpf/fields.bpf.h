/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fields.bpf.h - core.bpf.h for the legacy object: the same accessors, at
 * offsets the loader has found (capture/field.h). A field whose offset is not
 * known reads as 0, which means "not known" wherever it ends up.
 */
#ifndef BPF_FIELDS_H
#define BPF_FIELDS_H

#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#include "capture/field.h"
#include "capture/shared.h"

/* Without type information nothing but this process is named. */
struct task_struct;

extern const volatile __s32 cfg_fields[FIELD_NR];
extern const volatile __u32 cfg_rss_stride;

/* Everything is read by helpers here. */
#define HMT_NO_POINTERS 1

#define FIELD(id) cfg_fields[FIELD_##id]
#define IS_KNOWN(id) (FIELD(id) >= 0)

/* MM_SWAPENTS is 2 and not resident. */
#define RSS_FILE 0
#define RSS_ANON 1
#define RSS_SHMEM 3

/* Before 5.5 libbpf makes it bpf_probe_read(), which is all there is. */
static __always_inline int field_read(void *dst, const __u32 size, __u64 base, __s32 off)
{
	if (off < 0 || !base)
		return -1;
	return bpf_probe_read_kernel(dst, size, (const void *)(base + off));
}

/*
 * The type information may be that of another kernel: then what is at these
 * offsets is anything. The one thing that is known otherwise tells.
 */
static __always_inline int fields_fit(void)
{
	__u32 tgid = 0;

	return !field_read(&tgid, sizeof(tgid), bpf_get_current_task(), FIELD(TASK_TGID)) &&
	       tgid == bpf_get_current_pid_tgid() >> 32;
}

static __always_inline __u64 field_word(__u64 base, __s32 off)
{
	__u64 v = 0;

	field_read(&v, sizeof(v), base, off);
	return v;
}

static __always_inline __u32 field_int(__u64 base, __s32 off)
{
	__u32 v = 0;

	field_read(&v, sizeof(v), base, off);
	return v;
}

static __always_inline __u64 rss_one(__u64 mm, __s32 off)
{
	__s64 pages = field_word(mm, off);

	/* A per-CPU counter read from outside can be a little below zero. */
	return pages > 0 ? pages : 0;
}

static __always_inline __u64 mm_rss(const void *mm)
{
	__s32 off = FIELD(MM_RSS), stride = cfg_rss_stride;

	if (off < 0 || !fields_fit())
		return 0;
	return rss_one((__u64)mm, off + RSS_FILE * stride) +
	       rss_one((__u64)mm, off + RSS_ANON * stride) +
	       rss_one((__u64)mm, off + RSS_SHMEM * stride);
}

static __always_inline int mm_counters(__u64 mm, __u32 *users, __u32 *count)
{
	if (!IS_KNOWN(MM_USERS) || !IS_KNOWN(MM_COUNT))
		return 0;
	if (!fields_fit())
		return -1;
	if (field_read(users, sizeof(*users), mm, FIELD(MM_USERS)))
		return -1;
	return field_read(count, sizeof(*count), mm, FIELD(MM_COUNT));
}

static __always_inline struct task_struct *current_task(void)
{
	return (void *)bpf_get_current_task();
}

static __always_inline __u64 current_id(const struct task_struct *task)
{
	return bpf_get_current_pid_tgid();
}

/* Nothing is to be had for less here. */
static __always_inline int mm_counters_current(const struct task_struct *task, __u64 mm,
					       __u32 *users, __u32 *count)
{
	return 0;
}

static __always_inline int mm_is_current(__u64 mm)
{
	return mm && IS_KNOWN(TASK_MM) && fields_fit() &&
	       field_word(bpf_get_current_task(), FIELD(TASK_MM)) == mm;
}

static __always_inline struct task_struct *mm_owner(__u64 mm)
{
	if (!mm || !IS_KNOWN(TASK_MM) || !fields_fit())
		return NULL;
	return (void *)field_word(mm, FIELD(MM_OWNER));
}

/* The exiting task has given its share of the mm back, and no other process has one. */
static __always_inline int mm_is_left(struct task_struct *task, __u64 mm)
{
	return IS_KNOWN(MM_OWNER) && IS_KNOWN(TASK_MM) && fields_fit() &&
	       !field_word((__u64)task, FIELD(TASK_MM)) && !field_word(mm, FIELD(MM_OWNER));
}

static __always_inline struct task_struct *task_leader(struct task_struct *task)
{
	if (!IS_KNOWN(TASK_LEADER) || !fields_fit())
		return task;
	return (void *)field_word((__u64)task, FIELD(TASK_LEADER));
}

static __always_inline __u32 task_tgid(struct task_struct *task)
{
	return field_int((__u64)task, FIELD(TASK_TGID));
}

static __always_inline __u32 task_name(struct task_struct *leader, struct task_val *name)
{
	if (!IS_KNOWN(TASK_COMM) || !fields_fit()) {
		/* Of the thread, not of its leader: they have the same name almost always. */
		bpf_get_current_comm(name->comm, sizeof(name->comm));
		return bpf_get_current_pid_tgid() >> 32;
	}
	name->start_time = field_word((__u64)leader, FIELD(TASK_START));
	field_read(name->comm, sizeof(name->comm), (__u64)leader, FIELD(TASK_COMM));
	return task_tgid(leader);
}

static __always_inline __u64 current_name(struct task_val *name)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	task_name(task, name);
	return (__u64)task;
}

static __always_inline __u32 task_parent(struct task_struct *leader)
{
	if (!fields_fit())
		return 0;
	return field_int(field_word((__u64)leader, FIELD(TASK_PARENT)), FIELD(TASK_TGID));
}

static __always_inline __u32 task_flags(struct task_struct *leader)
{
	if (!fields_fit())
		return 0;
	return field_int((__u64)leader, FIELD(TASK_FLAGS));
}

/* The program that asks is not loaded where this is not known. */
static __always_inline int threads_left(struct task_struct *task)
{
	if (!fields_fit())
		return 1;
	return field_int(field_word((__u64)task, FIELD(TASK_SIGNAL)), FIELD(SIGNAL_LIVE));
}

#endif /* BPF_FIELDS_H */
