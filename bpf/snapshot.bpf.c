// SPDX-License-Identifier: GPL-2.0
/*
 * snapshot.bpf.c - walks what is registered on every address space right now,
 * without any tracing before.
 *
 * A program of the task iterator is run for each thread. It walks the notifiers
 * of the address space it finds there, HMT_SNAP_STEPS at a time: what is left
 * over is gone on with when the iterator comes by again. Nothing is locked, so
 * every object is looked at before it is believed, and a list or tree that
 * changes under the walk ends it with a flag; the loader walks several times
 * and says what it could not see the same twice (capture/snapshot.c).
 */
#include "handlers.bpf.h"

#include "capture/snap.h"

struct bpf_iter_meta;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};
#pragma clang attribute pop

#define PF_KTHREAD 0x00200000
#define RB_COLOR 3UL

/* What is left of a walk for the next time. */
struct snap_mm {
	__u64 node;
	__u32 round, phase, flags, steps;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TABLE_ENTRIES_DEFAULT);
	__type(key, __u64);
	__type(value, struct snap_mm);
} hmt_snap_mms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, HMT_SNAP_RING);
} hmt_snap_ring SEC(".maps");

/* Written by the loader: which walk this is. Counted here: address spaces not done with. */
__u32 hmt_snap_round = 0;
__u32 hmt_snap_more = 0;

/* The walk that is going on. The loader runs one iterator at a time. */
static struct {
	__u64 mm, subs, node;
	__u64 comm[2];
	__u32 phase, flags, tgid, owner;
} walk;

enum { PHASE_LIST, PHASE_DOWN, PHASE_VISIT, PHASE_UP, PHASE_DEFERRED, PHASE_DONE };

/* Nowhere else is as much read by so little: a call each makes it half as long. */
SELDOM __u64 hmt_snap_word(__u64 addr)
{
	__u64 v = 0;

	if (bpf_probe_read_kernel(&v, sizeof(v), (const void *)addr))
		walk.flags |= HMT_SNAP_CHANGED;
	return v;
}

static __always_inline __u64 word_at(__u64 addr)
{
	return hmt_snap_word(addr);
}

#define AT(type, addr, field) ((addr) + bpf_core_field_offset(struct type, field))

/* Return: NULL if there is no room: then this is where the walk goes on later. */
static __always_inline struct snap_obj *obj_reserve(__u32 class, __u64 addr, __u64 ops)
{
	struct snap_obj *o = bpf_ringbuf_reserve(&hmt_snap_ring, sizeof(*o), 0);

	if (!o)
		return NULL;
	__builtin_memset(o, 0, sizeof(*o));
	o->mm = walk.mm;
	o->addr = addr;
	o->ops = ops;
	o->ops_fn = first_callback(ops);
	o->class = class;
	o->tgid = walk.tgid;
	o->owner = walk.owner;
	o->round = hmt_snap_round;
	o->comm[0] = walk.comm[0];
	o->comm[1] = walk.comm[1];
	return o;
}

/* Return: 0, or 1: no room. */
static __always_inline int emit_notifier(__u64 n)
{
	struct snap_obj *o;
	__u32 users = 0;

	if (word_at(AT(mmu_notifier, n, mm)) != walk.mm) {
		walk.flags |= HMT_SNAP_CHANGED;
		return 0;
	}
	o = obj_reserve(HMT_CLASS_MIRROR, n, word_at(AT(mmu_notifier, n, ops)));
	if (!o)
		return 1;
	users_of(n, &users);
	o->users = users;
	bpf_ringbuf_submit(o, BPF_RB_NO_WAKEUP);
	return 0;
}

