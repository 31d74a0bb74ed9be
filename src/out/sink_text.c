// SPDX-License-Identifier: GPL-2.0
/*
 * sink_text.c - findings for people. One block each, the verdict first:
 *
 *	error: hmm_exerciser R17.2: range is still registered after its mirror was unregistered
 *	  rule        range-orphaned-by-mirror
 *	  driver      hmm_exerciser
 *	  owner       pid 412 (session), exited 1.20 s before this was flagged
 *	  range       0x7f2a10000000-0x7f2a10010000, 64.0 KiB, of mirror M3, mirror-api
 *	  born        2.104211 s by pid 412 (session), 3.41 s before this was flagged
 *	                hmm_range_register+0x5c
 *	                exerciser_ioctl+0x1a0 [hmm_exerciser]
 *	  because     4.510900 s mirror-unregister by pid 412 (session)
 *	                exerciser_release+0x44 [hmm_exerciser]
 *	  still open  /dev/mirror0, fd 3 of pid 413 (worker)
 *	              750 ms after the owner exited, which had that open too
 *	  missing     hmm_range_unregister()
 *	  siblings    37 of 38 born there were released, 35 of them at
 *	                exerciser_release+0x31 [hmm_exerciser]
 *
 * Times are seconds since the first record.
 */
#include <string.h>

#include "base/fmt.h"
#include "base/strbuf.h"
#include "out/sink.h"
#include "out/table.h"
#include "out/undecided.h"
#include "out/words.h"
#include "stream/desc.h"

#define STACK_SHOWN 6	/* frames of a stack, unless verbose */

#define COLOR_OFF "\033[0m"

static const char *color_of(const struct sink *s, const struct finding *f)
{
	if (!s->color)
		return "";
	if (f->confidence != CONFIDENCE_CERTAIN)
		return "\033[1;35m";
	switch (f->severity) {
	case SEVERITY_ERROR:
		return "\033[1;31m";
	case SEVERITY_WARN:
		return "\033[1;33m";
	default:
		return "\033[1;36m";
	}
}

static void flush_block(struct sink *s, struct strbuf *sb)
{
	/* One write for the whole block, so that blocks of two writers never mix. */
	if (strbuf__err(sb))
		fputs("(out of memory)\n", s->f);
	else
		fwrite(strbuf__str(sb), 1, sb->len, s->f);
	strbuf__free(sb);
}

static void label(struct strbuf *sb, const char *name)
{
	strbuf__addf(sb, "  %-11s ", name);
}

static char *rel_time(const struct sink *s, __u64 ts, char *buf, size_t size)
{
	char num[FMT_LEN];

	if (ts >= s->t0)
		snprintf(buf, size, "%s s", fmt_time(num, sizeof(num), ts - s->t0));
	else
		snprintf(buf, size, "%s s before the trace",
			 fmt_time(num, sizeof(num), s->t0 - ts));
	return buf;
}

static void add_pid(struct strbuf *sb, const struct sink *s, __u32 tgid)
{
	const char *comm = symtab__comm(s->symtab, tgid);
	char clean[64];

	strbuf__addf(sb, "pid %u", tgid);
	if (*comm)
		strbuf__addf(sb, " (%s)", words_clean(comm, clean, sizeof(clean)));
}

static void add_frames(struct strbuf *sb, const struct sink *s, __s32 id)
{
	char name[WORDS_LEN], clean[WORDS_LEN];
	const __u64 *ips;
	__u32 nr, shown;

	ips = symtab__stack(s->symtab, id, &nr);
	if (!s->verbose)
		nr = words_depth(s->symtab, ips, nr);
	shown = s->verbose || nr <= STACK_SHOWN + 1 ? nr : STACK_SHOWN;
	for (__u32 i = 0; i < shown; i++) {
		symtab__format(s->symtab, ips[i], name, sizeof(name));
		strbuf__addf(sb, "                %s\n", words_clean(name, clean, sizeof(clean)));
	}
	if (shown < nr)
		strbuf__addf(sb, "                ... %u more (-v)\n", nr - shown);
}

static void add_address(struct strbuf *sb, const struct sink *s, __u64 addr)
{
	char name[WORDS_LEN], clean[WORDS_LEN];

	symtab__format(s->symtab, addr, name, sizeof(name));
	strbuf__adds(sb, words_clean(name, clean, sizeof(clean)));
}

