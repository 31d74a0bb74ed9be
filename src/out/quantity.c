// SPDX-License-Identifier: GPL-2.0
#include "out/quantity.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "out/words.h"
#include "stream/desc.h"

#define OBJECT_SELECTORS (SELECT_DRIVER | SELECT_COMM | SELECT_PID)

#define ROW(n, s, m, u, sel, text) \
	{ .name = n, .subject = SUBJECT_##s, .metric = METRIC_##m, .unit = UNIT_##u, \
	  .selectors = sel, .help = text }
#define LIFETIME_ROW(n, S, p, pm, text) \
	{ .name = n ".lifetime." p, .subject = SUBJECT_##S, .metric = METRIC_LIFETIME, \
	  .permille = pm, .unit = UNIT_NS, .selectors = OBJECT_SELECTORS, .help = text }
#define LIFE_ROWS(n, S, plural) \
	ROW(n ".count", S, COUNT, COUNT, OBJECT_SELECTORS, "lives of " plural " that were seen"), \
	ROW(n ".live.max", S, LIVE_MAX, COUNT, OBJECT_SELECTORS, \
	    "the most " plural " that were registered at one time"), \
	ROW(n ".live.end", S, LIVE_END, COUNT, OBJECT_SELECTORS, \
	    plural " still registered when the trace ended"), \
	LIFETIME_ROW(n, S, "min", 0, "the shortest life of all " plural), \
	LIFETIME_ROW(n, S, "p50", 500, "half of the " plural " lived no longer"), \
	LIFETIME_ROW(n, S, "p95", 950, "95 of 100 " plural " lived no longer"), \
	LIFETIME_ROW(n, S, "p99", 990, "99 of 100 " plural " lived no longer"), \
	LIFETIME_ROW(n, S, "max", 1000, "the longest life of all " plural)

const struct quantity quantities[] = {
	ROW("orphans", ANY, ORPHANS, COUNT, OBJECT_SELECTORS,
	    "mirrors and ranges certainly found to have outlived what they belong to"),
	ROW("range.orphans", RANGE, ORPHANS, COUNT, OBJECT_SELECTORS, "the ranges among them"),
	ROW("mirror.orphans", MIRROR, ORPHANS, COUNT, OBJECT_SELECTORS, "the mirrors among them"),
	ROW("references.unaccounted", ANY, UNACCOUNTED, COUNT, SELECT_DRIVER,
	    "references certainly held for longer than the grace time without a mirror or range "
	    "that accounts for them"),
	ROW("findings", ANY, FINDINGS, COUNT, OBJECT_SELECTORS | SELECT_RULE,
	    "certain findings of severity warn or error"),
	ROW("findings.errors", ANY, ERRORS, COUNT, OBJECT_SELECTORS | SELECT_RULE,
	    "certain findings of severity error"),
	ROW("findings.warnings", ANY, WARNINGS, COUNT, OBJECT_SELECTORS | SELECT_RULE,
	    "certain findings of severity warn"),
	ROW("findings.inconclusive", ANY, INCONCLUSIVE, COUNT, OBJECT_SELECTORS | SELECT_RULE,
	    "findings of severity warn or error that missing events could overturn"),
	LIFE_ROWS("range", RANGE, "ranges"),
	ROW("range.size.max", RANGE, SIZE_MAX, BYTES, OBJECT_SELECTORS, "the largest range"),
	LIFE_ROWS("mirror", MIRROR, "mirrors"),
	ROW("events.lost", EVENT, LOST, COUNT, SELECT_CAUSE,
	    "events lost that a verdict may rest on; with a cause, events lost for that cause"),
	ROW("events.seen", EVENT, SEEN, COUNT, 0, "events of the kernel in the trace"),
	ROW("trace.duration", EVENT, DURATION, NS, 0, "from the first record to the last"),
	{ 0 }
};

