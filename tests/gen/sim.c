// SPDX-License-Identifier: GPL-2.0
/* sim.c - correct drivers at work. */
#include <stddef.h>
#include <string.h>

#include "sim.h"

unsigned int dice(struct sim *s, unsigned int n)
{
	/* xorshift64* */
	s->seed ^= s->seed >> 12;
	s->seed ^= s->seed << 25;
	s->seed ^= s->seed >> 27;
	return (unsigned int)((s->seed * 0x2545f4914f6cdd1dULL) >> 33) % n;
}

void push(struct sim *s, enum step_kind kind, int a)
{
	struct task *t = &s->task[s->cur];

	if (t->nr < MAX_QUEUE)
		t->queue[t->nr++] = (struct step){ kind, a };
}

bool tasks_idle(const struct sim *s)
{
	for (int i = 0; i < NR_TASKS; i++)
		if (i != s->cur && s->task[i].next < s->task[i].nr)
			return false;
	return true;
}

/* layer: 0 notifiers, 1 the mirror API, 2 managed notifiers, -1 any */
int pick_mirror(struct sim *s, enum phase phase, int layer)
{
	int first = (int)dice(s, NR_MIRRORS);

	for (int k = 0; k < NR_MIRRORS; k++) {
		int i = (first + k) % NR_MIRRORS;
		struct sim_mirror *m = &s->mirror[i];
		int is = m->hmm >= 0 ? 1 : m->managed ? 2 : 0;

		if (m->phase == phase && !m->leaked && !m->working &&
		    (layer < 0 || phase == PHASE_FREE || is == layer))
			return i;
	}
	return -1;
}

int pick_range(struct sim *s, enum phase phase, int layer)
{
	int first = (int)dice(s, NR_RANGES);

	for (int k = 0; k < NR_RANGES; k++) {
		int i = (first + k) % NR_RANGES;
		struct sim_range *r = &s->range[i];

		if (r->phase == phase && !r->leaked && !r->working &&
		    (layer < 0 || phase == PHASE_FREE || (r->hmm >= 0) == layer))
			return i;
	}
	return -1;
}

/* --- struct hmm -------------------------------------------------------------------- */

void hmm_put(struct sim *s, int hmm, __u64 mirror, __u64 range)
{
	struct sim_hmm *h = &s->hmm[hmm];
	struct sim_mm *mm = &s->mm[h->mm];

	h->kref--;
	if (h->kref < 0)
		h->kref = -1;
	emit_ref(s, HMT_REF_PUT, hmm, mirror, range);
	if (h->kref || !h->live)
		return;
	h->live = false;
	emit_free(s, h->mm, h->cookie, 0, 0);
	emit_backing(s, hmm, false);
	emit_free(s, h->mm, 0, h->cookie, 1);
	if (!h->poisoned && mm->hmm == hmm)
		mm->hmm = -1;
	mm->pins--;
}

static int new_hmm(struct sim *s, int mm)
{
	int first = (int)dice(s, NR_HMMS);

	for (int k = 0; k < NR_HMMS; k++) {
		int i = (first + k) % NR_HMMS;

		if (s->hmm[i].live || s->hmm[i].poisoned)
			continue;
		s->hmm[i].mm = mm;
		s->hmm[i].kref = 1;
		s->hmm[i].live = true;
		s->hmm[i].locked = s->hmm[i].dead = false;
		s->hmm[i].transients = 0;
		return i;
	}
	return -1;
}

