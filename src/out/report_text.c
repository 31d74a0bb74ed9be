// SPDX-License-Identifier: GPL-2.0
/*
 * report_text.c - what stands between the verdict and the single findings:
 *
 *	what is wrong
 *	  3 times in hmm_exerciser: range is still registered after its mirror was unregistered
 *	    sure        certain; first R17, 192 KiB in all
 *	    whose       pid 412 (session), which has exited
 *	    born in     exerciser_ioctl+0x1a0 [hmm_exerciser]
 *	    missing     hmm_range_unregister()
 *	    others are  released in exerciser_release+0x31 [hmm_exerciser] (35 of 38)
 */
#include "out/report_text.h"

#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "out/table.h"
#include "out/words.h"

#define ROWS_SHOWN	10	/* of a table, unless verbose */
#define SPARK_WIDTH	64

static void put(const struct sink *s, struct strbuf *sb)
{
	if (strbuf__err(sb))
		fputs("(out of memory)\n", s->f);
	else
		fwrite(strbuf__str(sb), 1, sb->len, s->f);
	strbuf__free(sb);
}

static char *count(char *buf, __u64 n)
{
	snprintf(buf, FMT_LEN, "%llu", (unsigned long long)n);
	return buf;
}

static char *dash(char *buf, __u64 n)
{
	if (!n)
		snprintf(buf, FMT_LEN, "-");
	else
		count(buf, n);
	return buf;
}

static char *place_name(const struct sink *s, __u64 place, char *buf)
{
	char name[WORDS_LEN];

	if (!place) {
		snprintf(buf, WORDS_LEN, "?");
		return buf;
	}
	symtab__format(s->symtab, place, name, sizeof(name));
	return words_clean(name, buf, WORDS_LEN);
}

static char *process(__u32 pid, const char *comm, char *buf, size_t size)
{
	char clean[64];

	if (!pid)
		snprintf(buf, size, "?");
	else if (*comm)
		snprintf(buf, size, "%u (%s)", pid, words_clean(comm, clean, sizeof(clean)));
	else
		snprintf(buf, size, "%u", pid);
	return buf;
}

/* --- causes ----------------------------------------------------------------------- */

static void label(struct strbuf *sb, const char *name)
{
	strbuf__addf(sb, "    %-11s ", name);
}

static void add_sure(struct strbuf *sb, const struct report_cause *c)
{
	char doubt[WORDS_LEN], bytes[FMT_LEN], id[32];

	label(sb, "sure");
	if (!c->inconclusive)
		strbuf__adds(sb, "certain");
	else if (!c->certain)
		strbuf__addf(sb, "no: %s", words_doubt(&c->first, doubt, sizeof(doubt)));
	else
		strbuf__addf(sb, "%llu certain, %llu not", (unsigned long long)c->certain,
			     (unsigned long long)c->inconclusive);
	strbuf__addf(sb, "; %s %s", c->certain + c->inconclusive > 1 ? "first" : "it is",
		     words_object(&c->first.object, id, sizeof(id)));
	if (c->bytes)
		strbuf__addf(sb, ", %s%s", fmt_bytes(bytes, sizeof(bytes), c->bytes),
			     c->certain + c->inconclusive > 1 ? " in all" : "");
	if (c->released)
		strbuf__addf(sb, "; %llu released too late", (unsigned long long)c->released);
	strbuf__addc(sb, '\n');
}

static void add_whose(struct strbuf *sb, const struct report_cause *c)
{
	char who[96];

	if (!c->owner)
		return;
	label(sb, "whose");
	strbuf__addf(sb, "pid %s%s%s\n", process(c->owner, c->comm, who, sizeof(who)),
		     c->owner_exited ? ", which has exited" : "",
		     c->nr_owners > 1 ? ", and others" : "");
}

static void add_where(struct strbuf *sb, const struct sink *s, const struct report_cause *c)
{
	const char *missing = words_missing(&c->first), *surplus = words_surplus(&c->first);
	const struct finding *f = &c->first;
	char name[WORDS_LEN];

	if (c->place) {
		label(sb, f->object.class == HMT_CLASS_HMM ? "taken in" : "born in");
		strbuf__addf(sb, "%s\n", place_name(s, c->place, name));
	}
	/* Who ended what it hung on should have released it first. */
	if (c->offence_place && c->offence_place != c->place) {
		label(sb, f->offence.ts ? "wrong in" :
			  f->prior.kind == HMT_MIRROR_UNREGISTER ? "forgot in" : "since");
		strbuf__addf(sb, "%s\n", place_name(s, c->offence_place, name));
	}
	if (missing) {
		label(sb, "missing");
		words_wrap(sb, missing, 16);
	}
	if (surplus) {
		label(sb, "too many");
		strbuf__addf(sb, "%s\n", surplus);
	}
	if (missing && f->nr_siblings_released && c->release_place) {
		label(sb, "others are");
		strbuf__addf(sb, "released in %s (%llu of %u born there)\n",
			     place_name(s, c->release_place, name),
			     (unsigned long long)f->sibling_release.count, f->nr_siblings);
	}
}

