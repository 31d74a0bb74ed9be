// SPDX-License-Identifier: GPL-2.0
/*
 * faults.c - one wrong call each, and what has to be said of it. A fault waits
 * for an occasion on which it is that fault and nothing else.
 */
#include "sim.h"

void truth_add(struct sim *s, enum rule_id rule, enum hmt_class class, __u64 addr)
{
	if (s->nr_truth < MAX_TRUTHS)
		s->truth[s->nr_truth++] = (struct truth){ rule, class, addr, false };
}

static void kin_add(struct sim *s, enum rule_id rule, enum hmt_class class, __u64 addr)
{
	truth_add(s, rule, class, addr);
	s->truth[s->nr_truth - 1].kin = true;
}

static struct sim_hmm *hmm_of_mirror(struct sim *s, int m)
{
	return s->mirror[m].hmm >= 0 ? &s->hmm[s->mirror[m].hmm] : NULL;
}

/* A mirror of the API, all of whose ranges are idle; *ret_r is one of them. */
static int mirror_with_ranges(struct sim *s, int *ret_r)
{
	int m = pick_mirror(s, PHASE_LIVE, 1), idle = 0;

	if (m < 0 || s->mirror[m].ranges < 1 || s->mirror[m].ranges > 2 ||
	    s->mm[s->mirror[m].mm].phase != MM_ALIVE ||
	    hmm_of_mirror(s, m)->poisoned || hmm_of_mirror(s, m)->locked)
		return -1;
	for (int i = 0; i < NR_RANGES; i++)
		if (s->range[i].mirror == m && s->range[i].hmm >= 0 &&
		    s->range[i].phase == PHASE_LIVE && !s->range[i].working) {
			idle++;
			*ret_r = i;
		}
	return idle == s->mirror[m].ranges ? m : -1;
}

static void push_range_end(struct sim *s, int r)
{
	s->range[r].phase = PHASE_ENDING;
	push(s, STEP_RUN, r);
	push(s, STEP_RUN_PUT, r);
	push(s, STEP_RUN_END, r);
}

static void push_mirror_end(struct sim *s, int m)
{
	s->mirror[m].phase = PHASE_ENDING;
	push(s, STEP_MUN, m);
	push(s, STEP_MUN_PUT, m);
	push(s, STEP_MUN_END, m);
}

static bool left_by_mirror(struct sim *s, bool released)
{
	int kept = -1, m = mirror_with_ranges(s, &kept);

	if (m < 0)
		return false;
	for (int i = 0; i < NR_RANGES; i++)
		if (i != kept && s->range[i].mirror == m && s->range[i].hmm >= 0 &&
		    s->range[i].phase == PHASE_LIVE)
			push_range_end(s, i);
	push_mirror_end(s, m);
	s->mirror[m].leaked = true;	/* its ranges still name it: no second life */
	if (released) {
		push_range_end(s, kept);
		truth_add(s, RULE_MIRROR_UNREGISTER_UNDER_RANGES, HMT_CLASS_MIRROR,
			  s->mirror[m].cookie);
		return true;
	}
	s->range[kept].leaked = true;
	s->mm[s->range[kept].mm].leaked = true;
	truth_add(s, RULE_RANGE_ORPHANED_BY_MIRROR, HMT_CLASS_RANGE, s->range[kept].cookie);
	kin_add(s, RULE_RANGE_ORPHANED_BY_MM, HMT_CLASS_RANGE, s->range[kept].cookie);
	return true;
}

static bool can_tear_down(const struct sim *s, int mm)
{
	return s->mm[mm].phase == MM_ALIVE && !s->mm[mm].starting && !s->mm[mm].leaked &&
	       !(s->mm[mm].hmm >= 0 && s->hmm[s->mm[mm].hmm].locked);
}

static bool range_left_by_mm(struct sim *s)
{
	int r = pick_range(s, PHASE_LIVE, 0);

	if (r < 0 || !can_tear_down(s, s->range[r].mm))
		return false;
	s->range[r].leaked = true;
	s->mm[s->range[r].mm].leaked = true;
	push(s, STEP_RELEASE, s->range[r].mm);
	truth_add(s, RULE_RANGE_ORPHANED_BY_MM, HMT_CLASS_RANGE, s->range[r].cookie);
	return true;
}

