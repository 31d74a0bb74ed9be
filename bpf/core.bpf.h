/* SPDX-License-Identifier: GPL-2.0 */
/*
 * core.bpf.h - every kernel field hmmtrace depends on, and since when it is
 * where. Written by hand so that this page is the whole dependency; the
 * offsets come from the running kernel's BTF (CO-RE).
 */
#ifndef BPF_CORE_H
#define BPF_CORE_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "capture/shared.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	__s64 counter;
} atomic_long_t;

struct signal_struct {
	atomic_t live;			/* threads that have not begun to exit */
};

struct mm_struct;
struct files_struct;

struct task_struct {
	int pid;
	int tgid;
	unsigned int flags;
	char comm[16];
	__u64 start_time;
	struct task_struct *group_leader;
	struct task_struct *real_parent;
	struct signal_struct *signal;
	struct files_struct *files;
	struct mm_struct *mm;
};

struct mm_struct {
	atomic_t mm_users;
	atomic_t mm_count;		/* 6.4 put it on a cache line of its own: still mm->mm_count */
	struct task_struct *owner;	/* only with CONFIG_MEMCG */
	/* since 5.6, 984cfe4e2526 ("mm/mmu_notifier: Rename struct mmu_notifier_mm ...") */
	struct mmu_notifier_subscriptions *notifier_subscriptions;
};

struct callback_head;

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};

struct interval_tree_node {
	struct rb_node rb;
	unsigned long start;
	unsigned long last;		/* part of it */
};

/* since 5.5, 99cb252f5e68 ("mm/mmu_notifier: add an interval tree notifier") */
struct mmu_interval_notifier {
	struct interval_tree_node interval_tree;
	const void *ops;
	struct mm_struct *mm;
	struct hlist_node deferred_item;
	unsigned long invalidate_seq;
};

/* users, mm: since 5.4, 2c7933f53f6b ("mm/mmu_notifiers: add a get/put scheme ...") */
struct mmu_notifier {
	struct hlist_node hlist;
	const void *ops;
	struct mm_struct *mm;
	struct {
		void *func;
	} rcu;
	unsigned int users;
};

/* private to mm/mmu_notifier.c, but its layout is in the BTF */
struct mmu_notifier_subscriptions {
	struct hlist_head list;
	unsigned long invalidate_seq;
	unsigned long active_invalidate_ranges;
	struct rb_root_cached itree;
	struct hlist_head deferred_list;
};

/* the argument of hmm_range_fault(), so since 5.5 */
struct hmm_range {
	struct mmu_interval_notifier *notifier;
	unsigned long notifier_seq;
	unsigned long start;
	unsigned long end;
};

/* until 6.1: the counters are plain */
struct mm_rss_stat {
	atomic_long_t count[4];
};

struct mm_struct___rss_plain {
	struct mm_rss_stat rss_stat;
};

/* since 6.2, f1a7941243c1 ("mm: convert mm's rss stats into percpu_counter") */
struct percpu_counter {
	__s64 count;			/* without what the CPUs still hold back */
};

struct mm_struct___rss_percpu {
	struct percpu_counter rss_stat[4];
};

#pragma clang attribute pop

/* enum in linux/mm_types_task.h; MM_SWAPENTS is 2 and not resident */
#define RSS_FILE 0
#define RSS_ANON 1
#define RSS_SHMEM 3

static __always_inline __u64 rss_add(__u64 sum, __s64 pages)
{
	/* A per-CPU counter read from outside can be a little below zero. */
	return pages > 0 ? sum + pages : sum;
}

/* Resident pages; 0 where this kernel keeps them in a way not known here. */
static __always_inline __u64 mm_rss(const void *mm)
{
	const struct mm_struct___rss_plain *plain = mm;
	const struct mm_struct___rss_percpu *percpu = mm;
	__u64 sum = 0;

	if (bpf_core_type_exists(struct mm_rss_stat)) {
		sum = rss_add(sum, BPF_CORE_READ(plain, rss_stat.count[RSS_FILE].counter));
		sum = rss_add(sum, BPF_CORE_READ(plain, rss_stat.count[RSS_ANON].counter));
		sum = rss_add(sum, BPF_CORE_READ(plain, rss_stat.count[RSS_SHMEM].counter));
	} else if (bpf_core_field_exists(percpu->rss_stat[0].count)) {
		sum = rss_add(sum, BPF_CORE_READ(percpu, rss_stat[RSS_FILE].count));
		sum = rss_add(sum, BPF_CORE_READ(percpu, rss_stat[RSS_ANON].count));
		sum = rss_add(sum, BPF_CORE_READ(percpu, rss_stat[RSS_SHMEM].count));
	}
	return sum;
}

/*
 * Since 5.11 the task that runs can be had as a pointer whose fields are loaded
 * like any; a helper that reads one costs as much as a record. Elsewhere this is 0
 * when the program is loaded, and what hangs on it is not there.
 */
#define CAN_LOAD bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)

#ifndef HMT_NO_POINTERS
#define HMT_NO_POINTERS 0
#endif

/* The thread that runs: asked for once and handed around, for each call counts. */
static __always_inline struct task_struct *current_task(void)
{
	return CAN_LOAD ? bpf_get_current_task_btf() : (void *)bpf_get_current_task();
}