static void add_cause(struct strbuf *sb, const struct sink *s, const struct report_cause *c)
{
	__u64 nr = c->certain + c->inconclusive;
	char driver[128];

	if (c->is_rest) {
		strbuf__addf(sb, "  %llu findings of still other kinds\n", (unsigned long long)nr);
		return;
	}
	words_clean(c->driver->name, driver, sizeof(driver));
	strbuf__addf(sb, "  %s: ", c->certain || c->severity == SEVERITY_NOTE ?
				     severity_name(c->severity) : "inconclusive");
	if (nr > 1)
		strbuf__addf(sb, "%llu times in ", (unsigned long long)nr);
	strbuf__addf(sb, "%s: %s\n", strcmp(driver, "?") ? driver : "an unknown driver",
		     rule_title(c->rule));
	if (*c->blame) {
		label(sb, "in short");
		words_wrap(sb, c->blame, 16);
	}
	add_sure(sb, c);
	add_whose(sb, c);
	add_where(sb, s, c);
}

void report_text_causes(const struct report *r, const struct sink *s)
{
	struct strbuf sb = STRBUF_INIT;
	const struct report_cause **rows;
	size_t nr, shown;

	rows = report_sorted_causes(r, &nr);
	shown = s->verbose || nr <= ROWS_SHOWN ? nr : ROWS_SHOWN;
	if (nr)
		strbuf__addf(&sb, "\n%s\n", rows[0]->severity > SEVERITY_NOTE ?
					    "what is wrong (M: mirror, R: range, A: address space)" :
					    "to note (M: mirror, R: range, A: address space)");
	for (size_t i = 0; i < shown; i++)
		add_cause(&sb, s, rows[i]);
	if (shown < nr)
		strbuf__addf(&sb, "  ... %zu more (-v)\n", nr - shown);
	if (nr)
		strbuf__adds(&sb, "\nin numbers\n");
	hmt_free(rows);
	put(s, &sb);
}

/* --- tables ----------------------------------------------------------------------- */

static void add_more(struct strbuf *sb, size_t shown, size_t nr)
{
	if (shown < nr)
		strbuf__addf(sb, "  ... %zu more (-v)\n", nr - shown);
}

static size_t nr_shown(const struct sink *s, size_t nr)
{
	return s->verbose || nr <= ROWS_SHOWN ? nr : ROWS_SHOWN;
}

static char *findings(char *buf, __u64 certain, __u64 inconclusive)
{
	if (!inconclusive)
		return dash(buf, certain);
	if (certain)
		snprintf(buf, 64, "%llu, %llu not certain", (unsigned long long)certain,
			 (unsigned long long)inconclusive);
	else
		snprintf(buf, 64, "%llu not certain", (unsigned long long)inconclusive);
	return buf;
}

static void add_drivers(struct strbuf *sb, const struct report *r, const struct sink *s)
{
	struct table t = TABLE_INIT("lrrrrrrl");
	const struct report_driver **rows;
	size_t nr, shown;

	rows = report_sorted_drivers(r, &nr);
	shown = nr_shown(s, nr);
	if (nr)
		table__row(&t, "driver", "mirrors", "live", "ranges", "live", "at once", "bytes",
			   "findings");
	for (size_t i = 0; i < shown; i++) {
		const struct report_driver *d = rows[i];
		char name[64], m[FMT_LEN], ml[FMT_LEN], n[FMT_LEN], nl[FMT_LEN], most[FMT_LEN],
		     bytes[FMT_LEN], what[64];

		table__row(&t, words_clean(d->name, name, sizeof(name)), count(m, d->mirrors),
			   dash(ml, d->mirrors_live), count(n, d->ranges), dash(nl, d->live.live),
			   count(most, d->live.most),
			   d->bytes_live ? fmt_bytes(bytes, sizeof(bytes), d->bytes_live) : "-",
			   findings(what, d->certain, d->inconclusive));
	}
	if (nr)
		strbuf__adds(sb, "\ndrivers (live: at the end; at once: the most ranges)\n");
	table__print(&t, "  ", sb);
	add_more(sb, shown, nr);
	hmt_free(rows);
}

static char *lane_life(const struct report *r, const struct report_lane *lane, char *buf)
{
	__u64 end = lane->ended ? lane->ended : r->end;
	char age[FMT_LEN];

	if (lane->class != HMT_CLASS_MIRROR)
		snprintf(buf, 64, "-");
	else
		snprintf(buf, 64, "%s%s%s", lane->born ? "" : "over ",
			 fmt_duration(age, sizeof(age), end - (lane->born ? lane->born : r->t0)),
			 lane->ended ? "" : ", still live");
	return buf;
}

