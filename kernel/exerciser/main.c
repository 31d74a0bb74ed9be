// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - the character device: open files, dispatch, counters, and what
 * becomes of a file's objects when it is closed.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "exerciser.h"

/* Closed files whose objects were leaked, or wait for their deferred release. */
static LIST_HEAD(ex_parked);
static DEFINE_MUTEX(ex_parked_lock);

static atomic64_t ex_total[EX_COUNT_NR];

/* Its own, so that module exit can wait for exactly its work. */
struct workqueue_struct *ex_workqueue;

void ex_count(struct ex_file *file, enum ex_counter which)
{
	atomic64_inc(&file->count[which]);
	atomic64_inc(&ex_total[which]);
}

void ex_count_live(struct ex_file *file, int delta)
{
	atomic64_add(delta, &file->count[EX_COUNT_live]);
	atomic64_add(delta, &ex_total[EX_COUNT_live]);
}

void ex_file_free(struct kref *users)
{
	kfree(container_of(users, struct ex_file, users));
}

/* Take @file off the parked list. Return: whether the caller did that, and nobody else. */
static bool unpark(struct ex_file *file)
{
	bool mine;

	mutex_lock(&ex_parked_lock);
	mine = !list_empty(&file->node);
	list_del_init(&file->node);
	mutex_unlock(&ex_parked_lock);
	return mine;
}

static void close_work_fn(struct work_struct *work)
{
	struct ex_file *file = container_of(to_delayed_work(work), struct ex_file, close_work);

	if (!unpark(file))
		return;
	ex_release_all(file);
	kref_put(&file->users, ex_file_free);
}

/* Return: a parked file opened by @opener (0: any), now the caller's, or NULL. */
static struct ex_file *unpark_next(u64 opener)
{
	struct ex_file *file, *found = NULL;

	mutex_lock(&ex_parked_lock);
	list_for_each_entry(file, &ex_parked, node) {
		if (opener && file->opener != opener)
			continue;
		found = file;
		list_del_init(&file->node);
		break;
	}
	mutex_unlock(&ex_parked_lock);
	return found;
}

static u64 release_parked(u64 opener)
{
	struct ex_file *file;
	u64 nr = 0;

	while ((file = unpark_next(opener))) {
		cancel_delayed_work_sync(&file->close_work);
		ex_release_all(file);
		kref_put(&file->users, ex_file_free);
		nr++;
	}
	return nr;
}

int ex_do_reset(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	cmd->result = release_parked(cmd->arg);
	return 0;
}

int ex_do_close_policy(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	switch (cmd->arg) {
	case HMM_EXERCISER_CLOSE_LEAK:
		if (!ex_self.misbehaves)
			return -EPERM;
		break;
	case HMM_EXERCISER_CLOSE_RELEASE:
	case HMM_EXERCISER_CLOSE_DEFER:
		break;
	default:
		return -EINVAL;
	}
	file->close_policy = cmd->arg;
	file->close_delay_ms = cmd->length;
	return 0;
}

static int ex_open(struct inode *inode, struct file *filp)
{
	struct ex_file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	if (!file)
		return -ENOMEM;
	kref_init(&file->users);
	mutex_init(&file->lock);
	INIT_LIST_HEAD(&file->objects);
	INIT_LIST_HEAD(&file->node);
	INIT_DELAYED_WORK(&file->close_work, close_work_fn);
	file->opener = current->tgid;
	filp->private_data = file;
	return nonseekable_open(inode, filp);
}

static int ex_close(struct inode *inode, struct file *filp)
{
	struct ex_file *file = filp->private_data;

	if (file->close_policy == HMM_EXERCISER_CLOSE_RELEASE) {
		ex_release_all(file);
		kref_put(&file->users, ex_file_free);
		return 0;
	}
	mutex_lock(&ex_parked_lock);
	list_add_tail(&file->node, &ex_parked);
	if (file->close_policy == HMM_EXERCISER_CLOSE_DEFER)
		queue_delayed_work(ex_workqueue, &file->close_work,
				   msecs_to_jiffies(file->close_delay_ms));
	mutex_unlock(&ex_parked_lock);
	return 0;
}

static u64 ex_apis(void)
{
	u64 apis = HMM_EXERCISER_API_NOTIFIER;

	apis |= EX_HAVE_MIRROR ? HMM_EXERCISER_API_MIRROR : 0;
	apis |= EX_HAVE_FAULT ? HMM_EXERCISER_API_FAULT : 0;
	apis |= EX_HAVE_INTERVAL ? HMM_EXERCISER_API_INTERVAL : 0;
	apis |= EX_HAVE_GET ? HMM_EXERCISER_API_GET : 0;
	apis |= EX_HAVE_HMM_GET ? HMM_EXERCISER_API_HMM_GET : 0;
	apis |= EX_RANGE_TAKES_MM ? HMM_EXERCISER_API_RANGE_BY_MM : 0;
	apis |= EX_SURVIVES_TWICE ? HMM_EXERCISER_SURVIVES_TWICE : 0;
	apis |= EX_SURVIVES_DEAD_FAULT ? HMM_EXERCISER_SURVIVES_DEAD_FAULT : 0;
	apis |= EX_SURVIVES_BUSY ? HMM_EXERCISER_SURVIVES_BUSY : 0;
	apis |= EX_SURVIVES_END_IN_RELEASE ? HMM_EXERCISER_SURVIVES_END_IN_RELEASE : 0;
	apis |= EX_SURVIVES_UNDER_RANGE ? HMM_EXERCISER_SURVIVES_UNDER_RANGE : 0;
	apis |= EX_SURVIVES_NO_MIRROR && !EX_RANGE_TAKES_MM ? HMM_EXERCISER_REFUSES_NO_MIRROR : 0;
	apis |= EX_SURVIVES_CHURN ? HMM_EXERCISER_SURVIVES_CHURN : 0;
	return apis;
}

