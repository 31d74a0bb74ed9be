// SPDX-License-Identifier: GPL-2.0
/*
 * gen.c - random schedules against the engine, compared with what is true.
 *
 *	gen [--seed S] [--count N] [--fault] [--drop PERCENT] [--sync] [--late] [--window]
 *	    [--walk] [--dark]
 *	gen --show [the same]	prints the records of schedule S, for tests/replay
 *	gen --bench		events per second, bytes per live object
 *	gen			a tenth of all that, one TAP line per kind
 *
 * What must hold:
 *   correct      no finding beside notes, verdict 0
 *   one fault    that finding, certain, with its object; nothing else; verdict 1
 *   dropped      no certain finding that is not true, verdict never 0
 *   late         tracing began in the middle: nothing is held against the unseen
 *   walk         and what a walk of the kernel's lists finds is told then
 *   dark         nobody looked for a while, and then there is a walk
 *   window       the same, but what was before is carried over: what is left behind
 *                is found wherever the window begins
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "cmd/carry.h"
#include "sim.h"
#include "stream/text.h"

struct mode {
	const char *name;
	__u64 seed, count;
	bool fault, sync, late, window, walk, dark;
	enum fault only;	/* FAULT_NONE: any */
	unsigned int drop;	/* percent */
};

struct seen {
	const struct sim *sim;
	const struct mode *mode;
	int hits, inconclusive;
	char why[256];
};

static const char *const fault_names[FAULT_NR] = {
	"none", "range-left-by-mirror", "range-left-by-mm", "mirror-left-by-mm", "extra-get",
	"extra-put", "mirror-twice", "range-twice", "mirror-after-failed", "range-after-failed",
	"range-without-mirror", "range-on-dead-mm", "mirror-under-ranges", "use-after",
	"use-during", "kept-reference", "mirror-registered-twice", "range-registered-twice",
	"mirror-never", "range-never", "wrong-mm", "notifier-underflow",
	"stale-sequence", "livelock", "range-in-callback", "mirror-in-callback", "callback-stuck",
	"unregister-stuck", "never-freed", "freed-twice", "never-ended", "never-begun", "mm-held",
	"freed-under-callback",
};

static struct sim sim;

/* --- judging ----------------------------------------------------------------------- */

static bool loses(const struct mode *m)
{
	return m->drop || m->dark;
}

/* Something that stays: it is there in every window. */
static bool is_left(enum fault fault)
{
	return fault == FAULT_RANGE_LEFT_BY_MIRROR || fault == FAULT_RANGE_LEFT_BY_MM ||
	       fault == FAULT_MIRROR_LEFT_BY_MM;
}

/*
 * What is left on a struct hmm keeps that, and so its own notifier: who has seen no more
 * than a walk finds that one, and says so.
 */
static bool is_kept_hmm(const struct seen *seen, const struct finding *f)
{
	if (!(seen->mode->walk || seen->mode->dark) || f->rule != RULE_MIRROR_ORPHANED_BY_MM ||
	    !seen->sim->planted || !is_left(seen->sim->fault))
		return false;
	for (int i = 0; i < NR_HMMS; i++)
		if (seen->sim->hmm[i].cookie == f->object.addr)
			return true;
	return false;
}

static void on_finding(void *ctx, const struct finding *f)
{
	struct seen *seen = ctx;
	const struct sim *s = seen->sim;
	/* hmm_put() does not say whose reference it puts: which of two was kept can be open. */
	bool lossy = loses(seen->mode) || seen->mode->late || seen->mode->window ||
		     s->fault == FAULT_KEPT_REFERENCE;

	if (f->severity < SEVERITY_WARN)
		return;
	if (f->confidence != CONFIDENCE_CERTAIN) {
		seen->inconclusive++;
		/* A grace time that begins with the window may not end before the trace does. */
		if (!loses(seen->mode) && !(seen->mode->window && s->planted))
			snprintf(seen->why, sizeof(seen->why), "inconclusive %s 0x%llx",
				 rule_name(f->rule), (unsigned long long)f->object.addr);
		return;
	}
	for (int i = 0; i < s->nr_truth; i++) {
		const struct truth *t = &s->truth[i];

		if (t->addr == f->object.addr && t->class == f->object.class &&
		    t->rule == f->rule && (lossy || !t->kin)) {
			seen->hits++;
			return;
		}
	}
	if (is_kept_hmm(seen, f)) {
		seen->hits++;
		return;
	}
	snprintf(seen->why, sizeof(seen->why), "false %s 0x%llx at %llu", rule_name(f->rule),
		 (unsigned long long)f->object.addr, (unsigned long long)f->flagged_ts);
}