/* The hmm_get_or_create() of a mirror's register. */
static void step_hmm_get(struct sim *s, int m)
{
	struct sim_mirror *mi = &s->mirror[m];
	struct sim_mm *mm = &s->mm[mi->mm];
	union rec *r;

	if (mm->hmm >= 0) {
		mi->hmm = mm->hmm;
		s->hmm[mi->hmm].kref++;
		emit_ref(s, HMT_REF_GET, mi->hmm, mi->cookie, 0);
		return;
	}
	mi->hmm = new_hmm(s, mi->mm);
	if (mi->hmm < 0)
		return;		/* -ENOMEM: seen by the next step */
	emit_ref(s, HMT_REF_GET, mi->hmm, mi->cookie, 0);
	if (!dice(s, 20)) {
		/* Stillborn: its notifier could not be registered. */
		emit_backing(s, mi->hmm, true);
		r = &s->ev[s->nr_ev - 1];
		r->mreg.ret = -4;
		r->mreg.refs = 0;
		emit_free(s, mi->mm, s->hmm[mi->hmm].cookie, 0, 1);
		s->hmm[mi->hmm].live = false;
		mi->hmm = -1;
		return;
	}
	emit_backing(s, mi->hmm, true);
	mm->hmm = mi->hmm;
	mm->pins++;
}

/* --- what the steps do ---------------------------------------------------------------- */

static void mirror_over(struct sim *s, int m)
{
	s->mirror[m].phase = PHASE_FREE;
	s->mirror[m].hmm = -1;
}

static void mirror_step(struct sim *s, struct step st)
{
	struct sim_mirror *m = &s->mirror[st.a];
	bool gone = st.kind == STEP_MREG && m->hmm < 0;

	switch (st.kind) {
	case STEP_HMM_GET:
		step_hmm_get(s, st.a);
		break;
	case STEP_MREG:
		emit_mirror_register(s, st.a, gone ? -12 : 0);
		s->mm[m->mm].starting--;
		m->phase = gone ? PHASE_FREE : PHASE_LIVE;
		break;
	case STEP_MREG_FAIL:
		if (m->hmm >= 0)
			hmm_put(s, m->hmm, m->cookie, 0);
		emit_mirror_register(s, st.a, -12);
		s->mm[m->mm].starting--;
		mirror_over(s, st.a);
		break;
	case STEP_MUN:
		emit_mirror_unregister(s, st.a, HMT_MIRROR_UNREGISTER);
		break;
	case STEP_MUN_PUT:
		hmm_put(s, m->hmm, m->cookie, 0);
		break;
	default:
		emit_mirror_unregister(s, st.a, HMT_MIRROR_UNREGISTER_END);
		mirror_over(s, st.a);
	}
}

/* The address space ended since the call was chosen: it is refused before it took anything. */
static void refuse_range(struct sim *s, int r)
{
	struct task *t = &s->task[s->cur];

	emit_range_register(s, r, -14);
	s->mirror[s->range[r].mirror].ranges--;
	s->range[r].phase = PHASE_FREE;
	t->next = t->nr;	/* the rest of the queue is about it */
}

static void range_step(struct sim *s, struct step st)
{
	struct sim_range *r = &s->range[st.a];
	__u64 mirror = s->mirror[r->mirror].cookie;

	switch (st.kind) {
	case STEP_RGET:
		if (s->hmm[r->hmm].dead && s->fault != FAULT_RANGE_ON_DEAD_MM) {
			refuse_range(s, st.a);
			break;
		}
		s->hmm[r->hmm].kref++;
		emit_ref(s, HMT_REF_GET, r->hmm, mirror, r->cookie);
		break;
	case STEP_RPUT:
		hmm_put(s, r->hmm, mirror, r->cookie);
		break;
	case STEP_RREG:
		emit_range_register(s, st.a, 0);
		r->phase = PHASE_LIVE;
		break;
	case STEP_RREG_FAIL:
		emit_range_register(s, st.a, dice(s, 2) ? -22 : -4);
		s->mirror[r->mirror].ranges--;
		r->phase = PHASE_FREE;
		break;
	case STEP_RUN:
		emit_range(s, st.a, HMT_RANGE_UNREGISTER_BEGIN);
		break;
	case STEP_RUN_PUT:
		/* hmm_put() of old does not know what it is for. */
		hmm_put(s, r->hmm, dice(s, 4) ? mirror : 0, dice(s, 4) ? r->cookie : 0);
		break;
	default:
		emit_range(s, st.a, HMT_RANGE_UNREGISTER_END);
		s->mirror[r->mirror].ranges--;
		r->phase = PHASE_FREE;
		r->working = 0;
	}
}