static long ex_hello(void __user *arg)
{
	struct hmm_exerciser_hello hello;
	bool refused;

	if (copy_from_user(&hello, arg, sizeof(hello)))
		return -EFAULT;
	refused = hello.version != HMM_EXERCISER_ABI || hello.flags;
	hello = (struct hmm_exerciser_hello){
		.version = HMM_EXERCISER_ABI,
		.apis = ex_apis(),
		.manners = ex_self.misbehaves ? HMM_EXERCISER_MISBEHAVES : 0,
		.max_pages = EX_MAX_PAGES,
	};
	if (copy_to_user(arg, &hello, sizeof(hello)))
		return -EFAULT;
	return refused ? -EINVAL : 0;
}

static long ex_counters(struct ex_file *file, void __user *arg)
{
	struct hmm_exerciser_counters c;
	atomic64_t *count;

	if (copy_from_user(&c, arg, sizeof(c)))
		return -EFAULT;
	if (c.version != HMM_EXERCISER_ABI || c.flags || c.scope > HMM_EXERCISER_SCOPE_MODULE)
		return -EINVAL;
	count = c.scope == HMM_EXERCISER_SCOPE_FILE ? file->count : ex_total;
#define EX_C(name, what) c.name = atomic64_read(&count[EX_COUNT_##name]);
	HMM_EXERCISER_COUNTERS(EX_C)
#undef EX_C
	return copy_to_user(arg, &c, sizeof(c)) ? -EFAULT : 0;
}

static const struct ex_action {
	unsigned int ioctl;
	u64 flags;
	ex_action_fn fn;
} ex_actions[] = {
#define EX_X(NAME, nr, name, flags, what) \
	{ HMM_EXERCISER_IOC_DO(nr), (flags), ex_do_##name },
	HMM_EXERCISER_ACTIONS(EX_X)
#undef EX_X
};

static long ex_action(struct ex_file *file, const struct ex_action *action, void __user *arg)
{
	struct hmm_exerciser_cmd cmd;
	int err;

	if (copy_from_user(&cmd, arg, sizeof(cmd)))
		return -EFAULT;
	if (cmd.version != HMM_EXERCISER_ABI || cmd.reserved || (cmd.flags & ~action->flags))
		return -EINVAL;
	if ((cmd.flags & HMM_EXERCISER_F_MISUSE) && !ex_self.misbehaves)
		return -EPERM;
	mutex_lock(&file->lock);
	if (cmd.flags & HMM_EXERCISER_F_MISUSE)
		ex_counted(file, misuses);
	err = action->fn(file, &cmd);
	mutex_unlock(&file->lock);
	if (!err && copy_to_user(arg, &cmd, sizeof(cmd)))
		err = -EFAULT;
	return err;
}

static long ex_ioctl(struct file *filp, unsigned int nr, unsigned long arg)
{
	struct ex_file *file = filp->private_data;
	void __user *p = (void __user *)arg;
	size_t i;

	if (nr == HMM_EXERCISER_IOC_HELLO)
		return ex_hello(p);
	if (nr == HMM_EXERCISER_IOC_COUNTERS)
		return ex_counters(file, p);
	for (i = 0; i < ARRAY_SIZE(ex_actions); i++)
		if (ex_actions[i].ioctl == nr)
			return ex_action(file, &ex_actions[i], p);
	return -ENOTTY;
}

static const struct file_operations ex_fops = {
	.owner = THIS_MODULE,
	.open = ex_open,
	.release = ex_close,
	.unlocked_ioctl = ex_ioctl,
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 5, 0)
	.compat_ioctl = compat_ptr_ioctl,
#endif
};

static struct miscdevice ex_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.fops = &ex_fops,
	.mode = 0600,
};

int ex_init(void)
{
	int err;

	ex_workqueue = alloc_workqueue("%s", WQ_UNBOUND, 0, ex_self.name);
	if (!ex_workqueue)
		return -ENOMEM;
	ex_device.name = ex_self.name;
	err = misc_register(&ex_device);
	if (err)
		destroy_workqueue(ex_workqueue);
	return err;
}

void ex_exit(void)
{
	misc_deregister(&ex_device);
	release_parked(0);
	/* a deferred release that was no longer parked may still be running */
	destroy_workqueue(ex_workqueue);
	/* ->free_notifier() is code of this module and runs after an SRCU grace period */
	ex_got_drain();
}
