// SPDX-License-Identifier: GPL-2.0
/* account.c - unexplained references of one struct hmm. See struct account. */
#include "engine/priv.h"

struct account *account_new(void)
{
	struct account *a = hmt_calloc(1, sizeof(*a));

	if (a)
		a->last_put.stack = a->unmirrored.stack = -1;
	return a;
}

void account_free(struct account *a)
{
	if (!a)
		return;
	hmt_free(a->hold);
	hmt_free(a->since);
	hmt_free(a);
}

void account_clear(struct account *a)
{
	a->nr = a->over = a->accused = 0;
}

static int account_grow(struct account *a)
{
	__u32 cap = a->cap ? a->cap * 2 : 4;
	struct hold *hold;
	__u64 *since;

	hold = hmt_realloc(a->hold, cap, sizeof(*hold));
	if (!hold)
		return -1;
	a->hold = hold;
	since = hmt_realloc(a->since, cap, sizeof(*since));
	if (!since)
		return -1;
	a->since = since;
	a->cap = cap;
	return 0;
}

int account_add(struct engine *e, struct account *a, const struct hold *h)
{
	__u32 i;

	if (a->nr == MAX_HOLDS) {
		a->over++;
		if (h->ts > a->over_ts)
			a->over_ts = h->ts;
		return 0;
	}
	if (a->nr == a->cap && account_grow(a)) {
		e->oom = true;
		return -1;
	}
	for (i = a->nr; i && a->hold[i - 1].ts > h->ts; i--)
		a->hold[i] = a->hold[i - 1];
	a->hold[i] = *h;
	for (i = a->nr; i && a->since[i - 1] > h->ts; i--)
		a->since[i] = a->since[i - 1];
	a->since[i] = h->ts;
	a->nr++;
	return 0;
}

static void drop_since(struct account *a, __u32 i)
{
	memmove(&a->since[i], &a->since[i + 1], (a->nr - 1 - i) * sizeof(*a->since));
}

static void drop_hold(struct account *a, __u32 i)
{
	memmove(&a->hold[i], &a->hold[i + 1], (a->nr - 1 - i) * sizeof(*a->hold));
}

/* All named ones went, those only counted remain: as young as the youngest of them. */
static void refill(struct account *a)
{
	if (a->nr || !a->over)
		return;
	a->over--;
	a->nr = 1;
	a->hold[0] = (struct hold){ .ts = a->over_ts, .stack = -1 };
	a->since[0] = a->over_ts;
}

/* Reference i itself is gone: so is its age, if no nameless put has claimed it. */
static void drop_known(struct account *a, __u32 i)
{
	__u32 s = a->nr;

	while (s && a->since[s - 1] != a->hold[i].ts)
		s--;
	drop_since(a, s ? s - 1 : 0);
	drop_hold(a, i);
	a->nr--;
	refill(a);
}

/* Some reference is gone, most likely i. */
static void drop_some(struct account *a, __u32 i)
{
	drop_since(a, 0);
	drop_hold(a, i);
	a->nr--;
	refill(a);
}

static int find_range(const struct account *a, __u64 range)
{
	for (__u32 i = a->nr; range && i--;)
		if (a->hold[i].range == range)
			return (int)i;
	return -1;
}

static int find_task(const struct account *a, __u32 tid, enum hold_why why, __u64 mirror)
{
	for (__u32 i = a->nr; i--;) {
		const struct hold *h = &a->hold[i];

		if (h->tid == tid && h->why == why && (why != HOLD_GET || !h->range) &&
		    (!mirror || !h->mirror || h->mirror == mirror))
			return (int)i;
	}
	return -1;
}

/* The newest get of ev's process, or (all) the oldest of anybody, for no range in particular. */
static int find_get(const struct account *a, const struct event *ev, bool all)
{
	int like = -1;

	for (__u32 i = 0; i < a->nr; i++) {
		const struct hold *h = &a->hold[all ? i : a->nr - 1 - i];

		if (h->why != HOLD_GET || h->range || (!all && h->tgid != ev->m.tgid))
			continue;
		if (h->mirror == ev->id->mirror)
			return (int)(h - a->hold);
		if (like < 0)
			like = (int)(h - a->hold);
	}
	return like;
}

/* Which it is nobody says. What names a range is on its way to a register: the last to be meant. */
static __u32 unnamed(const struct account *a, const struct event *ev)
{
	int i = find_task(a, ev->m.tid, HOLD_GET, ev->id->mirror);

	if (i < 0 && ev->m.tgid)
		i = find_get(a, ev, false);
	if (i < 0)
		i = find_get(a, ev, true);
	for (__u32 k = 0; i < 0 && k < a->nr; k++)
		if (a->hold[k].why != HOLD_GET)
			i = (int)k;
	return i < 0 ? 0 : (__u32)i;
}

static __u8 drop(struct account *a, int known, const struct event *ev)
{
	__u32 i = known >= 0 ? (__u32)known : unnamed(a, ev);
	__u8 got_at = a->hold[i].got_at;

	if (known >= 0)
		drop_known(a, i);
	else
		drop_some(a, i);
	return got_at;
}

__u8 account_registered(struct account *a, const struct event *ev)
{
	int i = find_range(a, ev->id->range);

	if (i < 0)
		i = find_task(a, ev->m.tid, HOLD_GET, ev->id->mirror);
	return i >= 0 || a->nr ? drop(a, i, ev) : 0;
}

/*
 * Only a get that names what was to be registered is one for it: the task may
 * have references of its own.
 */
struct hold *account_failed(struct account *a, const struct event *ev)
{
	int i = find_range(a, ev->id->range);

	for (__u32 k = a->nr; i < 0 && ev->id->mirror && k--;) {
		const struct hold *h = &a->hold[k];

		if (h->why == HOLD_GET && h->tid == ev->m.tid && !h->range &&
		    h->mirror == ev->id->mirror)
			i = (int)k;
	}
	if (i < 0)
		return NULL;
	a->hold[i].why = HOLD_FAILED;
	a->hold[i].failed_ts = ev->m.ts;
	a->hold[i].failed_kind = (__u8)ev->m.kind;
	a->hold[i].ret = (__s16)ev->m.ret;
	return &a->hold[i];
}

bool account_put(struct account *a, const struct event *ev, __u8 *ret_got_at)
{
	int i;

	if (!account_excess(a))
		return false;
	i = find_range(a, ev->id->range);
	if (i < 0)
		i = find_task(a, ev->m.tid, HOLD_ENDED, ev->id->mirror);
	if (i < 0 && ev->id->mirror)
		i = find_task(a, ev->m.tid, HOLD_FAILED, ev->id->mirror);
	/* Unnamed: a register that failed has put what it would put before it said so. */
	*ret_got_at = drop(a, i, ev);
	return true;
}

void account_pardon(struct account *a, const struct event *ev)
{
	account_unpardon(a, ev);
	if (a->nr_pardons == MAX_PARDONS) {
		memmove(&a->pardon[0], &a->pardon[1], sizeof(a->pardon) - sizeof(a->pardon[0]));
		a->nr_pardons--;
	}
	a->pardon[a->nr_pardons++] = (struct pardon){ .ts = ev->m.ts, .tid = ev->m.tid };
}

bool account_unpardon(struct account *a, const struct event *ev)
{
	for (__u32 i = 0; i < a->nr_pardons; i++)
		if (a->pardon[i].tid == ev->m.tid) {
			a->pardon[i] = a->pardon[--a->nr_pardons];
			return true;
		}
	return false;
}
