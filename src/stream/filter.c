// SPDX-License-Identifier: GPL-2.0
#include "stream/filter.h"

#include <errno.h>
#include <fnmatch.h>

#include "base/map64.h"
#include "base/mem.h"
#include "stream/desc.h"
#include "stream/symtab.h"

enum fate { FATE_UNKNOWN, FATE_PASS, FATE_DROP };

/* The fate of an address space, of a struct hmm, or of one notifier. */
struct lot {
	unsigned int refs;	/* the map's and those of held records */
	enum fate fate;
	bool ended;		/* the next register at this address is a new life */
	__u32 owner;		/* address spaces */
	__u64 ops, ops_fn;	/* the rest */
	__u64 nr_dropped, dropped_since;
};

struct held {
	struct held *next;
	struct lot *space, *object;	/* NULL: does not apply */
	struct hmt_hdr *rec;		/* behind this struct */
};

struct filter {
	struct source s;
	struct source *inner;
	struct filter_opts opts;
	struct symtab *symtab;
	struct map64 spaces;	/* struct lot by mm */
	struct map64 gone;	/* the same of those that ended, the last at each address */
	struct map64 groups;	/* struct lot by hmm */
	struct map64 objects;	/* struct lot by mirror or range, notifier layer */
	struct held *head, **tail, *current;
	unsigned int nr_held;
	__u64 newest_ts;
	bool eof;
	int failed;
	struct hmt_lost lost;
};

/* --- lots ----------------------------------------------------------------------- */

static void put_lot(struct lot *l)
{
	if (l && !--l->refs)
		hmt_free(l);
}

static struct lot *hold_lot(struct lot *l)
{
	if (l)
		l->refs++;
	return l;
}

/* Forgets what is at key; held records keep what they have. */
static void forget(struct map64 *m, __u64 key)
{
	put_lot(map64__del(m, key));
}

/* Return: the lot at key, a new one if there is none; NULL without memory. */
static struct lot *get_lot(struct map64 *m, __u64 key)
{
	struct lot *l = map64__get(m, key);

	if (l)
		return l;
	l = hmt_calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->refs = 1;
	if (map64__put(m, key, l)) {
		put_lot(l);
		return NULL;
	}
	return l;
}

static bool matches_any(const char *const *globs, unsigned int nr, const char *name)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!fnmatch(globs[i], name, 0))
			return true;
	return false;
}

/* late: there will be no better knowledge, and who is not known passes. */
static void settle_space(struct filter *f, struct lot *l, bool late)
{
	const struct filter_opts *o = &f->opts;
	bool chosen = !o->nr_pids;
	const char *comm;

	if (l->fate != FATE_UNKNOWN)
		return;
	if (!l->owner) {
		if (late)
			l->fate = FATE_PASS;
		return;
	}
	for (unsigned int i = 0; i < o->nr_pids; i++)
		chosen |= o->pids[i] == l->owner;
	if (chosen && o->nr_comms) {
		comm = symtab__comm(f->symtab, l->owner);
		/* Of a process that is gone: maybe an earlier one of this number. */
		if (!late && (!comm[0] || symtab__exited(f->symtab, l->owner)))
			return;
		chosen = !comm[0] || matches_any(o->comms, o->nr_comms, comm);
	}
	l->fate = chosen ? FATE_PASS : FATE_DROP;
}

static bool is_named(const struct filter *f, __u64 addr)
{
	struct symbol sym;

	return !addr || symtab__lookup(f->symtab, addr, &sym);
}

static void settle_object(struct filter *f, struct lot *l, bool late)
{
	const char *driver = "?";

	if (l->fate != FATE_UNKNOWN)
		return;
	/* With one of the two names the other could still be the better one. */
	if ((l->ops || l->ops_fn) && (late || (is_named(f, l->ops) && is_named(f, l->ops_fn))))
		driver = symtab__driver(f->symtab, l->ops, l->ops_fn);
	if (strcmp(driver, "?"))
		l->fate = matches_any(f->opts.drivers, f->opts.nr_drivers, driver) ? FATE_PASS :
										     FATE_DROP;
	else if (late)
		l->fate = FATE_PASS;
}

/* --- what records tell ------------------------------------------------------------ */

