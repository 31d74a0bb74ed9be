/* SPDX-License-Identifier: GPL-2.0 */
/*
 * workload.h - records of the kind `exercise --mixed` makes, without a machine:
 * threads on two CPUs that register and unregister intervals and ranges, take
 * and put references, fault and have windows invalidated, at times that are as
 * random as a clock's nanoseconds. The same seed gives the same records.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <hmmtrace/event.h>
#include <string.h>

#define WORKLOAD_THREADS 8
#define WORKLOAD_SLOTS 8

struct workload {
	__u64 random, ts;
	unsigned int thread, left;	/* who runs, and for how many operations */
	__u64 hmm_count, users;
	__u32 mm_users, mm_count;
	bool interval[WORKLOAD_THREADS][WORKLOAD_SLOTS], range[WORKLOAD_THREADS][WORKLOAD_SLOTS];
	unsigned int held[WORKLOAD_THREADS];
	void (*emit)(void *ctx, const struct hmt_hdr *rec);
	void *ctx;
};

static inline __u64 workload_random(struct workload *w, __u64 below)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return w->random % below;
}

static inline void workload_id(struct workload *w, struct hmt_id *id, unsigned int kind, size_t size)
{
	/* Mostly a few microseconds, sometimes an interrupt or another process. */
	w->ts += 1500 + workload_random(w, 1 << (9 + workload_random(w, 5)));
	memset(id, 0, size);
	id->h = (struct hmt_hdr){
		.kind = (__u16)kind, .size = (__u16)size, .cpu = w->thread & 1, .ts = w->ts,
		.mm = 0xff110000053e64c0, .tgid = 452, .tid = 453 + w->thread,
	};
}

#define WORKLOAD_NEW(w, type, kind) \
	struct hmt_##type r; workload_id(w, (struct hmt_id *)&r, kind, sizeof(r))

static inline void workload_object(const struct workload *w, struct hmt_id *id, bool api,
				   unsigned int slot)
{
	id->range = 0xff11000000b51838 + w->thread * 0x123400ULL + slot * 0x400 + api * 0x77000;
	id->ops = api ? 0xffffffffa000e410 : 0xffffffffa000e408;
	if (api) {
		id->hmm = 0xff11000000b2f000;
		id->mirror = 0xff11000007513438 + w->thread * 0x800ULL;
	}
}

static inline void workload_ref(struct workload *w, unsigned int kind, bool api, unsigned int slot)
{
	WORKLOAD_NEW(w, ref_get, kind);
	__u64 *count = api ? &w->hmm_count : &w->users;

	if (api) {
		workload_object(w, (struct hmt_id *)&r, true, slot);
	} else {
		r.mirror = 0xff1100000390d060;
		r.ops = 0xffffffffa000e360;
	}
	*count += kind == HMT_REF_GET ? 1 : -1ULL;
	w->mm_count += kind == HMT_REF_GET ? 1 : -1U;
	r.count = *count;
	r.call_site = kind == HMT_REF_GET ? 0xffffffffa0002ce0 : 0xffffffffa0000fd1;
	r.stack = -1;
	w->emit(w->ctx, &r.h);
}

static inline void workload_register(struct workload *w, bool api, unsigned int slot)
{
	if (api)
		workload_ref(w, HMT_REF_GET, true, slot);
	WORKLOAD_NEW(w, range_register, HMT_RANGE_REGISTER);
	workload_object(w, (struct hmt_id *)&r, api, slot);
	r.start = 0x7f03bff14000;
	r.end = 0x7f03bff24000;
	r.page_shift = 12;
	r.ops_fn = api ? 0xffffffffa00026a0 : 0xffffffffa0001aa0;
	r.owner = 452;
	r.stack = -1;
	r.mm_users = w->mm_users;
	r.mm_count = ++w->mm_count;
	w->emit(w->ctx, &r.h);
}

static inline void workload_unregister_end(struct workload *w, bool api, unsigned int slot)
{
	WORKLOAD_NEW(w, range_unregister_end, HMT_RANGE_UNREGISTER_END);
	workload_object(w, (struct hmt_id *)&r, api, slot);
	w->emit(w->ctx, &r.h);
}

static inline void workload_unregister(struct workload *w, bool api, unsigned int slot)
{
	WORKLOAD_NEW(w, range_unregister_begin, HMT_RANGE_UNREGISTER_BEGIN);
	workload_object(w, (struct hmt_id *)&r, api, slot);
	r.stack = -1;
	r.mm_users = w->mm_users;
	r.mm_count = w->mm_count--;
	w->emit(w->ctx, &r.h);
	if (api)
		workload_ref(w, HMT_REF_PUT, true, slot);
	workload_unregister_end(w, api, slot);
}

static inline void workload_fault(struct workload *w, unsigned int slot, __u64 seq)
{
	for (unsigned int kind = HMT_FAULT_BEGIN; kind <= HMT_FAULT_END; kind++) {
		WORKLOAD_NEW(w, fault_end, kind);
		r.h.size = kind == HMT_FAULT_BEGIN ? sizeof(struct hmt_fault_begin) : sizeof(r);
		workload_object(w, (struct hmt_id *)&r, false, slot);
		r.start = 0x7f03bff14000;
		r.end = 0x7f03bff24000;
		r.seq = seq;
		w->emit(w->ctx, &r.h);
	}
}

static inline void workload_invalidate(struct workload *w)
{
	const unsigned int me = w->thread;

	for (unsigned int t = 0; t < WORKLOAD_THREADS; t++)
		for (unsigned int slot = 0; slot < WORKLOAD_SLOTS; slot++) {
			for (unsigned int kind = HMT_CALLBACK_BEGIN;
			     w->interval[t][slot] && kind <= HMT_CALLBACK_END; kind++) {
				WORKLOAD_NEW(w, callback_begin, kind);
				w->thread = t;
				workload_object(w, (struct hmt_id *)&r, false, slot);
				w->thread = me;
				r.start = 0x7f03bff14000;
				r.end = 0x7f03bff18000;
				r.blockable = 1;
				w->emit(w->ctx, &r.h);
			}
		}
}

/* One operation of one thread: one to some dozen records. */
static inline void workload_op(struct workload *w)
{
	unsigned int slot = (unsigned int)workload_random(w, WORKLOAD_SLOTS);
	unsigned int what = (unsigned int)workload_random(w, 16);
	bool api = what >= 6, *on;

	if (!w->left) {
		w->thread = (unsigned int)workload_random(w, WORKLOAD_THREADS);
		w->left = 1 + (unsigned int)workload_random(w, 40);
		w->mm_users = 10 + (unsigned int)workload_random(w, 8);
	}
	w->left--;
	on = api ? &w->range[w->thread][slot] : &w->interval[w->thread][slot];
	if (what < 12) {
		(*on ? workload_unregister : workload_register)(w, api, slot);
		*on = !*on;
	} else if (what < 14) {
		bool put = w->held[w->thread] && workload_random(w, 2);

		workload_ref(w, put ? HMT_REF_PUT : HMT_REF_GET, false, 0);
		w->held[w->thread] += put ? -1U : 1;
	} else if (what < 15 && w->interval[w->thread][slot]) {
		workload_fault(w, slot, 581);
	} else if (!workload_random(w, 40)) {
		workload_invalidate(w);
	}
}

static inline void workload_init(struct workload *w, __u64 seed)
{
	memset(w, 0, sizeof(*w));
	w->random = 88172645463325252ULL + seed * 7919;
	w->ts = 100000000000ULL;
	w->hmm_count = 9;
	w->users = 1;
	w->mm_count = 20;
}

#endif /* WORKLOAD_H */