static bool mirror_left_by_mm(struct sim *s)
{
	int m = pick_mirror(s, PHASE_LIVE, -1);

	if (m < 0 || s->mirror[m].ranges || !can_tear_down(s, s->mirror[m].mm))
		return false;
	s->mirror[m].leaked = true;
	s->mm[s->mirror[m].mm].leaked = true;
	push(s, STEP_RELEASE, s->mirror[m].mm);
	truth_add(s, RULE_MIRROR_ORPHANED_BY_MM, HMT_CLASS_MIRROR, s->mirror[m].cookie);
	return true;
}

/* A struct hmm on which no call is under way. */
static int quiet_hmm(struct sim *s, long min_kref)
{
	int m = pick_mirror(s, PHASE_LIVE, 1);
	struct sim_hmm *h = m >= 0 ? hmm_of_mirror(s, m) : NULL;

	if (!h || h->poisoned || h->locked || h->transients || h->kref < min_kref ||
	    !tasks_idle(s))
		return -1;
	return s->mirror[m].hmm;
}

static bool extra_get(struct sim *s)
{
	int h = quiet_hmm(s, 1);

	if (h < 0)
		return false;
	s->hmm[h].kref++;
	emit_ref(s, HMT_REF_GET, h, 0, 0);
	s->mm[s->hmm[h].mm].leaked = true;
	truth_add(s, RULE_REFERENCE_UNACCOUNTED, HMT_CLASS_HMM, s->hmm[h].cookie);
	return true;
}

static bool extra_put(struct sim *s)
{
	int h = quiet_hmm(s, 2);

	if (h < 0)
		return false;
	s->hmm[h].poisoned = true;
	s->mm[s->hmm[h].mm].leaked = true;
	hmm_put(s, h, 0, 0);
	truth_add(s, RULE_REFERENCE_UNDERFLOW, HMT_CLASS_HMM, s->hmm[h].cookie);
	return true;
}

static bool mirror_twice(struct sim *s)
{
	int m = pick_mirror(s, PHASE_LIVE, dice(s, 2) ? 1 : 0);
	struct sim_hmm *h;

	if (m < 0 || s->mirror[m].ranges)
		return false;
	h = hmm_of_mirror(s, m);
	truth_add(s, RULE_MIRROR_DOUBLE_UNREGISTER, HMT_CLASS_MIRROR, s->mirror[m].cookie);
	s->mirror[m].phase = PHASE_ENDING;
	if (!h) {
		push(s, STEP_NUN, m);
		push(s, STEP_MUN_AGAIN, m);
		push(s, STEP_NUN_END, m);
		return true;
	}
	push(s, STEP_MUN, m);
	push(s, STEP_MUN_PUT, m);
	push(s, STEP_MUN_AGAIN, m);
	/* 5.2 returned at once; others put what is not theirs. */
	if (dice(s, 2) && !h->poisoned) {
		h->poisoned = true;
		s->mm[h->mm].leaked = true;
		push(s, STEP_PUT_AGAIN, m);
		kin_add(s, RULE_REFERENCE_UNDERFLOW, HMT_CLASS_HMM, h->cookie);
	}
	push(s, STEP_MUN_END, m);
	return true;
}

static bool range_twice(struct sim *s)
{
	int r = pick_range(s, PHASE_LIVE, -1);

	if (r < 0)
		return false;
	truth_add(s, RULE_RANGE_DOUBLE_UNREGISTER, HMT_CLASS_RANGE, s->range[r].cookie);
	s->range[r].phase = PHASE_ENDING;
	push(s, s->range[r].hmm >= 0 ? STEP_RUN : STEP_IUN, r);
	if (s->range[r].hmm >= 0)
		push(s, STEP_RUN_PUT, r);
	push(s, STEP_RUN_AGAIN, r);
	push(s, s->range[r].hmm >= 0 ? STEP_RUN_END : STEP_IUN_END, r);
	return true;
}

