// SPDX-License-Identifier: GPL-2.0
/*
 * source_notifier.bpf.c - the same events at the functions of a kernel that has
 * no hmm:* tracepoints.
 *
 * A function has up to two things done about it, in_<function>() at its entry
 * and out_<function>() at its return, and around each a program for fentry or
 * fexit and a twin for kprobes. Both get the arguments as an array of words.
 *
 * What a tracepoint sees under a lock is seen here before or after the call.
 * Where that matters, a comment says what is done about it.
 */
#include <asm/ptrace.h>
#include <bpf/bpf_tracing.h>

#define HMT_NO_POINTERS 1
#include "handlers.bpf.h"
#include "calls.bpf.h"

struct hmt_calls_def hmt_calls SEC(".maps");

/*
 * Notifiers that are registered, as far as it was seen; until their end is told, which
 * is for whoever takes them out. The value is of the loader (capture/shared.h).
 */
struct hmt_notifiers_def {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TABLE_ENTRIES_DEFAULT);
	__type(key, __u64);
	__type(value, __u64);
} hmt_notifiers SEC(".maps");

/* Windows that are being inserted: the call has been entered and not returned. */
struct insertion {
	__u64 mm, start, length, ops;
};

struct hmt_inserting_def {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TASK_ENTRIES);
	__type(key, __u64);
	__type(value, struct insertion);
} hmt_inserting SEC(".maps");

/* enum of linux/mm.h on every architecture that has HMM in a stock kernel */
const volatile __u32 cfg_page_shift = 12;

#define ERR_MAX 4095
/* 32-bit return values come in 64-bit registers whose other half means nothing. */
#define AS_INT(ret) ((__u64)(__s64)(int)(ret))

static __always_inline int is_err(__u64 ptr)
{
	return ptr >= (__u64)-ERR_MAX;
}

static __always_inline __u64 read_word(const void *at)
{
	__u64 v = 0;

	if (bpf_probe_read_kernel(&v, sizeof(v), at))
		count_loss(HMT_CAUSE_READ_FAULT);
	return v;
}

#define FIELD(type, addr, field) \
	read_word(__builtin_preserve_access_index(&((struct type *)(addr))->field))

static __always_inline void notifier_words(__u64 *w, __u64 notifier)
{
	w[W_MM] = FIELD(mmu_notifier, notifier, mm);
	w[W_HMM] = 0;
	w[W_MIRROR] = notifier;
	w[W_RANGE] = 0;
	w[W_OPS] = FIELD(mmu_notifier, notifier, ops);
}

static __always_inline void range_words(__u64 *w, __u64 range)
{
	w[W_MM] = FIELD(mmu_interval_notifier, range, mm);
	w[W_HMM] = 0;
	w[W_MIRROR] = 0;
	w[W_RANGE] = range;
	w[W_OPS] = FIELD(mmu_interval_notifier, range, ops);
}

/* Where there is no room, the counts have to do (out_mmu_notifier_put()). */
static __always_inline void notifier_enter(__u64 notifier)
{
	__u64 how = NOTIFIER_SEEN;

	bpf_map_update_elem(&hmt_notifiers, &notifier, &how, BPF_ANY);
}

/* Return: 1 for the one who took it out. */
static __always_inline int notifier_leave(__u64 notifier)
{
	/* int: before Linux 6.4 a call that the verifier inlined leaves the upper half zero. */
	int err = bpf_map_delete_elem(&hmt_notifiers, &notifier);

	return !err;
}

static __always_inline void mm_words(__u64 *w, __u64 mm)
{
	__builtin_memset(w, 0, TP_ID_WORDS * sizeof(*w));
	w[W_MM] = mm;
}

/* Who called the function that is being entered. Its own frame comes first. */
static __always_inline __u64 caller_of(void *ctx)
{
	__u64 ips[2] = {};

	return bpf_get_stack(ctx, ips, sizeof(ips), 0) == sizeof(ips) ? ips[1] : 0;
}

/* --- interval notifiers ------------------------------------------------------------ */

static __always_inline int emit_insert(void *ctx, __u64 range, const struct insertion *i, __u64 ret)
{
	__u64 w[TP_ID_WORDS + 4] = {
		[W_MM] = i->mm, [W_RANGE] = range, [W_OPS] = i->ops, [W_X0] = i->start,
		[W_X1] = i->start + i->length, [W_X2] = cfg_page_shift, [W_X3] = ret,
	};

	return do_range_register(ctx, w);
}

/*
 * Between linking the window and returning, an invalidation can find it and its
 * driver have it removed by another thread. Who deletes the entry here has to
 * tell of the insert: the return, or a remove that comes before it.
 */
