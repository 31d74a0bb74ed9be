// SPDX-License-Identifier: GPL-2.0
/*
 * notifier.c - acts on mmu notifiers: register and unregister of the driver's
 * own, and get and put of the one that the kernel keeps per address space.
 */
#include <linux/delay.h>
#include <linux/slab.h>

#include "exerciser.h"

/* --- register, unregister ---------------------------------------------------- */

static void exerciser_notifier_release(struct mmu_notifier *mn, struct mm_struct *mm)
{
	struct ex_object *obj = container_of(mn, struct ex_object, notifier);

	if (obj->file->callback_delay_ms)
		msleep(obj->file->callback_delay_ms);
	ex_counted(obj->file, releases);
}

static const struct mmu_notifier_ops exerciser_notifier_ops = {
	.release = exerciser_notifier_release,
};

int ex_do_notifier_register(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = ex_object_for_register(file, cmd, EX_NOTIFIER);
	int ret;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	/* On a dead address space the kernel does not warn here, it stops (BUG_ON). */
	if (!mmget_not_zero(obj->mm))
		return -ESRCH;
	obj->notifier.ops = &exerciser_notifier_ops;
	ex_pretend_signal(cmd->flags);
	ret = mmu_notifier_register(&obj->notifier, obj->mm);
	mmput(obj->mm);
	if (ret) {
		ex_counted(file, notifier_register_failures);
		obj->state = EX_FAILED;
	} else {
		ex_counted(file, notifier_registers);
		ex_count_live(file, 1);
		obj->state = EX_LIVE;
	}
	ex_object_done(obj, cmd, ret);
	return 0;
}

static void notifier_unregister(struct ex_object *obj)
{
	if (obj->state == EX_LIVE)
		ex_count_live(obj->file, -1);
	else
		mmgrab(obj->mm); /* shield: the call drops what no register took */
	ex_counted(obj->file, notifier_unregisters);
	mmu_notifier_unregister(&obj->notifier, obj->mm);
	obj->state = EX_GONE;
}

/*
 * The notifier leaves its list under the lock of another one, and the wrong
 * address space loses the reference; both counts are put right here. The other
 * one has to have had a notifier, or there is no lock.
 */
static int notifier_unregister_elsewhere(struct ex_object *obj, struct ex_object *other)
{
	if (obj->state != EX_LIVE || other->mm == obj->mm || !ex_has_subscriptions(other->mm))
		return -EINVAL;
	mmgrab(other->mm);
	ex_count_live(obj->file, -1);
	ex_counted(obj->file, notifier_unregisters);
	mmu_notifier_unregister(&obj->notifier, other->mm);
	mmdrop(obj->mm);
	obj->state = EX_GONE;
	return 0;
}

static int notifier_unregister_misused(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = cmd->object ? ex_object_find(file, cmd->object, EX_NOTIFIER) :
					      ex_object_untouched(file, EX_NOTIFIER);
	struct ex_object *other = ex_object_find(file, cmd->parent, EX_MM);
	int err;

	if (IS_ERR_OR_NULL(obj))
		return obj ? PTR_ERR(obj) : -ENOENT;
	if (cmd->parent) {
		err = other ? notifier_unregister_elsewhere(obj, other) : -ENOENT;
		if (err)
			return err;
	} else {
		obj->notifier.ops = &exerciser_notifier_ops;
		ex_run(obj, cmd->flags, notifier_unregister);
	}
	ex_object_done(obj, cmd, 0);
	return 0;
}

int ex_do_notifier_unregister(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj;

	if (cmd->flags & HMM_EXERCISER_F_MISUSE)
		return notifier_unregister_misused(file, cmd);
	obj = ex_object_find(file, cmd->object, EX_NOTIFIER);
	if (!obj)
		return -ENOENT;
	if (obj->state != EX_LIVE)
		return -EINVAL;
	ex_run(obj, cmd->flags, notifier_unregister);
	ex_object_done(obj, cmd, 0);
	return 0;
}

void ex_notifier_end(struct ex_object *obj)
{
	if (obj->state == EX_LIVE)
		notifier_unregister(obj);
}

/* --- get, put ---------------------------------------------------------------- */

#if EX_HAVE_GET

/*
 * mmu_notifier_get() calls ->alloc_notifier() without an argument of the
 * caller's. This lock makes the caller known to it, and the caller know
 * whether it was called.
 */
static DEFINE_MUTEX(ex_get_lock);
static struct ex_file *ex_getter;
static bool ex_getter_made;

/* Subscriptions whose memory exists: module exit waits for them. */
static atomic_t ex_subscriptions = ATOMIC_INIT(0);

static void subscription_free(struct kref *users)
{
	struct ex_subscription *sub = container_of(users, struct ex_subscription, users);

	kref_put(&sub->file->users, ex_file_free);
	kfree(sub);
	atomic_dec(&ex_subscriptions);
}

static struct mmu_notifier *exerciser_alloc_notifier(struct mm_struct *mm)
{
	struct ex_subscription *sub = kzalloc(sizeof(*sub), GFP_KERNEL);

