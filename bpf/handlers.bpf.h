/* SPDX-License-Identifier: GPL-2.0 */
/*
 * handlers.bpf.h - what is done about each event, whatever saw it: do_<event>()
 * takes the words of the event (docs/DESIGN, section 2) and emits the record, or
 * sums it up where there is no room for one.
 */
#ifndef BPF_HANDLERS_H
#define BPF_HANDLERS_H

#ifdef HMT_LEGACY
#include "fields.bpf.h"
#else
#include "core.bpf.h"
#endif
#include "space.bpf.h"
#include "untold.bpf.h"

#include "capture/tp.h"

/* The words of an event; what they are beyond the identity depends on the event. */
enum { W_MM, W_HMM, W_MIRROR, W_RANGE, W_OPS, W_X0, W_X1, W_X2, W_X3 };
#define EXTRAS_MAX 4

/* One by one, at offsets that are known: a context can be read in no other way. */
#define WORDS_LOAD(a, from) do { \
	_Pragma("unroll") \
	for (unsigned int i_ = 0; i_ < sizeof(a) / sizeof((a)[0]); i_++) \
		(a)[i_] = (from)[i_]; \
} while (0)

/* values of cfg_stacks, as enum capture_stacks */
enum { STACKS_BIRTHS, STACKS_NONE, STACKS_ALL };

/* Words of *ops that are searched for a function when ops has no name of its own. */
#define OPS_WORDS 12
/* Kernel text is in the top half of any 64-bit kernel, on the architectures that have HMM. */
#define KERNEL_MIN 0xffff000000000000ULL

static __always_inline __s32 get_stack(void *ctx, __u32 unless)
{
	long id;

	if (cfg_stacks == STACKS_NONE || cfg_stacks == unless)
		return STACK_NOT_ASKED;
	id = bpf_get_stackid(ctx, &hmt_stacks, 0);
	if (id < 0)
		count_loss(HMT_CAUSE_STACK_MISS);
	return id;
}
/* for a get_stack() that only cfg_stacks = none turns off */
#define ALWAYS STACKS_NONE

/*
 * By a pointer is quicker than by helpers, and takes the verifier, each time, longer
 * than the rest of a small program: worth it where ranges come and go (OFTEN), and
 * not for what happens once per mirror or process (ONCE).
 */
enum { ONCE, OFTEN };

static __always_inline void read_counters(const struct task_struct *task, __u64 mm, __u32 *users,
					  __u32 *count, const int often)
{
	if (mm && !(often && mm_counters_current(task, mm, users, count)) &&
	    mm_counters(mm, users, count))
		count_loss(HMT_CAUSE_READ_FAULT);
}

/* The same where the first word is none. A table near the end of its page has no more. */
SELDOM __u64 hmt_callback_behind(__u64 ops)
{
	__u64 w[OPS_WORDS], fn = 0;

	if (bpf_probe_read_kernel(w, sizeof(w), (const void *)ops))
		return 0;
#pragma unroll
	for (int i = OPS_WORDS - 1; i >= 0; i--)
		if (w[i] >= KERNEL_MIN)
			fn = w[i];
	return fn;
}

/* Return: the first callback in *ops, 0 if there is none to be found. */
static __always_inline __u64 first_callback(__u64 ops)
{
	__u64 first;

	if (!ops)
		return 0;
	if (bpf_probe_read_kernel(&first, sizeof(first), (const void *)ops)) {
		count_loss(HMT_CAUSE_READ_FAULT);
		return 0;
	}
	/* As a rule, and the others need not be read then. */
	return first >= KERNEL_MIN ? first : hmt_callback_behind(ops);
}

/*
 * The same. Most are those of the one before on this CPU; not for long, because modules
 * come and go. A program in between may leave half of its own: the check tells.
 */
static __always_inline __u64 last_callback(struct last *last, __u64 ops, __u64 now)
{
	__u64 fn, turn = OWNER_TURN(now);

	if (!last)
		return first_callback(ops);
	fn = last->ops_fn;
	if (last->ops == ops && last->ops_check == OPS_CHECK(ops, fn, turn))
		return fn;
	fn = first_callback(ops);
	last->ops = ops;
	last->ops_fn = fn;
	last->ops_check = OPS_CHECK(ops, fn, turn);
	return fn;
}

static __always_inline int is_same_name(const struct task_val *a, const struct task_val *b)
{
	return a->start_time == b->start_time && a->comm[0] == b->comm[0] &&
	       a->comm[1] == b->comm[1];
}

