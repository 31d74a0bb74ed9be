// SPDX-License-Identifier: GPL-2.0
/*
 * object.c - objects of an open file: made, found, ended, freed.
 */
#include <linux/delay.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "exerciser.h"

static void object_init(struct ex_object *obj)
{
	switch (obj->kind) {
#if EX_HAVE_INTERVAL
	case EX_INTERVAL:
		spin_lock_init(&obj->interval.lock);
		obj->interval.mm = obj->mm;
		obj->interval.file = obj->file;
		break;
#endif
#if EX_HAVE_MIRROR
	case EX_MIRROR:
		spin_lock_init(&obj->mir.lock);
		INIT_LIST_HEAD(&obj->mir.ranges);
		break;
	case EX_RANGE:
		INIT_LIST_HEAD(&obj->rng.sibling);
		break;
#endif
	default:
		break;
	}
}

static void object_begin(struct ex_object *obj, struct ex_file *file, enum ex_kind kind,
			 struct mm_struct *mm)
{
	mmgrab(mm);
	kref_get(&file->users);
	obj->file = file;
	obj->kind = kind;
	obj->mm = mm;
	obj->id = ++file->last_id;
	object_init(obj);
	list_add_tail(&obj->node, &file->objects);
}

struct ex_object *ex_object_new(struct ex_file *file, enum ex_kind kind, struct mm_struct *mm)
{
	struct ex_object *obj = kzalloc(sizeof(*obj), GFP_KERNEL_ACCOUNT);

	if (!obj)
		return ERR_PTR(-ENOMEM);
	object_begin(obj, file, kind, mm);
	return obj;
}

/*
 * An object at an address where nothing was ever registered. Only memory that
 * is used once can promise that, because a tracer remembers.
 */
struct ex_object *ex_object_untouched(struct ex_file *file, enum ex_kind kind)
{
	static struct ex_object untouched[32];
	static atomic_t nr_touched = ATOMIC_INIT(0);
	int i = atomic_inc_return(&nr_touched) - 1;

	if (!current->mm)
		return ERR_PTR(-ESRCH);
	if (i < 0 || i >= ARRAY_SIZE(untouched))
		return ERR_PTR(-ENOSPC);
	untouched[i].is_static = true;
	object_begin(&untouched[i], file, kind, current->mm);
	return &untouched[i];
}

/* Return: the object, or NULL when there is none of that id and kind. */
struct ex_object *ex_object_find(struct ex_file *file, u64 id, enum ex_kind kind)
{
	struct ex_object *obj;

	list_for_each_entry(obj, &file->objects, node)
		if (obj->id == id && (!kind || obj->kind == kind))
			return obj;
	return NULL;
}

/*
 * Forget that @obj is registered, to register it a second time. The kernel puts
 * it on a new list or into a new tree without a look at the old one, which is
 * harmless when that belongs to an address space nobody will invalidate again.
 *
 * Return: whether that is so.
 */
static bool abandon(struct ex_object *obj, const struct hmm_exerciser_cmd *cmd,
		    struct mm_struct *mm)
{
	if (!(cmd->flags & HMM_EXERCISER_F_MISUSE) || obj->mm == mm ||
	    atomic_read(&obj->mm->mm_users))
		return false;
	if (obj->kind == EX_INTERVAL)
		ex_interval_forget(obj);
	else if (obj->kind != EX_NOTIFIER)
		return false;
	ex_count_live(obj->file, -1);
	mmdrop(obj->mm); /* shield: the register took it, and no unregister will drop it */
	obj->state = EX_GONE;
	return true;
}

/*
 * The object that a register action is about: an existing one that is not
 * registered, or a new one on the caller's or the held address space. An
 * existing one moves to that address space when it differs.
 */
struct ex_object *ex_object_for_register(struct ex_file *file, struct hmm_exerciser_cmd *cmd,
					 enum ex_kind kind)
{
	struct mm_struct *mm = current->mm;
	struct ex_object *obj;

	if (cmd->parent) {
		obj = ex_object_find(file, cmd->parent, EX_MM);
		if (!obj)
			return ERR_PTR(-ENOENT);
		mm = obj->mm;
	}
	if (!mm)
		return ERR_PTR(-ESRCH);
	if (!cmd->object)
		return ex_object_new(file, kind, mm);
	obj = ex_object_find(file, cmd->object, kind);
	if (!obj)
		return ERR_PTR(-ENOENT);
	if (obj->state == EX_ENDING)
		return ERR_PTR(-EBUSY);
	if (obj->state == EX_LIVE && kind == EX_MIRROR) {
		if (!EX_SURVIVES_BUSY)
			return ERR_PTR(-EOPNOTSUPP);
		return obj; /* the kernel refuses it and nothing happens */
	}
	if (obj->state == EX_LIVE && !abandon(obj, cmd, mm))
		return ERR_PTR(-EBUSY);
	if (obj->mm != mm) {
		mmgrab(mm);
		mmdrop(obj->mm);
		obj->mm = mm;
		object_init(obj);
	}
	return obj;
}

/*
 * A command, closing the file and ->release can all want to end an object.
 * Return: true for the one that may, with @obj moved on to @next.
 */