static __always_inline int in_mmu_interval_notifier_insert(void *ctx, const __u64 *a, __u64 sp)
{
	struct insertion i = { .mm = a[1], .start = a[2], .length = a[3], .ops = a[4] };
	__u64 range = a[0];

	/* Without the entry nobody would tell. */
	if (bpf_map_update_elem(&hmt_inserting, &range, &i, BPF_ANY))
		count_loss(HMT_CAUSE_RECURSION);
	return 0;
}

static __always_inline int out_mmu_interval_notifier_insert(void *ctx, const __u64 *a, __u64 ret,
							    const struct call *c)
{
	struct insertion i = { .mm = a[1], .start = a[2], .length = a[3], .ops = a[4] };
	__u64 range = a[0];
	long told = bpf_map_delete_elem(&hmt_inserting, &range);

	ret = AS_INT(ret);
	/* A call that began before the trace did has no entry, and c says so. */
	if (told && c && !ret)
		return 0;
	return emit_insert(ctx, range, &i, ret);
}
#define in_mmu_interval_notifier_insert_locked in_mmu_interval_notifier_insert
#define out_mmu_interval_notifier_insert_locked out_mmu_interval_notifier_insert

static __always_inline int in_mmu_interval_notifier_remove(void *ctx, const __u64 *a, __u64 sp)
{
	__u64 w[TP_ID_WORDS], range = a[0];
	const struct insertion *i = bpf_map_lookup_elem(&hmt_inserting, &range);

	if (i) {
		struct insertion copy = *i;

		if (!bpf_map_delete_elem(&hmt_inserting, &range))
			emit_insert(ctx, range, &copy, 0);
	}
	range_words(w, range);
	return do_range_unregister_begin(ctx, w);
}

static __always_inline int out_mmu_interval_notifier_remove(void *ctx, const __u64 *a, __u64 ret,
							    const struct call *c)
{
	__u64 w[TP_ID_WORDS];

	range_words(w, a[0]);
	return do_range_unregister_end(ctx, w);
}

/* --- notifiers ------------------------------------------------------------------------ */

/* The whole of mmap_lock is held by the caller: nobody can have got or put it since. */
static __always_inline int out___mmu_notifier_register(void *ctx, const __u64 *a, __u64 ret,
						       const struct call *c)
{
	__u64 w[TP_ID_WORDS + 2], notifier = a[0];
	struct call_key key;
	struct calls *gets;
	struct call *get;

	/* An interval notifier that prepares its address space: nothing is registered. */
	if (!notifier)
		return 0;
	ret = AS_INT(ret);
	notifier_words(w, notifier);
	w[W_MM] = a[1];
	w[W_X0] = !ret;
	w[W_X1] = ret;
	if (!ret)
		notifier_enter(notifier);
	do_mirror_register(ctx, w);
	gets = calls_of(FN_GET, &key);
	get = gets ? call_find(gets, 0) : NULL;
	if (!get)
		return 0;
	get->a[2] = notifier;
	if (!ret)
		return 0;
	/* What the get allocated goes with its failure. */
	w[W_X0] = 1;
	return do_free(ctx, w);
}

/* a[2] becomes what is registered inside the call: made, then, not found. a[3]: its caller */
static __always_inline int in_mmu_notifier_get_locked(void *ctx, const __u64 *a, __u64 sp)
{
	struct call c = { .sp = sp, .a = { a[0], a[1], 0, caller_of(ctx) } };

	if (call_push(FN_GET, &c))
		count_loss(HMT_CAUSE_RECURSION);
	return 0;
}

static __always_inline int out_mmu_notifier_get_locked(void *ctx, const __u64 *a, __u64 ret,
						       const struct call *c)
{
	__u64 w[TP_ID_WORDS + 2], notifier = ret;
	__u32 users = 0;

	if (!notifier || is_err(notifier))
		return 0;
	users_of(notifier, &users);
	/* Without the entry the count has to do: who finds one finds it in use. */
	if (c ? c->a[2] == notifier : users <= 1)
		return 0;
	notifier_words(w, notifier);
	notifier_enter(notifier);
	w[W_X0] = users;
	w[W_X1] = c ? c->a[3] : 0;
	return do_ref_get(ctx, w);
}

static __always_inline int in_mmu_notifier_unregister(void *ctx, const __u64 *a, __u64 sp)
{
	__u64 w[TP_ID_WORDS + 1];

	notifier_words(w, a[0]);
	notifier_leave(a[0]);
	w[W_MM] = a[1];
	w[W_X0] = 0;
	return do_mirror_unregister(ctx, w);
}

static __always_inline int out_mmu_notifier_unregister(void *ctx, const __u64 *a, __u64 ret,
						       const struct call *c)
{
	__u64 w[TP_ID_WORDS];

	notifier_words(w, a[0]);
	w[W_MM] = a[1];
	return do_mirror_unregister_end(ctx, w);
}