static bool mirror_after_failed(struct sim *s)
{
	int m = pick_mirror(s, PHASE_FREE, -1), mm = (int)dice(s, NR_MMS);

	if (m < 0 || s->mm[mm].phase != MM_ALIVE)
		return false;
	s->mirror[m].mm = mm;
	s->mirror[m].hmm = -1;
	s->mirror[m].phase = PHASE_ENDING;
	push(s, STEP_MREG_REFUSED, m);
	push(s, STEP_MUN_AGAIN, m);
	push(s, STEP_MDONE, m);
	truth_add(s, RULE_MIRROR_UNREGISTER_AFTER_FAILED_REGISTER, HMT_CLASS_MIRROR,
		  s->mirror[m].cookie);
	return true;
}

static bool range_after_failed(struct sim *s)
{
	int r = pick_range(s, PHASE_FREE, -1), mm = (int)dice(s, NR_MMS);

	if (r < 0 || s->mm[mm].phase != MM_ALIVE)
		return false;
	s->range[r].mm = mm;
	s->range[r].hmm = s->range[r].mirror = -1;
	s->range[r].phase = PHASE_ENDING;
	push(s, STEP_RREG_REFUSED, r);
	push(s, STEP_RUN_AGAIN, r);
	push(s, STEP_RDONE, r);
	truth_add(s, RULE_RANGE_UNREGISTER_AFTER_FAILED_REGISTER, HMT_CLASS_RANGE,
		  s->range[r].cookie);
	return true;
}

static bool range_without_mirror(struct sim *s)
{
	int m = pick_mirror(s, PHASE_LIVE, 1), r = pick_range(s, PHASE_FREE, -1), h;

	if (m < 0 || r < 0 || s->mirror[m].ranges || s->mm[s->mirror[m].mm].phase != MM_ALIVE)
		return false;
	h = s->mirror[m].hmm;
	if (s->hmm[h].kref != 1 || s->hmm[h].transients || s->hmm[h].poisoned ||
	    s->hmm[h].locked || !tasks_idle(s))
		return false;
	s->hmm[h].locked = true;
	s->hmm[h].kref++;
	emit_ref(s, HMT_REF_GET, h, 0, 0);
	push_mirror_end(s, m);
	s->mirror[m].leaked = true;
	s->range[r] = (struct sim_range){ .cookie = s->range[r].cookie, .phase = PHASE_BEGINNING,
					  .mm = s->mirror[m].mm, .hmm = h, .mirror = m,
					  .working = 1 };
	s->mirror[m].ranges++;
	push(s, STEP_RGET, r);
	push(s, STEP_RREG, r);
	push(s, STEP_RUN, r);
	push(s, STEP_RUN_PUT, r);
	push(s, STEP_RUN_END, r);
	push(s, STEP_UNLOCK, h);
	truth_add(s, RULE_RANGE_REGISTER_WITHOUT_MIRROR, HMT_CLASS_RANGE, s->range[r].cookie);
	return true;
}

static bool range_on_dead_mm(struct sim *s)
{
	int r = pick_range(s, PHASE_FREE, -1), m = pick_mirror(s, PHASE_LIVE, 1), mm;

	if (r < 0 || m < 0 || !tasks_idle(s))
		return false;
	mm = s->mirror[m].mm;
	if (!can_tear_down(s, mm) || hmm_of_mirror(s, m)->poisoned)
		return false;
	s->range[r] = (struct sim_range){ .cookie = s->range[r].cookie, .phase = PHASE_BEGINNING,
					  .mm = mm, .hmm = -1, .mirror = -1 };
	push(s, STEP_RELEASE, mm);
	if (dice(s, 2)) {
		s->mm[mm].starting++;	/* so that it is not destroyed before */
		s->range[r].working = 1;
		push(s, STEP_RREG_REFUSED, r);
		push(s, STEP_RDONE, r);
	} else {
		s->range[r].hmm = s->mirror[m].hmm;
		s->range[r].mirror = m;
		s->range[r].working = 1;
		s->mirror[m].ranges++;
		push(s, STEP_HMM_RELEASE, s->mirror[m].hmm);
		push(s, STEP_RGET, r);
		push(s, STEP_RREG, r);
		push(s, STEP_RUN, r);
		push(s, STEP_RUN_PUT, r);
		push(s, STEP_RUN_END, r);
	}
	truth_add(s, RULE_RANGE_REGISTER_ON_DEAD_MM, HMT_CLASS_RANGE, s->range[r].cookie);
	return true;
}