static __u32 told_owner(const struct hmt_hdr *rec)
{
	switch (rec->kind) {
	case HMT_MIRROR_REGISTER:
		return ((const struct hmt_mirror_register *)rec)->owner;
	case HMT_RANGE_REGISTER:
		return ((const struct hmt_range_register *)rec)->owner;
	case HMT_SYNC_OBJECT:
		return ((const struct hmt_sync_object *)rec)->owner;
	default:
		return 0;
	}
}

static __u64 told_ops_fn(const struct hmt_hdr *rec)
{
	switch (rec->kind) {
	case HMT_MIRROR_REGISTER:
		return ((const struct hmt_mirror_register *)rec)->ops_fn;
	case HMT_RANGE_REGISTER:
		return ((const struct hmt_range_register *)rec)->ops_fn;
	case HMT_SYNC_OBJECT:
		return ((const struct hmt_sync_object *)rec)->ops_fn;
	default:
		return 0;
	}
}

static bool is_register(const struct hmt_hdr *rec)
{
	return rec->kind == HMT_MIRROR_REGISTER || rec->kind == HMT_RANGE_REGISTER ||
	       rec->kind == HMT_SYNC_OBJECT;
}

static bool is_about_object(const struct hmt_hdr *rec)
{
	return rec->kind == HMT_SYNC_OBJECT || (rec->kind < HMT_TASK && record_desc(rec->kind));
}

static int space_gone(struct filter *f, __u64 mm)
{
	struct lot *l = map64__del(&f->spaces, mm);

	if (!l)
		return 0;
	forget(&f->gone, mm);
	if (!map64__put(&f->gone, mm, l))
		return 0;
	put_lot(l);
	return -ENOMEM;
}

/* Return: 0 or -ENOMEM. *ret_lot stays NULL when address spaces are not chosen among. */
static int find_space(struct filter *f, const struct hmt_hdr *rec, struct lot **ret_lot)
{
	__u32 owner = told_owner(rec);
	struct lot *l;

	if (!rec->mm || !(f->opts.nr_pids || f->opts.nr_comms))
		return 0;
	l = get_lot(&f->spaces, rec->mm);
	if (!l)
		return -ENOMEM;
	if (owner && owner != l->owner && l->fate != FATE_PASS) {
		/* Dropped, but somebody else's now: its end was not seen. Look again. */
		l->owner = owner;
		l->fate = FATE_UNKNOWN;
	}
	*ret_lot = hold_lot(l);
	if (rec->kind == HMT_MM_DESTROY)
		return space_gone(f, rec->mm);
	return 0;
}

/* What was counted may be told when the address space is gone already. */
static struct lot *space_of_count(struct filter *f, __u64 mm)
{
	struct lot *l = map64__get(&f->spaces, mm);

	return hold_lot(l ? l : map64__get(&f->gone, mm));
}

/* All of one struct hmm, its own notifier included. */
static int find_group(struct filter *f, const struct hmt_id *id, __u64 hmm, struct lot **ret_lot)
{
	__u64 ops_fn = told_ops_fn(&id->h);
	/* Its own notifier's callbacks are the mirror API's: they name no driver. */
	bool names_driver = is_register(&id->h) && id->mirror && id->mirror != hmm &&
			    (id->ops || ops_fn);
	struct lot *l = map64__get(&f->groups, hmm);

	if (l && l->ended && id->h.kind == HMT_REF_GET)
		forget(&f->groups, hmm);
	l = get_lot(&f->groups, hmm);
	if (!l)
		return -ENOMEM;
	if (names_driver && l->fate != FATE_PASS && (l->ops != id->ops || !l->ops_fn)) {
		l->ops = id->ops;
		l->ops_fn = ops_fn;
		l->fate = FATE_UNKNOWN;
	}
	/* Stage 1 is when the memory goes; the notifier's own record has no hmm. */
	if (id->h.kind == HMT_FREE && id->hmm && ((const struct hmt_free *)id)->stage == 1)
		l->ended = true;
	*ret_lot = hold_lot(l);
	return 0;
}

static int find_notifier(struct filter *f, const struct hmt_id *id, __u64 cookie,
			 struct lot **ret_lot)
{
	unsigned int kind = id->h.kind;
	struct lot *l = map64__get(&f->objects, cookie);

