// SPDX-License-Identifier: GPL-2.0
/*
 * holder.c - who has a file open that the dead owner of an orphan had too. What
 * is said is as old as the walk that found it, and its time goes with it.
 */
#include "engine/priv.h"

static struct holders *holders_get(struct engine *e, __u64 mm)
{
	struct holders *h = map64__get(&e->holders, mm);

	if (h)
		return h;
	h = hmt_calloc(1, sizeof(*h));
	if (h && !map64__put(&e->holders, mm, h))
		return h;
	hmt_free(h);
	e->oom = true;
	return NULL;
}

void on_holder(struct engine *e, const struct hmt_holder *rec)
{
	struct file_holder *to;
	struct holders *h;

	/* Of an address space that nothing was registered on there is nothing to say. */
	if (!rec->h.mm || !object_find(e, CLASS_MM, rec->h.mm))
		return;
	h = holders_get(e, rec->h.mm);
	if (!h)
		return;
	if (h->ts != rec->h.ts)
		*h = (struct holders){ .ts = rec->h.ts };
	if (h->nr++ >= FINDING_HOLDERS)
		return;
	to = &h->first[h->nr - 1];
	to->file = rec->file;
	to->tgid = rec->h.tgid;
	to->fd = rec->fd;
	memcpy(to->path, &rec->path, HMT_HOLDER_PATH_LEN);
}

void holders_tell(const struct engine *e, const struct object *o, struct finding *f)
{
	const struct holders *h = o->mm ? map64__get(&e->holders, o->mm->addr) : NULL;

	/* From before the end of this address space it is of another one. */
	if (!h || !o->mm->ended.ts || h->ts < o->mm->ended.ts)
		return;
	f->holders_ts = h->ts;
	f->nr_holders = h->nr;
	memcpy(f->holders, h->first, sizeof(f->holders));
}

void holders_drop(struct engine *e, __u64 mm)
{
	if (e->holders.nr)
		hmt_free(map64__del(&e->holders, mm));
}
