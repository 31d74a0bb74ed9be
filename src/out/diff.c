// SPDX-License-Identifier: GPL-2.0
#include "out/diff.h"

#include <errno.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "out/cases.h"
#include "out/json_parts.h"
#include "out/table.h"
#include "out/words.h"
#include "stream/desc.h"

/* --- collecting -------------------------------------------------------------------- */

/* The place of a signature in *b, new at its end if need be. Return: it, or -ENOMEM. */
static ssize_t place_of(struct baseline *b, const struct strbuf *signature)
{
	if (strbuf__err(signature) || baseline__add(b, strbuf__str(signature), 1))
		return -ENOMEM;
	return baseline__find(b, strbuf__str(signature)) - b->v;
}

/* Room for one at at; what is new is zeroed. */
static int reach(void **array, size_t *cap, size_t at, size_t size)
{
	size_t more = *cap ? *cap * 2 : 16;
	char *p;

	if (at < *cap)
		return 0;
	p = hmt_realloc(*array, more, size);
	if (!p)
		return -ENOMEM;
	memset(p + *cap * size, 0, (more - *cap) * size);
	*array = p;
	*cap = more;
	return 0;
}

int diff__finding(struct diff *d, enum diff_side s, const struct symtab *t, const struct finding *f)
{
	struct strbuf sb = STRBUF_INIT;
	struct diff_finding *row;
	ssize_t at;
	int ret = -ENOMEM;

	if (f->severity < SEVERITY_WARN)
		return 0;
	signature_make(t, f, &sb);
	at = place_of(&d->signatures, &sb);
	strbuf__reset(&sb);
	if (at >= 0 && !reach((void **)&d->findings, &d->cap_findings, at, sizeof(*row))) {
		row = &d->findings[at];
		(f->confidence == CONFIDENCE_CERTAIN ? row->certain : row->open)[s]++;
		ret = 0;
		if (!row->example[s]) {
			cases_finding_line(t, f, &sb);
			row->example[s] = strbuf__detach(&sb);
			ret = row->example[s] ? 0 : -ENOMEM;
		}
	}
	strbuf__free(&sb);
	return ret;
}

static void group_of(const struct symtab *t, const struct object_view *o, struct strbuf *sb)
{
	char name[256];
	const __u64 *ips;
	__u32 nr;

	strbuf__addf(sb, "%s\n%s", class_name(o->class), symtab__driver(t, o->ops, o->ops_fn));
	ips = symtab__stack(t, o->born.ts ? o->born.stack : -1, &nr);
	nr = words_depth(t, ips, nr);
	for (__u32 i = 0; i < nr; i++)
		strbuf__addf(sb, "\n%s", signature_frame(t, ips[i], name, sizeof(name)));
}

int diff__life(struct diff *d, enum diff_side s, const struct symtab *t,
	       const struct object_view *o, const struct moment *end, __u64 first, __u64 last)
{
	__u64 from = o->born.ts ? o->born.ts : first, to = end->ts ? end->ts : last;
	struct strbuf sb = STRBUF_INIT;
	ssize_t at;

	if (o->class != HMT_CLASS_MIRROR && o->class != HMT_CLASS_RANGE)
		return 0;
	group_of(t, o, &sb);
	at = place_of(&d->groups, &sb);
	strbuf__free(&sb);
	if (at < 0 || reach((void **)&d->lives, &d->cap_lives, at, sizeof(*d->lives)))
		return -ENOMEM;
	d->lives[at].alive[s] += !end->ts;
	return hist__add(&d->lives[at].lifetime[s], to > from ? to - from : 0);
}

void diff__free(struct diff *d)
{
	/* An entry whose row found no memory has none. */
	for (size_t i = 0; i < d->signatures.nr && i < d->cap_findings; i++) {
		hmt_free(d->findings[i].example[DIFF_A]);
		hmt_free(d->findings[i].example[DIFF_B]);
	}
	for (size_t i = 0; i < d->groups.nr && i < d->cap_lives; i++) {
		hist__free(&d->lives[i].lifetime[DIFF_A]);
		hist__free(&d->lives[i].lifetime[DIFF_B]);
	}
	hmt_free(d->findings);
	hmt_free(d->lives);
	baseline__free(&d->signatures);
	baseline__free(&d->groups);
	*d = (struct diff){ .verdict = 0 };
}

/* --- comparing --------------------------------------------------------------------- */

/* What only one run shows is certain only where the other one would have shown it. */
static enum diff_state compare(const struct diff *d, const struct diff_finding *f)
{
	__u64 a = f->certain[DIFF_A], b = f->certain[DIFF_B];

	if (a && b)
		return b > a ? DIFF_MORE : b < a ? DIFF_FEWER : DIFF_SAME;
	if (b)
		return f->open[DIFF_A] || d->lossy[DIFF_A] ? DIFF_MAYBE_NEW : DIFF_NEW;
	if (f->open[DIFF_B])
		return a ? DIFF_SAME : DIFF_MAYBE_NEW;
	return a && !d->lossy[DIFF_B] ? DIFF_GONE : DIFF_MAYBE_GONE;
}