static __always_inline int emit_range(__u64 n, __u32 flags)
{
	struct snap_obj *o;

	if (word_at(AT(mmu_interval_notifier, n, mm)) != walk.mm) {
		walk.flags |= HMT_SNAP_CHANGED;
		return 0;
	}
	o = obj_reserve(HMT_CLASS_RANGE, n, word_at(AT(mmu_interval_notifier, n, ops)));
	if (!o)
		return 1;
	o->start = word_at(AT(mmu_interval_notifier, n, interval_tree.start));
	o->end = word_at(AT(mmu_interval_notifier, n, interval_tree.last)) + 1;
	o->flags = flags;
	bpf_ringbuf_submit(o, BPF_RB_NO_WAKEUP);
	return 0;
}

static __always_inline void to_deferred(void)
{
	walk.node = word_at(AT(mmu_notifier_subscriptions, walk.subs, deferred_list.first));
	walk.phase = PHASE_DEFERRED;
}

static __always_inline int step_list(void)
{
	if (!walk.node) {
		walk.node = word_at(AT(mmu_notifier_subscriptions, walk.subs, itree.rb_root.rb_node));
		walk.phase = PHASE_DOWN;
		if (!walk.node)
			to_deferred();
		return 0;
	}
	if (emit_notifier(walk.node - bpf_core_field_offset(struct mmu_notifier, hlist)))
		return 1;
	/* What left the list leads nowhere, or somewhere else. */
	walk.node = walk.flags & HMT_SNAP_CHANGED ? 0 : word_at(AT(hlist_node, walk.node, next));
	return 0;
}

static __always_inline __u64 range_of(__u64 rb)
{
	return rb - bpf_core_field_offset(struct mmu_interval_notifier, interval_tree.rb);
}

static __always_inline int step_visit(void)
{
	__u64 right;

	if (emit_range(range_of(walk.node), 0))
		return 1;
	right = word_at(AT(rb_node, walk.node, rb_right));
	walk.phase = right ? PHASE_DOWN : PHASE_UP;
	if (right)
		walk.node = right;
	return 0;
}

static __always_inline int step_up(void)
{
	__u64 up = word_at(AT(rb_node, walk.node, __rb_parent_color)) & ~RB_COLOR;

	if (!up) {
		to_deferred();
	} else if (word_at(AT(rb_node, up, rb_left)) == walk.node) {
		walk.node = up;
		walk.phase = PHASE_VISIT;
	} else if (word_at(AT(rb_node, up, rb_right)) == walk.node) {
		walk.node = up;
	} else {
		walk.flags |= HMT_SNAP_CHANGED;
		to_deferred();
	}
	return 0;
}

/* Inserts and removes that wait for an invalidation to end. What is in no tree is an insert. */
static __always_inline int step_deferred(void)
{
	__u64 n, rb;

	if (!walk.node) {
		walk.phase = PHASE_DONE;
		return 0;
	}
	n = walk.node - bpf_core_field_offset(struct mmu_interval_notifier, deferred_item);
	rb = AT(mmu_interval_notifier, n, interval_tree.rb);
	if (emit_range(n, word_at(AT(rb_node, rb, __rb_parent_color)) == rb ? 0 : HMT_SNAP_ENDING))
		return 1;
	walk.node = walk.flags & HMT_SNAP_CHANGED ? 0 : word_at(AT(hlist_node, walk.node, next));
	return 0;
}

/*
 * One step. Not inlined, and not static: so it is verified once, and not as
 * often as it is called. Return: 0, or 1: no more for now.
 */
__attribute__((noinline)) int hmt_snap_step(void)
{
	__u64 left;

	switch (walk.phase) {
	case PHASE_LIST:
		return step_list();
	case PHASE_DOWN:
		left = word_at(AT(rb_node, walk.node, rb_left));
		if (left)
			walk.node = left;
		else
			walk.phase = PHASE_VISIT;
		return 0;
	case PHASE_VISIT:
		return step_visit();
	case PHASE_UP:
		return step_up();
	case PHASE_DEFERRED:
		return step_deferred();
	default:
		return 1;
	}
}

