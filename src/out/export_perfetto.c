// SPDX-License-Identifier: GPL-2.0
/*
 * export_perfetto.c - a trace for ui.perfetto.dev:
 *
 *	process
 *	  A1                  its struct hmm, from first get to last put
 *	  A1 references       counter: what the kernel counted
 *	  A1 gets and puts    instants, an arrow from each get to its put
 *	  M1 driver           a mirror, from register to unregister
 *	    ranges 1..n       its ranges; n are live at once at most
 *	  driver              ranges that have no mirror
 *	    ranges 1..n
 *
 * Findings are instants on the track of their object. What a track is called is
 * known at the end only, so what is written on the way waits in a file.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "out/export_lanes.h"
#include "out/export_packets.h"
#include "out/export_refs.h"
#include "out/words.h"
#include "stream/desc.h"

#define TEXT_LEN 4096

/* The upper 16 bits of the uuid of a track; the rest is a number. */
enum track_class {
	UUID_PROCESS = 1, UUID_SPACE, UUID_LIFE, UUID_DRIVER, UUID_LANE, UUID_COUNT, UUID_REFS,
	UUID_LOSSES,
};

struct group {
	struct lanes lanes;
	__u64 track;
	unsigned int nr;
};

struct perfetto {
	struct packets out, later;
	struct refs refs;
	struct map64 known;	/* uuids of processes and address spaces that have a track */
	struct map64 failures;	/* processes with failed registers, by mm */
	struct map64 drivers;	/* groups of ranges without a mirror, by hash */
	__u64 *tracks;		/* by life: where it is shown */
	struct group *groups;	/* by life: the lanes of a mirror */
	struct group **driver_groups;
	size_t nr_driver_groups;
	__u64 nr_lanes;
	bool losses;
};

static __u64 uuid(enum track_class class, __u64 n)
{
	return (__u64)class << 48 | (n & ((1ULL << 48) - 1));
}

static void perfetto_begin(struct export *x)
{
	struct perfetto *p = hmt_calloc(1, sizeof(*p));

	x->priv = p;
	if (!p) {
		export_no_memory(x);
		return;
	}
	p->out = (struct packets){ .x = x, .f = x->f };
	/* Not the first packets of the sequence, whatever the order they are made in. */
	p->later = (struct packets){ .x = x, .f = tmpfile(), .any = true };
	if (!p->later.f)
		export_fail(x, -errno, "cannot create a temporary file: %s", strerror(errno));
}

/* --- words: strings of the format are UTF-8, those of a trace may be anything ------- */

static char *comm_of(const struct export *x, __u32 pid, char *buf, size_t size)
{
	return words_clean(symtab__comm(x->symtab, pid), buf, size);
}

static char *address_text(const struct export *x, __u64 addr, char *buf, size_t size)
{
	char raw[WORDS_LEN];

	symtab__format(x->symtab, addr, raw, sizeof(raw));
	return words_clean(raw, buf, size);
}

static const char *stack_text(const struct export *x, __s32 stack, char *buf, size_t size)
{
	const struct model_stack *st = stack == NO_STACK ? NULL : x->model->stacks[stack];
	size_t len = 0;

	buf[0] = '\0';
	for (__u32 i = 0; st && i < st->nr && len + 2 < size; i++) {
		if (i)
			buf[len++] = '\n';
		address_text(x, st->ips[i], buf + len, size - len);
		len += strlen(buf + len);
	}
	return buf;
}

/* "" when it is not known. */
static char *driver_of(const struct export *x, const struct object_view *o, char *buf, size_t size)
{
	const char *driver = symtab__driver(x->symtab, o->ops, o->ops_fn);

	if (o->class == HMT_CLASS_HMM || !strcmp(driver, "?"))
		driver = "";
	return words_clean(driver, buf, size);
}

/* --- on the way --------------------------------------------------------------- */