/* --- feeding ------------------------------------------------------------------------ */

struct feed {
	struct engine *e;	/* NULL: print */
	__u64 dropped;		/* since the last that was delivered */
	__u64 since;
	bool lost;		/* anything at all, ever */
	struct carry *carry;	/* before the window */
	bool is_dark;		/* nobody looks */
	bool want_sync, want_walk;
	__u64 records;
};

static void deliver(struct feed *f, const struct hmt_hdr *h)
{
	char line[4096];

	f->records++;
	if (f->carry) {
		carry__feed(f->carry, h);
		return;
	}
	if (f->e) {
		engine__feed(f->e, h);
		return;
	}
	text_format(h, line, sizeof(line));
	puts(line);
}

static void deliver_lost(struct feed *f, __u64 ts)
{
	struct hmt_lost l = {
		.h = { .kind = HMT_LOST, .size = sizeof(l), .ts = ts, .cpu = 1 },
		.cause = f->is_dark ? HMT_CAUSE_SWITCHED_OFF : HMT_CAUSE_RING_FULL,
		.prog = -1, .count = f->is_dark ? 1 : f->dropped,
		.since = f->since,
	};

	deliver(f, &l.h);
	f->dropped = 0;
	f->lost = f->want_sync = true;
	f->want_walk |= f->is_dark;
	f->is_dark = false;
}

static void deliver_sync(struct feed *f, struct sim_sync *y)
{
	struct hmt_sync_begin b = {
		.h = { .kind = HMT_SYNC_BEGIN, .size = sizeof(b), .ts = y->ts },
	};

	if (f->dropped)
		deliver_lost(f, y->ts);
	deliver(f, &b.h);
	for (int i = 0; i < y->nr; i++)
		deliver(f, &y->obj[i].h);
	b.h.kind = HMT_SYNC_END;
	deliver(f, &b.h);
	f->want_sync = false;
}

/* What a walk of the kernel's lists finds of it: notifiers, and no more than is in there. */
static bool walk_finds(const struct hmt_sync_object *o, struct hmt_sync_object *ret_found)
{
	*ret_found = *o;
	ret_found->born = 0;
	ret_found->stack = -1;
	if (o->class != HMT_CLASS_HMM)
		return !o->hmm;
	/* That of a struct hmm, unless it is being made. */
	ret_found->class = HMT_CLASS_MIRROR;
	ret_found->mirror = o->hmm;
	ret_found->hmm = ret_found->range = ret_found->count = ret_found->ops = 0;
	return o->count > 1;
}

static void deliver_walk(struct feed *f, struct sim_sync *y)
{
	struct hmt_sync_begin b = {
		.h = { .kind = HMT_SYNC_BEGIN, .size = sizeof(b), .ts = y->ts },
		.flags = HMT_SYNC_SNAPSHOT,
	};

	deliver(f, &b.h);
	for (int i = 0; i < y->nr; i++) {
		struct hmt_sync_object found;

		if (walk_finds(&y->obj[i].so, &found))
			deliver(f, &found.h);
	}
	b.h.kind = HMT_SYNC_END;
	b.flags = 0;
	deliver(f, &b.h);
	f->want_walk = false;
}

static int deliver_carried(void *ctx, const struct hmt_hdr *h)
{
	deliver(ctx, h);
	return 0;
}

/* The window begins. */
static void begin_window(struct feed *f)
{
	struct carry *c = f->carry;

	f->carry = NULL;
	carry__emit(c, deliver_carried, f);
	carry__free(c);
}

static bool is_event(const struct hmt_hdr *h)
{
	return h->kind < HMT_TASK;
}

