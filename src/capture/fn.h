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
 * X(ID, function, nr of arguments, IN, OUT, group, kprobe)
 *
 * IN, OUT: what is done at the entry and at the return, ON or OFF. A kretprobe
 * has no arguments, so with kprobes the entry of what is ON at the return is
 * probed as well.
 * group: who sees only a part of RANGE or MIRROR would judge wrongly, so each
 * of the two is all or nothing; a row of OTHER stands for itself; FAULT is hot.
 * kprobe: it has programs for them of its OWN, or SHARED with the row before,
 * about which the same is done.
 */
#define HMT_FUNCTIONS(X) \
	X(INSERT,        mmu_interval_notifier_insert,         5, ON,  ON,  RANGE,  OWN) \
	X(INSERT_LOCKED, mmu_interval_notifier_insert_locked,  5, ON,  ON,  RANGE,  SHARED) \
	X(REMOVE,        mmu_interval_notifier_remove,         1, ON,  ON,  RANGE,  OWN) \
	X(REGISTER,      __mmu_notifier_register,              2, OFF, ON,  MIRROR, OWN) \
	X(GET,           mmu_notifier_get_locked,              2, ON,  ON,  MIRROR, OWN) \
	X(UNREGISTER,    mmu_notifier_unregister,              2, ON,  ON,  MIRROR, OWN) \
	X(PUT,           mmu_notifier_put,                     1, ON,  ON,  MIRROR, OWN) \
	X(FREE_RCU,      mmu_notifier_free_rcu,                1, ON,  OFF, OTHER,  OWN) \
	X(MM_RELEASE,    __mmu_notifier_release,               1, ON,  OFF, OTHER,  OWN) \
	X(MM_DESTROY,    __mmu_notifier_subscriptions_destroy, 1, ON,  OFF, OTHER,  OWN) \
	X(FAULT,         hmm_range_fault,                      1, ON,  ON,  FAULT,  OWN) \
	X(READ_BEGIN,    mmu_interval_read_begin,              1, OFF, ON,  FAULT,  OWN)

enum fn_id {
#define FN_X(ID, function, nr, in, out, group, kp) FN_##ID,
	HMT_FUNCTIONS(FN_X)
#undef FN_X
	FN_NR
};

enum fn_group { FN_GROUP_RANGE, FN_GROUP_MIRROR, FN_GROUP_OTHER, FN_GROUP_FAULT, FN_GROUP_NR };

#define FN_ARGS_MAX 5

#endif /* CAPTURE_FN_H */
