// SPDX-License-Identifier: GPL-2.0
/*
 * report_story.c - what is told of an object is what names it, and what
 * happened to that which it hangs on: its mirror's unregister, the end of its
 * address space, the exit of its process. The other records are others' stories.
 */
#include "out/report_story.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/fmt.h"
#include "base/strbuf.h"
#include "out/record_json.h"
#include "out/words.h"
#include "stream/desc.h"

int story__init(struct story *st, const char *id, struct errmsg *err)
{
	static const char letters[] = "?AMR";
	const char *letter = *id ? strchr(letters + 1, toupper((unsigned char)*id)) : NULL;
	char number[32];
	__u64 serial, generation = 1;
	const char *dot = strchr(id, '.');

	*st = (struct story){ .sink = NULL };
	if (!letter || strlen(id) >= sizeof(st->id))
		return err_set(err, -EINVAL, "is no object: R17, M3, A1 and R17.2 are");
	snprintf(number, sizeof(number), "%.*s", (int)(dot ? dot - id - 1 : 30), id + 1);
	if (parse_u64(number, &serial) || !serial || serial > 0xffffffffU ||
	    (dot && (parse_u64(dot + 1, &generation) || !generation ||
		     generation > 0xffffffffU)))
		return err_set(err, -EINVAL, "is no object: R17, M3, A1 and R17.2 are");
	snprintf(st->id, sizeof(st->id), "%s", id);
	st->id[0] = *letter;
	st->class = (enum hmt_class)(letter - letters);
	st->serial = (__u32)serial;
	st->generation = (__u32)generation;
	return 0;
}

int story__begin(struct story *st, struct sink *s, bool json)
{
	st->sink = s;
	st->json = json;
	if (json)
		return 0;
	st->lines = open_memstream(&st->text, &st->len);
	return st->lines ? 0 : -ENOMEM;
}

void story__free(struct story *st)
{
	if (st->lines)
		fclose(st->lines);
	free(st->text);
	*st = (struct story){ .sink = NULL };
}

bool story__is_about(const struct story *st, const struct object_view *o)
{
	return o->class == st->class && o->serial == st->serial &&
	       o->generation == st->generation;
}

/* --- does a record concern it? ---------------------------------------------------- */

static bool met(struct story *st, const struct engine *e, enum hmt_class class, __u64 addr)
{
	struct object_view o, up;

	if (!addr || engine__find(e, class, addr, &o, &up) < 0 || o.class != st->class ||
	    o.serial != st->serial)
		return false;
	if (o.generation > st->generations)
		st->generations = o.generation;
	if (o.generation != st->generation)
		return false;
	/* Later it may hang on nothing any more. */
	if (st->o.class == HMT_CLASS_NONE || up.class != HMT_CLASS_NONE)
		st->up = up;
	st->o = o;
	return true;
}

static bool names_it(struct story *st, const struct engine *e, const struct hmt_id *id)
{
	bool through;

	switch (st->class) {
	case HMT_CLASS_RANGE:
		return met(st, e, HMT_CLASS_RANGE, id->range);
	case HMT_CLASS_MIRROR:
		if (!met(st, e, HMT_CLASS_MIRROR, id->mirror))
			return false;
		break;
	default:
		if (met(st, e, HMT_CLASS_HMM, id->hmm ? id->hmm : id->mirror))
			break;
		if (!met(st, e, HMT_CLASS_NONE, id->h.mm))
			return false;
		st->mm_addr = id->h.mm;
		return id->h.kind == HMT_MM_RELEASE || id->h.kind == HMT_MM_DESTROY;
	}
	through = id->range && st->class == HMT_CLASS_MIRROR;
	if (through && id->h.kind == HMT_RANGE_REGISTER)
		st->nr_ranges++;
	if (st->class == HMT_CLASS_HMM)
		return id->h.kind == HMT_REF_GET || id->h.kind == HMT_REF_PUT ||
		       id->h.kind == HMT_FREE || (id->mirror == st->o.addr && !id->hmm);
	return !through;
}

/* Of what it hangs on; only between its birth and its end. */
static bool concerns_it(const struct story *st, const struct hmt_hdr *rec)
{
	const struct hmt_id *id = (const struct hmt_id *)rec;

	if (st->o.class == HMT_CLASS_NONE || st->over.ts)
		return false;
	switch (rec->kind) {
	case HMT_MIRROR_UNREGISTER:
	case HMT_MIRROR_UNREGISTER_END:
		return st->up.class == HMT_CLASS_MIRROR && id->mirror == st->up.addr;
	case HMT_MM_RELEASE:
	case HMT_MM_DESTROY:
		return st->o.mm && rec->mm == st->o.mm;
	case HMT_TASK_EXIT:
		return st->o.owner && rec->tgid == st->o.owner;
	default:
		return false;
	}
}