static void add_lanes(struct strbuf *sb, const struct report *r, const struct sink *s)
{
	struct table t = TABLE_INIT("lllrrrll");
	const struct report_lane **rows;
	size_t nr, shown;

	rows = report_sorted_lanes(r, &nr);
	shown = nr_shown(s, nr);
	if (nr)
		table__row(&t, "mirror", "driver", "owner", "ranges", "live", "at once", "lived",
			   "findings");
	for (size_t i = 0; i < shown; i++) {
		const struct report_lane *l = rows[i];
		char id[32], name[64], who[96], n[FMT_LEN], nl[FMT_LEN], most[FMT_LEN], life[64],
		     what[64];

		table__row(&t, report_lane_id(l, id, sizeof(id)),
			   words_clean(l->driver->name, name, sizeof(name)),
			   process(l->owner, l->comm, who, sizeof(who)), count(n, l->ranges),
			   dash(nl, l->live.live), count(most, l->live.most),
			   lane_life(r, l, life), findings(what, l->certain, l->inconclusive));
	}
	if (nr)
		strbuf__adds(sb, "\nmirrors (A: ranges without one, by address space)\n");
	table__print(&t, "  ", sb);
	add_more(sb, shown, nr);
	hmt_free(rows);
}

static void lifetime_row(struct table *t, const char *name, const struct hist *h)
{
	char nr[FMT_LEN], p[4][FMT_LEN];
	static const unsigned int permille[] = { 500, 950, 990 };

	if (!h->nr)
		return;
	for (int i = 0; i < 3; i++)
		fmt_duration(p[i], FMT_LEN, hist__percentile(h, permille[i]));
	fmt_duration(p[3], FMT_LEN, h->max);
	table__row(t, name, count(nr, h->nr), p[0], p[1], p[2], p[3]);
}

static void add_lifetimes(struct strbuf *sb, const struct report *r, const struct sink *s)
{
	struct table t = TABLE_INIT("lrrrrr");
	const struct report_driver **rows;
	size_t nr;

	if (!r->lifetime.nr)
		return;
	rows = report_sorted_drivers(r, &nr);
	strbuf__adds(sb, "\nlifetimes of ranges that ended\n");
	table__row(&t, "driver", "ended", "p50", "p95", "p99", "max");
	for (size_t i = 0; i < nr_shown(s, nr); i++) {
		char name[64];

		lifetime_row(&t, words_clean(rows[i]->name, name, sizeof(name)),
			     &rows[i]->lifetime);
	}
	if (nr > 1)
		lifetime_row(&t, "all", &r->lifetime);
	table__print(&t, "  ", sb);
	hmt_free(rows);
}

/* One character for each part of the time; ASCII, because it goes into logs. */
static void add_spark(struct strbuf *sb, const struct report *r)
{
	static const char levels[] = " .:-=+*#%@";
	const struct curve *c = &r->live;
	size_t nr = c->at + 1, width = nr < SPARK_WIDTH ? nr : SPARK_WIDTH;
	char when[FMT_LEN], span[FMT_LEN];

	if (!c->most)
		return;
	strbuf__addf(sb, "\nlive ranges over %s: %llu at most, at %s s\n  [",
		     fmt_duration(span, sizeof(span), r->end - r->t0),
		     (unsigned long long)c->most,
		     fmt_time(when, sizeof(when), c->most_ts - r->t0));
	for (size_t i = 0; i < width; i++) {
		__u64 most = 0;

		for (size_t b = i * nr / width; b < (i + 1) * nr / width; b++)
			most = c->bins[b] > most ? c->bins[b] : most;
		/* Only nothing looks like nothing. */
		strbuf__addc(sb, levels[(most * 9 + c->most - 1) / c->most]);
	}
	strbuf__adds(sb, "]\n");
}

static void add_holders(struct strbuf *sb, const struct report *r, const struct sink *s)
{
	struct table t = TABLE_INIT("rrrrlll");
	const struct report_holder **rows;
	size_t nr, shown;

	rows = report_sorted_holders(r, &nr);
	shown = nr_shown(s, nr);
	if (nr)
		table__row(&t, "live", "bytes", "at once", "born", "driver", "owner", "born in");
	for (size_t i = 0; i < shown; i++) {
		const struct report_holder *h = rows[i];
		char live[FMT_LEN], bytes[FMT_LEN], most[FMT_LEN], born[FMT_LEN], name[64],
		     who[96], place[WORDS_LEN];

		table__row(&t, dash(live, h->live),
			   h->bytes ? fmt_bytes(bytes, sizeof(bytes), h->bytes) : "-",
			   count(most, h->most), count(born, h->born),
			   words_clean(h->is_rest ? "others" : h->driver->name, name, sizeof(name)),
			   process(h->owner, h->comm, who, sizeof(who)),
			   place_name(s, h->place, place));
	}
	if (nr)
		strbuf__adds(sb, "\nwho holds most ranges (at the end, else at once)\n");
	table__print(&t, "  ", sb);
	add_more(sb, shown, nr);
	hmt_free(rows);
}

void report_text_tables(const struct report *r, const struct sink *s)
{
	struct strbuf sb = STRBUF_INIT;

	add_drivers(&sb, r, s);
	add_lanes(&sb, r, s);
	add_lifetimes(&sb, r, s);
	add_spark(&sb, r);
	add_holders(&sb, r, s);
	put(s, &sb);
}