/* The last put has been: the end, as far as it is known when the lock is dropped. */
static __always_inline int put_last(void *ctx, __u64 *w)
{
	w[W_X0] = 0;
	do_mirror_unregister(ctx, w);
	do_free(ctx, w);
	return do_mirror_unregister_end(ctx, w);
}

/* a[1]: its mm, a[2]: its ops, a[3]: its users, a[4]: it is in hmt_notifiers */
static __always_inline int in_mmu_notifier_put(void *ctx, const __u64 *a, __u64 sp)
{
	struct call c = { .sp = sp, .a = { a[0] } };
	__u64 w[TP_ID_WORDS + 2];
	__u32 users = 0;

	users_of(a[0], &users);
	notifier_words(w, a[0]);
	w[W_X0] = (__u64)users - 1;
	w[W_X1] = caller_of(ctx);
	c.a[1] = w[W_MM];
	c.a[2] = w[W_OPS];
	c.a[3] = users;
	c.a[4] = bpf_map_lookup_elem(&hmt_notifiers, a) != NULL;
	if (!c.a[4] && users > 1)
		notifier_enter(a[0]);
	if (call_push(FN_PUT, &c))
		count_loss(HMT_CAUSE_RECURSION);
	return do_ref_put(ctx, w);
}

/*
 * Was it the last? Two puts at once both find none left: who takes it out of
 * hmt_notifiers tells. One that there never was room for is told of by the put
 * that found a single user.
 */
static __always_inline int out_mmu_notifier_put(void *ctx, const __u64 *a, __u64 ret,
						const struct call *c)
{
	__u64 w[TP_ID_WORDS + 1];
	__u32 users = 1;

	if (!c)
		return 0;
	users_of(c->a[0], &users);
	if (users)
		return 0;
	if (!notifier_leave(c->a[0]) && (c->a[4] || c->a[3] != 1))
		return 0;
	mm_words(w, c->a[1]);
	w[W_MIRROR] = c->a[0];
	w[W_OPS] = c->a[2];
	return put_last(ctx, w);
}

static __always_inline int in_mmu_notifier_free_rcu(void *ctx, const __u64 *a, __u64 sp)
{
	__u64 w[TP_ID_WORDS + 1];
	__u64 notifier = a[0] - bpf_core_field_offset(struct mmu_notifier, rcu);

	notifier_words(w, notifier);
	/* The memory goes before the put has returned: then its end is told here. */
	if (notifier_leave(notifier))
		put_last(ctx, w);
	w[W_X0] = 1;
	return do_free(ctx, w);
}

/* --- address spaces ------------------------------------------------------------------- */

static __always_inline int in___mmu_notifier_release(void *ctx, const __u64 *a, __u64 sp)
{
	__u64 w[TP_ID_WORDS];

	mm_words(w, a[0]);
	return do_mm_release(ctx, w);
}

static __always_inline int in___mmu_notifier_subscriptions_destroy(void *ctx, const __u64 *a,
								   __u64 sp)
{
	__u64 w[TP_ID_WORDS];

	mm_words(w, a[0]);
	return do_mm_destroy(ctx, w);
}

/* --- faults, frequent ----------------------------------------------------------------- */

static __always_inline void fault_words(__u64 *w, __u64 hmm_range)
{
	range_words(w, FIELD(hmm_range, hmm_range, notifier));
	w[W_X0] = FIELD(hmm_range, hmm_range, start);
	w[W_X1] = FIELD(hmm_range, hmm_range, end);
	w[W_X2] = FIELD(hmm_range, hmm_range, notifier_seq);
}

static __always_inline int in_hmm_range_fault(void *ctx, const __u64 *a, __u64 sp)
{
	__u64 w[TP_ID_WORDS + 3];

	fault_words(w, a[0]);
	return do_fault_begin(ctx, w);
}

static __always_inline int out_hmm_range_fault(void *ctx, const __u64 *a, __u64 ret,
					       const struct call *c)
{
	__u64 w[TP_ID_WORDS + 4];

	fault_words(w, a[0]);
	w[W_X3] = AS_INT(ret);
	return do_fault_end(ctx, w);
}

static __always_inline int out_mmu_interval_read_begin(void *ctx, const __u64 *a, __u64 ret,
						       const struct call *c)
{
	__u64 w[TP_ID_WORDS + 1];

	range_words(w, a[0]);
	w[W_X0] = ret;
	return do_read_begin(ctx, w);
}

/* --- the programs --------------------------------------------------------------------- */

/* Their return needs what the entry found; get and put see to it themselves. */
#define KEEPS_ITSELF(fn) ((fn) == FN_GET || (fn) == FN_PUT)
#define IS_KEPT(fn) ((fn) == FN_INSERT || (fn) == FN_INSERT_LOCKED || KEEPS_ITSELF(fn))