const struct quantity *quantity_find(const char *name, size_t len)
{
	for (const struct quantity *q = quantities; q->name; q++)
		if (strlen(q->name) == len && !memcmp(q->name, name, len))
			return q;
	return NULL;
}

bool quantity_needs_lives(const struct quantity *q)
{
	return q->metric == METRIC_LIVE_MAX;
}

const char *unit_name(enum unit unit)
{
	return unit == UNIT_NS ? "ns" : unit == UNIT_BYTES ? "bytes" : "count";
}

char *quantity_format(enum unit unit, __u64 value, char *buf, size_t size)
{
	if (unit == UNIT_NS)
		return fmt_duration(buf, size, value);
	if (unit == UNIT_BYTES)
		return fmt_bytes(buf, size, value);
	snprintf(buf, size, "%llu", (unsigned long long)value);
	return buf;
}

/* --- evidence ---------------------------------------------------------------------- */

static void *grown(void *array, size_t nr, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 64;
	void *p;

	if (nr < *cap)
		return array;
	p = hmt_realloc(array, more, size);
	if (p)
		*cap = more;
	return p;
}

static bool same_group(const struct life *a, const struct life *b)
{
	return a->ops == b->ops && a->ops_fn == b->ops_fn && a->owner == b->owner &&
	       a->class == b->class && a->mirror_api == b->mirror_api;
}

/* Return: the group of l, a new one if need be; NULL without memory. */
static struct life_group *group_of(struct evidence *ev, const struct life *l)
{
	__u64 key = (l->ops ^ l->ops_fn << 1) * 0x9e3779b97f4a7c15ULL ^
		    ((__u64)l->owner << 3 | (__u64)l->class << 1 | l->mirror_api);
	struct life_group *g;
	size_t at;

	for (; (at = (size_t)(uintptr_t)map64__get(&ev->by_group, key)); key++)
		if (same_group(&ev->groups[at - 1].first, l))
			return &ev->groups[at - 1];
	g = grown(ev->groups, ev->nr_groups, &ev->cap_groups, sizeof(*g));
	if (!g)
		return NULL;
	ev->groups = g;
	if (map64__put(&ev->by_group, key, (void *)(uintptr_t)(ev->nr_groups + 1)))
		return NULL;
	g[ev->nr_groups] = (struct life_group){ .first = *l };
	return &g[ev->nr_groups++];
}

static int keep_life(struct evidence *ev, const struct life *l)
{
	struct life *lives = grown(ev->lives, ev->nr_lives, &ev->cap_lives, sizeof(*lives));

	if (!lives)
		return -ENOMEM;
	ev->lives = lives;
	lives[ev->nr_lives++] = *l;
	return 0;
}

int evidence__add_life(struct evidence *ev, const struct object_view *o, const struct moment *m)
{
	struct life_group *g;
	struct life l;
	bool keep;

	if (o->class != HMT_CLASS_MIRROR && o->class != HMT_CLASS_RANGE)
		return 0;
	l = (struct life){
		.born = o->born.ts ? o->born.ts : ev->stats->first_ts,
		.ended = m->ts ? m->ts : ev->stats->last_ts,
		.ops = o->ops, .ops_fn = o->ops_fn, .size = o->end - o->start,
		.serial = o->serial, .generation = o->generation, .owner = o->owner,
		.stack = o->born.ts ? o->born.stack : -1,
		.class = (__u8)o->class, .alive = !m->ts, .mirror_api = o->hmm != 0,
	};
	g = group_of(ev, &l);
	if (!g)
		return -ENOMEM;
	g->nr++;
	if (ev->few_lives && ev->ages.nr_limits && ages__add(&ev->ages, &l))
		return -ENOMEM;
	keep = !ev->few_lives || l.alive || l.size > g->largest;
	if (l.size > g->largest)
		g->largest = l.size;
	return keep ? keep_life(ev, &l) : 0;
}