/*
 * The name of a process, once per name it has. Losing one loses no verdict.
 * Return: 0, or negative when it could not be told.
 */
static __always_inline int tell_task(void *ctx, struct task_struct *task)
{
	struct task_struct *leader = task_leader(task);
	struct task_val now = {}, *known;
	struct room room;
	struct hmt_task *e;
	__u32 tgid;

	tgid = task_name(leader, &now);
	known = bpf_map_lookup_elem(&hmt_tasks, &tgid);
	if (known && is_same_name(known, &now))
		return 0;
	e = emit_reserve_minor(&room, HMT_TASK, sizeof(*e), 0, HMT_CAUSE_TASK_FULL);
	if (!e)
		return -1;
	/* Of the process it names, who may not be the one running. */
	e->h.tgid = tgid;
	e->h.tid = tgid;
	e->comm0 = now.comm[0];
	e->comm1 = now.comm[1];
	e->parent = task_parent(leader);
	e->flags = task_flags(leader);
	if (emit_submit_minor(ctx, &room, e, HMT_CAUSE_TASK_FULL))
		return -1;
	bpf_map_update_elem(&hmt_tasks, &tgid, &now, BPF_ANY);
	return 0;
}

#ifdef HMT_LEGACY
#define emit_task tell_task
#else
SELDOM int hmt_emit_task(__u64 task)
{
	/* The rings have no use for a context. */
	return tell_task(NULL, (void *)task);
}

static __always_inline int emit_task(void *ctx, struct task_struct *task)
{
	return hmt_emit_task((__u64)task);
}
#endif

/* The process of the thread that runs, if it is not on record. */
static __always_inline int tell_current(void *ctx)
{
	struct task_val now = {};
	__u64 task = current_name(&now);
	struct last *last = last_here();

	if (!last || (last->task == task && is_same_name(&last->name, &now)))
		return 0;
	if (emit_task(ctx, (void *)bpf_get_current_task()))
		return 0;
	/* A program in between may leave half of its own here: that is found by nobody. */
	last->task = task;
	last->name = now;
	return 0;
}

#ifdef HMT_LEGACY
static __always_inline __u64 emit_task_of(void *ctx, struct task_struct *task, struct last *last,
					  const int often)
{
	tell_current(ctx);
	return current_id(task);
}
#else
SELDOM int hmt_tell_current(void)
{
	return tell_current(NULL);
}

/* task: current_task(), last: last_here(). Return: as bpf_get_current_pid_tgid(). */
static __always_inline __u64 emit_task_of(void *ctx, struct task_struct *task, struct last *last,
					  const int often)
{
	__u64 id;

	if (!often) {
		hmt_tell_current();
		return bpf_get_current_pid_tgid();
	}
	id = current_id(task);
	/* Most events are of the thread that the last one on this CPU was of. */
	if (!is_current(task, last))
		hmt_tell_current();
	return id;
}
#endif

static __always_inline __u64 emit_current_task(void *ctx, const int often)
{
	if (!often)
		return emit_task_of(ctx, NULL, NULL, ONCE);
	return emit_task_of(ctx, current_task(), last_here(), OFTEN);
}

/* What both register records say of a birth beside the words. */
struct birth {
	__u32 owner;
	__s32 stack;
	__u32 mm_users, mm_count;
	__u64 by;		/* who runs, as bpf_get_current_pid_tgid() */
	struct last *last;	/* last_here() */
};

/* Return: the process that an mm is of, whose name is told, too; 0: that of none any more. */
static __always_inline __u32 find_owner(void *ctx, __u64 mm)
{
	struct task_struct *owner;

	if (mm_is_current(mm))
		return bpf_get_current_pid_tgid() >> 32;
	owner = mm_owner(mm);
	if (!owner)
		return mm_last_owner(mm);
	emit_task(ctx, owner);
	return task_tgid(owner);
}

#ifdef HMT_LEGACY
#define owner_of find_owner
#else
SELDOM __u32 hmt_owner_of(__u64 mm)
{
	return find_owner(NULL, mm);
}

static __always_inline __u32 owner_of(void *ctx, __u64 mm)
{
	return hmt_owner_of(mm);
}
#endif

