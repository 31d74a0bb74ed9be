/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h - everything that depends on which kernel this is built for.
 *
 * In current kernels two things can be missing. The mirror API is there only with
 * hmmtrace's kernel patches, and hmm_range_fault() only where some driver selected
 * it. 5.2 to 5.4 have a mirror API of their own, which is another file.
 */
#ifndef EXERCISER_COMPAT_H
#define EXERCISER_COMPAT_H

#include <linux/mmu_notifier.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 2, 0) || \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(5, 5, 0) && \
	 LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0))
#error "this is for 5.2 to 5.4, and for 5.10 and later"
#endif
#if !IS_ENABLED(CONFIG_MMU_NOTIFIER)
#error "this kernel has no MMU notifiers: nothing selected CONFIG_MMU_NOTIFIER"
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 5, 0)

#include "compat_old.h"

#else

#define EX_HAVE_INTERVAL 1
#define EX_HAVE_GET 1
#define EX_SURVIVES_TWICE 1
#define EX_SURVIVES_DEAD_FAULT 1
#define EX_SURVIVES_BUSY 1
#define EX_SURVIVES_END_IN_RELEASE 1
#define EX_SURVIVES_UNDER_RANGE 1
#define EX_SURVIVES_CHURN 1
#define EX_SURVIVES_NO_MIRROR 1
#define EX_REFUSES_DEAD_MM 1
#define EX_RANGE_TAKES_MM 0

#if IS_ENABLED(CONFIG_HMM_MIRROR)
#include <linux/hmm.h>
#define EX_HAVE_FAULT 1
#else
#define EX_HAVE_FAULT 0
#endif

#if IS_ENABLED(CONFIG_HMM_MIRROR_API)
#include <linux/hmm_mirror.h>
#define EX_HAVE_MIRROR 1
#define EX_INVALIDATE invalidate
typedef const struct mmu_notifier_range ex_update;
#define ex_hmm_cookie(hmm) ((u64)(unsigned long)(hmm))

static inline void ex_range_prepare(struct hmm_mirror_range *range, unsigned long *pfns)
{
	range->pfns = pfns;
	range->default_flags = HMM_PFN_REQ_FAULT;
}

static inline int ex_range_register(struct hmm_mirror_range *range, struct hmm_mirror *mirror,
				    struct mm_struct *mm, unsigned long start, unsigned long end,
				    unsigned int page_shift)
{
	return hmm_range_register(range, mirror, start, end, page_shift);
}

static inline long ex_range_fault(struct hmm_mirror *mirror, struct hmm_mirror_range *range,
				  struct mm_struct *mm, bool registered)
{
	return hmm_mirror_fault(mirror, range, true);
}
#else
#define EX_HAVE_MIRROR 0
#endif
#define EX_HAVE_HMM_GET EX_HAVE_MIRROR

static inline bool ex_has_subscriptions(struct mm_struct *mm)
{
	return mm->notifier_subscriptions;
}

#endif

#endif /* EXERCISER_COMPAT_H */