/* "then        4.510900 s mirror-unregister by pid 412 (session)", and the stack. */
static void add_moment(struct strbuf *sb, const struct sink *s, const char *name,
		       const struct moment *m)
{
	const struct record_desc *d = record_desc(m->kind);
	char when[64];

	if (!m->ts)
		return;
	label(sb, name);
	strbuf__addf(sb, "%s %s by ", rel_time(s, m->ts, when, sizeof(when)), d ? d->name : "?");
	add_pid(sb, s, m->tgid);
	if (m->ret)
		strbuf__addf(sb, ", returned %lld", (long long)m->ret);
	strbuf__addc(sb, '\n');
	if (m->stack >= 0) {
		add_frames(sb, s, m->stack);
	} else if (m->call_site) {
		strbuf__adds(sb, "                ");
		add_address(sb, s, m->call_site);
		strbuf__addc(sb, '\n');
	}
}

static void add_headline(struct strbuf *sb, const struct sink *s, const struct finding *f)
{
	bool certain = f->confidence == CONFIDENCE_CERTAIN;
	char id[32], doubt[WORDS_LEN], clean[128];
	const char *driver = words_clean(words_driver(s->symtab, f), clean, sizeof(clean));

	strbuf__addf(sb, "%s%s:%s %s%s%s: %s\n", color_of(s, f),
		     certain ? severity_name(f->severity) : "inconclusive",
		     s->color ? COLOR_OFF : "", driver, *driver ? " " : "",
		     words_object(&f->object, id, sizeof(id)), rule_title(f->rule));
	label(sb, "rule");
	strbuf__adds(sb, rule_name(f->rule));
	if (!certain)
		strbuf__addf(sb, " (%s); %s", severity_name(f->severity),
			     words_doubt(f, doubt, sizeof(doubt)));
	strbuf__addc(sb, '\n');
	label(sb, "driver");
	strbuf__addf(sb, "%s\n", *driver ? driver : "unknown");
}

static void add_owner(struct strbuf *sb, const struct sink *s, const struct finding *f)
{
	const struct object_view *o = &f->object;
	__u64 exited = symtab__exited(s->symtab, o->owner);
	char ago[FMT_LEN];

	label(sb, "owner");
	if (!o->owner) {
		strbuf__adds(sb, "unknown\n");
		return;
	}
	add_pid(sb, s, o->owner);
	if (exited && exited <= f->flagged_ts)
		strbuf__addf(sb, ", exited %s before this was flagged",
			     fmt_duration(ago, sizeof(ago), f->flagged_ts - exited));
	strbuf__addc(sb, '\n');
}

static void add_object(struct strbuf *sb, const struct sink *s, const struct finding *f)
{
	const struct object_view *o = &f->object;
	char size[FMT_LEN], id[32];

	label(sb, o->class == HMT_CLASS_HMM ? "space" : words_class(o));
	if (o->end)
		strbuf__addf(sb, "0x%llx-0x%llx, %s", (unsigned long long)o->start,
			     (unsigned long long)o->end,
			     fmt_bytes(size, sizeof(size), o->end - o->start));
	else
		strbuf__addf(sb, "at 0x%llx", (unsigned long long)o->addr);
	if (f->parent.class != HMT_CLASS_NONE)
		strbuf__addf(sb, ", %s %s %s", f->parent.class == HMT_CLASS_RANGE ? "held by" : "of",
			     words_class(&f->parent), words_object(&f->parent, id, sizeof(id)));
	strbuf__addf(sb, ", %s\n", words_layer(o));
}

static void add_birth(struct strbuf *sb, const struct sink *s, const struct finding *f)
{
	const struct moment *born = &f->object.born;
	char when[64], age[FMT_LEN];

	/* Of an address space as such, without a struct hmm, it is not known. */
	if (!born->ts && f->object.class == HMT_CLASS_HMM && !f->object.hmm)
		return;
	label(sb, "born");
	if (!born->ts) {
		strbuf__adds(sb, f->object.born_before ? "before the trace began\n" :
							 "never: no register of it succeeded\n");
		return;
	}
	strbuf__addf(sb, "%s by ", rel_time(s, born->ts, when, sizeof(when)));
	add_pid(sb, s, born->tgid);
	if (f->flagged_ts > born->ts)
		strbuf__addf(sb, ", %s before this was flagged",
			     fmt_duration(age, sizeof(age), f->flagged_ts - born->ts));
	strbuf__addc(sb, '\n');
	add_frames(sb, s, born->stack);
}