/* --- how it is told --------------------------------------------------------------- */

static void add_pid(struct strbuf *sb, const struct story *st, __u32 tgid)
{
	const char *comm = symtab__comm(st->sink->symtab, tgid);
	char clean[64];

	strbuf__addf(sb, "pid %u", tgid);
	if (*comm)
		strbuf__addf(sb, " (%s)", words_clean(comm, clean, sizeof(clean)));
}

static void add_frame(struct strbuf *sb, const struct story *st, __u64 addr)
{
	char name[WORDS_LEN], clean[WORDS_LEN];

	symtab__format(st->sink->symtab, addr, name, sizeof(name));
	strbuf__addf(sb, "                %s\n", words_clean(name, clean, sizeof(clean)));
}

static void add_stack(struct strbuf *sb, const struct story *st, __s32 id)
{
	const __u64 *ips;
	__u32 nr;

	ips = symtab__stack(st->sink->symtab, id, &nr);
	if (!st->sink->verbose)
		nr = words_depth(st->sink->symtab, ips, nr);
	for (__u32 i = 0; i < nr; i++)
		add_frame(sb, st, ips[i]);
}

static void add_window(struct strbuf *sb, __u64 start, __u64 end)
{
	char size[FMT_LEN];

	if (end > start)
		strbuf__addf(sb, ", 0x%llx-0x%llx, %s", (unsigned long long)start,
			     (unsigned long long)end, fmt_bytes(size, sizeof(size), end - start));
}

/* What a record of that kind says beside its time and its task. */
static void add_details(struct strbuf *sb, const struct hmt_hdr *rec, __s32 *ret_stack,
			__u64 *ret_site)
{
	const struct record_desc *d = record_desc(rec->kind);
	__u64 start = 0, end = 0;

	for (__u16 i = 0; d && i < d->nr_fields; i++) {
		const struct field_desc *f = &d->fields[i];
		__u64 v = field_value(rec, f);

		if (!strcmp(f->name, "start"))
			start = v;
		else if (!strcmp(f->name, "end"))
			end = v;
		else if (!strcmp(f->name, "stack"))
			*ret_stack = (__s32)v;
		else if (!strcmp(f->name, "call_site"))
			*ret_site = v;
		else if (!strcmp(f->name, "ret") && v)
			strbuf__addf(sb, ", returned %lld", (long long)v);
		else if (!strcmp(f->name, "count") || !strcmp(f->name, "refs") ||
			 !strcmp(f->name, "seq") || !strcmp(f->name, "stage"))
			strbuf__addf(sb, ", %s %lld", f->name, (long long)v);
	}
	add_window(sb, start, end);
}

static void tell(struct story *st, const struct hmt_hdr *rec, bool related)
{
	const struct record_desc *d = record_desc(rec->kind);
	struct strbuf sb = STRBUF_INIT;
	char when[FMT_LEN], since[FMT_LEN];
	__s32 stack = -1;
	__u64 site = 0;

	if (st->nr_told == STORY_MAX) {
		st->nr_more++;
		return;
	}
	strbuf__addf(&sb, "  %s s  ", fmt_time(when, sizeof(when),
					      rec->ts > st->sink->t0 ? rec->ts - st->sink->t0 : 0));
	if (st->nr_told++)
		strbuf__addf(&sb, "(%s later)  ",
			     fmt_duration(since, sizeof(since),
					  rec->ts > st->last_ts ? rec->ts - st->last_ts : 0));
	st->last_ts = rec->ts;
	strbuf__addf(&sb, "%s%s by ", d ? d->name : "?",
		     !related ? "" : rec->kind == HMT_TASK_EXIT ? " of its process" :
		     rec->kind == HMT_MM_RELEASE || rec->kind == HMT_MM_DESTROY ?
		     " of its address space" : " of its mirror");
	add_pid(&sb, st, rec->tgid);
	add_details(&sb, rec, &stack, &site);
	strbuf__addc(&sb, '\n');
	if (stack >= 0)
		add_stack(&sb, st, stack);
	else if (site)
		add_frame(&sb, st, site);
	fwrite(strbuf__str(&sb), 1, sb.len, st->lines);
	strbuf__free(&sb);
}