static __always_inline void keep(__u32 fn, const __u64 *a, const int nr, __u64 sp)
{
	struct call c = { .sp = sp };

#pragma unroll
	for (int i = 0; i < nr; i++)
		c.a[i] = a[i];
	if (call_push(fn, &c) && CALL_MATTERS(fn))
		count_loss(HMT_CAUSE_RECURSION);
}

static __always_inline int words_read(__u64 *a, const __u32 size, const void *ctx)
{
	if (!bpf_probe_read_kernel(a, size, ctx))
		return 0;
	count_loss(HMT_CAUSE_READ_FAULT);
	return -1;
}

static __always_inline void kprobe_args(__u64 *a, const int nr, struct pt_regs *ctx)
{
	a[0] = PT_REGS_PARM1(ctx);
	if (nr > 1)
		a[1] = PT_REGS_PARM2(ctx);
	if (nr > 2)
		a[2] = PT_REGS_PARM3(ctx);
	if (nr > 3)
		a[3] = PT_REGS_PARM4(ctx);
	if (nr > 4)
		a[4] = PT_REGS_PARM5(ctx);
}

#define IS_ON() (*(volatile __u32 *)&hmt_on)

/* A trampoline hands its entry and its return the same context: that is where the stack is. */
#define FENTRY(ID, fn, nr) \
SEC("?fentry/" #fn) \
int hmt_in_##fn(__u64 *ctx) \
{ \
	__u64 a[nr]; \
	if (!IS_ON() || words_read(a, sizeof(a), ctx)) \
		return 0; \
	if (IS_KEPT(FN_##ID) && !KEEPS_ITSELF(FN_##ID)) \
		keep(FN_##ID, a, nr, (__u64)ctx); \
	return in_##fn(ctx, a, (__u64)ctx); \
}

#define FEXIT(ID, fn, nr) \
SEC("?fexit/" #fn) \
int hmt_out_##fn(__u64 *ctx) \
{ \
	__u64 a[nr + 1]; \
	struct call c, *kept = NULL; \
	if (!IS_ON() || words_read(a, sizeof(a), ctx)) \
		return 0; \
	if (IS_KEPT(FN_##ID) && !call_pop(FN_##ID, (__u64)ctx, &c)) \
		kept = &c; \
	return out_##fn(ctx, a, a[nr], kept); \
}

#define KPROBE(ID, fn, nr, IN, out) \
SEC("?kprobe/" #fn) \
int hmt_in_##fn##_kp(struct pt_regs *ctx) \
{ \
	__u64 a[nr]; \
	if (!IS_ON()) \
		return 0; \
	kprobe_args(a, nr, ctx); \
	if (out && !KEEPS_ITSELF(FN_##ID)) \
		keep(FN_##ID, a, nr, PT_REGS_SP(ctx)); \
	return IN(fn)(ctx, a, PT_REGS_SP(ctx)); \
}

/* What began before the trace did has no entry. It is not lost: the first snapshot finds it. */
#define KRETPROBE(ID, fn) \
SEC("?kretprobe/" #fn) \
int hmt_out_##fn##_kp(struct pt_regs *ctx) \
{ \
	struct call c; \
	if (!IS_ON() || call_pop(FN_##ID, PT_REGS_SP(ctx), &c)) \
		return 0; \
	return out_##fn(ctx, c.a, PT_REGS_RC(ctx), &c); \
}

static __always_inline int in_nothing(void *ctx, const __u64 *a, __u64 sp)
{
	return 0;
}

#define IN_ON(fn) in_##fn
#define IN_OFF(fn) in_nothing
#define FENTRY_ON(ID, fn, nr) FENTRY(ID, fn, nr)
#define FENTRY_OFF(ID, fn, nr)
#define KPROBE_OWN(ID, fn, nr, IN, out) KPROBE(ID, fn, nr, IN, out)
#define KPROBE_SHARED(ID, fn, nr, IN, out)
#define KRETPROBE_OWN(ID, fn) KRETPROBE(ID, fn)
#define KRETPROBE_SHARED(ID, fn)
#define OUT_ON(ID, fn, nr, kp) FEXIT(ID, fn, nr) KRETPROBE_##kp(ID, fn)
#define OUT_OFF(ID, fn, nr, kp)
#define IS_OUT_ON 1
#define IS_OUT_OFF 0

#define PROGRAMS(ID, fn, nr, in, out, group, kp) \
	FENTRY_##in(ID, fn, nr) \
	KPROBE_##kp(ID, fn, nr, IN_##in, IS_OUT_##out) \
	OUT_##out(ID, fn, nr, kp)

HMT_FUNCTIONS(PROGRAMS)
