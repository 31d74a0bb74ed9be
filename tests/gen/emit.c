// SPDX-License-Identifier: GPL-2.0
/* emit.c - the records, and what a resync would tell. */
#include <string.h>

#include "sim.h"

#define OPS_API 0xe0
#define OPS_BACKING 0xe1
#define OPS_MN 0xe8
#define OPS_MNI 0xe9

union rec *emit(struct sim *s, __u16 kind, int mm)
{
	static const __u16 size[HMT_KIND_MAX] = {
#define HMT_X(NAME, value, name, text) [value] = sizeof(struct hmt_##name),
		HMT_EVENTS(HMT_X)
#undef HMT_X
	};
	union rec *r = &s->ev[s->nr_ev < MAX_EVENTS ? s->nr_ev++ : MAX_EVENTS - 1];

	memset(r, 0, sizeof(*r));
	s->now += 1000 + dice(s, 2000) * 500;
	r->h.kind = kind;
	r->h.size = size[kind];
	r->h.cpu = dice(s, 4);
	/* Clocks of two CPUs are not quite one; each task's own order stays. */
	r->h.ts = s->now - dice(s, 3000);
	if (r->h.ts <= s->task[s->cur].last_ts)
		r->h.ts = s->task[s->cur].last_ts + 1;
	s->task[s->cur].last_ts = r->h.ts;
	r->h.mm = mm >= 0 ? s->mm[mm].cookie : 0;
	r->h.tgid = s->task[s->cur].tgid;
	r->h.tid = s->task[s->cur].tid;
	return r;
}

/* --- the table -------------------------------------------------------------------- */

static union rec *table_find(struct sim *s, enum hmt_class class, __u64 addr)
{
	for (int i = 0; i < s->nr_table; i++) {
		union rec *t = &s->table[i];
		__u64 at = class == HMT_CLASS_HMM ? t->so.hmm :
			   class == HMT_CLASS_MIRROR ? t->so.mirror : t->so.range;

		if (t->so.class == class && at == addr)
			return t;
	}
	return NULL;
}

static void table_add(struct sim *s, enum hmt_class class, __u64 addr, const union rec *r)
{
	union rec *t = table_find(s, class, addr);

	if (!t && s->nr_table < MAX_TABLE)
		t = &s->table[s->nr_table++];
	if (!t)
		return;
	memset(t, 0, sizeof(*t));
	t->h = r->h;
	t->h.kind = HMT_SYNC_OBJECT;
	t->h.size = sizeof(t->so);
	t->so.hmm = r->id.hmm;
	t->so.mirror = r->id.mirror;
	t->so.range = r->id.range;
	t->so.ops = r->id.ops;
	t->so.class = class;
	t->so.born = r->h.ts;
	t->so.stack = -1;
	t->so.count = 1;
	if (class == HMT_CLASS_HMM)
		t->so.mirror = t->so.range = 0;
	if (class == HMT_CLASS_RANGE) {
		t->so.start = r->rreg.start;
		t->so.end = r->rreg.end;
	}
}

static void table_del(struct sim *s, enum hmt_class class, __u64 addr)
{
	union rec *t = table_find(s, class, addr);

	if (t)
		*t = s->table[--s->nr_table];
}

static void table_count(struct sim *s, enum hmt_class class, __u64 addr, __u64 count)
{
	union rec *t = table_find(s, class, addr);

	if (t)
		t->so.count = count;
}

/* The last record of several at once: one more or less than there are. */
static void say_count(struct sim *s, struct hmt_sync_object *o)
{
	o->flags = HMT_SYNC_COUNT_SAID;
	o->count += dice(s, 3);
	o->count -= o->count > 0;
}

void emit_sync_point(struct sim *s)
{
	struct sim_sync *y;

	if (s->nr_sync == MAX_SYNCS || s->nr_ev == 0)
		return;
	y = &s->sync[s->nr_sync++];
	s->now += 5000;
	y->at = s->nr_ev;
	y->nr = s->nr_table;
	y->ts = s->now;
	memcpy(y->obj, s->table, sizeof(y->obj[0]) * (size_t)s->nr_table);
	for (int i = 0; i < y->nr; i++) {
		y->obj[i].h.ts = s->now;
		if (y->obj[i].so.class != HMT_CLASS_RANGE && !dice(s, 4))
			say_count(s, &y->obj[i].so);
	}
	s->now += 5000;
}