static bool misuse(struct sim *s, bool after)
{
	int r = pick_range(s, PHASE_LIVE, -1);
	bool api = r >= 0 && s->range[r].hmm >= 0;

	if (r < 0)
		return false;
	s->range[r].phase = PHASE_ENDING;
	push(s, api ? STEP_RUN : STEP_IUN, r);
	if (!after)
		push(s, STEP_READ_GONE, r);
	if (api)
		push(s, STEP_RUN_PUT, r);
	push(s, api ? STEP_RUN_END : STEP_IUN_END, r);
	/* The slot is free from there: the read is part of the same step. */
	if (after)
		s->task[s->cur].queue[s->task[s->cur].nr - 1].kind = STEP_READ_GONE;
	truth_add(s, after ? RULE_USE_OF_UNREGISTERED_RANGE : RULE_RANGE_USED_DURING_UNREGISTER,
		  HMT_CLASS_RANGE, s->range[r].cookie);
	return true;
}

static bool kept_reference(struct sim *s)
{
	int m = pick_mirror(s, PHASE_LIVE, 1), r = pick_range(s, PHASE_FREE, -1);

	if (m < 0 || r < 0 || s->mm[s->mirror[m].mm].phase != MM_ALIVE ||
	    hmm_of_mirror(s, m)->poisoned || hmm_of_mirror(s, m)->locked)
		return false;
	s->range[r] = (struct sim_range){ .cookie = s->range[r].cookie, .phase = PHASE_BEGINNING,
					  .mm = s->mirror[m].mm, .hmm = s->mirror[m].hmm,
					  .mirror = m };
	s->mirror[m].ranges++;
	s->mm[s->mirror[m].mm].leaked = true;
	push(s, STEP_RGET, r);
	push(s, STEP_RREG_FAIL, r);
	truth_add(s, RULE_FAILED_REGISTER_KEPT_REFERENCE, HMT_CLASS_HMM,
		  hmm_of_mirror(s, m)->cookie);
	kin_add(s, RULE_REFERENCE_UNACCOUNTED, HMT_CLASS_HMM, hmm_of_mirror(s, m)->cookie);
	return true;
}

static bool registered_twice(struct sim *s, enum hmt_class class)
{
	int i = class == HMT_CLASS_MIRROR ? pick_mirror(s, PHASE_LIVE, 0)
					  : pick_range(s, PHASE_LIVE, 0);

	if (i < 0)
		return false;
	if (class == HMT_CLASS_MIRROR && s->mm[s->mirror[i].mm].phase == MM_ALIVE) {
		emit_mirror_register(s, i, 0);
		truth_add(s, RULE_MIRROR_DOUBLE_REGISTER, class, s->mirror[i].cookie);
		return true;
	}
	if (class == HMT_CLASS_RANGE && s->mm[s->range[i].mm].phase == MM_ALIVE) {
		emit_range_register(s, i, 0);
		truth_add(s, RULE_RANGE_DOUBLE_REGISTER, class, s->range[i].cookie);
		return true;
	}
	return false;
}

#define NOWHERE 0xdead00

static bool never(struct sim *s, enum hmt_class class)
{
	union rec *r = emit(s, class == HMT_CLASS_MIRROR ? HMT_MIRROR_UNREGISTER
							  : HMT_RANGE_UNREGISTER_BEGIN, 0);

	if (class == HMT_CLASS_MIRROR)
		r->id.mirror = NOWHERE;
	else
		r->id.range = NOWHERE;
	r->run.stack = -1;
	truth_add(s, class == HMT_CLASS_MIRROR ? RULE_MIRROR_UNREGISTER_WITHOUT_REGISTER
					       : RULE_RANGE_UNREGISTER_WITHOUT_REGISTER,
		  class, NOWHERE);
	return true;
}