/* A verifier follows every round of a loop: it follows these once, and not as often again. */
__attribute__((noinline)) int hmt_snap_steps(void)
{
#pragma clang loop unroll(disable)
	for (int i = 0; i < HMT_SNAP_STEPS_AT_ONCE; i++)
		if (hmt_snap_step())
			return 1;
	return 0;
}

__attribute__((noinline)) int hmt_snap_more_steps(void)
{
#pragma clang loop unroll(disable)
	for (int i = 0; i < HMT_SNAP_STEPS_AT_ONCE; i++)
		if (hmt_snap_steps())
			return 1;
	return 0;
}

static __always_inline void walk_begin(struct task_struct *task, __u64 mm, __u64 subs)
{
	const struct mm_struct *m = (const void *)mm;
	struct task_struct *owner = NULL, *leader;

	if (bpf_core_field_exists(m->owner))
		owner = BPF_CORE_READ(m, owner);
	if (!owner)
		owner = task;
	leader = BPF_CORE_READ(owner, group_leader);
	walk.mm = mm;
	walk.subs = subs;
	walk.tgid = BPF_CORE_READ(task, tgid);
	walk.owner = BPF_CORE_READ(owner, tgid);
	bpf_core_read(walk.comm, sizeof(walk.comm), &leader->comm);
}

/* The end of a walk of one address space: an object of no class, with what is to be said of it. */
static __always_inline void walk_end(struct task_struct *task, struct snap_mm *st)
{
	const struct mm_struct *m = (const void *)walk.mm;
	struct snap_obj *o;

	if (walk.phase != PHASE_DONE && st->steps >= HMT_SNAP_PASSES) {
		walk.flags |= HMT_SNAP_CHANGED;
		walk.phase = PHASE_DONE;
	}
	if ((__u64)BPF_CORE_READ(task, mm) != walk.mm ||
	    (__u64)BPF_CORE_READ(m, notifier_subscriptions) != walk.subs)
		walk.flags |= HMT_SNAP_GONE;
	if (walk.phase == PHASE_DONE) {
		o = obj_reserve(HMT_CLASS_NONE, 0, 0);
		if (o) {
			o->flags = walk.flags;
			bpf_ringbuf_submit(o, BPF_RB_NO_WAKEUP);
		} else {
			walk.phase = PHASE_DEFERRED;
			walk.node = 0;
		}
	}
	if (walk.phase != PHASE_DONE)
		__sync_fetch_and_add(&hmt_snap_more, 1);
	st->node = walk.node;
	st->phase = walk.phase;
	st->flags = walk.flags;
	st->steps++;
}

SEC("?iter/task")
int hmt_snapshot(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct snap_mm fresh = { .round = hmt_snap_round }, *st;
	__u64 mm, subs;

	if (!task || BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return 0;
	mm = (__u64)BPF_CORE_READ(task, mm);
	subs = mm ? (__u64)BPF_CORE_READ((const struct mm_struct *)mm, notifier_subscriptions) : 0;
	if (!subs)
		return 0;
	st = bpf_map_lookup_elem(&hmt_snap_mms, &mm);
	if (!st || st->round != hmt_snap_round) {
		fresh.node = word_at(AT(mmu_notifier_subscriptions, subs, list.first));
		bpf_map_update_elem(&hmt_snap_mms, &mm, &fresh, BPF_ANY);
		st = bpf_map_lookup_elem(&hmt_snap_mms, &mm);
	}
	/* Another thread of it has been here. */
	if (!st || st->phase == PHASE_DONE)
		return 0;
	walk_begin(task, mm, subs);
	walk.node = st->node;
	walk.phase = st->phase;
	walk.flags = st->flags;
#pragma clang loop unroll(disable)
	for (int i = 0; i < HMT_SNAP_STEPS / HMT_SNAP_STEPS_AT_ONCE / HMT_SNAP_STEPS_AT_ONCE; i++)
		if (hmt_snap_more_steps())
			break;
	walk_end(task, st);
	return 0;
}