void diff__finish(struct diff *d)
{
	d->nr_new = d->nr_maybe = 0;
	for (size_t i = 0; i < d->signatures.nr; i++) {
		d->findings[i].state = compare(d, &d->findings[i]);
		d->nr_new += d->findings[i].state == DIFF_NEW;
		d->nr_maybe += d->findings[i].state == DIFF_MAYBE_NEW;
	}
	d->verdict = d->nr_new ? 1 : d->nr_maybe || d->lossy[DIFF_B] ? 3 : 0;
}

/* --- printing ---------------------------------------------------------------------- */

static const struct {
	const char *name, *title;
} states[] = {
	[DIFF_SAME] = { "same", "in both" },
	[DIFF_NEW] = { "new", "new in B" },
	[DIFF_MAYBE_NEW] = { "maybe-new", "perhaps new in B: one of the runs is inconclusive" },
	[DIFF_MORE] = { "more", "more of in B" },
	[DIFF_FEWER] = { "fewer", "fewer of in B" },
	[DIFF_GONE] = { "gone", "gone in B" },
	[DIFF_MAYBE_GONE] = { "maybe-gone", "perhaps gone in B: one of the runs is inconclusive" },
};

static void add_verdict(const struct diff *d, struct strbuf *sb)
{
	strbuf__adds(sb, "verdict: ");
	if (d->nr_new)
		strbuf__addf(sb, "%zu new leak%s\n", d->nr_new, d->nr_new == 1 ? "" : "s");
	else if (d->nr_maybe)
		strbuf__addf(sb, "inconclusive: %zu perhaps new\n", d->nr_maybe);
	else if (d->verdict)
		strbuf__adds(sb, "inconclusive: nothing new, but B lost events\n");
	else
		strbuf__adds(sb, "clean: nothing new\n");
}

static void add_side(const struct diff *d, enum diff_side s, struct strbuf *sb)
{
	__u64 kinds = 0, certain = 0;

	for (size_t i = 0; i < d->signatures.nr; i++) {
		kinds += d->findings[i].certain[s] > 0;
		certain += d->findings[i].certain[s];
	}
	strbuf__addf(sb, "  %c  %s: %llu certain finding%s", "AB"[s], d->name[s],
		     (unsigned long long)certain, certain == 1 ? "" : "s");
	if (certain)
		strbuf__addf(sb, " of %llu kind%s", (unsigned long long)kinds,
			     kinds == 1 ? "" : "s");
	strbuf__adds(sb, d->lossy[s] ? "; events were lost\n" : "\n");
}

static void add_state(const struct diff *d, enum diff_state state, struct strbuf *sb)
{
	bool any = false;

	for (size_t i = 0; i < d->signatures.nr; i++) {
		const struct diff_finding *f = &d->findings[i];
		const char *rule = d->signatures.v[i].signature;

		if (f->state != state)
			continue;
		if (!any)
			strbuf__addf(sb, "\n%s\n", states[state].title);
		any = true;
		strbuf__addf(sb, "  %.*s: %llu -> %llu\n    %s\n", (int)strcspn(rule, "\n"), rule,
			     (unsigned long long)(f->certain[DIFF_A] + f->open[DIFF_A]),
			     (unsigned long long)(f->certain[DIFF_B] + f->open[DIFF_B]),
			     f->example[DIFF_B] ? f->example[DIFF_B] : f->example[DIFF_A]);
	}
}

/* By more than a quarter: what is less is the noise of a machine. */
static bool differs(__u64 a, __u64 b)
{
	__u64 less = a < b ? a : b, more = a < b ? b : a;

	return more - less > less / 4;
}

static bool life_differs(const struct diff_lives *l)
{
	const struct hist *a = &l->lifetime[DIFF_A], *b = &l->lifetime[DIFF_B];

	return a->nr != b->nr || differs(hist__percentile(a, 500), hist__percentile(b, 500)) ||
	       differs(hist__percentile(a, 950), hist__percentile(b, 950)) ||
	       differs(a->max, b->max);
}

static char *arrow(bool have_a, bool have_b, __u64 a, __u64 b, char *buf, size_t size)
{
	char left[FMT_LEN], right[FMT_LEN];

	snprintf(buf, size, "%s -> %s",
		 have_a ? fmt_duration(left, sizeof(left), a) : "-",
		 have_b ? fmt_duration(right, sizeof(right), b) : "-");
	return buf;
}

static void add_life(struct table *t, const char *group, const struct diff_lives *l)
{
	const struct hist *a = &l->lifetime[DIFF_A], *b = &l->lifetime[DIFF_B];
	const char *driver = strchr(group, '\n') + 1, *frame = strchr(driver, '\n');
	char what[256], where[256] = "", count[64], p50[80], p95[80], max[80];

	snprintf(what, sizeof(what), "%.*s of %.*s", (int)strcspn(group, "\n"), group,
		 (int)strcspn(driver, "\n"), driver);
	/* The plumbing says the same of all of them. */
	for (; frame; frame = strchr(frame + 1, '\n')) {
		snprintf(where, sizeof(where), "%.*s", (int)strcspn(frame + 1, "\n"), frame + 1);
		if (!words_plumbing(where))
			break;
	}
	snprintf(count, sizeof(count), "%llu -> %llu", (unsigned long long)a->nr,
		 (unsigned long long)b->nr);
	table__row(t, what, where, count,
		   arrow(a->nr, b->nr, hist__percentile(a, 500), hist__percentile(b, 500), p50,
			 sizeof(p50)),
		   arrow(a->nr, b->nr, hist__percentile(a, 950), hist__percentile(b, 950), p95,
			 sizeof(p95)),
		   arrow(a->nr, b->nr, a->max, b->max, max, sizeof(max)));
}