int evidence__add_finding(struct evidence *ev, const struct finding *f, enum standing standing)
{
	struct evidence_finding *list;

	list = grown(ev->findings, ev->nr_findings, &ev->cap_findings, sizeof(*list));
	if (!list)
		return -ENOMEM;
	ev->findings = list;
	list[ev->nr_findings++] = (struct evidence_finding){ .f = *f, .standing = standing };
	return 0;
}

bool evidence__lossy(const struct evidence *ev)
{
	for (unsigned int c = 0; c < HMT_CAUSE_NR; c++)
		if (ev->stats->lost[c] && cause_overturns(c))
			return true;
	/* A cut may have cost nothing that was counted. */
	for (size_t i = 0; i < ev->nr_lost; i++)
		if (cause_overturns(ev->lost[i].cause))
			return true;
	return false;
}

char *evidence__drivers(const struct evidence *ev, char *buf, size_t size)
{
	size_t n = 0;

	snprintf(buf, size, "none");
	for (size_t i = 0; i < ev->nr_groups && n < size; i++) {
		const char *driver = symtab__driver(ev->symtab, ev->groups[i].first.ops,
						    ev->groups[i].first.ops_fn);
		const char *at = n ? strstr(buf, driver) : NULL;
		size_t len = strlen(driver);

		/* A whole word of the list, not a part of another name. */
		while (at && ((at > buf && at[-1] != ' ') || (at[len] && at[len] != ',')))
			at = strstr(at + 1, driver);
		if (at || !strcmp(driver, "?"))
			continue;
		n += snprintf(buf + n, size - n, "%s%s", n ? ", " : "", driver);
	}
	return buf;
}

void evidence__free(struct evidence *ev)
{
	hmt_free(ev->lives);
	hmt_free(ev->groups);
	map64__free(&ev->by_group);
	ages__free(&ev->ages);
	hmt_free(ev->findings);
	*ev = (struct evidence){ 0 };
}

/* --- selectors --------------------------------------------------------------------- */

static bool selector_owner(const struct selector *sel, const struct symtab *t, __u32 owner)
{
	if (sel->set & SELECT_PID && owner != sel->pid)
		return false;
	return !(sel->set & SELECT_COMM) || !fnmatch(sel->comm, symtab__comm(t, owner), 0);
}

bool selector_life(const struct selector *sel, const struct symtab *t, const struct life *l)
{
	if (sel->set & SELECT_DRIVER &&
	    fnmatch(sel->driver, symtab__driver(t, l->ops, l->ops_fn), 0))
		return false;
	return selector_owner(sel, t, l->owner);
}

static bool selector_finding(const struct selector *sel, const struct symtab *t,
			     const struct finding *f)
{
	if (sel->set & SELECT_RULE && f->rule != sel->rule)
		return false;
	if (sel->set & SELECT_DRIVER && fnmatch(sel->driver, words_driver(t, f), 0))
		return false;
	return selector_owner(sel, t, f->object.owner);
}

static bool of_subject(enum subject s, unsigned int class)
{
	return s == SUBJECT_ANY || (s == SUBJECT_RANGE) == (class == HMT_CLASS_RANGE);
}

/* --- words ------------------------------------------------------------------------- */

static void add_place(const struct symtab *t, const struct moment *born, char *buf, size_t size)
{
	size_t n = strlen(buf);
	__u64 place = words_place(t, born);

	if (!place || n >= size)
		return;
	n += snprintf(buf + n, size - n, ", born at ");
	if (n < size)
		symtab__format(t, place, buf + n, size - n);
}

static void add_owner(const struct symtab *t, __u32 owner, char *buf, size_t size)
{
	size_t n = strlen(buf);
	char comm[HMT_COMM_LEN + 1];

	if (!owner || n >= size)
		return;
	words_clean(symtab__comm(t, owner), comm, sizeof(comm));
	snprintf(buf + n, size - n, *comm ? ", pid %u (%s)" : ", pid %u", owner, comm);
}

