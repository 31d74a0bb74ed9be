// SPDX-License-Identifier: GPL-2.0
#include "out/export_refs.h"

#include <string.h>

#include "base/mem.h"

struct pending {
	__u64 flow, mirror, range;
	__u32 tgid, tid;
};

void refs__free(struct refs *r)
{
	for (size_t i = 0; i < r->nr; i++) {
		hmt_free(r->all[i]->gets);
		hmt_free(r->all[i]);
	}
	hmt_free(r->all);
	map64__free(&r->counted);
	*r = (struct refs){ 0 };
}

static struct refcount *find_or_add(struct refs *r, const struct hmt_ref_get *rec)
{
	__u64 cookie = rec->hmm ? rec->hmm : rec->mirror;
	struct refcount *c = map64__get(&r->counted, cookie), **all;

	if (c)
		return c;
	all = hmt_grow(r->all, &r->cap, r->nr + 1, sizeof(*all));
	if (!all)
		return NULL;
	r->all = all;
	c = hmt_calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	*c = (struct refcount){
		.cookie = cookie, .mm = rec->h.mm, .first_ts = rec->h.ts,
		.is_hmm = rec->hmm != 0, .index = r->nr,
	};
	r->all[r->nr++] = c;
	return map64__put(&r->counted, cookie, c) ? NULL : c;
}

static bool add_get(struct refcount *c, const struct hmt_ref_get *rec, __u64 flow)
{
	struct pending *gets = hmt_grow(c->gets, &c->cap, c->nr + 1, sizeof(*gets));

	if (!gets)
		return false;
	c->gets = gets;
	c->gets[c->nr++] = (struct pending){
		.flow = flow, .mirror = rec->mirror, .range = rec->range,
		.tgid = rec->h.tgid, .tid = rec->h.tid,
	};
	return true;
}

enum how { SAME_OBJECT, SAME_TASK, SAME_PROCESS, HOW_NR };

/* A notifier's gets all name that notifier: only of a struct hmm they tell holders apart. */
static bool names_holder(const struct refcount *c, __u64 mirror, __u64 range)
{
	return c->is_hmm && (mirror || range);
}

static bool suits(const struct refcount *c, const struct pending *p,
		  const struct hmt_ref_get *rec, enum how how)
{
	if (how == SAME_OBJECT)
		return names_holder(c, rec->mirror, rec->range) && p->mirror == rec->mirror &&
		       p->range == rec->range;
	if (names_holder(c, p->mirror, p->range))
		return false;
	return how == SAME_TASK ? p->tid == rec->h.tid : p->tgid == rec->h.tgid;
}

static __u64 take(struct refcount *c, size_t i)
{
	__u64 flow = c->gets[i].flow;

	memmove(&c->gets[i], &c->gets[i + 1], (c->nr - i - 1) * sizeof(c->gets[0]));
	c->nr--;
	return flow;
}

static __u64 match_put(struct refcount *c, const struct hmt_ref_get *rec)
{
	for (enum how how = SAME_OBJECT; how < HOW_NR; how++)
		for (size_t i = c->nr; i--;)
			if (suits(c, &c->gets[i], rec, how))
				return take(c, i);
	return c->nr ? take(c, 0) : 0;
}

struct refcount *refs__apply(struct refs *r, const struct hmt_ref_get *rec, __u64 *ret_flow)
{
	struct refcount *c = find_or_add(r, rec);

	*ret_flow = 0;
	if (!c)
		goto oom;
	if (rec->h.kind == HMT_REF_GET) {
		*ret_flow = ++r->flows;
		if (!add_get(c, rec, *ret_flow))
			goto oom;
		return c;
	}
	*ret_flow = match_put(c, rec);
	/* The next get at this address is about something else. */
	if ((__s64)rec->count <= 0)
		map64__del(&r->counted, c->cookie);
	return c;

oom:
	r->failed = true;
	return NULL;
}
