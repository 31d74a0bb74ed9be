/* SPDX-License-Identifier: GPL-2.0 */
/*
 * field.h - the kernel fields that the legacy object reads, in one list.
 *
 * That object has no relocations for libbpf to do: it must load where the
 * kernel says nothing about its types. So it reads at offsets that the loader
 * found in whatever type information there is, and leaves a field alone when
 * there is none. The list is that of bpf/core.bpf.h.
 *
 * Plain preprocessor only: the BPF side includes it too.
 */
#ifndef CAPTURE_FIELD_H
#define CAPTURE_FIELD_H

/* X(ID, struct, member) */
#define HMT_KERNEL_FIELDS(X) \
	X(TASK_TGID,   task_struct,   tgid) \
	X(TASK_FLAGS,  task_struct,   flags) \
	X(TASK_COMM,   task_struct,   comm) \
	X(TASK_START,  task_struct,   start_time) \
	X(TASK_LEADER, task_struct,   group_leader) \
	X(TASK_PARENT, task_struct,   real_parent) \
	X(TASK_SIGNAL, task_struct,   signal) \
	X(TASK_MM,     task_struct,   mm) \
	X(SIGNAL_LIVE, signal_struct, live) \
	X(MM_USERS,    mm_struct,     mm_users) \
	X(MM_COUNT,    mm_struct,     mm_count) \
	X(MM_OWNER,    mm_struct,     owner)		/* only with CONFIG_MEMCG */ \
	X(MM_RSS,      mm_struct,     rss_stat)		/* the first of its counters */

enum field_id {
#define FIELD_X(ID, type, member) FIELD_##ID,
	HMT_KERNEL_FIELDS(FIELD_X)
#undef FIELD_X
	FIELD_NR
};

#define FIELD_UNKNOWN (-1)

#endif /* CAPTURE_FIELD_H */