static __always_inline void birth_read(void *ctx, const __u64 *a, struct birth *b,
					const int often)
{
	struct task_struct *task = often ? current_task() : NULL;

	b->last = often ? last_here() : NULL;
	b->stack = get_stack(ctx, ALWAYS);
	if (often && mm_counters_current(task, a[W_MM], &b->mm_users, &b->mm_count)) {
		b->by = emit_task_of(ctx, task, b->last, OFTEN);
		b->owner = b->by >> 32;
		return;
	}
	b->owner = owner_of(ctx, a[W_MM]);
	if (a[W_MM] && mm_counters(a[W_MM], &b->mm_users, &b->mm_count))
		count_loss(HMT_CAUSE_READ_FAULT);
	b->by = emit_task_of(ctx, task, b->last, often);
}

static __always_inline void birth_untold(__u32 class, __u64 addr, const __u64 *a,
					 const struct birth *b, __u64 count, __u64 start, __u64 end)
{
	struct untold_val *v = untold_entry(class, addr);

	if (class != HMT_CLASS_HMM)
		hmt_mm_enter(a[W_MM], b->owner, OWNER_TURN(bpf_ktime_get_ns()));
	if (!v)
		return;
	untold_life(v, UNTOLD_BORN);
	untold_id(&v->val, a);
	v->val.ops_fn = first_callback(a[W_OPS]);
	v->val.count = count;
	v->val.start = start;
	v->val.end = end;
	v->val.owner = b->owner;
	v->val.stack = b->stack;
}

#define EMIT_ID(e, a) do { \
	(e)->hmm = (a)[W_HMM]; (e)->mirror = (a)[W_MIRROR]; \
	(e)->range = (a)[W_RANGE]; (e)->ops = (a)[W_OPS]; \
} while (0)

/* But for ops_fn: who calls nothing before all else is written need not clear it first. */
#define EMIT_BIRTH(e, b) do { \
	(e)->owner = (b)->owner; (e)->stack = (b)->stack; \
	(e)->mm_users = (b)->mm_users; (e)->mm_count = (b)->mm_count; \
} while (0)

/* Records that are the identity and the extras, word for word. Return: 0, or negative: no room. */
static __always_inline int emit_words(void *ctx, __u16 kind, const __u64 *a, const int extras)
{
	struct room room;
	struct hmt_id *e = emit_reserve(&room, kind, sizeof(*e) + extras * 8, a[W_MM]);

	if (!e)
		return -1;
	EMIT_ID(e, a);
	/* With a bound of its own it is unrolled, and there are no loops before 5.3. */
#pragma unroll
	for (int i = 0; i < EXTRAS_MAX; i++)
		if (i < extras)
			((__u64 *)(e + 1))[i] = a[W_X0 + i];
	return emit_submit(ctx, &room, e);
}

/*
 * put_<event>() makes a record. Return: 0, or negative: there was no room, and it is for
 * do_<event>() to have it summed up. Where e is looked at once, the verifier of old
 * kernels knows which is which.
 */
static __always_inline int put_mirror_register(void *ctx, const __u64 *a, const struct birth *b)
{
	struct room room;
	struct hmt_mirror_register *e =
		emit_reserve_by(&room, HMT_MIRROR_REGISTER, sizeof(*e), a[W_MM], b->by);

	if (!e)
		return -1;
	EMIT_ID(e, a);
	e->refs = a[W_X0];
	e->ret = a[W_X1];
	EMIT_BIRTH(e, b);
	e->ops_fn = first_callback(a[W_OPS]);
	if (!a[W_X1])
		hmt_mm_enter(a[W_MM], b->owner, OWNER_TURN(e->h.ts));
	return emit_submit(ctx, &room, e);
}

static __always_inline int do_mirror_register(void *ctx, const __u64 *a)
{
	struct birth b = {};

	birth_read(ctx, a, &b, ONCE);
	/* refs are the notifier's own users, or those of the hmm it shares: that has its own entry. */
	if (put_mirror_register(ctx, a, &b) && !a[W_X1])
		birth_untold(HMT_CLASS_MIRROR, a[W_MIRROR], a, &b, a[W_HMM] ? 0 : a[W_X0], 0, 0);
	return 0;
}

static __always_inline int put_mirror_unregister(void *ctx, const __u64 *a)
{
	struct room room;
	struct hmt_mirror_unregister *e;
	__u64 by;
	__u32 users = 0, count = 0;
	__s32 stack = get_stack(ctx, ALWAYS);

	read_counters(NULL, a[W_MM], &users, &count, ONCE);
	by = emit_current_task(ctx, ONCE);
	e = emit_reserve_by(&room, HMT_MIRROR_UNREGISTER, sizeof(*e), a[W_MM], by);
	if (!e)
		return -1;
	EMIT_ID(e, a);
	e->refs = a[W_X0];
	e->stack = stack;
	e->mm_users = users;
	e->mm_count = count;
	return emit_submit(ctx, &room, e);
}