/* comm: room for the name, until the packet is written. */
static void note_task(struct notes *n, const struct export *x, const struct hmt_hdr *rec,
		      char comm[HMT_COMM_LEN + 1])
{
	notes_add(n, "pid", NOTE_NUMBER, NULL, rec->tgid);
	notes_add(n, "tid", NOTE_NUMBER, NULL, rec->tid);
	notes_add(n, "comm", NOTE_TEXT, comm_of(x, rec->tgid, comm, HMT_COMM_LEN + 1), 0);
}

static void show_ref(struct export *x, const struct hmt_ref_get *rec)
{
	bool is_get = rec->h.kind == HMT_REF_GET;
	struct perfetto *p = x->priv;
	struct notes notes = { 0 };
	struct moment m = { .stack = rec->stack, .call_site = rec->call_site };
	__u64 place = words_place(x->symtab, &m), flow;
	struct refcount *c;
	char text[WORDS_LEN], comm[HMT_COMM_LEN + 1];

	c = refs__apply(&p->refs, rec, &flow);
	if (!c) {
		export_no_memory(x);
		return;
	}
	if (place)
		address_text(x, place, text, sizeof(text));
	notes_add(&notes, "place", NOTE_TEXT, place ? text : NULL, 0);
	note_task(&notes, x, &rec->h, comm);
	notes_add(&notes, "mirror", NOTE_POINTER, NULL, rec->mirror);
	notes_add(&notes, "range", NOTE_POINTER, NULL, rec->range);
	packet_instant(&p->later, rec->h.ts, uuid(UUID_REFS, c->index), "reference",
		       is_get ? "get" : "put", &notes, flow, !is_get);
	packet_counter(&p->later, rec->h.ts, uuid(UUID_COUNT, c->index), (__s64)rec->count);
}

static void show_loss(struct export *x, const struct hmt_lost *l)
{
	struct perfetto *p = x->priv;
	struct notes notes = { 0 };
	char what[128], name[160];

	words_lost(l->cause, l->count, what, sizeof(what));
	snprintf(name, sizeof(name), "lost: %s", what);
	notes_add(&notes, "count", NOTE_NUMBER, NULL, l->count);
	notes_add(&notes, "since_ns", NOTE_NUMBER, NULL, l->since);
	notes_add(&notes, "overturns", NOTE_FLAG, NULL, cause_overturns(l->cause));
	packet_instant(&p->later, l->h.ts, uuid(UUID_LOSSES, 0), "loss", name, &notes, 0, false);
	p->losses = true;
}

/* The track of a process, or of an address space nobody claims. */
static __u64 owner_uuid(__u32 owner, __u64 mm)
{
	return owner ? uuid(UUID_PROCESS, owner) : uuid(UUID_SPACE, mm);
}

static void show_failure(struct export *x, const struct hmt_hdr *rec)
{
	const struct hmt_mirror_register *mirror = (const void *)rec;
	const struct hmt_range_register *range = (const void *)rec;
	bool is_range = rec->kind == HMT_RANGE_REGISTER;
	__u32 owner = is_range ? range->owner : mirror->owner;
	__s64 ret = is_range ? range->ret : mirror->ret;
	struct perfetto *p = x->priv;
	struct notes notes = { 0 };
	char name[64], comm[HMT_COMM_LEN + 1];

	if (!ret)
		return;
	snprintf(name, sizeof(name), "%s failed: %lld", record_desc(rec->kind)->name,
		 (long long)ret);
	note_task(&notes, x, rec, comm);
	if (map64__put(&p->failures, rec->mm, (void *)((uintptr_t)owner + 1)))
		export_no_memory(x);
	packet_instant(&p->later, rec->ts, owner_uuid(owner, rec->mm), "failure", name, &notes,
		       0, false);
}

static void perfetto_record(struct export *x, const struct hmt_hdr *rec)
{
	switch (rec->kind) {
	case HMT_REF_GET:
	case HMT_REF_PUT:
		show_ref(x, (const void *)rec);
		break;
	case HMT_LOST:
		show_loss(x, (const void *)rec);
		break;
	case HMT_MIRROR_REGISTER:
	case HMT_RANGE_REGISTER:
		show_failure(x, rec);
		break;
	}
}

/* --- tracks ------------------------------------------------------------------- */