static void last_put(struct sim *s, int m)
{
	struct sim_mirror *mi = &s->mirror[m];

	emit_mirror_unregister(s, m, HMT_MIRROR_UNREGISTER);
	emit_free(s, mi->mm, 0, mi->cookie, 0);
	emit_mirror_unregister(s, m, HMT_MIRROR_UNREGISTER_END);
	push(s, STEP_NFREE, m);
}

static void notifier_step(struct sim *s, struct step st)
{
	struct sim_mirror *m = &s->mirror[st.a];

	switch (st.kind) {
	case STEP_NREG:
		emit_mirror_register(s, st.a, 0);
		m->users = 1;
		m->phase = PHASE_LIVE;
		s->mm[m->mm].starting--;
		s->mm[m->mm].pins++;
		break;
	case STEP_NREG_FAIL:
		emit_mirror_register(s, st.a, dice(s, 2) ? -4 : -12);
		s->mm[m->mm].starting--;
		if (m->managed)
			emit_free(s, m->mm, 0, m->cookie, 1);
		m->phase = PHASE_FREE;
		break;
	case STEP_NGET:
		emit_users(s, HMT_REF_GET, st.a, (__u64)++m->users);
		m->working--;
		break;
	case STEP_NPUT:
		emit_users(s, HMT_REF_PUT, st.a, (__u64)--m->users);
		if (!m->users)
			last_put(s, st.a);
		else
			m->phase = PHASE_LIVE;
		break;
	case STEP_NFREE:
		emit_free(s, m->mm, 0, m->cookie, 1);
		s->mm[m->mm].pins--;
		m->phase = PHASE_FREE;
		break;
	case STEP_NUN:
		emit_mirror_unregister(s, st.a, HMT_MIRROR_UNREGISTER);
		break;
	default:
		emit_mirror_unregister(s, st.a, HMT_MIRROR_UNREGISTER_END);
		s->mm[m->mm].pins--;
		m->phase = PHASE_FREE;
	}
}

static void interval_step(struct sim *s, struct step st)
{
	struct sim_range *r = &s->range[st.a];

	switch (st.kind) {
	case STEP_IREG:
		emit_range_register(s, st.a, 0);
		r->phase = PHASE_LIVE;
		s->mm[r->mm].starting--;
		s->mm[r->mm].pins++;
		break;
	case STEP_IREG_FAIL:
		emit_range_register(s, st.a, dice(s, 2) ? -75 : -4);
		s->mm[r->mm].starting--;
		r->phase = PHASE_FREE;
		break;
	case STEP_IUN:
		emit_range(s, st.a, HMT_RANGE_UNREGISTER_BEGIN);
		break;
	case STEP_IUN_END:
		emit_range(s, st.a, HMT_RANGE_UNREGISTER_END);
		s->mm[r->mm].pins--;
		r->phase = PHASE_FREE;
		break;
	case STEP_READ:
		r->seq += 2;
		emit_fault(s, st.a, HMT_READ_BEGIN, 0);
		break;
	case STEP_FAULT_BEGIN:
		emit_fault(s, st.a, HMT_FAULT_BEGIN, 0);
		break;
	case STEP_FAULT_BUSY:
		emit_fault(s, st.a, HMT_FAULT_END, -16);
		break;
	default:
		emit_fault(s, st.a, HMT_FAULT_END, 0);
		r->working--;
	}
}