static __always_inline int do_mirror_unregister(void *ctx, const __u64 *a)
{
	if (put_mirror_unregister(ctx, a))
		untold_end(HMT_CLASS_MIRROR, a[W_MIRROR]);
	return 0;
}

static __always_inline int put_range_register(void *ctx, const __u64 *a, const struct birth *b)
{
	struct room room;
	struct hmt_range_register *e =
		emit_reserve_by(&room, HMT_RANGE_REGISTER, sizeof(*e), a[W_MM], b->by);

	if (!e)
		return -1;
	EMIT_ID(e, a);
	e->start = a[W_X0];
	e->end = a[W_X1];
	e->page_shift = a[W_X2];
	e->ret = a[W_X3];
	EMIT_BIRTH(e, b);
	e->ops_fn = last_callback(b->last, a[W_OPS], e->h.ts);
	if (!a[W_X3])
		mm_enter(b->last, a[W_MM], b->owner, e->h.ts);
	return emit_submit(ctx, &room, e);
}

static __always_inline int do_range_register(void *ctx, const __u64 *a)
{
	struct birth b = {};

	birth_read(ctx, a, &b, OFTEN);
	if (put_range_register(ctx, a, &b) && !a[W_X3])
		birth_untold(HMT_CLASS_RANGE, a[W_RANGE], a, &b, 0, a[W_X0], a[W_X1]);
	return 0;
}

static __always_inline int put_range_unregister_begin(void *ctx, const __u64 *a)
{
	struct room room;
	struct hmt_range_unregister_begin *e;
	struct task_struct *task = current_task();
	__u64 by;
	__u32 users = 0, count = 0;
	__s32 stack = get_stack(ctx, ALWAYS);

	read_counters(task, a[W_MM], &users, &count, OFTEN);
	by = emit_task_of(ctx, task, last_here(), OFTEN);
	e = emit_reserve_by(&room, HMT_RANGE_UNREGISTER_BEGIN, sizeof(*e), a[W_MM], by);
	if (!e)
		return -1;
	EMIT_ID(e, a);
	e->stack = stack;
	e->mm_users = users;
	e->mm_count = count;
	return emit_submit(ctx, &room, e);
}

static __always_inline int do_range_unregister_begin(void *ctx, const __u64 *a)
{
	if (put_range_unregister_begin(ctx, a))
		untold_end(HMT_CLASS_RANGE, a[W_RANGE]);
	return 0;
}

/*
 * A struct hmm begins with the get of its kref_init, which is of a mirror; whatever else
 * is counted was there before.
 */
static __always_inline int is_hmm_birth(const __u64 *a, __s64 by)
{
	return a[W_HMM] && !a[W_RANGE] && by > 0 && a[W_X0] == 1;
}

static __always_inline __u32 hmm_owner(const __u64 *a)
{
	struct task_struct *owner;

	if (mm_is_current(a[W_MM]))
		return bpf_get_current_pid_tgid() >> 32;
	owner = mm_owner(a[W_MM]);
	return owner ? task_tgid(owner) : 0;
}

static __always_inline void ref_untold(const __u64 *a, __s64 by, __s32 stack)
{
	struct birth b = { .stack = stack };
	const int first = is_hmm_birth(a, by);

	/* Or others put theirs before the count was read: it has begun already. */
	if (first && !untold_has(HMT_CLASS_HMM, a[W_HMM])) {
		b.owner = hmm_owner(a);
		birth_untold(HMT_CLASS_HMM, a[W_HMM], a, &b, 1, 0, 0);
	} else if (a[W_HMM]) {
		untold_count(HMT_CLASS_HMM, a[W_HMM], a, by, a[W_X0], first);
	} else {
		untold_count(HMT_CLASS_MIRROR, a[W_MIRROR], a, by, a[W_X0], 0);
	}
}

static __always_inline int put_ref(void *ctx, __u16 kind, const __u64 *a, __s32 stack, __u64 by)
{
	struct room room;
	struct hmt_ref_get *e = emit_reserve_by(&room, kind, sizeof(*e), a[W_MM], by);

	if (!e)
		return -1;
	EMIT_ID(e, a);
	e->count = a[W_X0];
	e->call_site = a[W_X1];
	e->stack = stack;
	return emit_submit(ctx, &room, e);
}