static bool wrong_mm(struct sim *s)
{
	int m = pick_mirror(s, PHASE_LIVE, 0), mm;

	if (m < 0)
		return false;
	mm = s->mirror[m].mm;
	s->mirror[m].phase = PHASE_ENDING;
	s->mirror[m].mm = (mm + 1) % NR_MMS;
	emit_mirror_unregister(s, m, HMT_MIRROR_UNREGISTER);
	s->mirror[m].mm = mm;
	push(s, STEP_NUN_END, m);
	truth_add(s, RULE_MIRROR_UNREGISTER_FROM_WRONG_MM, HMT_CLASS_MIRROR,
		  s->mirror[m].cookie);
	return true;
}

static bool notifier_underflow(struct sim *s)
{
	int m = pick_mirror(s, PHASE_LIVE, 2);

	if (m < 0 || s->mirror[m].users != 1)
		return false;
	s->mirror[m].phase = PHASE_ENDING;
	push(s, STEP_NPUT_BELOW, m);
	truth_add(s, RULE_REFERENCE_UNDERFLOW, HMT_CLASS_MIRROR, s->mirror[m].cookie);
	return true;
}

/* --- faults of time and of callbacks ---------------------------------------------------- */

static bool stale_sequence(struct sim *s)
{
	int r = pick_range(s, PHASE_LIVE, 0);

	if (r < 0)
		return false;
	s->range[r].working++;
	push(s, STEP_READ, r);
	push(s, STEP_FAULT_BEGIN, r);
	push(s, STEP_FAULT_BUSY, r);
	push(s, STEP_FAULT_BEGIN, r);
	push(s, STEP_FAULT_END, r);
	truth_add(s, RULE_RANGE_FAULT_WITH_STALE_SEQUENCE, HMT_CLASS_RANGE, s->range[r].cookie);
	return true;
}

/* All at once: what others do meanwhile does not matter to it. */
static bool livelock(struct sim *s)
{
	int r = pick_range(s, PHASE_LIVE, 0);

	if (r < 0 || s->nr_ev + 60 > MAX_EVENTS - 100 || !tasks_idle(s) || s->due_since)
		return false;
	for (int i = 0; i < 12; i++) {
		s->range[r].seq += 2;
		emit_fault(s, r, HMT_READ_BEGIN, 0);
		emit_fault(s, r, HMT_FAULT_BEGIN, 0);
		s->now += 1000 * MS;
		emit_fault(s, r, HMT_FAULT_END, -16);
	}
	truth_add(s, RULE_RANGE_LIVELOCK, HMT_CLASS_RANGE, s->range[r].cookie);
	return true;
}

/* Neither the callback nor the unregister will return: the task is gone from here. */
static bool range_in_callback(struct sim *s)
{
	int r = pick_range(s, PHASE_LIVE, 0);

	if (r < 0)
		return false;
	s->range[r].leaked = true;
	s->range[r].phase = PHASE_ENDING;
	s->task[s->cur].stuck = true;
	emit_callback(s, r, HMT_CALLBACK_BEGIN);
	emit_range(s, r, HMT_RANGE_UNREGISTER_BEGIN);
	s->mm[s->range[r].mm].leaked = true;
	truth_add(s, RULE_UNREGISTER_IN_CALLBACK, HMT_CLASS_RANGE, s->range[r].cookie);
	kin_add(s, RULE_CALLBACK_STUCK, HMT_CLASS_RANGE, s->range[r].cookie);
	kin_add(s, RULE_CALLBACK_STUCK, HMT_CLASS_HMM, s->mm[s->range[r].mm].cookie);
	kin_add(s, RULE_UNREGISTER_STUCK, HMT_CLASS_RANGE, s->range[r].cookie);
	return true;
}

