// SPDX-License-Identifier: GPL-2.0
/*
 * interval.c - acts on interval notifiers, and faults through them.
 */
#include <linux/delay.h>
#include <linux/slab.h>

#include "exerciser.h"

#if EX_HAVE_INTERVAL

/* What is inserted, in any address space: answers whether a tree is empty of ours. */
static LIST_HEAD(ex_intervals);
static DEFINE_SPINLOCK(ex_intervals_lock);

static void interval_inserted(struct ex_interval *iv)
{
	spin_lock(&ex_intervals_lock);
	list_add(&iv->node, &ex_intervals);
	spin_unlock(&ex_intervals_lock);
	iv->used = true;
}

static void interval_removing(struct ex_interval *iv)
{
	spin_lock(&ex_intervals_lock);
	list_del(&iv->node);
	spin_unlock(&ex_intervals_lock);
}

static bool tree_is_empty(struct mm_struct *mm)
{
	struct ex_interval *iv;
	bool empty = true;

	spin_lock(&ex_intervals_lock);
	list_for_each_entry(iv, &ex_intervals, node)
		if (iv->mm == mm)
			empty = false;
	spin_unlock(&ex_intervals_lock);
	return empty;
}

static bool exerciser_range_invalidate(struct mmu_interval_notifier *sub,
				       const struct mmu_notifier_range *range,
				       unsigned long seq)
{
	struct ex_interval *iv = container_of(sub, struct ex_interval, sub);

	if (iv->file->callback_delay_ms && mmu_notifier_range_blockable(range))
		msleep(iv->file->callback_delay_ms);
	spin_lock(&iv->lock);
	mmu_interval_set_seq(sub, seq);
	spin_unlock(&iv->lock);
	ex_counted(iv->file, invalidates);
	return true;
}

static const struct mmu_interval_notifier_ops exerciser_range_ops = {
	.invalidate = exerciser_range_invalidate,
};

static int interval_insert(struct ex_interval *iv, u64 start, u64 length, u64 flags)
{
	int ret;

	ex_pretend_signal(flags);
	if (flags & HMM_EXERCISER_F_LOCKED) {
		mmap_write_lock(iv->mm);
		ret = mmu_interval_notifier_insert_locked(&iv->sub, iv->mm, start, length,
							  &exerciser_range_ops);
		mmap_write_unlock(iv->mm);
	} else {
		ret = mmu_interval_notifier_insert(&iv->sub, iv->mm, start, length,
						   &exerciser_range_ops);
	}
	if (ret) {
		ex_counted(iv->file, interval_insert_failures);
		return ret;
	}
	interval_inserted(iv);
	ex_counted(iv->file, interval_inserts);
	ex_count_live(iv->file, 1);
	return 0;
}

static void interval_remove(struct ex_interval *iv)
{
	interval_removing(iv);
	iv->was_sole = tree_is_empty(iv->mm);
	ex_count_live(iv->file, -1);
	ex_counted(iv->file, interval_removes);
	mmu_interval_notifier_remove(&iv->sub);
}

/* The held address space of @obj, when it is known to have an interval tree. */
static struct ex_object *held_mm(struct ex_object *obj)
{
	struct ex_object *mm;

	list_for_each_entry(mm, &obj->file->objects, node)
		if (mm->kind == EX_MM && mm->mm == obj->mm)
			return mm;
	return NULL;
}

int ex_do_interval_insert(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = ex_object_for_register(file, cmd, EX_INTERVAL);
	struct ex_object *held;
	bool alive;
	int ret;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	held = held_mm(obj);
	alive = mmget_not_zero(obj->mm);
	/*
	 * The first insert into an address space sets up its tree, and on a
	 * dead one that is a BUG_ON. With the tree in place it is a warning.
	 */
	if (!alive && !((cmd->flags & HMM_EXERCISER_F_MISUSE) && held && held->had_interval))
		return -ESRCH;
	ret = interval_insert(&obj->interval, cmd->start, cmd->length, cmd->flags);
	obj->state = ret ? EX_FAILED : EX_LIVE;
	if (!ret && held)
		held->had_interval = true;
	if (alive)
		mmput(obj->mm);
	ex_object_done(obj, cmd, ret);
	return 0;
}

