// SPDX-License-Identifier: GPL-2.0
/* space.c - address spaces: in use, torn down, destroyed, and the cookie used again. */
#include "engine/priv.h"

static struct object *begin_mm(struct engine *e, struct object *mm, __u64 addr, enum life state)
{
	mm = mm ? object_reborn(e, mm) : object_get(e, CLASS_MM, addr);
	if (!mm)
		return NULL;
	mm->state = (__u8)state;
	mm->generation++;
	holders_drop(e, addr);
	return mm;
}

/*
 * Registering on an address space that was torn down is either the fault of
 * that name, or its end was not seen and the cookie is another one's now. The
 * kernel's own count of users, where it was read, tells: it never comes back
 * from zero. Without it a loss since the end leaves it open.
 */
struct object *mm_used(struct engine *e, const struct event *ev, __u32 mm_users,
		       struct mm_use *ret_use)
{
	__u64 addr = ev->h->mm;
	struct object *mm;
	struct step step;

	*ret_use = (struct mm_use){ .fate = MM_FINE };
	if (!addr)
		return NULL;
	mm = object_find(e, CLASS_MM, addr);
	step = mm_steps[mm ? mm->state : LIFE_NONE][ME_REGISTERED];
	if (step.act == ACT_ON_DEAD) {
		ret_use->ended = mm->ended;
		ret_use->sure = mm->sure;
		if (!mm_users)
			ret_use->fate = uncertain(e, mm) ? MM_MAYBE_TORN_DOWN : MM_TORN_DOWN;
		if (ret_use->fate != MM_TORN_DOWN)
			mm = begin_mm(e, mm, addr, LIFE_LIVE);
	} else if (step.act == ACT_BIRTH) {
		mm = begin_mm(e, mm, addr, LIFE_LIVE);
	}
	if (mm && ret_use->fate != MM_TORN_DOWN)
		make_sure(e, mm, ev->m.ts);
	return mm;
}

struct object *mm_met(struct engine *e, const struct event *ev)
{
	struct object *mm = ev->h->mm ? object_find(e, CLASS_MM, ev->h->mm) : NULL;

	if (mm && (alive(mm) || mm->state == LIFE_ENDING))
		return mm;
	return ev->h->mm ? begin_mm(e, mm, ev->h->mm, LIFE_LIVE) : NULL;
}

void on_mm_release(struct engine *e, struct event *ev)
{
	struct object *mm;
	struct step step;

	hmm_released(e, ev);
	if (!ev->h->mm)
		return;
	mm = object_find(e, CLASS_MM, ev->h->mm);
	step = mm_steps[mm ? mm->state : LIFE_NONE][ME_RELEASE];
	if (step.act != ACT_TEAR_DOWN)
		return;
	if (!mm || (mm->state != LIFE_LIVE && mm->state != LIFE_UNKNOWN))
		mm = begin_mm(e, mm, ev->h->mm, step.next);
	if (!mm)
		return;
	watch_over(e, mm, WATCH_EXITED, RULE_MM_HELD_AFTER_EXIT, &ev->m);
	mm_read(mm, ev->m.ts, ((const struct hmt_mm_release *)ev->h)->mm_users,
		((const struct hmt_mm_release *)ev->h)->mm_count);
	mm->state = step.next;
	set_mark(&mm->ended, &ev->m);
	make_sure(e, mm, ev->m.ts);
	if (!list_empty(&mm->children))
		timer_add(e, TIMER_MM, mm, ev->m.ts + grace_of(e, GRACE_RELEASE));
}

void on_mm_destroy(struct engine *e, struct event *ev)
{
	struct object *mm = ev->h->mm ? object_find(e, CLASS_MM, ev->h->mm) : NULL;
	struct list *l, *next;

	if (!mm || mm_steps[mm->state][ME_DESTROY].act != ACT_DESTROY)
		return;
	/* Nothing can be registered any more: what we were not sure of has ended unseen. */
	for (l = mm->children.next; l != &mm->children; l = next) {
		next = l->next;
		if (uncertain(e, object_of(l, in_mm)))
			life_gap(e, object_of(l, in_mm));
	}
	mm->state = mm_steps[mm->state][ME_DESTROY].next;
	holders_drop(e, ev->h->mm);
	make_sure(e, mm, ev->m.ts);
	object_bury(e, mm);
}

/* Something may still be said of it that rests on what is known of it. */
static bool awaited(const struct engine *e, const struct object *mm)
{
	return !list_empty(&mm->in_mm) || mm->flags & OBJ_NOTED ||
	       (alive(mm) && mm->departure && mm->departure->nr_busy) ||
	       call_on_mm(e, mm->addr);
}

#define MAX_TRIES 16

/*
 * An address that is forgotten is one that was never seen: what registers there is
 * on a new address space, and never on a dead one. A destroyed one is a grave.
 */
void mms_forget(struct engine *e)
{
	for (int i = 0; i < MAX_TRIES && e->nr_resting > MAX_RESTING; i++) {
		struct object *mm = object_of(e->resting.next, in_parent);

		if (awaited(e, mm)) {
			list_del(&mm->in_parent);
			list_add(&mm->in_parent, &e->resting);
			continue;
		}
		holders_drop(e, mm->addr);
		object_forget(e, mm);
	}
}

void mm_timer(struct engine *e, struct object *mm, __u64 left)
{
	/* As long as a driver is still being told, it cannot have reacted. */
	const struct call *told = mm->state == LIFE_ENDING ? call_releasing(e, mm->addr) : NULL;

	if (told && !left)
		timer_add(e, TIMER_MM, mm, e->now + grace_of(e, GRACE_RELEASE));
	if (told && (!left || told->flagged))
		return;
	for (struct list *l = mm->children.next; l != &mm->children; l = l->next) {
		struct object *o = object_of(l, in_mm);

		if (!(o->flags & OBJ_LATE))
			flag_orphan(e, o, o->class == HMT_CLASS_MIRROR ?
				    RULE_MIRROR_ORPHANED_BY_MM : RULE_RANGE_ORPHANED_BY_MM, left);
	}
}