static void tell_json(struct story *st, const struct hmt_hdr *rec)
{
	struct strbuf sb = STRBUF_INIT;

	record_json(rec, &sb);
	strbuf__addc(&sb, '\n');
	if (!strbuf__err(&sb))
		fwrite(strbuf__str(&sb), 1, sb.len, st->sink->f);
	strbuf__free(&sb);
}

int story__record(struct story *st, const struct engine *e, const struct hmt_hdr *rec)
{
	bool its, related;

	if (rec->kind != HMT_STACK && rec->kind != HMT_SYMBOL && rec->kind != HMT_TASK)
		st->end = rec->ts;
	its = ((rec->kind && rec->kind < HMT_TASK) || rec->kind == HMT_SYNC_OBJECT) &&
	      names_it(st, e, (const struct hmt_id *)rec);
	related = !its && concerns_it(st, rec);
	if (!its && !related)
		return 0;
	if (st->json)
		tell_json(st, rec);
	else
		tell(st, rec, related);
	return 0;
}

void story__life(struct story *st, const struct object_view *o, const struct moment *m)
{
	if (story__is_about(st, o) && m->ts)
		st->over = *m;
}

/* --- the whole -------------------------------------------------------------------- */

static void add_head(struct strbuf *sb, const struct story *st)
{
	const struct object_view *o = &st->o;
	char clean[128], id[32], size[FMT_LEN];
	const char *driver = symtab__driver(st->sink->symtab, o->ops, o->ops_fn);

	strbuf__addf(sb, "%s: %s", st->id, words_class(o));
	if (o->class != HMT_CLASS_HMM)
		strbuf__addf(sb, " of %s", strcmp(driver, "?") ?
			     words_clean(driver, clean, sizeof(clean)) : "an unknown driver");
	if (o->end)
		strbuf__addf(sb, ", %s", fmt_bytes(size, sizeof(size), o->end - o->start));
	if (st->up.class != HMT_CLASS_NONE)
		strbuf__addf(sb, ", on %s %s", words_class(&st->up),
			     words_object(&st->up, id, sizeof(id)));
	if (o->owner) {
		strbuf__adds(sb, ", for ");
		add_pid(sb, st, o->owner);
	}
	strbuf__addf(sb, ", %s\n", words_layer(o));
}

static void add_tail(struct strbuf *sb, const struct story *st)
{
	const struct object_view *o = &st->o;
	__u64 born = o->born.ts, end = st->over.ts ? st->over.ts : st->end;
	char age[FMT_LEN];

	if (st->nr_more)
		strbuf__addf(sb, "  ... and %llu events more\n", (unsigned long long)st->nr_more);
	if (st->nr_ranges)
		strbuf__addf(sb, "  %llu range%s registered through it, not told here\n",
			     (unsigned long long)st->nr_ranges,
			     st->nr_ranges == 1 ? " was" : "s were");
	if (!born && !o->born_before)
		strbuf__adds(sb, "it was never registered: no register of it succeeded\n");
	else if (born && !o->born_before)
		strbuf__addf(sb, st->over.ts ? "it lived %s\n" :
			     "it is still alive when the trace ends, %s old\n",
			     fmt_duration(age, sizeof(age), end > born ? end - born : 0));
	else
		strbuf__addf(sb, "it was born before the trace began%s\n",
			     st->over.ts ? "" : " and is still alive when it ends");
	if (o->in_gap)
		strbuf__adds(sb, "events were lost during its life: not all of it may be here\n");
	if (st->generations > 1)
		strbuf__addf(sb, "life %u of %u at this address\n", st->generation,
			     st->generations);
	strbuf__addc(sb, '\n');
}

int story__print(struct story *st)
{
	struct strbuf head = STRBUF_INIT, tail = STRBUF_INIT;
	int err;

	if (st->o.class == HMT_CLASS_NONE)
		return -ENOENT;
	if (st->json)
		return 0;
	if (fflush(st->lines))
		return -ENOMEM;
	add_head(&head, st);
	add_tail(&tail, st);
	err = strbuf__err(&head) | strbuf__err(&tail);
	fwrite(strbuf__str(&head), 1, head.len, st->sink->f);
	fwrite(st->text, 1, st->len, st->sink->f);
	fwrite(strbuf__str(&tail), 1, tail.len, st->sink->f);
	strbuf__free(&head);
	strbuf__free(&tail);
	return err ? -ENOMEM : 0;
}
