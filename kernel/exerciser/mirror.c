// SPDX-License-Identifier: GPL-2.0
/*
 * mirror.c - acts on the mirror API, where the kernel has it.
 */
#include "exerciser.h"

#if EX_HAVE_MIRROR

/* --- mirrors ------------------------------------------------------------------ */

static struct ex_object *mirror_object(struct hmm_mirror *mirror)
{
	return container_of(mirror, struct ex_object, mir.mirror);
}

static void range_unregister(struct ex_object *obj)
{
	struct ex_object *parent = obj->rng.parent;

	spin_lock(&parent->mir.lock);
	list_del_init(&obj->rng.sibling);
	spin_unlock(&parent->mir.lock);
	ex_count_live(obj->file, -1);
	ex_counted(obj->file, range_unregisters);
	hmm_range_unregister(&obj->rng.range);
}

static void mirror_unregister(struct ex_object *obj)
{
	ex_count_live(obj->file, -1);
	ex_counted(obj->file, mirror_unregisters);
	hmm_mirror_unregister(&obj->mir.mirror);
}

/* Return: a range registered through @obj, claimed for its end, or NULL. */
static struct ex_object *claim_range(struct ex_object *obj)
{
	struct ex_object *range, *claimed = NULL;

	spin_lock(&obj->mir.lock);
	list_for_each_entry(range, &obj->mir.ranges, rng.sibling) {
		if (!ex_claim(range, EX_ENDING))
			continue;
		claimed = range;
		break;
	}
	spin_unlock(&obj->mir.lock);
	return claimed;
}

static void exerciser_mirror_release(struct hmm_mirror *mirror)
{
	struct ex_object *obj = mirror_object(mirror);
	struct ex_object *range;

	ex_counted(obj->file, releases);
	if (!obj->mir.end_in_release || !ex_claim(obj, EX_ENDING))
		return;
	while ((range = claim_range(obj))) {
		range_unregister(range);
		/* after the last use of it: ex_object_free() waits for this */
		smp_store_release(&range->state, EX_GONE);
	}
	mirror_unregister(obj);
	/* the same */
	smp_store_release(&obj->state, EX_GONE);
}

static int exerciser_mirror_invalidate(struct hmm_mirror *mirror,
				       ex_update *update)
{
	ex_counted(mirror_object(mirror)->file, invalidates);
	return 0;
}

static const struct hmm_mirror_ops exerciser_mirror_ops = {
	.release = exerciser_mirror_release,
	.EX_INVALIDATE = exerciser_mirror_invalidate,
};

int ex_do_mirror_register(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = ex_object_for_register(file, cmd, EX_MIRROR);
	bool busy;
	int ret;

	if (IS_ERR(obj))
		return PTR_ERR(obj);
	busy = obj->state == EX_LIVE;
	if (!busy && (obj->mir.held || ex_mirror_is_used(obj)))
		return -EBUSY;
	if ((cmd->flags & HMM_EXERCISER_F_END_IN_RELEASE) && !EX_SURVIVES_END_IN_RELEASE)
		return -EOPNOTSUPP;
	/* Where a dead address space is not refused it is a BUG_ON(). */
	if (!EX_REFUSES_DEAD_MM && !mmget_not_zero(obj->mm))
		return -ESRCH;
	obj->mir.mirror.ops = &exerciser_mirror_ops;
	if (!busy)
		obj->mir.end_in_release = cmd->flags & HMM_EXERCISER_F_END_IN_RELEASE;
	ex_pretend_signal(cmd->flags);
	mmap_write_lock(obj->mm);
	ret = hmm_mirror_register(&obj->mir.mirror, obj->mm);
	mmap_write_unlock(obj->mm);
	if (!EX_REFUSES_DEAD_MM)
		mmput(obj->mm);
	if (ret) {
		ex_counted(file, mirror_register_failures);
		if (!busy)
			obj->state = EX_FAILED;
	} else {
		ex_counted(file, mirror_registers);
		ex_count_live(file, 1);
		obj->mir.hmm = obj->mir.mirror.hmm;
		obj->state = EX_LIVE;
	}
	ex_object_done(obj, cmd, ret);
	return 0;
}

static void mirror_unregister_claimed(struct ex_object *obj)
{
	mirror_unregister(obj);
}

/* The kernel finds the mirror not registered and leaves it alone: no shield needed. */
static void mirror_unregister_misused(struct ex_object *obj)
{
	ex_counted(obj->file, mirror_unregisters);
	hmm_mirror_unregister(&obj->mir.mirror);
}