/* It was registered with an address space that is gone, and will be with another. */
void ex_interval_forget(struct ex_object *obj)
{
	interval_removing(&obj->interval);
}

static void interval_remove_misused(struct ex_object *obj)
{
	mmgrab(obj->mm); /* shield: the call drops what no insert took */
	ex_counted(obj->file, interval_removes);
	mmu_interval_notifier_remove(&obj->interval.sub);
}

static void interval_remove_legal(struct ex_object *obj)
{
	interval_remove(&obj->interval);
	obj->state = EX_GONE;
}

/*
 * Removing a node that is not in the tree is harmless in two cases only: it
 * was never linked (the kernel finds the node empty and warns), or it was the
 * only node and the tree is empty again (it is a black root without children,
 * and erasing that sets an empty root to empty).
 */
static bool misuse_is_survivable(struct ex_interval *iv)
{
	return iv->sub.mm == iv->mm && (!iv->used || iv->was_sole) && tree_is_empty(iv->mm);
}

/*
 * One that was never inserted. The kernel looks into its mm, which is not set,
 * so that is what the shield is: any address space with an empty tree.
 */
static struct ex_object *interval_untouched(struct ex_file *file)
{
	struct ex_object *obj = ex_object_untouched(file, EX_INTERVAL);
	struct ex_object *held;

	if (IS_ERR(obj))
		return obj;
	held = held_mm(obj);
	if (!held || !held->had_interval)
		return ERR_PTR(-EBUSY);
	obj->interval.sub.mm = obj->mm;
	obj->interval.sub.ops = &exerciser_range_ops;
	return obj;
}

int ex_do_interval_remove(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	bool misuse = cmd->flags & HMM_EXERCISER_F_MISUSE;
	struct ex_object *obj;

	if (misuse && !cmd->object)
		obj = interval_untouched(file);
	else
		obj = ex_object_find(file, cmd->object, EX_INTERVAL);
	if (IS_ERR_OR_NULL(obj))
		return obj ? PTR_ERR(obj) : -ENOENT;
	if (obj->state == EX_LIVE) {
		ex_run(obj, cmd->flags, interval_remove_legal);
	} else {
		if (!misuse)
			return -EINVAL;
		if (!misuse_is_survivable(&obj->interval))
			return -EBUSY;
		ex_run(obj, cmd->flags, interval_remove_misused);
	}
	ex_object_done(obj, cmd, 0);
	return 0;
}

void ex_interval_end(struct ex_object *obj)
{
	if (obj->state == EX_LIVE)
		interval_remove_legal(obj);
}

/* An object that may be read or faulted: a registered one, or any that once was and MISUSE. */
static struct ex_object *interval_for_use(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = ex_object_find(file, cmd->object, EX_INTERVAL);

	if (!obj)
		return ERR_PTR(-ENOENT);
	if (obj->state == EX_LIVE)
		return obj;
	if (!(cmd->flags & HMM_EXERCISER_F_MISUSE) || !obj->interval.used)
		return ERR_PTR(-EINVAL);
	return obj;
}

int ex_do_interval_read(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = interval_for_use(file, cmd);

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	ex_counted(file, interval_reads);
	ex_object_done(obj, cmd, mmu_interval_read_begin(&obj->interval.sub));
	return 0;
}

#if EX_HAVE_FAULT
/* One attempt. Return: -EBUSY when the window was invalidated meanwhile. */
static int interval_fault_once(struct ex_interval *iv, struct hmm_range *range)
{
	int ret;

	ex_counted(iv->file, interval_reads);
	range->notifier_seq = mmu_interval_read_begin(&iv->sub);
	mmap_read_lock(iv->mm);
	ex_counted(iv->file, interval_faults);
	ret = hmm_range_fault(range);
	mmap_read_unlock(iv->mm);
	if (ret)
		return ret;
	/* Here a driver would program its device. */
	spin_lock(&iv->lock);
	if (mmu_interval_read_retry(&iv->sub, range->notifier_seq))
		ret = -EBUSY;
	spin_unlock(&iv->lock);
	return ret;
}