/* --- events ----------------------------------------------------------------------- */

static __u64 hmm_cookie(const struct sim *s, int hmm)
{
	return hmm >= 0 ? s->hmm[hmm].cookie : 0;
}

void emit_mirror_register(struct sim *s, int m, long ret)
{
	struct sim_mirror *mi = &s->mirror[m];
	union rec *r = emit(s, HMT_MIRROR_REGISTER, mi->mm);

	r->mreg.hmm = hmm_cookie(s, mi->hmm);
	r->mreg.mirror = mi->cookie;
	r->mreg.ops = mi->hmm >= 0 ? OPS_API : OPS_MN;
	r->mreg.refs = ret ? 0 : mi->hmm >= 0 ? (__u64)s->hmm[mi->hmm].kref : 1;
	r->mreg.ret = ret;
	r->mreg.owner = r->h.tgid;
	r->mreg.stack = 100 + m;
	r->mreg.mm_users = mi->mm >= 0 && s->mm[mi->mm].phase == MM_ALIVE;
	if (!ret)
		table_add(s, HMT_CLASS_MIRROR, mi->cookie, r);
}

void emit_mirror_unregister(struct sim *s, int m, __u16 kind)
{
	struct sim_mirror *mi = &s->mirror[m];
	union rec *r = emit(s, kind, mi->mm);

	r->id.hmm = hmm_cookie(s, mi->hmm);
	r->id.mirror = mi->cookie;
	r->id.ops = mi->hmm >= 0 ? OPS_API : OPS_MN;
	if (kind == HMT_MIRROR_UNREGISTER) {
		r->mun.stack = -1;
		table_del(s, HMT_CLASS_MIRROR, mi->cookie);
	}
}

void emit_range_register(struct sim *s, int i, long ret)
{
	struct sim_range *ra = &s->range[i];
	union rec *r = emit(s, HMT_RANGE_REGISTER, ra->mm);

	r->rreg.hmm = hmm_cookie(s, ra->hmm);
	r->rreg.mirror = ra->mirror >= 0 && ra->hmm >= 0 ? s->mirror[ra->mirror].cookie : 0;
	r->rreg.range = ra->cookie;
	r->rreg.ops = ra->hmm >= 0 ? OPS_API : OPS_MNI;
	r->rreg.start = 0x10000 + 0x1000 * (__u64)dice(s, 100);
	r->rreg.end = r->rreg.start + 0x1000;
	r->rreg.ret = ret;
	r->rreg.owner = r->h.tgid;
	r->rreg.stack = 200 + i;
	r->rreg.mm_users = ra->mm >= 0 && s->mm[ra->mm].phase == MM_ALIVE;
	if (!ret)
		table_add(s, HMT_CLASS_RANGE, ra->cookie, r);
}

void emit_range(struct sim *s, int i, __u16 kind)
{
	struct sim_range *ra = &s->range[i];
	union rec *r = emit(s, kind, ra->mm);

	r->id.hmm = hmm_cookie(s, ra->hmm);
	r->id.mirror = ra->mirror >= 0 && ra->hmm >= 0 ? s->mirror[ra->mirror].cookie : 0;
	r->id.range = ra->cookie;
	r->id.ops = ra->hmm >= 0 ? OPS_API : OPS_MNI;
	if (kind == HMT_RANGE_UNREGISTER_BEGIN) {
		r->run.stack = -1;
		table_del(s, HMT_CLASS_RANGE, ra->cookie);
	}
}

/* seq: what the range has read last. */
void emit_fault(struct sim *s, int i, __u16 kind, long ret)
{
	union rec *r;

	emit_range(s, i, kind);
	r = &s->ev[s->nr_ev - 1];
	if (kind == HMT_READ_BEGIN) {
		r->rb.seq = s->range[i].seq;
		return;
	}
	r->fb.start = 0x10000;
	r->fb.end = 0x11000;
	r->fb.seq = s->range[i].hmm >= 0 ? 0 : s->range[i].seq;
	if (kind == HMT_FAULT_END)
		r->fb.ret = ret;
}