int ex_do_mirror_unregister(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	bool misuse = cmd->flags & HMM_EXERCISER_F_MISUSE;
	struct ex_object *obj;

	if (misuse && !cmd->object)
		obj = EX_SURVIVES_TWICE ? ex_object_untouched(file, EX_MIRROR) :
					  ERR_PTR(-EOPNOTSUPP);
	else
		obj = ex_object_find(file, cmd->object, EX_MIRROR);
	if (IS_ERR_OR_NULL(obj))
		return obj ? PTR_ERR(obj) : -ENOENT;
	if (ex_mirror_is_used(obj) && (!misuse || !EX_SURVIVES_UNDER_RANGE))
		return misuse ? -EOPNOTSUPP : -EBUSY;
	if (obj->state != EX_LIVE && misuse && !EX_SURVIVES_TWICE)
		return -EOPNOTSUPP;
	if (ex_claim(obj, EX_GONE)) {
		ex_run(obj, cmd->flags, mirror_unregister_claimed);
	} else {
		if (!misuse || obj->state == EX_ENDING)
			return -EINVAL;
		obj->mir.mirror.ops = &exerciser_mirror_ops;
		ex_run(obj, cmd->flags, mirror_unregister_misused);
	}
	ex_object_done(obj, cmd, 0);
	return 0;
}

void ex_mirror_end(struct ex_object *obj)
{
	if (ex_claim(obj, EX_GONE))
		mirror_unregister(obj);
}

/* --- ranges ------------------------------------------------------------------- */

bool ex_mirror_is_used(struct ex_object *obj)
{
	bool used;

	spin_lock(&obj->mir.lock);
	used = !list_empty(&obj->mir.ranges);
	spin_unlock(&obj->mir.lock);
	return used;
}

/* Ranges that ended remember their mirror to name its struct hmm, no longer than it exists. */
void ex_mirror_free(struct ex_object *obj)
{
	struct ex_object *range;

	list_for_each_entry(range, &obj->file->objects, node)
		if (range->kind == EX_RANGE && range->rng.parent == obj)
			range->rng.parent = NULL;
}

static struct ex_object *range_for_register(struct ex_file *file, struct hmm_exerciser_cmd *cmd,
					    struct ex_object *parent)
{
	struct ex_object *obj;

	if (!cmd->object)
		return ex_object_new(file, EX_RANGE, parent->mm);
	obj = ex_object_find(file, cmd->object, EX_RANGE);
	if (!obj)
		return ERR_PTR(-ENOENT);
	if (obj->state == EX_LIVE)
		return obj; /* the kernel refuses it and nothing happens */
	if (obj->state == EX_ENDING)
		return ERR_PTR(-EBUSY);
	if (obj->mm != parent->mm) {
		mmgrab(parent->mm);
		mmdrop(obj->mm);
		obj->mm = parent->mm;
	}
	return obj;
}

/*
 * A driver that registers a range through a mirror it has unregistered does so
 * through what it remembers: the struct hmm, kept alive by a reference that
 * somebody holds. Without one there is no memory to misuse.
 */
static int range_register(struct ex_object *obj, struct ex_object *parent,
			  const struct hmm_exerciser_cmd *cmd)
{
	struct hmm_mirror *mirror = &parent->mir.mirror;
	struct hmm *hmm = mirror->hmm;
	int ret;

	ex_range_prepare(&obj->rng.range, obj->rng.pfns);
	if (!hmm && parent->mir.held)
		mirror->hmm = parent->mir.hmm;
	ret = ex_range_register(&obj->rng.range, mirror, parent->mm, cmd->start,
				cmd->start + cmd->length, cmd->arg);
	mirror->hmm = hmm;
	return ret;
}

/* Whether the kernel can be asked at all. Return: 0, or why not. */
static int range_register_allowed(struct ex_object *obj, struct ex_object *parent)
{
	if (obj->state == EX_LIVE && obj->rng.parent != parent)
		return -EINVAL;
	if (obj->state == EX_LIVE && !EX_SURVIVES_BUSY)
		return -EOPNOTSUPP;
	if (parent->state == EX_LIVE)
		return 0;
	if (!EX_SURVIVES_NO_MIRROR)
		return -EOPNOTSUPP;
	/* It makes a struct hmm, for which a dead address space is a BUG_ON(). */
	return EX_RANGE_TAKES_MM && parent->mm != current->mm ? -ESRCH : 0;
}

int ex_do_range_register(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *parent = ex_object_find(file, cmd->parent, EX_MIRROR);
	struct ex_object *obj;
	int ret;

	if (!parent)
		return -ENOENT;
	if (parent->state != EX_LIVE && !(cmd->flags & HMM_EXERCISER_F_MISUSE))
		return -EINVAL;
	obj = range_for_register(file, cmd, parent);
	if (IS_ERR(obj))
		return PTR_ERR(obj);
	ret = range_register_allowed(obj, parent);
	if (ret)
		return ret;
	obj->rng.parent = parent;
	ret = range_register(obj, parent, cmd);
	if (ret) {
		ex_counted(file, range_register_failures);
		if (obj->state != EX_LIVE)
			obj->state = EX_FAILED;
	} else {
		ex_counted(file, range_registers);
		ex_count_live(file, 1);
		spin_lock(&parent->mir.lock);
		list_add_tail(&obj->rng.sibling, &parent->mir.ranges);
		obj->state = EX_LIVE;
		spin_unlock(&parent->mir.lock);
	}
	ex_object_done(obj, cmd, ret);
	return 0;
}