static void add_failures(struct strbuf *sb, const struct sink *s, const struct finding *f)
{
	char when[64];

	if (!f->nr_failed_registers)
		return;
	label(sb, "failed");
	strbuf__addf(sb, "%u register%s of this address failed, the last with %lld (%s)\n",
		     f->nr_failed_registers, f->nr_failed_registers == 1 ? "" : "s",
		     (long long)f->last_failed_ret,
		     f->last_failed_ret < 0 ? strerror((int)-f->last_failed_ret) : "no errno");
	for (__u32 i = 0; f->nr_failed > 1 && i < f->nr_failed; i++) {
		const struct moment *m = &f->failed[i];

		label(sb, "");
		strbuf__addf(sb, "%s returned %lld by ", rel_time(s, m->ts, when, sizeof(when)),
			     (long long)m->ret);
		add_pid(sb, s, m->tgid);
		strbuf__addc(sb, '\n');
	}
}

static void add_counts(struct strbuf *sb, const struct finding *f)
{
	if (!f->count && !f->expected)
		return;
	if (f->rule == RULE_RANGE_LIVELOCK) {
		label(sb, "tries");
		strbuf__addf(sb, "%llu failed in a row\n", (unsigned long long)f->count);
		return;
	}
	if (f->rule == RULE_RANGE_FAULT_WITH_STALE_SEQUENCE) {
		label(sb, "sequence");
		strbuf__addf(sb, "%llu, both times\n", (unsigned long long)f->count);
		return;
	}
	if (f->rule == RULE_MM_HELD_AFTER_EXIT) {
		label(sb, "users");
		strbuf__addf(sb, "%llu left when its last process exited\n",
			     (unsigned long long)f->count);
		return;
	}
	label(sb, "references");
	strbuf__addf(sb, "%llu held, %llu accounted for\n", (unsigned long long)f->count,
		     (unsigned long long)f->expected);
}

/* What is known, and no more: that a file is open does not say what it keeps. */
static void add_holders(struct strbuf *sb, const struct sink *s, const struct finding *f)
{
	__u64 exited = symtab__exited(s->symtab, f->object.owner);
	char clean[WORDS_LEN], after[FMT_LEN];

	for (__u32 i = 0; i < f->nr_holders && i < FINDING_HOLDERS; i++) {
		const struct file_holder *h = &f->holders[i];

		label(sb, i ? "" : "still open");
		strbuf__addf(sb, "%s, fd %u of ", words_clean(h->path, clean, sizeof(clean)),
			     h->fd);
		add_pid(sb, s, h->tgid);
		strbuf__addc(sb, '\n');
	}
	if (!f->nr_holders)
		return;
	label(sb, "");
	if (f->nr_holders > FINDING_HOLDERS)
		strbuf__addf(sb, "and %u more, ", f->nr_holders - FINDING_HOLDERS);
	if (exited && exited <= f->holders_ts)
		strbuf__addf(sb, "%s after the owner exited, ",
			     fmt_duration(after, sizeof(after), f->holders_ts - exited));
	strbuf__adds(sb, "which had that open too\n");
}

/*
 *	  got         1, of which 1 were put, at its register
 *	              5, of which 4 were put and 1 are held, at exerciser_get+0x1c
 */
static void add_sites(struct strbuf *sb, const struct sink *s, const struct finding *f)
{
	if (!words_about_references(f))
		return;
	for (__u32 i = 0; i < f->nr_sites; i++) {
		const struct ref_site *r = &f->sites[i];

		label(sb, i ? "" : "got");
		strbuf__addf(sb, "%u, of which %u were put", r->gets, r->puts);
		if (r->gets > r->puts)
			strbuf__addf(sb, " and %u are held", r->gets - r->puts);
		strbuf__adds(sb, ", at ");
		if (r->call_site)
			add_address(sb, s, r->call_site);
		else
			strbuf__adds(sb, i == FINDING_SITES - 1 ? "all further places" :
					 i || f->object.class == HMT_CLASS_HMM ?
					 "an unknown place" : "its register");
		strbuf__addc(sb, '\n');
	}
}

