/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat_old.h - the mirror API as it was in the kernel: 5.2, 5.3 and 5.4.
 *
 * What is named here as in later kernels does the same. What does not exist has
 * an EX_HAVE_* of 0, and what these kernels do not survive one too: the driver
 * refuses it, because it is to be told apart from a crash by mistake.
 */
#ifndef EXERCISER_COMPAT_OLD_H
#define EXERCISER_COMPAT_OLD_H

#include <linux/hmm.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>

#define EX_5_3 (LINUX_VERSION_CODE >= KERNEL_VERSION(5, 3, 0))
#define EX_5_4 (LINUX_VERSION_CODE >= KERNEL_VERSION(5, 4, 0))

#define EX_HAVE_INTERVAL 0
#define EX_HAVE_FAULT 0
#define EX_HAVE_MIRROR IS_ENABLED(CONFIG_HMM_MIRROR)
#define EX_HAVE_HMM_GET 0
#define EX_HAVE_GET EX_5_4

/* 5.2 says nothing to a second unregister, later ones follow a poisoned pointer. */
#define EX_SURVIVES_TWICE (!EX_5_3)
/* A range that is gone: 5.2 follows its NULL pointer, later ones look at valid first. */
#define EX_SURVIVES_DEAD_FAULT EX_5_3
/* None of them looks whether something is registered already. */
#define EX_SURVIVES_BUSY 0
/* 5.2 frees the struct hmm while its notifier is being walked over, later ones deadlock. */
#define EX_SURVIVES_END_IN_RELEASE 0
/* An unregistered mirror has a struct hmm that is gone; in 5.2 it has none. */
#define EX_SURVIVES_NO_MIRROR (!EX_5_3)
#define EX_REFUSES_DEAD_MM 0
/* From 5.4 on a range holds no reference on the struct hmm. */
#define EX_SURVIVES_UNDER_RANGE (!EX_5_4)
/* 5.2: an invalidation while the struct hmm is on its way out follows a NULL pointer. */
#define EX_SURVIVES_CHURN EX_5_3

/* Macros, because the stable releases of 5.4 got functions of these names later. */
#define mmap_write_lock(mm) down_write(&(mm)->mmap_sem)
#define mmap_write_unlock(mm) up_write(&(mm)->mmap_sem)

static inline bool ex_has_subscriptions(struct mm_struct *mm)
{
	return mm_has_notifiers(mm);
}

#if EX_HAVE_MIRROR

#define hmm_mirror_range hmm_range
#define EX_INVALIDATE sync_cpu_device_pagetables
#if EX_5_4
typedef const struct mmu_notifier_range ex_update;
#else
typedef const struct hmm_update ex_update;
#endif

/* What the trace knows a struct hmm by: its notifier. */
#define ex_hmm_cookie(hmm) ((hmm) ? (u64)(unsigned long)&(hmm)->mmu_notifier : 0)

static inline void ex_range_prepare(struct hmm_range *range, unsigned long *pfns)
{
	static const uint64_t flags[HMM_PFN_FLAG_MAX] = {
		[HMM_PFN_VALID] = 1, [HMM_PFN_WRITE] = 2, [HMM_PFN_DEVICE_PRIVATE] = 4,
	};
	static const uint64_t values[HMM_PFN_VALUE_MAX] = {
		[HMM_PFN_ERROR] = 8, [HMM_PFN_NONE] = 0, [HMM_PFN_SPECIAL] = 16,
	};

	BUILD_BUG_ON(sizeof(*pfns) != sizeof(*range->pfns));
	range->pfns = (uint64_t *)pfns;
	range->flags = flags;
	range->values = values;
	range->pfn_shift = PAGE_SHIFT;
	/* For writing, because the page of zeros that is read otherwise is refused (-EFAULT) */
	range->default_flags = flags[HMM_PFN_VALID] | flags[HMM_PFN_WRITE];
	range->pfn_flags_mask = 0;
}

/* 5.2 wants an address space, unless it was patched: the type of the function says. */
typedef int (*ex_register_mm_fn)(struct hmm_range *range, struct mm_struct *mm,
				 unsigned long start, unsigned long end, unsigned int page_shift);
#define EX_RANGE_TAKES_MM \
	__builtin_types_compatible_p(typeof(&hmm_range_register), ex_register_mm_fn)

/*
 * hmm_range_register() in its three forms. Without a mirror only the first can
 * do it: it makes a struct hmm, for which it wants the lock and a user.
 */
static inline int ex_range_register(struct hmm_range *range, struct hmm_mirror *mirror,
				    struct mm_struct *mm, unsigned long start, unsigned long end,
				    unsigned int page_shift)
{
#if EX_5_4
	range->start = start;
	range->end = end;
	return hmm_range_register(range, mirror);
#elif EX_5_3
	return hmm_range_register(range, mirror, start, end, page_shift);
#else
	ex_register_mm_fn by_mm = (ex_register_mm_fn)(void *)hmm_range_register;
	int (*by_mirror)(struct hmm_range *range, struct hmm_mirror *mirror, unsigned long start,
			 unsigned long end, unsigned int page_shift) = (void *)hmm_range_register;
	int ret;

	if (!EX_RANGE_TAKES_MM)
		return by_mirror(range, mirror, start, end, page_shift);
	mmap_write_lock(mm);
	ret = by_mm(range, mm, start, end, page_shift);
	mmap_write_unlock(mm);
	return ret;
#endif
}

static inline long ex_range_fault_once(struct hmm_range *range, struct mm_struct *mm)
{
	long ret;

	down_read(&mm->mmap_sem);
#if EX_5_4
	ret = hmm_range_fault(range, 0);
#else
	ret = hmm_range_fault(range, true);
#endif
	/* With that the lock is gone, in 5.2 also when it was told to block. */
	if (ret != -EAGAIN)
		up_read(&mm->mmap_sem);
	return ret;
}

/* What a driver did before there was a helper. Waiting is for what is registered. */
static inline long ex_range_fault(struct hmm_mirror *mirror, struct hmm_range *range,
				  struct mm_struct *mm, bool registered)
{
	long ret;
	int tries = 0;

	if (!mmget_not_zero(mm))
		return -EFAULT;
	do {
		ret = -EBUSY;
		if (!registered || hmm_range_wait_until_valid(range, HMM_RANGE_DEFAULT_TIMEOUT))
			ret = ex_range_fault_once(range, mm);
	} while (registered && (ret == -EBUSY || ret == -EAGAIN) && ++tries < 100);
	mmput(mm);
	return ret;
}

#else
#define EX_RANGE_TAKES_MM 0
#endif /* EX_HAVE_MIRROR */
#endif /* EXERCISER_COMPAT_OLD_H */