static bool mirror_in_callback(struct sim *s)
{
	int m = pick_mirror(s, PHASE_LIVE, 0);

	if (m < 0)
		return false;
	s->mirror[m].leaked = true;
	s->mirror[m].phase = PHASE_ENDING;
	s->task[s->cur].stuck = true;
	emit_notifier_callback(s, m, HMT_RELEASE_BEGIN);
	emit_mirror_unregister(s, m, HMT_MIRROR_UNREGISTER);
	s->mm[s->mirror[m].mm].leaked = true;
	truth_add(s, RULE_UNREGISTER_IN_CALLBACK, HMT_CLASS_MIRROR, s->mirror[m].cookie);
	kin_add(s, RULE_CALLBACK_STUCK, HMT_CLASS_MIRROR, s->mirror[m].cookie);
	kin_add(s, RULE_CALLBACK_STUCK, HMT_CLASS_HMM, s->mm[s->mirror[m].mm].cookie);
	kin_add(s, RULE_UNREGISTER_STUCK, HMT_CLASS_MIRROR, s->mirror[m].cookie);
	return true;
}

static bool callback_stuck(struct sim *s)
{
	int r = pick_range(s, PHASE_LIVE, 0);

	if (r < 0 || s->mm[s->range[r].mm].phase != MM_ALIVE)
		return false;
	s->range[r].working++;		/* whoever removes it waits */
	s->range[r].leaked = true;
	s->mm[s->range[r].mm].leaked = true;
	s->task[s->cur].stuck = true;
	emit_callback(s, r, HMT_CALLBACK_BEGIN);
	truth_add(s, RULE_CALLBACK_STUCK, HMT_CLASS_RANGE, s->range[r].cookie);
	/* Where the range is not known, of its address space. */
	kin_add(s, RULE_CALLBACK_STUCK, HMT_CLASS_HMM, s->mm[s->range[r].mm].cookie);
	return true;
}

static bool unregister_stuck(struct sim *s)
{
	int r = pick_range(s, PHASE_LIVE, 0);

	if (r < 0)
		return false;
	s->range[r].leaked = true;
	s->range[r].phase = PHASE_ENDING;
	s->mm[s->range[r].mm].leaked = true;
	s->task[s->cur].stuck = true;
	emit_range(s, r, HMT_RANGE_UNREGISTER_BEGIN);
	truth_add(s, RULE_UNREGISTER_STUCK, HMT_CLASS_RANGE, s->range[r].cookie);
	return true;
}

static bool never_freed(struct sim *s, bool twice)
{
	int m = pick_mirror(s, PHASE_LIVE, 2);

	if (m < 0 || s->mirror[m].users != 1)
		return false;
	s->mirror[m].phase = PHASE_ENDING;
	emit_users(s, HMT_REF_PUT, m, 0);
	emit_mirror_unregister(s, m, HMT_MIRROR_UNREGISTER);
	emit_free(s, s->mirror[m].mm, 0, s->mirror[m].cookie, 0);
	emit_mirror_unregister(s, m, HMT_MIRROR_UNREGISTER_END);
	if (twice) {
		emit_free(s, s->mirror[m].mm, 0, s->mirror[m].cookie, 1);
		push(s, STEP_NFREE, m);
		truth_add(s, RULE_MIRROR_FREED_TWICE, HMT_CLASS_MIRROR, s->mirror[m].cookie);
		return true;
	}
	s->mirror[m].leaked = true;
	s->mm[s->mirror[m].mm].leaked = true;
	truth_add(s, RULE_MIRROR_NEVER_FREED, HMT_CLASS_MIRROR, s->mirror[m].cookie);
	return true;
}

/* An address space with something on it, so that it is known. */
static int used_mm(struct sim *s)
{
	int r = pick_range(s, PHASE_LIVE, 0);

	return r >= 0 && s->mm[s->range[r].mm].phase == MM_ALIVE ? s->range[r].mm : -1;
}