static void invalidate_step(struct sim *s, struct step st)
{
	switch (st.kind) {
	case STEP_CALLBACK:
		emit_callback(s, st.a, HMT_CALLBACK_BEGIN);
		break;
	case STEP_CALLBACK_END:
		emit_callback(s, st.a, HMT_CALLBACK_END);
		s->range[st.a].working--;
		break;
	case STEP_INVALIDATE:
		emit_invalidate(s, st.a, HMT_INVALIDATE_BEGIN, 0);
		break;
	case STEP_INVALIDATE_REFUSED:
		emit_invalidate(s, st.a, HMT_INVALIDATE_BEGIN, -11);
		break;
	default:
		emit_invalidate(s, st.a, HMT_INVALIDATE_END, 0);
	}
}

static void transient_step(struct sim *s, struct step st)
{
	struct transient *t = &s->transient[st.a];

	if (st.kind == STEP_TGET && !s->hmm[t->hmm].live) {
		s->hmm[t->hmm].transients--;
		t->hmm = -1;	/* gone since it was chosen: kref_get_unless_zero() failed */
		return;
	}
	if (st.kind == STEP_TGET) {
		s->hmm[t->hmm].kref++;
		emit_ref(s, HMT_REF_GET, t->hmm, 0, 0);
		t->ts = s->now;
		return;
	}
	hmm_put(s, t->hmm, 0, 0);
	s->hmm[t->hmm].transients--;
	t->hmm = -1;
}

static void step_release(struct sim *s, int m)
{
	union rec *r = emit(s, HMT_MM_RELEASE, m);

	(void)r;
	s->mm[m].phase = MM_TORN;
	s->mm[m].torn_ts = s->now;
	if (dice(s, 2))
		emit_exit(s, m, 0);
	if (s->mm[m].hmm >= 0)
		push(s, STEP_HMM_RELEASE, s->mm[m].hmm);
}

/* mm-release comes first, then each notifier is told. */
static void step_hmm_release(struct sim *s, int h)
{
	if (!s->hmm[h].live || s->mm[s->hmm[h].mm].phase != MM_TORN)
		return;
	emit_release(s, h, HMT_RELEASE_BEGIN);
	s->hmm[h].dead = true;
	emit_release(s, h, HMT_RELEASE_END);
}

static void run_step(struct sim *s, struct step st)
{
	if (st.kind >= STEP_MUN_AGAIN)
		run_fault_step(s, st);
	else if (st.kind == STEP_HMM_RELEASE)
		step_hmm_release(s, st.a);
	else if (st.kind == STEP_RELEASE)
		step_release(s, st.a);
	else if (st.kind >= STEP_CALLBACK)
		invalidate_step(s, st);
	else if (st.kind >= STEP_IREG)
		interval_step(s, st);
	else if (st.kind >= STEP_NREG)
		notifier_step(s, st);
	else if (st.kind >= STEP_TGET)
		transient_step(s, st);
	else if (st.kind >= STEP_RGET)
		range_step(s, st);
	else if (st.kind == STEP_HMM_PUT)
		hmm_put(s, st.a, 0, 0);
	else
		mirror_step(s, st);
}

/* --- what to do next ------------------------------------------------------------------ */

static int pick_mm(struct sim *s)
{
	int i = (int)dice(s, NR_MMS);

	return s->mm[i].phase == MM_ALIVE ? i : -1;
}

static void begin_mirror(struct sim *s)
{
	int m = pick_mirror(s, PHASE_FREE, -1), mm = pick_mm(s);
	struct sim_mirror *mi;
	bool fails = !dice(s, 7);

	if (m < 0 || mm < 0)
		return;
	mi = &s->mirror[m];
	mi->mm = mm;
	mi->hmm = -1;
	mi->ranges = 0;
	mi->managed = false;
	if (dice(s, 2)) {
		mi->managed = dice(s, 2);
		push(s, fails ? STEP_NREG_FAIL : STEP_NREG, m);
	} else if (s->mm[mm].hmm >= 0 && (s->hmm[s->mm[mm].hmm].poisoned ||
					  s->hmm[s->mm[mm].hmm].locked)) {
		return;
	} else if (s->mm[mm].hmm < 0 && s->mm[mm].starting) {
		return;		/* the kernel serializes the making of a struct hmm */
	} else {
		if (!fails || dice(s, 2))
			push(s, STEP_HMM_GET, m);
		push(s, fails ? STEP_MREG_FAIL : STEP_MREG, m);
	}
	mi->phase = PHASE_BEGINNING;
	s->mm[mm].starting++;
}

