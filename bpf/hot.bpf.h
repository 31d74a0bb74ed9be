/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hot.bpf.h - frequent events, counted where they happen: one bump of a counter
 * of this CPU instead of a record in the ring. The reader takes the sums along
 * at its leisure, so nothing of this is lost when the ring is full.
 *
 * What is told apart is bounded; the loader made one entry per sort for all
 * that comes when the table is full, so that the sums are right in any case.
 */
#ifndef BPF_HOT_H
#define BPF_HOT_H

#define HOT_EBUSY (-16)
#define HOT_EAGAIN (-11)

struct hmt_hot_def {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, HOT_ENTRIES_MAX);
	__type(key, struct hot_key);
	__type(value, struct hot_val);
};

/* One that is pushed out is still counted, only how long it took is not known. */
struct hmt_hot_open_def {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, HOT_OPEN_ENTRIES);
	__type(key, struct hot_open);
	__type(value, __u64);
};

extern struct hmt_hot_def hmt_hot SEC(".maps");
extern struct hmt_hot_open_def hmt_hot_open SEC(".maps");
/* HMT_START_COUNT_*: of what is on, that is counted. */
extern const volatile __u32 cfg_hot_count;
/* New entries begin as this: there is no room for one on the stack. */
extern const volatile __u64 hot_zero[sizeof(struct hot_val) / 8];

static __always_inline struct hot_val *hot_entry(const __u64 *a, __u32 what)
{
	struct hot_key key = { .mm = a[W_MM], .ops = a[W_OPS], .what = what };
	struct hot_val *v = bpf_map_lookup_elem(&hmt_hot, &key);

	if (v)
		return v;
	bpf_map_update_elem(&hmt_hot, &key, (const void *)hot_zero, BPF_NOEXIST);
	v = bpf_map_lookup_elem(&hmt_hot, &key);
	if (v) {
		v->ops_fn = first_callback(a[W_OPS]);
		return v;
	}
	key.mm = key.ops = 0;
	return bpf_map_lookup_elem(&hmt_hot, &key);
}

static __always_inline __u32 hot_bin(__u64 ns)
{
	__u32 bin = 0;

	ns >>= HMT_HOT_BIN_FIRST;
#pragma unroll
	for (int i = 1; i < HMT_HOT_BIN_NR; i++)
		bin += (ns >> i) != 0;
	return bin;
}

/* Atomic although per CPU: newer kernels run these preemptible. */
static __always_inline void hot_count(struct hot_val *v, __s64 ret)
{
	__sync_fetch_and_add(&v->count, 1);
	if (ret == HOT_EBUSY || ret == HOT_EAGAIN)
		__sync_fetch_and_add(&v->busy, 1);
	else if (ret < 0)
		__sync_fetch_and_add(&v->errors, 1);
}

static __always_inline void hot_time(struct hot_val *v, __u64 ns)
{
	__u32 bin = hot_bin(ns);

	__sync_fetch_and_add(&v->total_ns, ns);
	if (ns > v->max_ns)
		v->max_ns = ns;
	if (bin < HMT_HOT_BIN_NR)
		__sync_fetch_and_add(&v->bins[bin], 1);
}

/* By what the two ends of it have in common. */
static __always_inline void hot_open_key(struct hot_open *key, const __u64 *a, __u32 what)
{
	__builtin_memset(key, 0, sizeof(*key));
	key->pid_tgid = bpf_get_current_pid_tgid();
	key->addr = a[W_RANGE] ? a[W_RANGE] : a[W_MIRROR] ? a[W_MIRROR] : a[W_MM];
	key->start = a[W_X0];
	key->what = what;
}

static __always_inline int hot_begin(const __u64 *a, __u32 what)
{
	__u64 now = bpf_ktime_get_ns();
	struct hot_open key;

	hot_open_key(&key, a, what);
	bpf_map_update_elem(&hmt_hot_open, &key, &now, BPF_ANY);
	return 0;
}

/* Return: how long it took, 0 if its beginning was not seen. */
static __always_inline __u64 hot_took(const __u64 *a, __u32 what)
{
	struct hot_open key;
	__u64 *began, now, ns = 0;

	hot_open_key(&key, a, what);
	began = bpf_map_lookup_elem(&hmt_hot_open, &key);
	if (!began)
		return 0;
	now = bpf_ktime_get_ns();
	ns = now > *began ? now - *began : 1;
	bpf_map_delete_elem(&hmt_hot_open, &key);
	return ns;
}

/* Counted when it ends, with what it returned. */
static __always_inline int hot_end(const __u64 *a, __u32 what, __s64 ret)
{
	__u64 ns = hot_took(a, what);
	struct hot_val *v = hot_entry(a, what);

	if (!v)
		return 0;
	hot_count(v, ret);
	if (ns)
		hot_time(v, ns);
	return 0;
}

/* A read begins and is over. */
static __always_inline int hot_once(const __u64 *a, __u32 what)
{
	struct hot_val *v = hot_entry(a, what);

	if (v)
		hot_count(v, 0);
	return 0;
}

/* Whether an invalidation may go on is known when it begins; one that may not has no end. */
static __always_inline int hot_invalidate_begin(const __u64 *a)
{
	struct hot_val *v = hot_entry(a, HMT_HOT_INVALIDATE);

	if (v)
		hot_count(v, (__s64)a[W_X3]);
	return a[W_X3] ? 0 : hot_begin(a, HMT_HOT_INVALIDATE);
}

static __always_inline int hot_invalidate_end(const __u64 *a)
{
	__u64 ns = hot_took(a, HMT_HOT_INVALIDATE);
	struct hot_val *v = ns ? hot_entry(a, HMT_HOT_INVALIDATE) : NULL;

	if (v)
		hot_time(v, ns);
	return 0;
}

#endif /* BPF_HOT_H */