static bool never_ended(struct sim *s)
{
	int mm = used_mm(s);

	if (mm < 0)
		return false;
	s->mm[mm].leaked = true;	/* who is in there has it */
	s->task[s->cur].stuck = true;
	emit_invalidate(s, mm, HMT_INVALIDATE_BEGIN, 0);
	truth_add(s, RULE_INVALIDATION_NEVER_ENDED, HMT_CLASS_HMM, s->mm[mm].cookie);
	return true;
}

static bool never_begun(struct sim *s)
{
	int mm = used_mm(s);

	if (mm < 0)
		return false;
	emit_invalidate(s, mm, HMT_INVALIDATE_BEGIN, 0);
	emit_invalidate(s, mm, HMT_INVALIDATE_END, 0);
	emit_invalidate(s, mm, HMT_INVALIDATE_END, 0);
	truth_add(s, RULE_INVALIDATION_NEVER_BEGUN, HMT_CLASS_HMM, s->mm[mm].cookie);
	return true;
}

static bool mm_held(struct sim *s)
{
	int r = pick_range(s, PHASE_LIVE, 0);

	if (r < 0 || s->mm[s->range[r].mm].phase != MM_ALIVE)
		return false;
	s->range[r].leaked = true;
	s->mm[s->range[r].mm].leaked = true;
	emit_exit(s, s->range[r].mm, 1);
	truth_add(s, RULE_MM_HELD_AFTER_EXIT, HMT_CLASS_HMM, s->mm[s->range[r].mm].cookie);
	return true;
}

/* 5.2: nobody waits for the callback on another CPU. */
static bool freed_under_callback(struct sim *s)
{
	int h = quiet_hmm(s, 1), m = -1;

	for (int i = 0; h >= 0 && i < NR_MIRRORS; i++)
		if (s->mirror[i].hmm == h && s->mirror[i].phase == PHASE_LIVE)
			m = i;
	if (m < 0 || s->hmm[h].kref != 1 || s->mirror[m].ranges || s->mirror[m].working ||
	    s->mirror[m].leaked)
		return false;
	emit_notifier_callback(s, m, HMT_CALLBACK_BEGIN);
	truth_add(s, RULE_HMM_FREED_UNDER_CALLBACK, HMT_CLASS_HMM, s->hmm[h].cookie);
	/* By another task, one of those that are idle. */
	s->cur = (s->cur + 1) % NR_TASKS;
	s->task[s->cur].next = s->task[s->cur].nr = 0;
	emit_mirror_unregister(s, m, HMT_MIRROR_UNREGISTER);
	hmm_put(s, h, s->mirror[m].cookie, 0);
	emit_free(s, s->mirror[m].mm, s->hmm[h].cookie, 0, 1);
	emit_mirror_unregister(s, m, HMT_MIRROR_UNREGISTER_END);
	s->mirror[m].phase = PHASE_FREE;
	s->cur = (s->cur + NR_TASKS - 1) % NR_TASKS;
	emit_notifier_callback(s, m, HMT_CALLBACK_END);
	s->mirror[m].hmm = -1;
	return true;
}