static __u64 owner_track(struct export *x, __u32 owner, __u64 mm)
{
	__u64 id = owner_uuid(owner, mm);
	struct perfetto *p = x->priv;
	char name[64];

	if (map64__get(&p->known, id))
		return id;
	if (map64__put(&p->known, id, p))
		export_no_memory(x);
	comm_of(x, owner, name, sizeof(name));
	if (!owner)
		snprintf(name, sizeof(name), "address space 0x%llx", (unsigned long long)mm);
	packet_track(&p->out, owner ? TRACK_PROCESS : TRACK_PLAIN, id, 0, name, owner);
	return id;
}

/* A mirror or a struct hmm has a track of its own. */
static __u64 life_track(struct export *x, size_t i)
{
	const struct object_view *o = &x->model->lives[i].o;
	__u64 id = uuid(UUID_LIFE, i + 1);
	struct perfetto *p = x->priv;
	char name[WORDS_LEN + 32], driver[WORDS_LEN], object[32];

	driver_of(x, o, driver, sizeof(driver));
	snprintf(name, sizeof(name), "%s%s%s", words_object(o, object, sizeof(object)),
		 *driver ? " " : "", driver);
	packet_track(&p->out, TRACK_PLAIN, id, owner_track(x, o->owner, o->mm), name, 0);
	return id;
}

static __u64 hash_driver(__u64 owner, const char *driver)
{
	__u64 h = 0xcbf29ce484222325ULL ^ owner;

	for (; *driver; driver++)
		h = (h ^ (unsigned char)*driver) * 0x100000001b3ULL;
	return h;
}

/* The ranges a driver has registered on a process without a mirror. */
static struct group *driver_group(struct export *x, const struct object_view *o)
{
	__u64 owner = owner_track(x, o->owner, o->mm);
	struct perfetto *p = x->priv;
	struct group *g, **all;
	char driver[WORDS_LEN];
	__u64 key;

	driver_of(x, o, driver, sizeof(driver));
	key = hash_driver(owner, driver);
	g = map64__get(&p->drivers, key);
	if (g)
		return g;
	all = hmt_realloc(p->driver_groups, p->nr_driver_groups + 1, sizeof(*all));
	p->driver_groups = all ? all : p->driver_groups;
	g = all ? hmt_calloc(1, sizeof(*g)) : NULL;
	if (!g || map64__put(&p->drivers, key, g)) {
		hmt_free(g);
		export_no_memory(x);
		return NULL;
	}
	all[p->nr_driver_groups++] = g;
	g->track = uuid(UUID_DRIVER, p->nr_driver_groups);
	packet_track(&p->out, TRACK_PLAIN, g->track, owner,
		     *driver ? driver : "unknown driver", 0);
	return g;
}

static __u64 lane_track(struct export *x, const struct model_life *l, __u64 begin, __u64 end)
{
	struct perfetto *p = x->priv;
	__u64 fresh = uuid(UUID_LANE, p->nr_lanes + 1), track;
	struct group *g;
	char name[32];

	if (l->parent != NO_LIFE && x->model->lives[l->parent].o.class == HMT_CLASS_MIRROR) {
		g = &p->groups[l->parent];
		g->track = uuid(UUID_LIFE, l->parent + 1);
		/* Born before its mirror was seen: that has no track yet. */
		if (!p->tracks[l->parent])
			p->tracks[l->parent] = life_track(x, l->parent);
	} else {
		g = driver_group(x, &l->o);
	}
	track = g ? lanes__take(&g->lanes, begin, end, fresh) : 0;
	if (!track) {
		export_no_memory(x);
		return fresh;
	}
	if (track == fresh) {
		p->nr_lanes++;
		snprintf(name, sizeof(name), "ranges %u", ++g->nr);
		packet_track(&p->out, TRACK_PLAIN, track, g->track, name, 0);
	}
	return track;
}

/* --- lives -------------------------------------------------------------------- */

