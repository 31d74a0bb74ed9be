// SPDX-License-Identifier: GPL-2.0
/*
 * What include/linux/hmm_mirror.h promises, asked of a running kernel.
 *
 * Loading runs the tests that need no more than an address space, writing to
 * the parameters those that need one to exit: "exit_begin" and "race" are
 * written by a process that exits next, "exit_end" by another one. Results are
 * TAP in the log, each line behind "mirror_api: ".
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hmm_mirror.h>
#include <linux/kthread.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#define NPAGES 16

static atomic_t tests = ATOMIC_INIT(0);

#define expect(cond) \
	pr_info("mirror_api: %sok %d - %s\n", (cond) ? "" : "not ", \
		atomic_inc_return(&tests), #cond)

static int released, invalidated;

static void count_release(struct hmm_mirror *mirror)
{
	released++;
}

static int count_invalidate(struct hmm_mirror *mirror,
			    const struct mmu_notifier_range *range)
{
	invalidated++;
	return 0;
}

static const struct hmm_mirror_ops count_ops = {
	.release = count_release,
	.invalidate = count_invalidate,
};

static int mirror_on(struct hmm_mirror *mirror, struct mm_struct *mm)
{
	int ret;

	mmap_write_lock(mm);
	ret = hmm_mirror_register(mirror, mm);
	mmap_write_unlock(mm);
	return ret;
}

static unsigned long map_pages(unsigned long addr)
{
	return vm_mmap(NULL, addr, NPAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | (addr ? MAP_FIXED : 0), 0);
}

static void test_refusals(struct mm_struct *mm)
{
	static struct hmm_mirror mirror, bare;
	static struct hmm_mirror_range range;
	const unsigned long page = PAGE_SIZE;

	mirror.ops = &count_ops;
	expect(hmm_mirror_register(NULL, mm) == -EINVAL);
	expect(hmm_mirror_register(&mirror, NULL) == -EINVAL);
	expect(mirror_on(&bare, mm) == -EINVAL);
	expect(hmm_range_register(&range, &mirror, page, 2 * page, PAGE_SHIFT) == -EINVAL);
	expect(!hmm_get(&mirror));

	expect(mirror_on(&mirror, mm) == 0);
	expect(mirror_on(&mirror, mm) == -EBUSY);
	expect(hmm_range_register(NULL, &mirror, page, 2 * page, PAGE_SHIFT) == -EINVAL);
	expect(hmm_range_register(&range, NULL, page, 2 * page, PAGE_SHIFT) == -EINVAL);
	expect(hmm_range_register(&range, &mirror, page, page, PAGE_SHIFT) == -EINVAL);
	expect(hmm_range_register(&range, &mirror, 2 * page, page, PAGE_SHIFT) == -EINVAL);
	expect(hmm_range_register(&range, &mirror, page + 1, 2 * page, PAGE_SHIFT) == -EINVAL);
	expect(hmm_range_register(&range, &mirror, page, 2 * page - 1, PAGE_SHIFT) == -EINVAL);
	expect(hmm_range_register(&range, &mirror, page, 2 * page, BITS_PER_LONG) == -EINVAL);
	expect(kref_read(&mirror.hmm->kref) == 1);
	hmm_range_unregister(&range);
	expect(kref_read(&mirror.hmm->kref) == 1);
	hmm_mirror_unregister(&mirror);
	hmm_mirror_unregister(&mirror);
	hmm_mirror_unregister(&bare);
}

static void test_life(struct mm_struct *mm)
{
	static struct hmm_mirror first, second;
	static struct hmm_mirror_range range;
	static unsigned long pfns[NPAGES];
	unsigned long addr;
	struct hmm *hmm;

	first.ops = &count_ops;
	second.ops = &count_ops;
	expect(mirror_on(&first, mm) == 0);
	expect(mirror_on(&second, mm) == 0);
	expect(first.hmm == second.hmm);
	expect(kref_read(&first.hmm->kref) == 2);

	addr = map_pages(0);
	expect(!IS_ERR_VALUE(addr));
	expect(hmm_range_register(&range, &first, addr, addr + NPAGES * PAGE_SIZE,
				  PAGE_SHIFT) == 0);
	expect(hmm_range_register(&range, &first, addr, addr + NPAGES * PAGE_SIZE,
				  PAGE_SHIFT) == -EBUSY);
	expect(kref_read(&first.hmm->kref) == 3);
	expect(!hmm_range_valid(&range));
	expect(hmm_mirror_fault(&first, &range, true) == -EINVAL);

	range.pfns = pfns;
	range.default_flags = HMM_PFN_REQ_FAULT | HMM_PFN_REQ_WRITE;
	expect(hmm_mirror_fault(&first, &range, true) == NPAGES);
	expect(pfns[NPAGES - 1] & HMM_PFN_WRITE);
	expect(hmm_range_valid(&range));
	expect(hmm_mirror_fault(&first, &range, false) == NPAGES);

	invalidated = 0;
	expect(vm_munmap(addr, NPAGES * PAGE_SIZE) == 0);
	expect(invalidated == 2);
	expect(!hmm_range_valid(&range));
	expect(hmm_mirror_fault(&first, &range, true) == -EFAULT);

	/* A range outlives its mirror, and keeps what it is on */
	hmm = hmm_get(&first);
	expect(hmm == second.hmm);
	hmm_mirror_unregister(&first);
	hmm_mirror_unregister(&second);
	expect(kref_read(&hmm->kref) == 2);
	hmm_range_unregister(&range);
	hmm_range_unregister(&range);
	expect(kref_read(&hmm->kref) == 1);
	expect(hmm_mirror_fault(&first, &range, true) == -EINVAL);
	hmm_put(hmm);
}