static void end_mirror(struct sim *s, int m)
{
	struct sim_mirror *mi = m < 0 ? NULL : &s->mirror[m];

	if (!mi || mi->ranges)
		return;
	mi->phase = PHASE_ENDING;
	if (mi->hmm >= 0) {
		push(s, STEP_MUN, m);
		push(s, STEP_MUN_PUT, m);
		push(s, STEP_MUN_END, m);
	} else if (mi->managed) {
		push(s, STEP_NPUT, m);
	} else {
		push(s, STEP_NUN, m);
		push(s, STEP_NUN_END, m);
	}
}

static void begin_range(struct sim *s)
{
	int r = pick_range(s, PHASE_FREE, -1), mm = pick_mm(s), m;
	struct sim_range *ra;

	if (r < 0)
		return;
	ra = &s->range[r];
	if (dice(s, 2)) {
		if (mm < 0)
			return;
		ra->mm = mm;
		ra->hmm = ra->mirror = -1;
		push(s, dice(s, 8) ? STEP_IREG : STEP_IREG_FAIL, r);
	} else {
		m = pick_mirror(s, PHASE_LIVE, 1);
		if (m < 0 || s->hmm[s->mirror[m].hmm].dead ||
		    s->hmm[s->mirror[m].hmm].poisoned || s->hmm[s->mirror[m].hmm].locked)
			return;
		ra->mm = mm = s->mirror[m].mm;
		ra->hmm = s->mirror[m].hmm;
		ra->mirror = m;
		s->mirror[m].ranges++;
		if (!dice(s, 8)) {
			if (dice(s, 2)) {
				push(s, STEP_RGET, r);
				push(s, STEP_RPUT, r);
			}
			push(s, STEP_RREG_FAIL, r);
		} else {
			push(s, STEP_RGET, r);
			push(s, STEP_RREG, r);
		}
	}
	ra->phase = PHASE_BEGINNING;
	if (ra->hmm < 0)
		s->mm[mm].starting++;
}

static void end_range(struct sim *s, int r)
{
	if (r < 0)
		return;
	s->range[r].phase = PHASE_ENDING;
	if (s->range[r].hmm >= 0) {
		push(s, STEP_RUN, r);
		push(s, STEP_RUN_PUT, r);
		push(s, STEP_RUN_END, r);
	} else {
		push(s, STEP_IUN, r);
		push(s, STEP_IUN_END, r);
	}
}

static void use_range(struct sim *s)
{
	int r = pick_range(s, PHASE_LIVE, -1);

	if (r < 0)
		return;
	s->range[r].working++;
	for (unsigned int tries = dice(s, 4) ? 0 : dice(s, 4); ; tries--) {
		if (s->range[r].hmm < 0)
			push(s, STEP_READ, r);
		push(s, STEP_FAULT_BEGIN, r);
		push(s, tries ? STEP_FAULT_BUSY : STEP_FAULT_END, r);
		if (!tries)
			return;
	}
}

/* Callbacks first, then it is known whether the invalidation has begun. */
static void invalidate(struct sim *s)
{
	int r = pick_range(s, PHASE_LIVE, 0), mm = pick_mm(s);

	if (r >= 0) {
		mm = s->range[r].mm;
		s->range[r].working++;
		push(s, STEP_CALLBACK, r);
		push(s, STEP_CALLBACK_END, r);
	}
	if (mm < 0)
		return;
	if (!dice(s, 4)) {
		push(s, STEP_INVALIDATE_REFUSED, mm);
		return;
	}
	push(s, STEP_INVALIDATE, mm);
	push(s, STEP_INVALIDATE_END, mm);
}