static void feed_all(struct feed *f, const struct mode *m, __u64 seed)
{
	struct sim *s = &sim;
	struct sim dicer = { .seed = seed * 31 + 7 };
	int first = m->late || m->window ? (int)dice(&dicer, (unsigned int)s->nr_ev) : 0, sync = 0;

	int dark = m->dark ? (int)dice(&dicer, (unsigned int)s->nr_ev) : -1;
	int light = dark + 1 + (int)dice(&dicer, 60);

	f->want_walk = m->walk;
	f->carry = m->window ? carry__new() : NULL;
	if (f->carry)
		carry__keep(f->carry, 64);
	for (int i = 0; i < s->nr_ev; i++) {
		union rec *r = &s->ev[i];

		if (f->carry && i == first)
			begin_window(f);
		while (sync < s->nr_sync && s->sync[sync].at == i) {
			if (f->want_walk && i > first && !f->dropped)
				deliver_walk(f, &s->sync[sync]);
			else if (m->sync && i > first && (f->want_sync || f->dropped || !m->drop))
				deliver_sync(f, &s->sync[sync]);
			sync++;
		}
		if (m->late && r->h.kind == HMT_START) {
			r->start.flags &= ~(__u64)HMT_START_BASELINE;
			r->h.ts = s->ev[first].h.ts;
		} else if (i < first && !m->window) {
			continue;
		}
		if (m->dark && i >= dark && i < light && is_event(&r->h)) {
			f->is_dark = true;
			if (!f->dropped++)
				f->since = i ? s->ev[i - 1].h.ts : 0;
			continue;
		}
		if (m->drop && is_event(&r->h) && dice(&dicer, 100) < m->drop) {
			if (!f->dropped++)
				f->since = i ? s->ev[i - 1].h.ts : 0;
			continue;
		}
		if (f->dropped)
			deliver_lost(f, r->h.ts);
		deliver(f, &r->h);
	}
}

/* Return: NULL, or what is wrong. */
static const char *judge(struct seen *seen, const struct feed *f, int verdict)
{
	const struct mode *m = seen->mode;
	static char why[512];
	int want = seen->hits ? 1 : f->lost ? 3 : 0;

	if (*seen->why) {
		snprintf(why, sizeof(why), "%s", seen->why);
		return why;
	}
	if (verdict != want && !(verdict == 3 && seen->inconclusive)) {
		snprintf(why, sizeof(why), "verdict %d instead of %d", verdict, want);
		return why;
	}
	if (sim.planted && !loses(m) && !m->late && (!m->window || is_left(sim.fault)) &&
	    seen->hits != 1) {
		snprintf(why, sizeof(why), "%s found %d times", fault_names[sim.fault],
			 seen->hits);
		return why;
	}
	if (sim.fault && !sim.planted)
		return "not planted";
	return NULL;
}

static enum fault fault_of(const struct mode *m, __u64 seed)
{
	if (!m->fault)
		return FAULT_NONE;
	return m->only ? m->only : 1 + (enum fault)(seed % (FAULT_NR - 1));
}

static const char *run_one(const struct mode *m, __u64 seed, struct feed *f)
{
	struct seen seen = { .sim = &sim, .mode = m };
	struct engine_cb cb = { &seen, on_finding, NULL, NULL };
	struct engine_opts opts = { .grace_ns = { GRACE_NS } };
	const char *why;

	sim_run(&sim, seed, fault_of(m, seed), 60 + (int)(seed % 400));
	memset(f, 0, sizeof(*f));
	f->e = engine__new(&opts, &cb);
	feed_all(f, m, seed);
	engine__finish(f->e);
	why = judge(&seen, f, engine__verdict(f->e));
	engine__free(f->e);
	return why;
}

static bool run_mode(const struct mode *m, int nr)
{
	__u64 bad = 0, unplanted = 0, records = 0, lost = 0;
	char first[600] = "";
	struct feed f;

	for (__u64 seed = m->seed; seed < m->seed + m->count; seed++) {
		const char *why = run_one(m, seed, &f);

		records += f.records;
		lost += f.lost;
		if (why && !strcmp(why, "not planted")) {
			unplanted++;
		} else if (why) {
			if (!bad++)
				snprintf(first, sizeof(first), "seed %llu (%s): %s",
					 (unsigned long long)seed,
					 fault_names[fault_of(m, seed)], why);
		}
	}
	/* A fault that never finds its occasion is no test of it. */
	if (!bad && unplanted * 5 > m->count)
		snprintf(first, sizeof(first), "%llu of %llu were not planted",
			 (unsigned long long)unplanted, (unsigned long long)m->count);
	printf("%sok %d - %s: %llu schedules, %llu records, %llu with losses", *first ? "not " : "",
	       nr, m->name, (unsigned long long)m->count, (unsigned long long)records,
	       (unsigned long long)lost);
	if (*first)
		printf(" # %llu wrong, %s", (unsigned long long)bad, first);
	putchar('\n');
	fflush(stdout);
	return *first != 0;
}