static void range_unregister_misused(struct ex_object *obj)
{
	ex_counted(obj->file, range_unregisters);
	hmm_range_unregister(&obj->rng.range);
}

int ex_do_range_unregister(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	bool misuse = cmd->flags & HMM_EXERCISER_F_MISUSE;
	struct ex_object *obj;

	if (misuse && !cmd->object)
		obj = EX_SURVIVES_TWICE ? ex_object_untouched(file, EX_RANGE) :
					  ERR_PTR(-EOPNOTSUPP);
	else
		obj = ex_object_find(file, cmd->object, EX_RANGE);
	if (IS_ERR_OR_NULL(obj))
		return obj ? PTR_ERR(obj) : -ENOENT;
	if (obj->state != EX_LIVE && misuse && !EX_SURVIVES_TWICE)
		return -EOPNOTSUPP;
	if (ex_claim(obj, EX_GONE)) {
		ex_run(obj, cmd->flags, range_unregister);
	} else {
		if (!misuse || obj->state == EX_ENDING)
			return -EINVAL;
		ex_run(obj, cmd->flags, range_unregister_misused);
	}
	ex_object_done(obj, cmd, 0);
	return 0;
}

void ex_range_end(struct ex_object *obj)
{
	if (ex_claim(obj, EX_GONE))
		range_unregister(obj);
}

int ex_do_range_fault(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = ex_object_find(file, cmd->object, EX_RANGE);
	long ret;

	if (!obj || !obj->rng.parent)
		return -ENOENT;
	if (obj->state != EX_LIVE && !(cmd->flags & HMM_EXERCISER_F_MISUSE))
		return -EINVAL;
	if (obj->rng.range.end - obj->rng.range.start > EX_MAX_PAGES * PAGE_SIZE)
		return -E2BIG;
	if (obj->state != EX_LIVE && !EX_SURVIVES_DEAD_FAULT)
		return -EOPNOTSUPP;
	ex_counted(file, range_faults);
	ret = ex_range_fault(&obj->rng.parent->mir.mirror, &obj->rng.range, obj->mm,
			     obj->state == EX_LIVE);
	ex_object_done(obj, cmd, ret);
	return 0;
}

/* --- references --------------------------------------------------------------- */

#if EX_HAVE_HMM_GET

int ex_do_hmm_get(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = ex_object_find(file, cmd->object, EX_MIRROR);
	struct hmm *hmm;

	if (!obj)
		return -ENOENT;
	if (obj->state != EX_LIVE)
		return -EINVAL;
	hmm = hmm_get(&obj->mir.mirror);
	if (hmm) {
		obj->mir.held++;
		ex_counted(file, hmm_gets);
		ex_count_live(file, 1);
	}
	ex_object_done(obj, cmd, hmm ? 0 : -EFAULT);
	return 0;
}

static void hmm_put_held(struct ex_object *obj)
{
	obj->mir.held--;
	ex_count_live(obj->file, -1);
	ex_counted(obj->file, hmm_puts);
	hmm_put(obj->mir.hmm);
}

int ex_do_hmm_put(struct ex_file *file, struct hmm_exerciser_cmd *cmd)
{
	struct ex_object *obj = ex_object_find(file, cmd->object, EX_MIRROR);

	if (!obj)
		return -ENOENT;
	if (obj->mir.held) {
		hmm_put_held(obj);
	} else {
		/*
		 * The reference of the mirror itself. The kernel keeps the
		 * struct hmm as long as a mirror believes in it.
		 */
		if (!(cmd->flags & HMM_EXERCISER_F_MISUSE) || obj->state != EX_LIVE)
			return -EINVAL;
		ex_counted(file, hmm_puts);
		hmm_put(obj->mir.hmm);
	}
	ex_object_done(obj, cmd, 0);
	return 0;
}

void ex_mirror_put_held(struct ex_object *obj)
{
	while (obj->mir.held)
		hmm_put_held(obj);
}

#else /* !EX_HAVE_HMM_GET */

EX_ABSENT(hmm_get)
EX_ABSENT(hmm_put)

/* Nothing is held. */
void ex_mirror_put_held(struct ex_object *obj) {}

#endif

#else /* !EX_HAVE_MIRROR */

EX_ABSENT(mirror_register)
EX_ABSENT(mirror_unregister)
EX_ABSENT(range_register)
EX_ABSENT(range_unregister)
EX_ABSENT(range_fault)
EX_ABSENT(hmm_get)
EX_ABSENT(hmm_put)

/* No object of these kinds can exist. */
void ex_mirror_put_held(struct ex_object *obj) {}
void ex_mirror_end(struct ex_object *obj) {}
void ex_mirror_free(struct ex_object *obj) {}
void ex_range_end(struct ex_object *obj) {}

bool ex_mirror_is_used(struct ex_object *obj)
{
	return false;
}

#endif