static void get_transient(struct sim *s)
{
	int m = pick_mirror(s, PHASE_LIVE, 1);

	if (m < 0 || s->hmm[s->mirror[m].hmm].poisoned || s->hmm[s->mirror[m].hmm].locked)
		return;
	for (int i = 0; i < NR_TRANSIENTS; i++)
		if (s->transient[i].hmm < 0) {
			s->transient[i].hmm = s->mirror[m].hmm;
			s->transient[i].ts = 0;
			s->hmm[s->mirror[m].hmm].transients++;
			push(s, STEP_TGET, i);
			return;
		}
}

static bool put_transient(struct sim *s)
{
	for (int i = 0; i < NR_TRANSIENTS; i++)
		if (s->transient[i].hmm >= 0 && s->transient[i].ts) {
			s->transient[i].ts = 0;	/* taken: no other task puts it */
			push(s, STEP_TPUT, i);
			return true;
		}
	return false;
}

static void tear_down(struct sim *s)
{
	int i = (int)dice(s, NR_MMS);

	if (s->mm[i].phase != MM_ALIVE || s->mm[i].starting || s->mm[i].leaked ||
	    (s->mm[i].hmm >= 0 && s->hmm[s->mm[i].hmm].locked))
		return;
	step_release(s, i);
}

/* One step towards the end of what is on address spaces that were torn down. */
static bool clean_up(struct sim *s)
{
	for (int i = 0; i < NR_RANGES; i++) {
		struct sim_range *r = &s->range[i];

		if (r->phase == PHASE_LIVE && !r->leaked && !r->working &&
		    s->mm[r->mm].phase == MM_TORN) {
			end_range(s, i);
			return true;
		}
	}
	for (int i = 0; i < NR_MIRRORS; i++) {
		struct sim_mirror *m = &s->mirror[i];

		if (m->phase == PHASE_LIVE && !m->leaked && !m->working && !m->ranges &&
		    s->mm[m->mm].phase == MM_TORN) {
			end_mirror(s, i);
			return true;
		}
	}
	return false;
}

static void destroy(struct sim *s)
{
	for (int i = 0; i < NR_MMS; i++)
		if (s->mm[i].phase == MM_TORN && !s->mm[i].pins && !s->mm[i].leaked &&
		    !s->mm[i].starting) {
			emit(s, HMT_MM_DESTROY, i);
			s->mm[i].phase = MM_ALIVE;
		}
}

static bool is_clean(const struct sim *s)
{
	for (int i = 0; i < NR_TASKS; i++)
		if (s->task[i].next < s->task[i].nr)
			return false;
	for (int i = 0; i < NR_TRANSIENTS; i++)
		if (s->transient[i].hmm >= 0)
			return false;
	for (int i = 0; i < NR_RANGES; i++)
		if (s->range[i].phase != PHASE_FREE && !s->range[i].leaked &&
		    s->mm[s->range[i].mm].phase == MM_TORN)
			return false;
	for (int i = 0; i < NR_MIRRORS; i++)
		if (s->mirror[i].phase != PHASE_FREE && !s->mirror[i].leaked &&
		    s->mm[s->mirror[i].mm].phase == MM_TORN)
			return false;
	return true;
}

static void choose(struct sim *s)
{
	unsigned int d = dice(s, 100);
	int m;

	if (s->draining || dice(s, 4) == 0) {
		if (put_transient(s) || clean_up(s) || s->draining)
			return;
	}
	if (d < 22) {
		begin_mirror(s);
	} else if (d < 36) {
		end_mirror(s, pick_mirror(s, PHASE_LIVE, -1));
	} else if (d < 58) {
		begin_range(s);
	} else if (d < 74) {
		end_range(s, pick_range(s, PHASE_LIVE, -1));
	} else if (d < 83) {
		use_range(s);
	} else if (d < 89) {
		get_transient(s);
	} else if (d < 94) {
		m = pick_mirror(s, PHASE_LIVE, 2);
		if (m >= 0) {
			s->mirror[m].working++;
			push(s, STEP_NGET, m);
		}
	} else if (d < 97) {
		tear_down(s);
	} else {
		invalidate(s);
	}
}