/* --- all kinds, for make check -------------------------------------------------------- */

static int run_suite(__u64 seed, __u64 count)
{
	static const unsigned int drops[] = { 1, 10, 50 };
	struct mode m;
	char name[64];
	int nr = 0, bad = 0;

	printf("1..%d\n", 4 + 2 * (FAULT_NR - 1) + 3 * 8 + 4);
	m = (struct mode){ "correct", seed, count, .only = FAULT_NONE };
	bad += run_mode(&m, ++nr);
	m = (struct mode){ "correct, walks of the table between", seed, count / 4, .sync = true };
	bad += run_mode(&m, ++nr);
	m = (struct mode){ "correct, late attach", seed, count / 2, .late = true };
	bad += run_mode(&m, ++nr);
	m = (struct mode){ "correct, a window", seed, count / 2, .window = true };
	bad += run_mode(&m, ++nr);
	for (int f = 1; f < 2 * FAULT_NR - 1; f++) {
		enum fault fault = (enum fault)((f - 1) % (FAULT_NR - 1) + 1);

		m = (struct mode){ name, seed, count / (FAULT_NR - 1), .fault = true,
				   .only = fault, .window = f >= FAULT_NR };
		snprintf(name, sizeof(name), "fault %s%s", fault_names[fault],
			 m.window ? ", a window" : "");
		bad += run_mode(&m, ++nr);
	}
	for (int d = 0; d < 3; d++)
		for (int k = 0; k < 8; k++) {
			m = (struct mode){ name, seed, count / (k & 4 ? 8 : 4), .fault = k & 1,
					   .sync = k & 2, .window = k & 4, .drop = drops[d] };
			snprintf(name, sizeof(name), "%u %% dropped%s%s%s", drops[d],
				 k & 1 ? ", one fault" : "", k & 2 ? ", resync" : "",
				 k & 4 ? ", a window" : "");
			bad += run_mode(&m, ++nr);
		}
	for (int k = 0; k < 4; k++) {
		m = (struct mode){ name, seed, count / 4, .fault = k & 1, .late = !(k & 2),
				   .walk = !(k & 2), .dark = k & 2 };
		snprintf(name, sizeof(name), "%s%s, a walk", m.dark ? "not seen for a while" :
			 "late attach", m.fault ? ", one fault" : "");
		bad += run_mode(&m, ++nr);
	}
	return bad != 0;
}

static int show(const struct mode *m)
{
	struct feed f = { 0 };

	sim_run(&sim, m->seed, fault_of(m, m->seed), 60 + (int)(m->seed % 400));
	feed_all(&f, m, m->seed);
	for (int i = 0; i < sim.nr_truth; i++)
		printf("# %s 0x%llx\n", rule_name(sim.truth[i].rule),
		       (unsigned long long)sim.truth[i].addr);
	return 0;
}

/* --- bench ---------------------------------------------------------------------------- */

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fill_range(struct hmt_range_register *r, __u64 ts, __u64 addr, __u16 kind)
{
	memset(r, 0, sizeof(*r));
	r->h.kind = kind;
	r->h.size = kind == HMT_RANGE_REGISTER ? sizeof(*r) : sizeof(struct hmt_range_unregister_begin);
	r->h.ts = ts;
	r->h.mm = 0xa000;
	r->h.tgid = r->h.tid = 7;
	r->range = addr;
	r->ops = 0xe9;
	r->start = 0x10000;
	r->end = 0x20000;
	if (kind == HMT_RANGE_REGISTER)
		r->stack = 1 + (int)(addr / 64 % 32);
	else
		((struct hmt_range_unregister_begin *)(void *)r)->stack = 3;
}

/* Ranges come and go, live of them at a time: begin, end and register per life. */
static void bench_churn(__u64 live, __u64 events)
{
	struct engine *e = engine__new(NULL, NULL);
	struct hmt_range_register r;
	__u64 ts = 1000, n = 0;
	double t0 = seconds(), t;

	for (__u64 i = 0; n < events; i++) {
		__u64 slot = i * 2654435761u % live;

		if (i >= live) {
			fill_range(&r, ts++, 0x100000 + slot * 64, HMT_RANGE_UNREGISTER_BEGIN);
			engine__feed(e, &r.h);
			r.h.kind = HMT_RANGE_UNREGISTER_END;
			engine__feed(e, &r.h);
			n += 2;
		} else {
			slot = i;
		}
		fill_range(&r, ts++, 0x100000 + slot * 64, HMT_RANGE_REGISTER);
		engine__feed(e, &r.h);
		n++;
	}
	t = seconds() - t0;
	printf("churn  %8llu live: %6.2f million events/s\n", (unsigned long long)live,
	       (double)n / t / 1e6);
	engine__free(e);
}