	/*
	 * A new life is looked at anew, unless one that passed has not ended:
	 * registering twice is a fault, and its second half must be seen too.
	 */
	if (l && is_register(&id->h) && kind != HMT_SYNC_OBJECT &&
	    (l->ended || l->fate == FATE_DROP))
		forget(&f->objects, cookie);
	l = get_lot(&f->objects, cookie);
	if (!l)
		return -ENOMEM;
	if (l->fate == FATE_UNKNOWN) {
		l->ops = l->ops ? l->ops : id->ops;
		l->ops_fn = l->ops_fn ? l->ops_fn : told_ops_fn(&id->h);
	}
	if (kind == HMT_MIRROR_UNREGISTER_END || kind == HMT_RANGE_UNREGISTER_END ||
	    kind == HMT_FREE)
		l->ended = true;
	*ret_lot = hold_lot(l);
	return 0;
}

static int find_object(struct filter *f, const struct hmt_hdr *rec, struct lot **ret_lot)
{
	const struct hmt_id *id = (const struct hmt_id *)rec;
	__u64 cookie = id->range ? id->range : id->mirror;

	if (!f->opts.nr_drivers || rec->kind == HMT_MM_RELEASE || rec->kind == HMT_MM_DESTROY)
		return 0;
	if (id->hmm)
		return find_group(f, id, id->hmm, ret_lot);
	/* struct hmm begins with its notifier, which has the same address. */
	if (id->mirror && !id->range && map64__get(&f->groups, id->mirror))
		return find_group(f, id, id->mirror, ret_lot);
	return cookie ? find_notifier(f, id, cookie, ret_lot) : 0;
}

static int learn(struct filter *f, const struct hmt_hdr *rec)
{
	struct lot *l;

	if (rec->ts > f->newest_ts)
		f->newest_ts = rec->ts;
	if (rec->kind == HMT_TASK_EXIT && rec->mm) {
		l = map64__get(&f->spaces, rec->mm);
		if (l && !l->owner)
			l->owner = rec->tgid;
	}
	return rec->kind == HMT_STACK ? 0 : symtab__feed(f->symtab, rec);
}

/* --- holding back ------------------------------------------------------------------ */

static void free_held(struct held *h)
{
	if (!h)
		return;
	put_lot(h->space);
	put_lot(h->object);
	hmt_free(h);
}

/* Appends a copy of rec with what decides about it. */
static int hold(struct filter *f, const struct hmt_hdr *rec)
{
	struct held *h = hmt_calloc(1, sizeof(*h) + rec->size);
	int err = 0;

	if (!h)
		return -ENOMEM;
	h->rec = memcpy(h + 1, rec, rec->size);
	err = learn(f, rec);
	if (rec->kind == HMT_HOT_COUNT)
		h->space = space_of_count(f, rec->mm);
	if (!err && is_about_object(rec)) {
		err = find_space(f, rec, &h->space);
		err = err ? err : find_object(f, rec, &h->object);
	}
	if (err) {
		free_held(h);
		return err;
	}
	*f->tail = h;
	f->tail = &h->next;
	f->nr_held++;
	return 0;
}

static struct held *take_head(struct filter *f)
{
	struct held *h = f->head;

	f->head = h->next;
	if (!f->head)
		f->tail = &f->head;
	f->nr_held--;
	return h;
}

/* Of a driver that is not chosen: by now its name is known, or never will be. */
static bool is_others_count(const struct filter *f, const struct hmt_hdr *rec)
{
	const struct hmt_hot_count *c = (const struct hmt_hot_count *)rec;
	const char *driver;

	if (rec->kind != HMT_HOT_COUNT || !f->opts.nr_drivers || !c->ops)
		return false;
	driver = symtab__driver(f->symtab, c->ops, c->ops_fn);
	return strcmp(driver, "?") && !matches_any(f->opts.drivers, f->opts.nr_drivers, driver);
}

static enum fate settle(struct filter *f, const struct held *h)
{
	bool late = f->eof || f->nr_held > FILTER_HOLD_MAX ||
		    f->newest_ts - h->rec->ts > FILTER_HOLD_NS;
	enum fate fate = FATE_PASS;