void diff__text(const struct diff *d, bool quiet, struct strbuf *sb)
{
	static const enum diff_state order[] = {
		DIFF_NEW, DIFF_MAYBE_NEW, DIFF_MORE, DIFF_FEWER, DIFF_GONE, DIFF_MAYBE_GONE,
		DIFF_SAME,
	};
	struct table t = TABLE_INIT("llrrrr");
	bool any = false;

	add_verdict(d, sb);
	if (quiet)
		return;
	add_side(d, DIFF_A, sb);
	add_side(d, DIFF_B, sb);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		add_state(d, order[i], sb);
	for (size_t i = 0; i < d->groups.nr; i++) {
		if (!life_differs(&d->lives[i]))
			continue;
		if (!any)
			table__row(&t, "lives that changed", "born in", "count", "p50", "p95", "max");
		any = true;
		add_life(&t, d->groups.v[i].signature, &d->lives[i]);
	}
	if (any)
		strbuf__addc(sb, '\n');
	table__print(&t, "", sb);
}

static void key_names(struct jsonw *j, const char *first, const char *signature)
{
	const char *driver = strchr(signature, '\n') + 1, *frame = strchr(driver, '\n');

	jsonw__key(j, first);
	jsonw__strn(j, signature, (size_t)(driver - 1 - signature));
	jsonw__key(j, "driver");
	jsonw__strn(j, driver, strcspn(driver, "\n"));
	jsonw__key(j, "stack");
	jsonw__array(j);
	for (; frame; frame = strchr(frame + 1, '\n'))
		jsonw__strn(j, frame + 1, strcspn(frame + 1, "\n"));
	jsonw__end(j);
}

static void finding_json(const struct diff_finding *f, const char *signature, struct strbuf *sb)
{
	static const char *const keys[] = { "a", "b" };
	struct jsonw j;

	json_line_open(&j, sb, "diff-finding");
	jsonw__kstr(&j, "state", states[f->state].name);
	key_names(&j, "rule", signature);
	for (unsigned int s = 0; s < DIFF_SIDES; s++) {
		jsonw__key(&j, keys[s]);
		jsonw__object(&j);
		jsonw__ku64(&j, "certain", f->certain[s]);
		jsonw__ku64(&j, "inconclusive", f->open[s]);
		jsonw__kstr_or_null(&j, "example", f->example[s]);
		jsonw__end(&j);
	}
	json_line_close(&j);
}

static void lives_json(const struct diff_lives *l, const char *group, struct strbuf *sb)
{
	static const char *const keys[] = { "a", "b" };
	struct jsonw j;

	json_line_open(&j, sb, "diff-lives");
	key_names(&j, "class", group);
	for (unsigned int s = 0; s < DIFF_SIDES; s++) {
		const struct hist *h = &l->lifetime[s];

		jsonw__key(&j, keys[s]);
		jsonw__object(&j);
		jsonw__ku64(&j, "count", h->nr);
		jsonw__ku64(&j, "alive_at_end", l->alive[s]);
		jsonw__ku64(&j, "p50_ns", hist__percentile(h, 500));
		jsonw__ku64(&j, "p95_ns", hist__percentile(h, 950));
		jsonw__ku64(&j, "max_ns", h->max);
		jsonw__end(&j);
	}
	json_line_close(&j);
}

void diff__json(const struct diff *d, struct strbuf *sb)
{
	struct jsonw j;

	json_line_open(&j, sb, "header");
	jsonw__kstr(&j, "version", SINK_JSON_VERSION);
	jsonw__kstr(&j, "a", d->name[DIFF_A]);
	jsonw__kstr(&j, "b", d->name[DIFF_B]);
	json_line_close(&j);
	for (size_t i = 0; i < d->signatures.nr; i++)
		finding_json(&d->findings[i], d->signatures.v[i].signature, sb);
	for (size_t i = 0; i < d->groups.nr; i++)
		lives_json(&d->lives[i], d->groups.v[i].signature, sb);
	json_line_open(&j, sb, "summary");
	jsonw__kstr(&j, "verdict", d->verdict == 1 ? "new" : d->verdict ? "inconclusive" : "clean");
	jsonw__ku64(&j, "new", d->nr_new);
	jsonw__ku64(&j, "maybe_new", d->nr_maybe);
	jsonw__kbool(&j, "lossy_a", d->lossy[DIFF_A]);
	jsonw__kbool(&j, "lossy_b", d->lossy[DIFF_B]);
	json_line_close(&j);
}