bool ex_claim(struct ex_object *obj, enum ex_state next)
{
	return cmpxchg(&obj->state, EX_LIVE, next) == EX_LIVE;
}

void ex_object_free(struct ex_object *obj)
{
	struct ex_file *file = obj->file;

	while (READ_ONCE(obj->state) == EX_ENDING)
		msleep(1);
	WARN_ON(obj->state == EX_LIVE);
	if (obj->kind == EX_GOT)
		ex_got_free(obj);
	if (obj->kind == EX_MIRROR)
		ex_mirror_free(obj);
	list_del(&obj->node);
	if (obj->has_users)
		mmput(obj->mm);
	mmdrop(obj->mm);
	if (!obj->is_static)
		kfree(obj);
	kref_put(&file->users, ex_file_free);
}

static u64 object_cookie(struct ex_object *obj)
{
	switch (obj->kind) {
	case EX_NOTIFIER:
		return (u64)(unsigned long)&obj->notifier;
	case EX_GOT:
		return obj->got.sub ? (u64)(unsigned long)&obj->got.sub->mn : 0;
#if EX_HAVE_INTERVAL
	case EX_INTERVAL:
		return (u64)(unsigned long)&obj->interval.sub;
#endif
#if EX_HAVE_MIRROR
	case EX_MIRROR:
		return (u64)(unsigned long)&obj->mir.mirror;
	case EX_RANGE:
		return (u64)(unsigned long)&obj->rng.range;
#endif
	default:
		return 0;
	}
}

static u64 object_hmm(struct ex_object *obj)
{
#if EX_HAVE_MIRROR
	if (obj->kind == EX_MIRROR)
		return ex_hmm_cookie(obj->mir.hmm);
	if (obj->kind == EX_RANGE && obj->rng.parent)
		return ex_hmm_cookie(obj->rng.parent->mir.hmm);
#endif
	return 0;
}

/* The answer to a command that was carried out. */
void ex_object_done(struct ex_object *obj, struct hmm_exerciser_cmd *cmd, long result)
{
	cmd->object = obj->id;
	cmd->result = (u64)(s64)result;
	cmd->cookie = object_cookie(obj);
	cmd->mm = (u64)(unsigned long)obj->mm;
	cmd->hmm = object_hmm(obj);
}

/*
 * The order a driver has to keep: first what hangs on a mirror, then the
 * mirror. It is also what cleans up after misuse.
 */
void ex_release_all(struct ex_file *file)
{
	struct ex_object *obj, *next;

	/* RESET holds its own file's; this one is closed, nobody takes them the other way. */
	mutex_lock_nested(&file->lock, SINGLE_DEPTH_NESTING);
	list_for_each_entry(obj, &file->objects, node) {
		if (obj->kind == EX_INTERVAL)
			ex_interval_end(obj);
		else if (obj->kind == EX_RANGE)
			ex_range_end(obj);
	}
	list_for_each_entry(obj, &file->objects, node)
		if (obj->kind == EX_MIRROR)
			ex_mirror_put_held(obj);
	list_for_each_entry(obj, &file->objects, node) {
		if (obj->kind == EX_MIRROR)
			ex_mirror_end(obj);
		else if (obj->kind == EX_NOTIFIER)
			ex_notifier_end(obj);
		else if (obj->kind == EX_GOT)
			ex_got_end(obj);
	}
	list_for_each_entry_safe(obj, next, &file->objects, node)
		ex_object_free(obj);
	mutex_unlock(&file->lock);
}

struct object_work {
	struct work_struct work;
	struct ex_object *obj;
	void (*fn)(struct ex_object *obj);
};

static void object_work_fn(struct work_struct *work)
{
	struct object_work *w = container_of(work, struct object_work, work);

	w->fn(w->obj);
}

void ex_run_in_worker(struct ex_object *obj, void (*fn)(struct ex_object *obj))
{
	struct object_work w = { .obj = obj, .fn = fn };

	INIT_WORK_ONSTACK(&w.work, object_work_fn);
	queue_work(ex_workqueue, &w.work);
	flush_work(&w.work);
	destroy_work_on_stack(&w.work);
}

/*
 * The kernel gives up with -EINTR when it has to take every lock of an address
 * space and finds a signal pending. Without a signal the flag is harmless: the
 * way back to user space finds nothing to deliver and clears it.
 */
void ex_pretend_signal(u64 flags)
{
	if (flags & HMM_EXERCISER_F_INTERRUPT)
		set_tsk_thread_flag(current, TIF_SIGPENDING);
}

int ex_do_discard(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = ex_object_find(file, cmd->object, 0);

	if (!obj)
		return -ENOENT;
	if (obj->state == EX_LIVE || (obj->kind == EX_MIRROR && ex_mirror_is_used(obj)))
		return -EBUSY;
	ex_object_free(obj);
	return 0;
}

int ex_do_mm_hold(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj;

	if (!current->mm)
		return -ESRCH;
	obj = ex_object_new(file, EX_MM, current->mm);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	if (cmd->flags & HMM_EXERCISER_F_MISUSE) {
		mmget(obj->mm);
		obj->has_users = true;
	}
	ex_object_done(obj, cmd, 0);
	return 0;
}