	if (h->space) {
		settle_space(f, h->space, late);
		fate = h->space->fate;
	}
	if (is_others_count(f, h->rec))
		return FATE_DROP;
	if (h->object && fate != FATE_DROP) {
		settle_object(f, h->object, late);
		if (fate == FATE_PASS || h->object->fate == FATE_DROP)
			fate = h->object->fate;
	}
	return fate;
}

/* Of a count nobody can miss a verdict. */
static void note_drop(struct lot *l, const struct hmt_hdr *rec)
{
	if (!l || rec->kind == HMT_HOT_COUNT || l->fate != FATE_DROP)
		return;
	if (!l->nr_dropped++)
		l->dropped_since = rec->ts;
}

/* A life that begins to pass in its middle. Return: whether there is something to tell. */
static bool tell_dropped(struct filter *f, struct lot *l, __u64 ts)
{
	if (!l || !l->nr_dropped)
		return false;
	f->lost = (struct hmt_lost){
		.h = { .kind = HMT_LOST, .size = sizeof(f->lost), .cpu = HMT_CPU_NONE, .ts = ts },
		.cause = HMT_CAUSE_FILTERED,
		.prog = -1,
		.count = l->nr_dropped,
		.since = l->dropped_since,
	};
	l->nr_dropped = 0;
	return true;
}

/* Return: 1 with a record, 0 when the head has to wait or there is none. */
static int release(struct filter *f, const struct hmt_hdr **ret_rec)
{
	while (f->head) {
		struct held *h = f->head;
		enum fate fate = settle(f, h);

		if (fate == FATE_UNKNOWN)
			return 0;
		if (fate == FATE_PASS) {
			if (tell_dropped(f, h->space, h->rec->ts) ||
			    tell_dropped(f, h->object, h->rec->ts)) {
				*ret_rec = &f->lost.h;
				return 1;
			}
			f->current = take_head(f);
			*ret_rec = f->current->rec;
			return 1;
		}
		note_drop(h->space, h->rec);
		note_drop(h->object, h->rec);
		free_held(take_head(f));
	}
	return 0;
}

static int filter_next(struct source *s, const struct hmt_hdr **ret_rec)
{
	struct filter *f = (struct filter *)s;
	const struct hmt_hdr *rec;
	int err;

	if (f->failed)
		return f->failed;
	free_held(f->current);
	f->current = NULL;
	while (!release(f, ret_rec)) {
		if (f->eof)
			return 0;
		err = source__next(f->inner, &rec);
		if (err < 0) {
			s->err = f->inner->err;
			return err;
		}
		f->eof = !err;
		err = err ? hold(f, rec) : 0;
		if (err) {
			f->failed = err;
			return err_set(&s->err, err, "no memory to filter the records");
		}
	}
	return 1;
}

static void free_lots(struct map64 *m)
{
	struct map64_iter it;

	map64__for_each(m, &it)
		put_lot(it.val);
	map64__free(m);
}

static void filter_free(struct source *s)
{
	struct filter *f = (struct filter *)s;

	free_held(f->current);
	while (f->head)
		free_held(take_head(f));
	free_lots(&f->spaces);
	free_lots(&f->gone);
	free_lots(&f->groups);
	free_lots(&f->objects);
	symtab__free(f->symtab);
	source__free(f->inner);
	hmt_free(f);
}

static const struct source_ops filter_ops = {
	.next = filter_next,
	.free = filter_free,
};

int filter_source__open(struct source *inner, const struct filter_opts *opts,
			struct source **ret_s, struct errmsg *err)
{
	struct filter *f;

	if (!opts->nr_pids && !opts->nr_comms && !opts->nr_drivers) {
		*ret_s = inner;
		return 0;
	}
	f = hmt_calloc(1, sizeof(*f));
	if (f)
		f->symtab = symtab__new();
	if (!f || !f->symtab) {
		hmt_free(f);
		return err_set(err, -ENOMEM, "no memory to filter the records");
	}
	f->s.ops = &filter_ops;
	f->s.meta = inner->meta;
	f->inner = inner;
	f->opts = *opts;
	f->tail = &f->head;
	*ret_s = &f->s;
	return 0;
}