static int interval_fault(struct ex_interval *iv, u64 start, u64 end)
{
	struct hmm_range range = {
		.notifier = &iv->sub,
		.start = start & PAGE_MASK,
		.end = min_t(u64, PAGE_ALIGN(end), (start & PAGE_MASK) + EX_MAX_PAGES * PAGE_SIZE),
		.default_flags = HMM_PFN_REQ_FAULT,
	};
	int ret, tries = 0;

	if (!mmget_not_zero(iv->mm))
		return -EFAULT;
	range.hmm_pfns = kcalloc(EX_MAX_PAGES, sizeof(*range.hmm_pfns), GFP_KERNEL);
	if (!range.hmm_pfns) {
		mmput(iv->mm);
		return -ENOMEM;
	}
	do {
		ret = interval_fault_once(iv, &range);
	} while (ret == -EBUSY && ++tries < 1000);
	kfree(range.hmm_pfns);
	mmput(iv->mm);
	return ret;
}
#else
static int interval_fault(struct ex_interval *iv, u64 start, u64 end)
{
	return -EOPNOTSUPP;
}
#endif

int ex_do_interval_fault(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = interval_for_use(file, cmd);

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	ex_object_done(obj, cmd, interval_fault(&obj->interval,
						obj->interval.sub.interval_tree.start,
						obj->interval.sub.interval_tree.last + 1));
	return 0;
}

int ex_do_interval_on_stack(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_interval iv = { .mm = current->mm, .file = file };
	int ret = 0;
	u64 i;

	if (!current->mm)
		return -ESRCH;
	spin_lock_init(&iv.lock);
	for (i = 0; i < cmd->arg && !ret; i++) {
		ret = interval_insert(&iv, cmd->start, cmd->length, 0);
		if (ret)
			break;
		ret = interval_fault(&iv, cmd->start, cmd->start + cmd->length);
		interval_remove(&iv);
	}
	cmd->result = (u64)(s64)ret;
	cmd->cookie = (u64)(unsigned long)&iv.sub;
	cmd->mm = (u64)(unsigned long)current->mm;
	return 0;
}

struct race_work {
	struct work_struct work;
	struct ex_object *obj;
};

static void race_work_fn(struct work_struct *work)
{
	interval_remove_legal(container_of(work, struct race_work, work)->obj);
}

/*
 * Use of an interval while its removal waits for an invalidation to end. Who
 * calls this has another thread invalidate, with a callback that takes long.
 */
int ex_do_interval_race(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = ex_object_find(file, cmd->object, EX_INTERVAL);
	struct race_work race = { .obj = obj };

	if (!obj)
		return -ENOENT;
	if (obj->state != EX_LIVE || !(cmd->flags & HMM_EXERCISER_F_MISUSE))
		return -EINVAL;
	INIT_WORK_ONSTACK(&race.work, race_work_fn);
	queue_work(ex_workqueue, &race.work);
	msleep(cmd->arg);
	ex_counted(file, interval_reads);
	mmu_interval_read_begin(&obj->interval.sub);
	flush_work(&race.work);
	destroy_work_on_stack(&race.work);
	ex_object_done(obj, cmd, 0);
	return 0;
}

#else /* !EX_HAVE_INTERVAL */

EX_ABSENT(interval_insert)
EX_ABSENT(interval_remove)
EX_ABSENT(interval_read)
EX_ABSENT(interval_fault)
EX_ABSENT(interval_on_stack)
EX_ABSENT(interval_race)

/* No object of this kind can exist. */
void ex_interval_end(struct ex_object *obj) {}
void ex_interval_forget(struct ex_object *obj) {}

#endif

int ex_do_callback_delay(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	file->callback_delay_ms = cmd->arg;
	return 0;
}