/* The table of kernel/README: what a put too many does */
static void test_underflow(struct mm_struct *mm)
{
	static struct hmm_mirror first, second;
	struct hmm *hmm;

	first.ops = &count_ops;
	second.ops = &count_ops;
	expect(mirror_on(&first, mm) == 0);
	hmm = first.hmm;
	hmm_put(hmm);
	expect(kref_read(&hmm->kref) == 0);
	expect(!hmm_get(&first));
	expect(mirror_on(&second, mm) == 0);
	expect(second.hmm != hmm);
	hmm_mirror_unregister(&first);
	hmm_mirror_unregister(&second);

	mmu_notifier_synchronize();
	hmm_put(hmm);
	expect(kref_read(&hmm->kref) == 0);
}

static struct hmm_mirror gone[2];
static struct hmm_mirror_range gone_range;
static struct mm_struct *gone_mm;

static int exit_begin(const char *val, const struct kernel_param *kp)
{
	gone_mm = current->mm;
	mmgrab(gone_mm);
	released = 0;
	gone[0].ops = &count_ops;
	gone[1].ops = &count_ops;
	expect(mirror_on(&gone[0], gone_mm) == 0);
	expect(mirror_on(&gone[1], gone_mm) == 0);
	expect(hmm_range_register(&gone_range, &gone[0], PAGE_SIZE,
				  2 * PAGE_SIZE, PAGE_SHIFT) == 0);
	return 0;
}

static int exit_end(const char *val, const struct kernel_param *kp)
{
	static struct hmm_mirror_range late_range;
	static struct hmm_mirror late;
	static unsigned long pfn;

	if (!gone_mm)
		return -EINVAL;
	late.ops = &count_ops;
	gone_range.pfns = &pfn;
	expect(released == 2);
	expect(!hmm_mirror_mm_is_alive(&gone[0]));
	expect(kref_read(&gone[0].hmm->kref) == 3);
	expect(hmm_range_register(&late_range, &gone[0], PAGE_SIZE,
				  2 * PAGE_SIZE, PAGE_SHIFT) == -EFAULT);
	expect(mirror_on(&late, gone_mm) == -EFAULT);
	expect(hmm_mirror_fault(&gone[0], &gone_range, true) == -EFAULT);
	expect(kref_read(&gone[0].hmm->kref) == 3);
	hmm_range_unregister(&late_range);
	hmm_mirror_unregister(&late);
	hmm_mirror_unregister(&gone[0]);
	hmm_mirror_unregister(&gone[1]);
	hmm_range_unregister(&gone_range);
	expect(released == 2);
	mmdrop(gone_mm);
	gone_mm = NULL;
	return 0;
}

struct racer {
	struct hmm_mirror mirror;
	struct hmm_mirror_range range;
	struct completion releasing;
	bool released;
};

static void slow_release(struct hmm_mirror *mirror)
{
	struct racer *racer = container_of(mirror, struct racer, mirror);

	complete(&racer->releasing);
	msleep(300);
	racer->released = true;
}

static void free_on_release(struct hmm_mirror *mirror)
{
	struct racer *racer = container_of(mirror, struct racer, mirror);

	hmm_range_unregister(&racer->range);
	hmm_mirror_unregister(mirror);
	kfree(racer);
}

static const struct hmm_mirror_ops slow_ops = { .release = slow_release };
static const struct hmm_mirror_ops free_ops = { .release = free_on_release };