static __always_inline int do_ref(void *ctx, __u16 kind, const __u64 *a, __s64 by, __s32 stack)
{
	/* Those of notifiers are few. */
	__u64 id = emit_current_task(ctx, HMT_NO_POINTERS ? ONCE : OFTEN);

	/* What has no mirror yet does not hold its address space: only whose it is matters. */
	if (is_hmm_birth(a, by))
		owner_enter(hmm_owner(a), a[W_MM]);
	if (put_ref(ctx, kind, a, stack, id))
		ref_untold(a, by, stack);
	return 0;
}

static __always_inline int do_ref_get(void *ctx, const __u64 *a)
{
	return do_ref(ctx, HMT_REF_GET, a, 1, get_stack(ctx, ALWAYS));
}

static __always_inline int do_ref_put(void *ctx, const __u64 *a)
{
	return do_ref(ctx, HMT_REF_PUT, a, -1, get_stack(ctx, STACKS_BIRTHS));
}

/* Either stage ends a struct hmm: one that could not be set up has the second only. */
static __always_inline int do_free(void *ctx, const __u64 *a)
{
	if (emit_words(ctx, HMT_FREE, a, 1) && a[W_HMM])
		untold_end(HMT_CLASS_HMM, a[W_HMM]);
	return 0;
}

static __always_inline int do_mm_release(void *ctx, const __u64 *a)
{
	struct room room;
	struct hmt_mm_release *e;
	__u64 by;
	__u32 users = 0, count = 0;

	read_counters(NULL, a[W_MM], &users, &count, ONCE);
	by = emit_current_task(ctx, ONCE);
	e = emit_reserve_by(&room, HMT_MM_RELEASE, sizeof(*e), a[W_MM], by);
	if (!e)
		return 0;
	EMIT_ID(e, a);
	e->mm_users = users;
	e->mm_count = count;
	emit_submit(ctx, &room, e);
	return 0;
}

static __always_inline int do_mm_destroy(void *ctx, const __u64 *a)
{
	mm_leave(a[W_MM]);
	emit_words(ctx, HMT_MM_DESTROY, a, 0);
	return 0;
}

#define DO_WORDS(KIND, event, extras) \
static __always_inline int do_##event(void *ctx, const __u64 *a) \
{ \
	emit_words(ctx, HMT_##KIND, a, extras); \
	return 0; \
}
DO_WORDS(MIRROR_UNREGISTER_END, mirror_unregister_end, 0)
DO_WORDS(RANGE_UNREGISTER_END, range_unregister_end, 0)
DO_WORDS(RELEASE_BEGIN, release_begin, 0)
DO_WORDS(RELEASE_END, release_end, 0)

/*
 * The frequent ones: a record each, or counted. The legacy object has no room
 * for the second way: before 5.8 they are told one by one.
 */
#ifdef HMT_LEGACY
#define DO_HOT(KIND, event, extras, group, count) DO_WORDS(KIND, event, extras)
#else
#include "hot.bpf.h"
#define DO_HOT(KIND, event, extras, group, count) \
static __always_inline int do_##event(void *ctx, const __u64 *a) \
{ \
	if (cfg_hot_count & HMT_START_COUNT_##group) \
		return count; \
	emit_words(ctx, HMT_##KIND, a, extras); \
	return 0; \
}
#endif
DO_HOT(FAULT_BEGIN, fault_begin, 3, FAULT, hot_begin(a, HMT_HOT_FAULT))
DO_HOT(FAULT_END, fault_end, 4, FAULT, hot_end(a, HMT_HOT_FAULT, (__s64)a[W_X3]))
DO_HOT(READ_BEGIN, read_begin, 1, FAULT, hot_once(a, HMT_HOT_READ))
DO_HOT(INVALIDATE_BEGIN, invalidate_begin, 4, INVALIDATE, hot_invalidate_begin(a))
DO_HOT(INVALIDATE_END, invalidate_end, 4, INVALIDATE, hot_invalidate_end(a))
DO_HOT(CALLBACK_BEGIN, callback_begin, 4, INVALIDATE, hot_begin(a, HMT_HOT_CALLBACK))
DO_HOT(CALLBACK_END, callback_end, 4, INVALIDATE, \
       hot_end(a, HMT_HOT_CALLBACK, (__s64)a[W_X3]))

#endif /* BPF_HANDLERS_H */