/* task: current_task(). Return: as bpf_get_current_pid_tgid(). */
static __always_inline __u64 current_id(const struct task_struct *task)
{
	if (!CAN_LOAD)
		return bpf_get_current_pid_tgid();
	return (__u64)(__u32)task->tgid << 32 | (__u32)task->pid;
}

static __always_inline int mm_is_current(__u64 mm)
{
	struct task_struct *cur = (void *)bpf_get_current_task();

	return mm && (__u64)BPF_CORE_READ(cur, mm) == mm;
}

/* Return: mm->owner where there is one, else NULL. */
static __always_inline struct task_struct *mm_owner(__u64 mm)
{
	const struct mm_struct *m = (const void *)mm;

	if (mm && bpf_core_field_exists(m->owner))
		return BPF_CORE_READ(m, owner);
	return NULL;
}

/*
 * task: current_task(). Return: 1 if the mm is that of its process; its counters are read then.
 * In one, because the verifier looks through all type names for each pointer that
 * is loaded, which takes longer than the rest of a program. HMT_NO_POINTERS: where
 * arguments are read by helpers anyway, these are, too, and it has nothing to look up.
 */
static __always_inline int mm_counters_current(const struct task_struct *task, __u64 mm,
					       __u32 *users, __u32 *count)
{
	struct mm_struct *own;
	__u32 now[2];

	if (!CAN_LOAD || HMT_NO_POINTERS || !mm)
		return 0;
	own = task->mm;
	if ((__u64)own != mm)
		return 0;
	now[0] = own->mm_users.counter;
	now[1] = own->mm_count.counter;
	/* Or the compiler has this and the way below share their loads, which differ. */
	barrier_var(now[0]);
	barrier_var(now[1]);
	*users = now[0];
	*count = now[1];
	return 1;
}

/* Return: 0, or negative if one of the two cannot be read; it stays as it was. */
static __always_inline int mm_counters(__u64 mm, __u32 *users, __u32 *count)
{
	const struct mm_struct *m = (const void *)mm;
	atomic_t v;

	if (bpf_core_read(&v, sizeof(v), &m->mm_users))
		return -1;
	*users = v.counter;
	if (bpf_core_read(&v, sizeof(v), &m->mm_count))
		return -1;
	*count = v.counter;
	return 0;
}

static __always_inline struct task_struct *task_leader(struct task_struct *task)
{
	return BPF_CORE_READ(task, group_leader);
}

static __always_inline __u32 task_tgid(struct task_struct *task)
{
	return BPF_CORE_READ(task, tgid);
}

/* Return: the tgid of the process; *name is what its TASK record says of it. */
static __always_inline __u32 task_name(struct task_struct *leader, struct task_val *name)
{
	name->start_time = BPF_CORE_READ(leader, start_time);
	bpf_core_read(name->comm, sizeof(name->comm), &leader->comm);
	return task_tgid(leader);
}

/*
 * Return: the thread that runs, and in *name what it goes by itself: as long as that
 * is the same, so is its process, and what was told of it.
 */
static __always_inline __u64 current_name(struct task_val *name)
{
	struct task_struct *task;
	const __u64 *comm;

	if (!CAN_LOAD) {
		task = (void *)bpf_get_current_task();
		task_name(task, name);
		return (__u64)task;
	}
	task = bpf_get_current_task_btf();
	comm = (const void *)&task->comm;
	name->start_time = task->start_time;
	name->comm[0] = comm[0];
	name->comm[1] = comm[1];
	return (__u64)task;
}

/* task: current_task(). Is it known that *last is that, under the name it has? */
static __always_inline int is_current(const struct task_struct *task, const struct last *last)
{
	const __u64 *comm;

	if (!CAN_LOAD || !last)
		return 0;
	comm = (const void *)&task->comm;
	return last->task == (__u64)task && last->name.start_time == task->start_time &&
	       last->name.comm[0] == comm[0] && last->name.comm[1] == comm[1];
}

static __always_inline __u32 task_parent(struct task_struct *leader)
{
	return BPF_CORE_READ(leader, real_parent, tgid);
}

static __always_inline __u32 task_flags(struct task_struct *leader)
{
	return BPF_CORE_READ(leader, flags);
}

/* Of its process: threads that have not begun to exit. */
static __always_inline int threads_left(struct task_struct *task)
{
	return BPF_CORE_READ(task, signal, live.counter);
}

/*
 * The exiting task has given its share of the mm back, and the kernel found no
 * other process that has one. Since 6.16 the tracepoint comes before that: then
 * nothing is said.
 */
static __always_inline int mm_is_left(struct task_struct *task, __u64 mm)
{
	const struct mm_struct *m = (const void *)mm;

	return bpf_core_field_exists(m->owner) && !BPF_CORE_READ(task, mm) &&
	       !BPF_CORE_READ(m, owner);
}

/* Return: 0, or negative if it cannot be read. */
static __always_inline int users_of(__u64 notifier, __u32 *users)
{
	const struct mmu_notifier *n = (const void *)notifier;

	return bpf_core_read(users, sizeof(*users), &n->users);
}

#endif /* BPF_CORE_H */
