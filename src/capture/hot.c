// SPDX-License-Identifier: GPL-2.0
#include "capture/hot.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

/* What was told of one entry, all CPUs together. */
struct told {
	struct told *next;	/* another key with the same hash */
	struct hot_key key;
	struct hot_val sum;
};

void hot__init(struct hot *h, __u64 since)
{
	map64__init(&h->seen);
	h->since = since;
}

void hot__free(struct hot *h)
{
	struct map64_iter it;

	map64__for_each(&h->seen, &it) {
		struct told *t, *next;

		for (t = it.val; t; t = next) {
			next = t->next;
			hmt_free(t);
		}
	}
	map64__free(&h->seen);
}

__u32 hot_entries(unsigned int nr_cpus)
{
	size_t nr = HOT_BYTES_MAX / (sizeof(struct hot_val) * (nr_cpus ? nr_cpus : 1));

	return nr < HOT_ENTRIES_MIN ? HOT_ENTRIES_MIN :
	       nr > HOT_ENTRIES_MAX ? HOT_ENTRIES_MAX : (__u32)nr;
}

static struct told *find_told(struct hot *h, const struct hot_key *key)
{
	__u64 hash = key->mm * 0x9e3779b97f4a7c15ULL ^ key->ops * 0xff51afd7ed558ccdULL ^ key->what;
	struct told *first = map64__get(&h->seen, hash), *t;

	for (t = first; t; t = t->next)
		if (t->key.mm == key->mm && t->key.ops == key->ops && t->key.what == key->what)
			return t;
	t = hmt_calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->key = *key;
	t->next = first;
	if (map64__put(&h->seen, hash, t)) {
		hmt_free(t);
		return NULL;
	}
	return t;
}

static struct hot_val sum_up(const struct hot_val *vals, unsigned int nr_cpus)
{
	struct hot_val sum = { 0 };

	for (unsigned int i = 0; i < nr_cpus; i++) {
		const struct hot_val *v = &vals[i];

		sum.count += v->count;
		sum.busy += v->busy;
		sum.errors += v->errors;
		sum.total_ns += v->total_ns;
		if (v->max_ns > sum.max_ns)
			sum.max_ns = v->max_ns;
		if (v->ops_fn)
			sum.ops_fn = v->ops_fn;
		for (unsigned int b = 0; b < HMT_HOT_BIN_NR; b++)
			sum.bins[b] += v->bins[b];
	}
	return sum;
}

/* The bins of a record are its last members, one behind the other. */
static __u64 *bins_of(struct hmt_hot_count *rec)
{
	return &rec->bin8;
}

int hot__take(struct hot *h, const struct hot_key *key, const struct hot_val *vals,
	      unsigned int nr_cpus, __u64 ts, struct enrich *e)
{
	struct hot_val now = sum_up(vals, nr_cpus);
	struct told *t = find_told(h, key);
	struct hmt_hot_count rec;

	if (!t)
		return -ENOMEM;
	/* The time of one that was counted before may come later than its count. */
	if (now.count == t->sum.count && now.total_ns == t->sum.total_ns)
		return 0;
	hdr_make(&rec.h, HMT_HOT_COUNT, sizeof(rec), ts);
	rec.h.mm = key->mm;
	rec.ops = key->ops;
	rec.ops_fn = now.ops_fn;
	rec.what = key->what;
	rec.since = h->since;
	rec.count = now.count - t->sum.count;
	rec.busy = now.busy - t->sum.busy;
	rec.errors = now.errors - t->sum.errors;
	rec.total_ns = now.total_ns - t->sum.total_ns;
	rec.max_ns = now.max_ns;
	for (unsigned int b = 0; b < HMT_HOT_BIN_NR; b++)
		bins_of(&rec)[b] = now.bins[b] - t->sum.bins[b];
	t->sum = now;
	return enrich__deliver(e, &rec.h);
}

void hot__taken(struct hot *h, __u64 ts)
{
	h->since = ts;
}