	if (!sub)
		return ERR_PTR(-ENOMEM);
	atomic_inc(&ex_subscriptions);
	kref_init(&sub->users); /* the kernel's, until ->free_notifier() */
	kref_get(&ex_getter->users);
	sub->file = ex_getter;
	ex_getter_made = true;
	return &sub->mn;
}

static void exerciser_free_notifier(struct mmu_notifier *mn)
{
	struct ex_subscription *sub = container_of(mn, struct ex_subscription, mn);

	ex_counted(sub->file, notifier_frees);
	kref_put(&sub->users, subscription_free);
}

static void put_counted(struct ex_file *file, struct ex_subscription *sub)
{
	ex_counted(file, notifier_puts);
	mmu_notifier_put(&sub->mn);
}

static void exerciser_get_release(struct mmu_notifier *mn, struct mm_struct *mm)
{
	struct ex_subscription *sub = container_of(mn, struct ex_subscription, mn);
	int n = atomic_xchg(&sub->release_puts, 0);

	ex_counted(sub->file, releases);
	while (n-- > 0)
		put_counted(sub->file, sub);
}

static const struct mmu_notifier_ops exerciser_get_ops = {
	.release = exerciser_get_release,
	.alloc_notifier = exerciser_alloc_notifier,
	.free_notifier = exerciser_free_notifier,
};

static void got_set(struct ex_object *obj, struct ex_subscription *sub)
{
	if (obj->got.sub == sub)
		return;
	if (obj->got.sub)
		kref_put(&obj->got.sub->users, subscription_free);
	if (sub)
		kref_get(&sub->users);
	obj->got.sub = sub;
}

/* Return: 0 with one more reference held, or what mmu_notifier_get() said. */
static int got_get(struct ex_object *obj, u64 flags)
{
	struct ex_file *file = obj->file;
	struct ex_subscription *sub;
	struct mmu_notifier *mn;

	mutex_lock(&ex_get_lock);
	ex_getter = file;
	ex_getter_made = false;
	ex_pretend_signal(flags);
	mn = mmu_notifier_get(&exerciser_get_ops, obj->mm);
	if (IS_ERR(mn))
		ex_counted(file, notifier_register_failures);
	else if (ex_getter_made)
		ex_counted(file, notifier_registers);
	else
		ex_counted(file, notifier_gets);
	mutex_unlock(&ex_get_lock);
	if (IS_ERR(mn))
		return PTR_ERR(mn);
	sub = container_of(mn, struct ex_subscription, mn);
	got_set(obj, sub);
	if (flags & HMM_EXERCISER_F_END_IN_RELEASE) {
		atomic_inc(&sub->release_puts);
	} else {
		obj->got.held++;
		obj->state = EX_LIVE;
		ex_count_live(file, 1);
	}
	return 0;
}

int ex_do_notifier_get(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = ex_object_find(file, cmd->object, EX_GOT);
	int ret;

	if (!obj) {
		obj = ex_object_for_register(file, cmd, EX_GOT);
		if (IS_ERR(obj))
			return PTR_ERR(obj);
	}
	if (!mmget_not_zero(obj->mm))
		return -ESRCH;
	ret = got_get(obj, cmd->flags);
	mmput(obj->mm);
	ex_object_done(obj, cmd, ret);
	return 0;
}

static void got_put(struct ex_object *obj)
{
	put_counted(obj->file, obj->got.sub);
	if (!obj->got.held)
		return;
	ex_count_live(obj->file, -1);
	if (!--obj->got.held)
		obj->state = EX_GONE;
}

int ex_do_notifier_put(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = ex_object_find(file, cmd->object, EX_GOT);

	if (!obj)
		return -ENOENT;
	if (!obj->got.held) {
		/*
		 * With no users left the kernel warns and leaves the object
		 * alone, and this object keeps its memory. Putting what others
		 * hold would end their registration beneath them.
		 */
		if (!(cmd->flags & HMM_EXERCISER_F_MISUSE) || !obj->got.sub)
			return -EINVAL;
		if (READ_ONCE(obj->got.sub->mn.users))
			return -EBUSY;
	}
	ex_run(obj, cmd->flags, got_put);
	ex_object_done(obj, cmd, 0);
	return 0;
}

void ex_got_end(struct ex_object *obj)
{
	struct ex_subscription *sub = obj->got.sub;
	int n;

	while (obj->got.held)
		got_put(obj);
	if (!sub)
		return;
	/* The address space lives on, so ->release() has not put these. */
	for (n = atomic_xchg(&sub->release_puts, 0); n > 0; n--)
		put_counted(obj->file, sub);
}

void ex_got_free(struct ex_object *obj)
{
	got_set(obj, NULL);
}

/*
 * mmu_notifier_synchronize() waits for one grace period, which need not cover
 * the callbacks that were queued on another CPU.
 */
void ex_got_drain(void)
{
	while (atomic_read(&ex_subscriptions))
		msleep(1);
	mmu_notifier_synchronize();
}

#else /* !EX_HAVE_GET */

EX_ABSENT(notifier_get)
EX_ABSENT(notifier_put)

/* No object of this kind can exist. */
void ex_got_end(struct ex_object *obj) {}
void ex_got_free(struct ex_object *obj) {}
void ex_got_drain(void) {}

#endif
