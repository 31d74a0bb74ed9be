// SPDX-License-Identifier: GPL-2.0
/*
 * planted.c - mistakes of every kind that the kernel of tests/vm/soak is built to
 * notice. A run in which it does not report these proves nothing.
 *
 * Written into /sys/module/planted/parameters/mistake, one at a time. Each is
 * survived; "order" makes lockdep turn itself off, "freed" too.
 */
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

static DEFINE_SPINLOCK(plant_spin);
static DEFINE_MUTEX(plant_one);
static DEFINE_MUTEX(plant_two);
static int __rcu *plant_pointer;

/* Not a mutex: that would be one for lockdep, too, which is off afterwards. */
static void plant_sleep(void)
{
	spin_lock(&plant_spin);
	might_sleep();
	spin_unlock(&plant_spin);
}

static void plant_rcu(void)
{
	pr_info("planted: %d\n", rcu_dereference(plant_pointer) == NULL);
}

static void plant_list(void)
{
	LIST_HEAD(head);
	LIST_HEAD(entry);

	list_add(&entry, &head);
	list_del(&entry);
	list_del(&entry);
}

static void plant_timer_fn(struct timer_list *timer)
{
}

/* Memory that is freed with a timer running in it. */
static void plant_object(void)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, plant_timer_fn, 0);
	mod_timer(timer, jiffies + 1000 * HZ);
	kfree(timer);
}

static void plant_order(void)
{
	mutex_lock(&plant_one);
	mutex_lock(&plant_two);
	mutex_unlock(&plant_two);
	mutex_unlock(&plant_one);

	mutex_lock(&plant_two);
	mutex_lock(&plant_one);
	mutex_unlock(&plant_one);
	mutex_unlock(&plant_two);
}

static void plant_freed(void)
{
	int *p = kzalloc(64, GFP_KERNEL);

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(p);
	kfree(p);
	pr_info("planted: %d\n", READ_ONCE(*p));
}

static const struct {
	const char *name;
	void (*fn)(void);
} plants[] = {
	{ "sleep", plant_sleep },
	{ "rcu", plant_rcu },
	{ "list", plant_list },
	{ "object", plant_object },
	{ "order", plant_order },
	{ "freed", plant_freed },
};

static int plant_set(const char *val, const struct kernel_param *kp)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(plants); i++) {
		if (!sysfs_streq(val, plants[i].name))
			continue;
		plants[i].fn();
		return 0;
	}
	return -EINVAL;
}

static const struct kernel_param_ops plant_ops = { .set = plant_set };
module_param_cb(mistake, &plant_ops, NULL, 0200);

MODULE_DESCRIPTION("hmmtrace: mistakes that a kernel with lockdep and KASAN reports");
MODULE_LICENSE("GPL");
