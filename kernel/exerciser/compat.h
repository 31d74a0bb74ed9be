/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h - everything that depends on which kernel this is built for.
 *
 * Two things can be missing. The mirror API is there only with hmmtrace's
 * kernel patches, and hmm_range_fault() only where some driver selected it.
 */
#ifndef EXERCISER_COMPAT_H
#define EXERCISER_COMPAT_H

#include <linux/mmu_notifier.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "interval notifiers as used here are those of 5.10 and later"
#endif
#if !IS_ENABLED(CONFIG_MMU_NOTIFIER)
#error "this kernel has no MMU notifiers: nothing selected CONFIG_MMU_NOTIFIER"
#endif

#if IS_ENABLED(CONFIG_HMM_MIRROR)
#include <linux/hmm.h>
#define EX_HAVE_FAULT 1
#else
#define EX_HAVE_FAULT 0
#endif

#if IS_ENABLED(CONFIG_HMM_MIRROR_API)
#include <linux/hmm_mirror.h>
#define EX_HAVE_MIRROR 1
#else
#define EX_HAVE_MIRROR 0
#endif

#endif /* EXERCISER_COMPAT_H */