char *life_words(const struct symtab *t, const struct life *l, char *buf, size_t size)
{
	const struct object_view o = {
		.class = l->class, .serial = l->serial, .generation = l->generation,
	};
	const struct moment born = { .stack = l->stack };
	const char *driver = symtab__driver(t, l->ops, l->ops_fn);
	size_t n;

	words_object(&o, buf, size);
	n = strlen(buf);
	if (strcmp(driver, "?"))
		snprintf(buf + n, size - n, " of %s", driver);
	add_owner(t, l->owner, buf, size);
	add_place(t, &born, buf, size);
	return buf;
}

static void finding_words(const struct symtab *t, const struct finding *f, char *buf, size_t size)
{
	const char *driver = words_driver(t, f);
	size_t n;

	words_object(&f->object, buf, size);
	n = strlen(buf);
	n += snprintf(buf + n, size - n, *driver ? " of %s" : "%s", driver);
	if (n < size)
		snprintf(buf + n, size - n, ", %s", rule_name(f->rule));
	add_owner(t, f->object.owner, buf, size);
	add_place(t, f->object.born.ts ? &f->object.born : &f->offence, buf, size);
}

static void say_what(struct measure *m, const char *one)
{
	snprintf(m->what, sizeof(m->what), "%llu %s%s", (unsigned long long)m->of, one,
		 m->of == 1 ? "" : "s");
}

static const char *subject_name(enum subject s)
{
	return s == SUBJECT_RANGE ? "range" : s == SUBJECT_MIRROR ? "mirror" : "object";
}

/* --- lives ------------------------------------------------------------------------- */

struct lives {
	const struct life **v;
	size_t nr;
};

/* How many there were, kept one by one or not. */
static __u64 nr_lives(enum subject s, const struct selector *sel, const struct evidence *ev,
		      bool mirror_api)
{
	__u64 nr = 0;

	for (size_t i = 0; i < ev->nr_groups; i++) {
		const struct life *l = &ev->groups[i].first;

		if (of_subject(s, l->class) && (l->mirror_api || !mirror_api) &&
		    selector_life(sel, ev->symtab, l))
			nr += ev->groups[i].nr;
	}
	return nr;
}

static int pick_lives(const struct quantity *q, const struct selector *sel,
		      const struct evidence *ev, struct lives *ret)
{
	bool aged = q->metric == METRIC_LIFETIME && ev->few_lives;
	const struct life *v = aged ? ev->ages.lives : ev->lives;
	size_t nr = aged ? ev->ages.nr_lives : ev->nr_lives;

	*ret = (struct lives){ .v = hmt_calloc(nr + 1, sizeof(*ret->v)) };
	if (!ret->v)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		if (of_subject(q->subject, v[i].class) && selector_life(sel, ev->symtab, &v[i]))
			ret->v[ret->nr++] = &v[i];
	return 0;
}

static void worst_age(const struct life *worst, const struct symtab *t, struct measure *m)
{
	char words[400], long_[FMT_LEN];

	snprintf(m->worst, sizeof(m->worst), "%s, %s%s",
		 life_words(t, worst, words, sizeof(words)),
		 fmt_duration(long_, sizeof(long_), life_age(worst)),
		 worst->alive ? " and still alive at the end" : "");
}

/* Nearest rank: the smallest value that so many of the lives do not exceed. */
static void lifetime(const struct quantity *q, struct lives *l, const struct symtab *t,
		     struct measure *m)
{
	size_t rank = (l->nr * q->permille + 999) / 1000;

	qsort(l->v, l->nr, sizeof(*l->v), life_by_age);
	m->value = life_age(l->v[rank ? rank - 1 : 0]);
	worst_age(l->v[q->permille ? l->nr - 1 : 0], t, m);
}