static int unregister_meanwhile(void *data)
{
	struct racer *racer = data;

	wait_for_completion(&racer->releasing);
	hmm_mirror_unregister(&racer->mirror);
	/* It must have waited for the callback: it uses what is freed now */
	expect(racer->released);
	kfree(racer);
	return 0;
}

/* Of two mirrors one is unregistered by its callback, one under its callback */
static int race(const char *val, const struct kernel_param *kp)
{
	struct racer *under = kzalloc(sizeof(*under), GFP_KERNEL);
	struct racer *by = kzalloc(sizeof(*by), GFP_KERNEL);

	if (!under || !by)
		return -ENOMEM;
	init_completion(&under->releasing);
	under->mirror.ops = &slow_ops;
	by->mirror.ops = &free_ops;
	expect(mirror_on(&under->mirror, current->mm) == 0);
	expect(mirror_on(&by->mirror, current->mm) == 0);
	expect(hmm_range_register(&by->range, &by->mirror, PAGE_SIZE,
				  2 * PAGE_SIZE, PAGE_SHIFT) == 0);
	kthread_run(unregister_meanwhile, under, "mirror_api");
	return 0;
}

static struct {
	struct hmm_mirror mirror;
	unsigned long addr;
	atomic_t busy, faulted, refused, failed;
} stress_test;

static int stress_thread(void *data)
{
	struct hmm_mirror_range *range = kzalloc(sizeof(*range), GFP_KERNEL);
	unsigned long *pfns = kcalloc(NPAGES, sizeof(*pfns), GFP_KERNEL);
	unsigned long end = stress_test.addr + NPAGES * PAGE_SIZE;
	long ret;
	int i;

	for (i = 0; range && pfns && i < 300; i++) {
		range->pfns = pfns;
		range->default_flags = HMM_PFN_REQ_FAULT;
		if (hmm_range_register(range, &stress_test.mirror,
				       stress_test.addr, end, PAGE_SHIFT)) {
			atomic_inc(&stress_test.failed);
			continue;
		}
		ret = hmm_mirror_fault(&stress_test.mirror, range, i & 1);
		if (ret == NPAGES)
			atomic_inc(&stress_test.faulted);
		else if (ret == -EBUSY || ret == -EFAULT)
			atomic_inc(&stress_test.refused);
		else
			atomic_inc(&stress_test.failed);
		hmm_range_unregister(range);
	}
	kfree(range);
	kfree(pfns);
	atomic_dec(&stress_test.busy);
	return 0;
}

/* Four threads fault what a fifth maps anew all the time */
static int stress(const char *val, const struct kernel_param *kp)
{
	int i;

	memset(&stress_test, 0, sizeof(stress_test));
	stress_test.mirror.ops = &count_ops;
	expect(mirror_on(&stress_test.mirror, current->mm) == 0);
	stress_test.addr = map_pages(0);
	atomic_set(&stress_test.busy, 4);
	for (i = 0; i < 4; i++)
		kthread_run(stress_thread, NULL, "mirror_api/%d", i);
	while (atomic_read(&stress_test.busy)) {
		if (IS_ERR_VALUE(map_pages(stress_test.addr)))
			atomic_inc(&stress_test.failed);
		cond_resched();
	}
	expect(atomic_read(&stress_test.failed) == 0);
	expect(atomic_read(&stress_test.faulted) > 0);
	expect(atomic_read(&stress_test.faulted) +
	       atomic_read(&stress_test.refused) == 1200);
	expect(kref_read(&stress_test.mirror.hmm->kref) == 1);
	hmm_mirror_unregister(&stress_test.mirror);
	vm_munmap(stress_test.addr, NPAGES * PAGE_SIZE);
	return 0;
}

#define COMMAND(name) \
	static const struct kernel_param_ops name##_ops = { .set = name }; \
	module_param_cb(name, &name##_ops, NULL, 0200)
COMMAND(exit_begin);
COMMAND(exit_end);
COMMAND(race);
COMMAND(stress);

static int __init mirror_api_init(void)
{
	test_refusals(current->mm);
	test_life(current->mm);
	test_underflow(current->mm);
	return 0;
}

static void __exit mirror_api_exit(void)
{
	mmu_notifier_synchronize();
	pr_info("mirror_api: 1..%d\n", atomic_read(&tests));
}

module_init(mirror_api_init);
module_exit(mirror_api_exit);
MODULE_DESCRIPTION("test of the HMM mirror API");
MODULE_LICENSE("GPL");