static void show_life(struct export *x, size_t i)
{
	const struct model_life *l = &x->model->lives[i];
	const struct object_view *o = &l->o;
	__u64 begin = o->born.ts ? o->born.ts : x->model->first_ts;
	__u64 end = l->end.ts ? l->end.ts : x->model->last_ts;
	char name[32], driver[WORDS_LEN], born[TEXT_LEN], ended[TEXT_LEN];
	struct perfetto *p = x->priv;
	struct notes notes = { 0 };

	if (end < begin)
		end = begin;
	if (o->class == HMT_CLASS_RANGE)
		p->tracks[i] = lane_track(x, l, begin, end);
	else if (!p->tracks[i])
		p->tracks[i] = life_track(x, i);
	notes_add(&notes, "driver", NOTE_TEXT, driver_of(x, o, driver, sizeof(driver)), 0);
	notes_add(&notes, "layer", NOTE_TEXT, words_layer(o), 0);
	notes_add(&notes, "address", NOTE_POINTER, NULL, o->addr);
	if (o->class == HMT_CLASS_RANGE) {
		notes_add(&notes, "start", NOTE_POINTER, NULL, o->start);
		notes_add(&notes, "end", NOTE_POINTER, NULL, o->end);
		notes_add(&notes, "size_bytes", NOTE_NUMBER, NULL, o->end - o->start);
	}
	notes_add(&notes, "alive_at_end", NOTE_FLAG, NULL, !l->end.ts);
	notes_add(&notes, "born_before_trace", NOTE_FLAG, NULL, o->born_before);
	notes_add(&notes, "lost_in_life", NOTE_FLAG, NULL, o->in_gap);
	notes_add(&notes, "born_at", NOTE_TEXT, stack_text(x, l->born_stack, born, sizeof(born)), 0);
	notes_add(&notes, "ended_at", NOTE_TEXT,
		  stack_text(x, l->end_stack, ended, sizeof(ended)), 0);
	packet_begin(&p->out, begin, p->tracks[i],
		     words_object(o, name, sizeof(name)), &notes);
	packet_end(&p->out, end, p->tracks[i]);
}

static int by_birth(const void *pa, const void *pb, void *ctx)
{
	const struct model_life *lives = ctx;
	size_t a = *(const size_t *)pa, b = *(const size_t *)pb;
	__u64 ta = lives[a].o.born.ts, tb = lives[b].o.born.ts;

	if (ta != tb)
		return ta < tb ? -1 : 1;
	return a < b ? -1 : a > b;
}

static void show_lives(struct export *x)
{
	const struct model *m = x->model;
	size_t *order = hmt_calloc(m->nr_lives, sizeof(*order));

	if (!order) {
		export_no_memory(x);
		return;
	}
	for (size_t i = 0; i < m->nr_lives; i++)
		order[i] = i;
	qsort_r(order, m->nr_lives, sizeof(*order), by_birth, m->lives);
	for (size_t i = 0; i < m->nr_lives && !x->failed; i++)
		show_life(x, order[i]);
	hmt_free(order);
}

/* --- findings and counts ------------------------------------------------------ */

static void show_finding(struct export *x, const struct model_finding *f)
{
	__u64 track = f->life == NO_LIFE ? 0 : ((struct perfetto *)x->priv)->tracks[f->life];
	char object[32], name[128], stack[TEXT_LEN];
	struct perfetto *p = x->priv;
	struct notes notes = { 0 };

	if (!track)
		track = owner_track(x, f->o.owner ? f->o.owner : model__owner(x->model, f->o.mm),
				    f->o.mm);
	snprintf(name, sizeof(name), "%s: %s", f->certain ? severity_name(f->severity) :
		 "inconclusive", rule_name(f->rule));
	notes_add(&notes, "object", NOTE_TEXT, words_object(&f->o, object, sizeof(object)), 0);
	notes_add(&notes, "rule", NOTE_TEXT, rule_name(f->rule), 0);
	notes_add(&notes, "title", NOTE_TEXT, rule_title(f->rule), 0);
	notes_add(&notes, "finding", NOTE_NUMBER, NULL, f->serial);
	notes_add(&notes, "references", NOTE_NUMBER, NULL, f->count);
	notes_add(&notes, "released_ns", NOTE_NUMBER, NULL, f->released_ts);
	notes_add(&notes, "at", NOTE_TEXT, stack_text(x, f->stack, stack, sizeof(stack)), 0);
	packet_instant(&p->out, f->flagged_ts, track, "finding", name, &notes, 0, false);
}