/* The same where they were too many to keep. */
static int binned_lifetime(const struct quantity *q, const struct selector *sel, __u64 limit,
			   const struct evidence *ev, struct measure *m)
{
	struct ages_sum s = { .shortest = NULL };
	int ret = 0;

	for (size_t i = 0; !ret && i < ev->ages.nr_buckets; i++) {
		const struct ages_bucket *b = ev->ages.buckets[i];

		if (of_subject(q->subject, b->longest.class) &&
		    selector_life(sel, ev->symtab, &b->longest))
			ret = ages_sum__add(&s, &ev->ages, b, limit);
	}
	if (!ret && s.hist.nr) {
		m->value = ages_sum__percentile(&s, q->permille, limit);
		m->approximate = q->permille && q->permille < 1000;
		worst_age(q->permille ? s.longest : s.shortest, ev->symtab, m);
	}
	ages_sum__free(&s);
	return ret;
}

static int by_value(const void *pa, const void *pb)
{
	__u64 a = *(const __u64 *)pa, b = *(const __u64 *)pb;

	return a < b ? -1 : a > b;
}

/* The oldest of those that were there at the time. */
static void oldest_at(const struct lives *l, __u64 ts, const struct symtab *t, struct measure *m)
{
	const struct life *oldest = NULL;
	char words[400];

	for (size_t i = 0; i < l->nr; i++) {
		const struct life *c = l->v[i];

		if (c->born <= ts && (c->ended > ts || c->alive) &&
		    (!oldest || c->born < oldest->born))
			oldest = c;
	}
	if (oldest)
		snprintf(m->worst, sizeof(m->worst), "the oldest was %s",
			 life_words(t, oldest, words, sizeof(words)));
}

static int live_max(const struct lives *l, const struct symtab *t, struct measure *m)
{
	__u64 *born = hmt_calloc(l->nr * 2 + 1, sizeof(*born)), *ended = born + l->nr;
	size_t b, e = 0;
	__u64 at = 0;

	if (!born)
		return -ENOMEM;
	for (size_t i = 0; i < l->nr; i++) {
		born[i] = l->v[i]->born;
		ended[i] = l->v[i]->alive ? ~0ULL : l->v[i]->ended;
	}
	qsort(born, l->nr, sizeof(*born), by_value);
	qsort(ended, l->nr, sizeof(*ended), by_value);
	for (b = 0; b < l->nr; b++) {
		while (ended[e] <= born[b] && e < b)
			e++;
		if (b + 1 - e > m->value) {
			m->value = b + 1 - e;
			at = born[b];
		}
	}
	hmt_free(born);
	oldest_at(l, at, t, m);
	return 0;
}

static void count_live(const struct lives *l, const struct symtab *t, struct measure *m)
{
	for (size_t i = 0; i < l->nr; i++)
		m->value += l->v[i]->alive;
	if (m->value)
		oldest_at(l, ~0ULL, t, m);
}

static void size_max(const struct lives *l, const struct symtab *t, struct measure *m)
{
	for (size_t i = 0; i < l->nr; i++) {
		if (l->v[i]->size <= m->value)
			continue;
		m->value = l->v[i]->size;
		life_words(t, l->v[i], m->worst, sizeof(m->worst));
	}
}

static int measure_picked(const struct quantity *q, const struct selector *sel, __u64 limit,
			  struct lives *l, const struct evidence *ev, struct measure *m)
{
	int ret = 0;

	if (q->metric == METRIC_COUNT)
		m->value = m->of;
	else if (q->metric == METRIC_LIFETIME && ev->few_lives && ev->ages.binned)
		ret = binned_lifetime(q, sel, limit, ev, m);
	else if (q->metric == METRIC_LIFETIME)
		lifetime(q, l, ev->symtab, m);
	else if (q->metric == METRIC_LIVE_MAX)
		ret = live_max(l, ev->symtab, m);
	else if (q->metric == METRIC_LIVE_END)
		count_live(l, ev->symtab, m);
	else
		size_max(l, ev->symtab, m);
	m->low = m->high = m->value;
	if (evidence__lossy(ev)) {
		/* A life is not seen twice: there were at least so many, and so large ones. */
		m->low = q->metric == METRIC_COUNT || q->metric == METRIC_SIZE_MAX ? m->value : 0;
		m->high = QUANTITY_UNKNOWN;
	}
	return ret;
}