/* What the engine was fed, as fast as it takes it: the mix of the generator. */
static void bench_mix(void)
{
	static union rec all[1 << 16];
	struct engine *e = engine__new(NULL, NULL);
	int nr = 0, rounds = 200;
	double t0, t;
	__u64 shift = 0;

	for (__u64 seed = 0; nr + MAX_EVENTS < (1 << 16); seed++) {
		sim_run(&sim, seed, FAULT_NONE, 500);
		for (int i = 0; i < sim.nr_ev; i++)
			if (is_event(&sim.ev[i].h) || sim.ev[i].h.kind == HMT_TICK) {
				all[nr] = sim.ev[i];
				all[nr].h.mm += seed << 20;
				all[nr].h.ts += seed * 1000000 * MS;
				for (int k = 0; k < 3; k++)
					if ((&all[nr].id.hmm)[k])
						(&all[nr].id.hmm)[k] += seed << 20;
				nr++;
			}
	}
	t0 = seconds();
	for (int k = 0; k < rounds; k++) {
		for (int i = 0; i < nr; i++) {
			all[i].h.ts += shift;
			engine__feed(e, &all[i].h);
		}
		shift = all[nr - 1].h.ts;
	}
	t = seconds() - t0;
	printf("mix                  : %6.2f million events/s\n", (double)nr * rounds / t / 1e6);
	engine__free(e);
}

static long resident_kib(void)
{
	long size = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f && fscanf(f, "%ld %ld", &size, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return resident * 4;
}

static void bench_memory(__u64 live)
{
	struct engine *e = engine__new(NULL, NULL);
	struct hmt_range_register r;
	long before = resident_kib();

	for (__u64 i = 0; i < live; i++) {
		fill_range(&r, 1000 + i, 0x100000 + i * 64, HMT_RANGE_REGISTER);
		engine__feed(e, &r.h);
	}
	printf("memory %8llu live: %6.1f bytes each\n", (unsigned long long)live,
	       (double)(resident_kib() - before) * 1024 / (double)live);
	engine__free(e);
}

static int bench(void)
{
	bench_memory(1000000);
	bench_churn(1000, 30000000);
	bench_churn(100000, 30000000);
	bench_mix();
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "seed", 1, NULL, 's' }, { "count", 1, NULL, 'n' }, { "fault", 0, NULL, 'f' },
		{ "drop", 1, NULL, 'd' }, { "sync", 0, NULL, 'y' }, { "late", 0, NULL, 'l' },
		{ "window", 0, NULL, 'w' }, { "walk", 0, NULL, 'W' }, { "dark", 0, NULL, 'D' },
		{ "show", 0, NULL, 'S' }, { "bench", 0, NULL, 'b' }, { "only", 1, NULL, 'o' }, { 0 }
	};
	struct mode m = { "schedules", 1, 1000, .only = FAULT_NONE };
	bool showing = false;
	int c;

	if (argc == 1)
		return run_suite(1, 10000);
	while ((c = getopt_long(argc, argv, "", opts, NULL)) != -1) {
		switch (c) {
		case 's': m.seed = strtoull(optarg, NULL, 0); break;
		case 'n': m.count = strtoull(optarg, NULL, 0); break;
		case 'f': m.fault = true; break;
		case 'd': m.drop = (unsigned int)strtoul(optarg, NULL, 0); break;
		case 'y': m.sync = true; break;
		case 'l': m.late = true; break;
		case 'w': m.window = true; break;
		case 'W': m.walk = true; break;
		case 'D': m.dark = true; break;
		case 'S': showing = true; break;
		case 'b': return bench();
		case 'o':
			m.fault = true;
			m.only = (enum fault)strtoul(optarg, NULL, 0);
			break;
		default: return 2;
		}
	}
	if (showing)
		return show(&m);
	puts("1..1");
	return run_mode(&m, 1);
}