/* What it keeps from being freed, as far as anybody looked. */
static void add_counters(struct strbuf *sb, const struct sink *s, const struct finding *f)
{
	const struct mm_counters *c = &f->counters;
	char when[64];

	if (!c->ts)
		return;
	label(sb, "counters");
	strbuf__addf(sb, "mm_users %u, mm_count %u at %s\n", c->mm_users, c->mm_count,
		     rel_time(s, c->ts, when, sizeof(when)));
	if (c->rss_pages) {
		label(sb, "pinned");
		strbuf__addf(sb, "%llu pages resident when its last process exited\n",
			     (unsigned long long)c->rss_pages);
	}
	if (c->nr_busy) {
		label(sb, "retries");
		strbuf__addf(sb, "%u faults on it were refused with -EBUSY\n", c->nr_busy);
	}
}

static void add_siblings(struct strbuf *sb, const struct sink *s, const struct finding *f)
{
	__u64 place = words_place(s->symtab, &f->sibling_release);
	__u32 nr;

	if (!f->nr_siblings || !f->nr_siblings_released || !words_missing(f))
		return;
	label(sb, "siblings");
	strbuf__addf(sb, "%u of %u born there were released", f->nr_siblings_released,
		     f->nr_siblings);
	if (!place) {
		strbuf__addc(sb, '\n');
		return;
	}
	strbuf__addf(sb, ", %llu of them at\n", (unsigned long long)f->sibling_release.count);
	symtab__stack(s->symtab, f->sibling_release.stack, &nr);
	if (nr) {
		add_frames(sb, s, f->sibling_release.stack);
		return;
	}
	strbuf__adds(sb, "                ");
	add_address(sb, s, place);
	strbuf__addc(sb, '\n');
}

static void add_history(struct strbuf *sb, const struct sink *s, const struct finding *f)
{
	if (f->nr_recent < 2 && !s->verbose)
		return;
	for (__u32 i = 0; i < f->nr_recent; i++) {
		const struct moment *m = &f->recent[i];
		const struct record_desc *d = record_desc(m->kind);
		char when[64];

		label(sb, i ? "" : "history");
		strbuf__addf(sb, "%s %s by ", rel_time(s, m->ts, when, sizeof(when)),
			     d ? d->name : "?");
		add_pid(sb, s, m->tgid);
		if (m->ret)
			strbuf__addf(sb, ", returned %lld", (long long)m->ret);
		/* A get that leaves nothing is one whose count is not known. */
		if (m->kind == HMT_REF_PUT || (m->kind == HMT_REF_GET && m->count))
			strbuf__addf(sb, ", count %lld", (long long)m->count);
		strbuf__addc(sb, '\n');
	}
}

static void text_finding(struct sink *s, const struct finding *f)
{
	const char *missing = words_missing(f), *surplus = words_surplus(f);
	struct strbuf sb = STRBUF_INIT;

	if (s->quiet)
		return;
	add_headline(&sb, s, f);
	add_owner(&sb, s, f);
	add_object(&sb, s, f);
	add_birth(&sb, s, f);
	add_failures(&sb, s, f);
	add_moment(&sb, s, "because", &f->prior);
	add_moment(&sb, s, "offence", &f->offence);
	add_counts(&sb, f);
	add_holders(&sb, s, f);
	add_sites(&sb, s, f);
	add_counters(&sb, s, f);
	if (missing) {
		label(&sb, "missing");
		words_wrap(&sb, missing, 14);
	}
	if (surplus) {
		label(&sb, "too many");
		strbuf__addf(&sb, "%s\n", surplus);
	}
	add_siblings(&sb, s, f);
	if (f->object.in_gap)
		strbuf__adds(&sb, "  note        events were lost during its life\n");
	add_history(&sb, s, f);
	strbuf__addc(&sb, '\n');
	flush_block(s, &sb);
}

