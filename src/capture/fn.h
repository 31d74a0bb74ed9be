/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fn.h - the functions at which a kernel without hmm:* tracepoints shows the
 * same events: the BPF programs, the feature probes and the plan are all
 * expanded from this list.
 *
 * Plain preprocessor only: the BPF side includes it too.
 */
#ifndef CAPTURE_FN_H
#define CAPTURE_FN_H

/*
 * X(ID, function, nr of arguments, IN, OUT, group)
 *
 * IN, OUT: what is done at the entry and at the return, ON or OFF. A kretprobe
 * has no arguments, so with kprobes the entry of what is ON at the return is
 * probed as well.
 * group: who sees only a part of RANGE or MIRROR would judge wrongly, so each
 * of the two is all or nothing; a row of OTHER stands for itself; FAULT is hot.
 */
#define HMT_FUNCTIONS(X) \
	X(INSERT,        mmu_interval_notifier_insert,         5, ON,  ON,  RANGE) \
	X(INSERT_LOCKED, mmu_interval_notifier_insert_locked,  5, ON,  ON,  RANGE) \
	X(REMOVE,        mmu_interval_notifier_remove,         1, ON,  ON,  RANGE) \
	X(REGISTER,      __mmu_notifier_register,              2, OFF, ON,  MIRROR) \
	X(GET,           mmu_notifier_get_locked,              2, ON,  ON,  MIRROR) \
	X(UNREGISTER,    mmu_notifier_unregister,              2, ON,  ON,  MIRROR) \
	X(PUT,           mmu_notifier_put,                     1, ON,  ON,  MIRROR) \
	X(FREE_RCU,      mmu_notifier_free_rcu,                1, ON,  OFF, OTHER) \
	X(MM_RELEASE,    __mmu_notifier_release,               1, ON,  OFF, OTHER) \
	X(MM_DESTROY,    __mmu_notifier_subscriptions_destroy, 1, ON,  OFF, OTHER) \
	X(FAULT,         hmm_range_fault,                      1, ON,  ON,  FAULT) \
	X(READ_BEGIN,    mmu_interval_read_begin,              1, OFF, ON,  FAULT)

enum fn_id {
#define FN_X(ID, function, nr, in, out, group) FN_##ID,
	HMT_FUNCTIONS(FN_X)
#undef FN_X
	FN_NR
};

enum fn_group { FN_GROUP_RANGE, FN_GROUP_MIRROR, FN_GROUP_OTHER, FN_GROUP_FAULT, FN_GROUP_NR };

#define FN_ARGS_MAX 5

#endif /* CAPTURE_FN_H */