static int measure_lives(const struct quantity *q, const struct selector *sel, __u64 limit,
			 const struct evidence *ev, struct measure *m)
{
	struct lives l;
	int ret = pick_lives(q, sel, ev, &l);

	if (ret)
		return ret;
	m->of = nr_lives(q->subject, sel, ev, false);
	say_what(m, subject_name(q->subject));
	if (m->of)
		ret = measure_picked(q, sel, limit, &l, ev, m);
	hmt_free(l.v);
	return ret;
}

/* --- findings ---------------------------------------------------------------------- */

static bool is_orphan(enum rule_id rule)
{
	return rule == RULE_RANGE_ORPHANED_BY_MIRROR || rule == RULE_RANGE_ORPHANED_BY_MM ||
	       rule == RULE_MIRROR_ORPHANED_BY_MM;
}

/* What a finding adds to the quantity, whether or not it is certain. */
static __u64 weight(const struct quantity *q, const struct finding *f)
{
	switch (q->metric) {
	case METRIC_ORPHANS:
		return is_orphan(f->rule) && of_subject(q->subject, f->object.class);
	case METRIC_UNACCOUNTED:
		if (f->rule == RULE_FAILED_REGISTER_KEPT_REFERENCE)
			return 1;
		if (f->rule != RULE_REFERENCE_UNACCOUNTED)
			return 0;
		return f->count > f->expected ? f->count - f->expected : 1;
	case METRIC_ERRORS:
		return f->severity == SEVERITY_ERROR;
	case METRIC_WARNINGS:
		return f->severity == SEVERITY_WARN;
	default:
		return f->severity >= SEVERITY_WARN;
	}
}

/* How much there was that could have broken a rule: without any, "0" means nothing. */
static void judged(const struct quantity *q, const struct selector *sel, const struct evidence *ev,
		   struct measure *m)
{
	const __u64 *kinds = ev->stats->kinds;

	if (sel->set & SELECT_RULE && (sel->rule == RULE_USE_OF_UNREGISTERED_RANGE ||
				       sel->rule == RULE_RANGE_USED_DURING_UNREGISTER ||
				       sel->rule == RULE_RANGE_FAULT_WITH_STALE_SEQUENCE ||
				       sel->rule == RULE_RANGE_LIVELOCK)) {
		m->of = kinds[HMT_FAULT_BEGIN] + kinds[HMT_READ_BEGIN];
		say_what(m, "fault or read event");
		return;
	}
	if (sel->set & SELECT_RULE && (sel->rule == RULE_INVALIDATION_NEVER_BEGUN ||
				       sel->rule == RULE_INVALIDATION_NEVER_ENDED)) {
		m->of = kinds[HMT_INVALIDATE_BEGIN] + kinds[HMT_INVALIDATE_END];
		say_what(m, "invalidation event");
		return;
	}
	m->of += nr_lives(q->subject, sel, ev, q->metric == METRIC_UNACCOUNTED);
	if (q->metric == METRIC_UNACCOUNTED && !sel->set)
		m->of += ev->stats->hmms;
	say_what(m, q->metric != METRIC_UNACCOUNTED ? subject_name(q->subject) :
		    sel->set ? "object of the mirror API" : "object");
}