void emit_callback(struct sim *s, int i, __u16 kind)
{
	emit_range(s, i, kind);
	s->ev[s->nr_ev - 1].inv.blockable = 1;
}

void emit_notifier_callback(struct sim *s, int m, __u16 kind)
{
	struct sim_mirror *mi = &s->mirror[m];
	union rec *r = emit(s, kind, mi->mm);

	r->id.hmm = hmm_cookie(s, mi->hmm);
	r->id.mirror = mi->cookie;
	r->id.ops = mi->hmm >= 0 ? OPS_API : OPS_MN;
}

void emit_invalidate(struct sim *s, int mm, __u16 kind, long ret)
{
	union rec *r = emit(s, kind, mm);

	r->inv.start = 0x10000;
	r->inv.end = 0x20000;
	r->inv.blockable = !ret;
	r->inv.ret = ret;
}

void emit_exit(struct sim *s, int mm, __u32 users)
{
	union rec *r = emit(s, HMT_TASK_EXIT, mm);

	r->exit.mm_users = users;
	r->exit.mm_count = 3;
	r->exit.rss_pages = 100;
	r->exit.flags = HMT_EXIT_LAST;
}

void emit_ref(struct sim *s, __u16 kind, int hmm, __u64 mirror, __u64 range)
{
	struct sim_hmm *h = &s->hmm[hmm];
	union rec *r = emit(s, kind, h->mm);

	r->ref.hmm = h->cookie;
	r->ref.mirror = mirror;
	r->ref.range = range;
	r->ref.count = (__u64)h->kref;
	r->ref.call_site = 0xf000 + kind;
	r->ref.stack = -1;
	if (kind == HMT_REF_GET && h->kref == 1 && !table_find(s, HMT_CLASS_HMM, h->cookie))
		table_add(s, HMT_CLASS_HMM, h->cookie, r);
	table_count(s, HMT_CLASS_HMM, h->cookie, h->kref > 0 ? (__u64)h->kref : 0);
}

void emit_users(struct sim *s, __u16 kind, int m, __u64 count)
{
	struct sim_mirror *mi = &s->mirror[m];
	union rec *r = emit(s, kind, mi->mm);

	r->ref.mirror = mi->cookie;
	r->ref.ops = OPS_MN;
	r->ref.count = count;
	r->ref.stack = -1;
	table_count(s, HMT_CLASS_MIRROR, mi->cookie, count);
}

void emit_free(struct sim *s, int mm, __u64 hmm, __u64 mirror, __u64 stage)
{
	union rec *r = emit(s, HMT_FREE, mm);

	r->fr.hmm = hmm;
	r->fr.mirror = mirror;
	r->fr.stage = stage;
	if (hmm)
		table_del(s, HMT_CLASS_HMM, hmm);
}

void emit_release(struct sim *s, int hmm, __u16 kind)
{
	union rec *r = emit(s, kind, s->hmm[hmm].mm);

	r->id.mirror = s->hmm[hmm].cookie;
	r->id.ops = OPS_BACKING;
}

/* The notifier in the struct hmm itself. */
void emit_backing(struct sim *s, int hmm, bool begin)
{
	struct sim_hmm *h = &s->hmm[hmm];
	union rec *r;

	if (begin) {
		r = emit(s, HMT_MIRROR_REGISTER, h->mm);
		r->mreg.mirror = h->cookie;
		r->mreg.ops = OPS_BACKING;
		r->mreg.refs = 1;
		r->mreg.stack = -1;
		r->mreg.mm_users = 1;
		return;
	}
	r = emit(s, HMT_REF_PUT, h->mm);
	r->ref.mirror = h->cookie;
	r->ref.stack = -1;
	r = emit(s, HMT_MIRROR_UNREGISTER, h->mm);
	r->mun.mirror = h->cookie;
	r->mun.stack = -1;
	emit_free(s, h->mm, 0, h->cookie, 0);
	r = emit(s, HMT_MIRROR_UNREGISTER_END, h->mm);
	r->id.mirror = h->cookie;
}