static void text_released(struct sink *s, const struct finding *f, const struct moment *m)
{
	struct strbuf sb = STRBUF_INIT;
	char id[32], after[FMT_LEN], when[64];

	if (s->quiet)
		return;
	strbuf__addf(&sb, "%sreleased:%s %s after all, %s", s->color ? "\033[1;32m" : "",
		     s->color ? COLOR_OFF : "", words_object(&f->object, id, sizeof(id)),
		     rel_time(s, m->ts, when, sizeof(when)));
	strbuf__adds(&sb, " by ");
	add_pid(&sb, s, m->tgid);
	if (m->ts >= f->flagged_ts)
		strbuf__addf(&sb, ", %s after it was flagged",
			     fmt_duration(after, sizeof(after), m->ts - f->flagged_ts));
	strbuf__addf(&sb, " (%s)\n\n", rule_name(f->rule));
	flush_block(s, &sb);
}

static void text_lost(struct sink *s, const struct hmt_lost *l)
{
	char when[64], what[128];

	/* Without a count: what another one counts has been told of. */
	if (s->quiet || !l->count)
		return;
	fprintf(s->f, "lost: %s", words_lost(l->cause, l->count, what, sizeof(what)));
	if (l->h.cpu != HMT_CPU_NONE)
		fprintf(s->f, ", cpu %u", l->h.cpu);
	fprintf(s->f, ", at %s%s\n\n", rel_time(s, l->h.ts, when, sizeof(when)),
		cause_overturns(l->cause) ? "" : "; no verdict rests on it");
}

/* Events that a verdict may rest on; damage to a file is no number of events, nor is a time. */
static __u64 lost_events(const struct summary *sum, bool *ret_damaged, bool *ret_dark)
{
	__u64 nr = 0;

	*ret_damaged = *ret_dark = false;
	for (size_t i = 0; i < sum->nr_lost; i++) {
		const struct lost_row *l = &sum->lost[i];

		if (l->cause == HMT_CAUSE_FRAME || l->cause == HMT_CAUSE_RECORD)
			*ret_damaged = true;
		else if (l->cause == HMT_CAUSE_SWITCHED_OFF)
			*ret_dark = true;
		else if (l->cause != HMT_CAUSE_CUT && cause_overturns(l->cause))
			nr += l->count;
	}
	return nr;
}

static size_t add_part(char *buf, size_t size, size_t n, const char *gap, __u64 nr,
		       const char *what)
{
	if (!nr || n >= size)
		return n;
	return n + snprintf(buf + n, size - n, "%s%llu %s%s", gap, (unsigned long long)nr, what,
			    nr == 1 ? "" : "s");
}

/* What is hidden is hidden from the numbers, but not from the reader. */
static void clean_verdict(const struct summary *sum, char *buf, size_t size)
{
	size_t n;

	if (!sum->suppressed && !sum->known) {
		snprintf(buf, size, "clean: nothing is orphaned");
		return;
	}
	n = snprintf(buf, size, "clean: nothing new; ");
	n = add_part(buf, size, n, "", sum->known, "known finding");
	add_part(buf, size, n, sum->known ? ", " : "", sum->suppressed, "suppressed finding");
}

void summary_verdict(const struct summary *sum, char *buf, size_t size)
{
	size_t n = 0, start;
	__u64 nr_events;
	bool damaged, dark;

	if (!sum->verdict) {
		clean_verdict(sum, buf, size);
		return;
	}
	if (sum->verdict == 3)
		n = snprintf(buf, size, "inconclusive: ");
	start = n;
	n = add_part(buf, size, n, "", sum->by_severity[SEVERITY_ERROR], "error");
	n = add_part(buf, size, n, n > start ? ", " : "", sum->by_severity[SEVERITY_WARN],
		     "warning");
	n = add_part(buf, size, n, n > start ? ", " : "", sum->nr_inconclusive,
		     sum->verdict == 3 ? "finding" : "inconclusive finding");
	n = add_part(buf, size, n, n > start ? ", " : "", sum->assertions_failed,
		     "failed assertion");
	n = add_part(buf, size, n, n > start ? ", " : "", sum->assertions_open,
		     sum->verdict == 3 ? "assertion" : "inconclusive assertion");
	nr_events = lost_events(sum, &damaged, &dark);
	n = add_part(buf, size, n, n > start ? "; " : "", nr_events, "lost event");
	if (damaged)
		n += snprintf(buf + n, size - n, "%sthe file is damaged", n > start ? "; " : "");
	if (dark)
		n += snprintf(buf + n, size - n, "%sprobes were switched off", n > start ? "; " : "");
	if (sum->cut)
		n += snprintf(buf + n, size - n, "%sthe trace is cut", n > start ? "; " : "");
	if (n == start)
		snprintf(buf + n, size - n, "events are missing");
}