static void tick(struct sim *s, __u64 ns)
{
	s->now += ns;
	s->cur = 0;
	emit(s, HMT_TICK, -1);
}

static void turn(struct sim *s)
{
	struct task *t;

	s->cur = (int)dice(s, NR_TASKS);
	t = &s->task[s->cur];
	if (t->stuck)
		return;
	if (t->next == t->nr) {
		t->next = t->nr = 0;
		if (s->fault && !s->planted && s->nr_ev > 30 && !s->draining && !dice(s, 3))
			s->planted = plant(s);
		if (!t->nr && !t->stuck)
			choose(s);
	}
	if (t->next < t->nr)
		run_step(s, t->queue[t->next++]);
	destroy(s);
	if (is_clean(s)) {
		s->due_since = 0;
		s->draining = false;
		if (!dice(s, 8))
			tick(s, dice(s, 3000) * MS);
	} else if (!s->due_since) {
		s->due_since = s->now;
	} else if (s->now - s->due_since > 150 * MS) {
		s->draining = true;
	}
	if (!dice(s, 40))
		emit_sync_point(s);
}

static void init(struct sim *s, __u64 seed, enum fault fault)
{
	memset(s, 0, offsetof(struct sim, ev));
	s->nr_ev = s->nr_table = s->nr_sync = 0;
	s->seed = (seed + 1) * 0x9e3779b97f4a7c15ULL;
	s->fault = fault;
	s->now = 1000 * MS;
	for (int i = 0; i < NR_TASKS; i++) {
		s->task[i].tgid = 100 + (__u32)i / 2;
		s->task[i].tid = 100 + (__u32)i;
	}
	for (int i = 0; i < NR_MMS; i++)
		s->mm[i] = (struct sim_mm){ .cookie = 0xa000 + 64 * (__u64)i, .hmm = -1 };
	for (int i = 0; i < NR_HMMS; i++)
		s->hmm[i].cookie = 0xb000 + 64 * (__u64)i;
	for (int i = 0; i < NR_MIRRORS; i++)
		s->mirror[i] = (struct sim_mirror){ .cookie = 0xc000 + 64 * (__u64)i, .hmm = -1 };
	for (int i = 0; i < NR_RANGES; i++)
		s->range[i] = (struct sim_range){ .cookie = 0xd000 + 64 * (__u64)i, .hmm = -1,
						  .mirror = -1 };
	for (int i = 0; i < NR_TRANSIENTS; i++)
		s->transient[i].hmm = -1;
}

void sim_run(struct sim *s, __u64 seed, enum fault fault, int events)
{
	int limit = events < MAX_EVENTS - 150 ? events : MAX_EVENTS - 150;
	union rec *r;

	init(s, seed, fault);
	r = emit(s, HMT_START, -1);
	r->start.flags = HMT_START_BASELINE | HMT_START_RETURNS;
	/* A fault waits for its occasion. */
	for (int turns = 0; turns < 20000 && (s->nr_ev < limit ||
	     (s->fault && !s->planted && s->nr_ev < MAX_EVENTS - 150)); turns++)
		turn(s);
	s->draining = true;
	for (int turns = 0; turns < 20000 && !is_clean(s); turns++) {
		turn(s);
		s->draining = true;
	}
	tick(s, 2500 * MS);
	/* What takes longer than a grace time. */
	if (s->fault >= FAULT_STALE_SEQUENCE)
		tick(s, 12000 * MS);
	emit(s, HMT_END, -1);
}