static void count_tracks(struct export *x, const struct refcount *c)
{
	enum hmt_class class = c->is_hmm ? HMT_CLASS_HMM : HMT_CLASS_MIRROR;
	size_t life = model__find(x->model, class, c->cookie, c->first_ts);
	__u32 owner = life == NO_LIFE ? 0 : x->model->lives[life].o.owner;
	struct perfetto *p = x->priv;
	char object[32], name[64];
	__u64 parent;

	if (life != NO_LIFE)
		words_object(&x->model->lives[life].o, object, sizeof(object));
	else
		snprintf(object, sizeof(object), "0x%llx", (unsigned long long)c->cookie);
	parent = owner_track(x, owner ? owner : model__owner(x->model, c->mm), c->mm);
	snprintf(name, sizeof(name), "%s references", object);
	packet_track(&p->out, TRACK_COUNTER, uuid(UUID_COUNT, c->index), parent, name, 0);
	snprintf(name, sizeof(name), "%s gets and puts", object);
	packet_track(&p->out, TRACK_PLAIN, uuid(UUID_REFS, c->index), parent, name, 0);
}

/* What was written on the way, now that all tracks have their names. */
static void append_later(struct export *x)
{
	struct perfetto *p = x->priv;
	char buf[1 << 16];
	size_t n;

	rewind(p->later.f);
	while ((n = fread(buf, 1, sizeof(buf), p->later.f)) && !x->failed)
		export_write(x, buf, n);
	if (ferror(p->later.f))
		export_fail(x, -EIO, "cannot read a temporary file");
}

static void perfetto_end(struct export *x, const struct summary *sum)
{
	struct perfetto *p = x->priv;
	struct map64_iter it;
	bool wall = x->meta && x->meta->wall_start_ns;

	p->tracks = hmt_calloc(x->model->nr_lives, sizeof(*p->tracks));
	p->groups = hmt_calloc(x->model->nr_lives, sizeof(*p->groups));
	if (!p->tracks || !p->groups) {
		export_no_memory(x);
		return;
	}
	packet_clocks(&p->out, wall ? x->meta->mono_start_ns : x->model->first_ts,
		      wall ? x->meta->wall_start_ns : 0);
	if (p->losses)
		packet_track(&p->out, TRACK_PLAIN, uuid(UUID_LOSSES, 0), 0, "losses", 0);
	map64__for_each(&p->failures, &it)
		owner_track(x, (__u32)((uintptr_t)it.val - 1), it.key);
	show_lives(x);
	for (size_t i = 0; i < p->refs.nr && !x->failed; i++)
		count_tracks(x, p->refs.all[i]);
	for (size_t i = 0; i < x->model->nr_flagged && !x->failed; i++)
		show_finding(x, &x->model->flagged[i]);
	append_later(x);
}

static void perfetto_free(struct export *x)
{
	struct perfetto *p = x->priv;

	if (!p)
		return;
	if (p->later.f)
		fclose(p->later.f);
	for (size_t i = 0; p->groups && i < x->model->nr_lives; i++)
		lanes__free(&p->groups[i].lanes);
	for (size_t i = 0; i < p->nr_driver_groups; i++) {
		lanes__free(&p->driver_groups[i]->lanes);
		hmt_free(p->driver_groups[i]);
	}
	refs__free(&p->refs);
	map64__free(&p->known);
	map64__free(&p->failures);
	map64__free(&p->drivers);
	hmt_free(p->driver_groups);
	hmt_free(p->groups);
	hmt_free(p->tracks);
	hmt_free(p->later.buf);
	hmt_free(p->out.buf);
	hmt_free(p);
}

const struct export_ops export_perfetto_ops = {
	.name = "perfetto", .shape = EXPORT_STREAM, .binary = true,
	.begin = perfetto_begin, .record = perfetto_record, .end = perfetto_end,
	.free = perfetto_free,
};