static void add_rules(struct strbuf *sb, const struct summary *sum)
{
	struct table t = TABLE_INIT("rlll");

	for (unsigned int r = 1; r < RULE_NR; r++) {
		char count[32], more[64] = "";

		if (!sum->certain[r] && !sum->inconclusive[r])
			continue;
		snprintf(count, sizeof(count), "%llu",
			 (unsigned long long)(sum->certain[r] + sum->inconclusive[r]));
		if (sum->inconclusive[r])
			snprintf(more, sizeof(more), "%llu inconclusive",
				 (unsigned long long)sum->inconclusive[r]);
		if (sum->released[r])
			snprintf(more + strlen(more), sizeof(more) - strlen(more),
				 "%s%llu released later", *more ? ", " : "",
				 (unsigned long long)sum->released[r]);
		table__row(&t, count, severity_name(sum->severity[r]), rule_name(r), more);
	}
	table__print(&t, "    ", sb);
}

static void add_losses(struct strbuf *sb, const struct summary *sum)
{
	struct table t = TABLE_INIT("lll");

	for (size_t i = 0; i < sum->nr_lost; i++) {
		const struct lost_row *l = &sum->lost[i];
		char what[128], cpu[32] = "";

		if (l->cpu != HMT_CPU_NONE)
			snprintf(cpu, sizeof(cpu), "cpu %u", l->cpu);
		table__row(&t, words_lost(l->cause, l->count, what, sizeof(what)), cpu,
			   cause_overturns(l->cause) ? "" : "no verdict rests on it");
	}
	table__print(&t, "    ", sb);
}

static void add_count(struct strbuf *sb, __u64 nr, const char *what, const char *behind)
{
	strbuf__addf(sb, "%llu %s%s%s", (unsigned long long)nr, what, nr == 1 ? "" : "s", behind);
}

void sink_text_verdict(struct sink *s, const struct summary *sum)
{
	char verdict[256];

	summary_verdict(sum, verdict, sizeof(verdict));
	fprintf(s->f, "verdict: %s\n", verdict);
}

void sink_text_numbers(struct sink *s, const struct summary *sum)
{
	const struct engine_stats *st = sum->stats;
	struct strbuf sb = STRBUF_INIT;
	char span[FMT_LEN];

	add_rules(&sb, sum);
	strbuf__adds(&sb, "  seen        ");
	add_count(&sb, st->mirrors, "mirror", ", ");
	add_count(&sb, st->ranges, "range", ", ");
	add_count(&sb, st->records, "record", "");
	strbuf__addf(&sb, " in %s\n",
		     fmt_duration(span, sizeof(span), st->last_ts - st->first_ts));
	strbuf__adds(&sb, "  still live  ");
	add_count(&sb, st->live_mirrors, "mirror", ", ");
	add_count(&sb, st->live_ranges, "range", ", ");
	add_count(&sb, st->live_refs, "reference", "\n");
	strbuf__adds(&sb, sum->nr_lost ? "  lost\n" : "  lost        nothing\n");
	add_losses(&sb, sum);
	undecided__text(s->plan, &sb);
	if (sum->hot && hot_table__text(sum->hot, s->symtab, &sb))
		s->failed = true;
	flush_block(s, &sb);
}

static void text_summary(struct sink *s, const struct summary *sum)
{
	sink_text_verdict(s, sum);
	if (!s->quiet)
		sink_text_numbers(s, sum);
}

static void text_begin(struct sink *s, const struct trace_meta *meta)
{
	s->plan = meta ? meta->plan : NULL;
	if (s->quiet || s->live || !meta)
		return;
	fprintf(s->f, "recorded by hmmtrace %s on %s, tier %s%s%s\n\n", meta->version,
		*meta->uname ? meta->uname : "an unknown machine",
		*meta->tier ? meta->tier : "unknown", *meta->filters ? ", filters: " : "",
		meta->filters);
}

const struct sink_ops sink_text_ops = {
	.begin = text_begin,
	.finding = text_finding,
	.released = text_released,
	.lost = text_lost,
	.summary = text_summary,
};