bool plant(struct sim *s)
{
	switch (s->fault) {
	case FAULT_RANGE_LEFT_BY_MIRROR: return left_by_mirror(s, false);
	case FAULT_MIRROR_UNDER_RANGES: return left_by_mirror(s, true);
	case FAULT_RANGE_LEFT_BY_MM: return range_left_by_mm(s);
	case FAULT_MIRROR_LEFT_BY_MM: return mirror_left_by_mm(s);
	case FAULT_EXTRA_GET: return extra_get(s);
	case FAULT_EXTRA_PUT: return extra_put(s);
	case FAULT_MIRROR_TWICE: return mirror_twice(s);
	case FAULT_RANGE_TWICE: return range_twice(s);
	case FAULT_MIRROR_AFTER_FAILED: return mirror_after_failed(s);
	case FAULT_RANGE_AFTER_FAILED: return range_after_failed(s);
	case FAULT_RANGE_WITHOUT_MIRROR: return range_without_mirror(s);
	case FAULT_RANGE_ON_DEAD_MM: return range_on_dead_mm(s);
	case FAULT_USE_AFTER: return misuse(s, true);
	case FAULT_USE_DURING: return misuse(s, false);
	case FAULT_KEPT_REFERENCE: return kept_reference(s);
	case FAULT_MIRROR_REGISTERED_TWICE: return registered_twice(s, HMT_CLASS_MIRROR);
	case FAULT_RANGE_REGISTERED_TWICE: return registered_twice(s, HMT_CLASS_RANGE);
	case FAULT_MIRROR_NEVER: return never(s, HMT_CLASS_MIRROR);
	case FAULT_RANGE_NEVER: return never(s, HMT_CLASS_RANGE);
	case FAULT_WRONG_MM: return wrong_mm(s);
	case FAULT_NOTIFIER_UNDERFLOW: return notifier_underflow(s);
	case FAULT_STALE_SEQUENCE: return stale_sequence(s);
	case FAULT_LIVELOCK: return livelock(s);
	case FAULT_RANGE_IN_CALLBACK: return range_in_callback(s);
	case FAULT_MIRROR_IN_CALLBACK: return mirror_in_callback(s);
	case FAULT_CALLBACK_STUCK: return callback_stuck(s);
	case FAULT_UNREGISTER_STUCK: return unregister_stuck(s);
	case FAULT_NEVER_FREED: return never_freed(s, false);
	case FAULT_FREED_TWICE: return never_freed(s, true);
	case FAULT_NEVER_ENDED: return never_ended(s);
	case FAULT_NEVER_BEGUN: return never_begun(s);
	case FAULT_MM_HELD: return mm_held(s);
	case FAULT_FREED_UNDER_CALLBACK: return freed_under_callback(s);
	default: return false;
	}
}

void run_fault_step(struct sim *s, struct step st)
{
	struct sim_mirror *m = &s->mirror[st.a % NR_MIRRORS];
	struct sim_range *r = &s->range[st.a % NR_RANGES];

	switch (st.kind) {
	case STEP_MUN_AGAIN:
		emit_mirror_unregister(s, st.a, HMT_MIRROR_UNREGISTER);
		break;
	case STEP_PUT_AGAIN:
		hmm_put(s, m->hmm, m->cookie, 0);
		break;
	case STEP_MREG_REFUSED:
		emit_mirror_register(s, st.a, -4);
		break;
	case STEP_MDONE:
		m->phase = PHASE_FREE;
		break;
	case STEP_RUN_AGAIN:
		emit_range(s, st.a, HMT_RANGE_UNREGISTER_BEGIN);
		break;
	case STEP_RREG_REFUSED:
		emit_range_register(s, st.a, -22);
		break;
	case STEP_RDONE:
		s->mm[r->mm].starting -= r->working;
		r->working = 0;
		r->phase = PHASE_FREE;
		break;
	case STEP_READ_GONE:
		/* In the place of the end of an unregister, or before it. */
		if (s->task[s->cur].next == s->task[s->cur].nr) {
			emit_range(s, st.a, HMT_RANGE_UNREGISTER_END);
			emit_range(s, st.a, HMT_READ_BEGIN);
			if (r->hmm >= 0)
				s->mirror[r->mirror].ranges--;
			else
				s->mm[r->mm].pins--;
			r->phase = PHASE_FREE;
		} else {
			emit_range(s, st.a, HMT_READ_BEGIN);
		}
		break;
	case STEP_NPUT_BELOW:
		emit_users(s, HMT_REF_PUT, st.a, 0);
		emit_mirror_unregister(s, st.a, HMT_MIRROR_UNREGISTER);
		emit_free(s, m->mm, 0, m->cookie, 0);
		emit_mirror_unregister(s, st.a, HMT_MIRROR_UNREGISTER_END);
		emit_users(s, HMT_REF_PUT, st.a, ~0ULL);
		push(s, STEP_NFREE, st.a);
		break;
	case STEP_UNLOCK:
		hmm_put(s, st.a, 0, 0);
		s->hmm[st.a].locked = false;
		break;
	default:
		break;
	}
}