static int measure_findings(const struct quantity *q, const struct selector *sel,
			    const struct evidence *ev, struct measure *m)
{
	__u64 certain = 0, doubtful = 0, most = 0;
	const struct finding *worst = NULL;
	bool want_certain = q->metric != METRIC_INCONCLUSIVE;

	for (size_t i = 0; i < ev->nr_findings; i++) {
		const struct finding *f = &ev->findings[i].f;
		__u64 w = weight(q, f);

		if (!w || ev->findings[i].standing != STANDING_NEW ||
		    !selector_finding(sel, ev->symtab, f))
			continue;
		*(f->confidence == CONFIDENCE_CERTAIN ? &certain : &doubtful) += w;
		if (w > most && (f->confidence == CONFIDENCE_CERTAIN) == want_certain) {
			most = w;
			worst = f;
		}
	}
	if (worst)
		finding_words(ev->symtab, worst, m->worst, sizeof(m->worst));
	m->value = want_certain ? certain : doubtful;
	m->low = m->high = m->value;
	if (want_certain)
		m->high = evidence__lossy(ev) ? QUANTITY_UNKNOWN : certain + doubtful;
	judged(q, sel, ev, m);
	if (m->value && !m->of)
		m->of = m->value;
	return 0;
}

/* --- the stream -------------------------------------------------------------------- */

static __u64 nr_events(const struct engine_stats *st)
{
	__u64 nr = 0;

	/* The names of processes are not about what is traced. */
	for (unsigned int k = 0; k < HMT_TASK; k++)
		nr += st->kinds[k];
	return nr;
}

static void count_lost(const struct selector *sel, const struct evidence *ev, struct measure *m)
{
	const struct lost_row *worst = NULL;
	__u64 most = 0;
	char what[128];

	for (size_t i = 0; i < ev->nr_lost; i++) {
		const struct lost_row *l = &ev->lost[i];
		/* Of a cut, a damaged part or a time in the dark nobody knows how many it cost. */
		bool vague = l->cause == HMT_CAUSE_CUT || l->cause == HMT_CAUSE_FRAME ||
			     l->cause == HMT_CAUSE_SWITCHED_OFF;
		__u64 count = vague && !l->count ? 1 : l->count;

		if (sel->set & SELECT_CAUSE ? l->cause != sel->cause : !cause_overturns(l->cause))
			continue;
		m->value += count;
		if (vague)
			m->high = QUANTITY_UNKNOWN;
		if (count > most) {
			most = count;
			worst = l;
		}
	}
	if (!worst)
		return;
	words_lost(worst->cause, worst->count, what, sizeof(what));
	if (worst->cpu == HMT_CPU_NONE)
		snprintf(m->worst, sizeof(m->worst), "%s", what);
	else
		snprintf(m->worst, sizeof(m->worst), "%s on cpu %u", what, worst->cpu);
}

static int measure_stream(const struct quantity *q, const struct selector *sel,
			  const struct evidence *ev, struct measure *m)
{
	const struct engine_stats *st = ev->stats;

	m->of = nr_events(st);
	say_what(m, "event");
	if (q->metric == METRIC_LOST) {
		count_lost(sel, ev, m);
		m->low = m->value;
		if (m->high != QUANTITY_UNKNOWN)
			m->high = m->value;
		if (m->value && !m->of)
			m->of = m->value;
		return 0;
	}
	m->value = q->metric == METRIC_SEEN ? m->of : st->last_ts - st->first_ts;
	m->low = m->value;
	m->high = evidence__lossy(ev) ? QUANTITY_UNKNOWN : m->value;
	return 0;
}

int quantity_prepare(const struct quantity *q, const struct selector *sel, __u64 limit,
		     struct evidence *ev)
{
	if (q->metric != METRIC_LIFETIME)
		return 0;
	if (sel->set & (SELECT_COMM | SELECT_PID))
		ev->ages.by_owner = true;
	return ages__want(&ev->ages, limit);
}

int quantity_measure(const struct quantity *q, const struct selector *sel, __u64 limit,
		     const struct evidence *ev, struct measure *ret_m)
{
	*ret_m = (struct measure){ .of = 0 };
	if (q->metric >= METRIC_LOST)
		return measure_stream(q, sel, ev, ret_m);
	if (q->metric >= METRIC_COUNT)
		return measure_lives(q, sel, limit, ev, ret_m);
	return measure_findings(q, sel, ev, ret_m);
}
