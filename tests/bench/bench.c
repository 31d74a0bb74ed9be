// SPDX-License-Identifier: GPL-2.0
/*
 * bench.c - one measurement of what reads traces, printed as one line of JSON.
 *
 *	bench engine MIX LIVE EVENTS   records in memory -> engine; MIX: notifier, mirror or hot
 *	bench memory LIVE              bytes that LIVE ranges cost in the engine
 *	bench flat EVENTS              what the process grows by in that many events
 *	bench file EVENTS PATH         a trace file -> reader -> engine
 *	bench write EVENTS LIVE PATH   makes a trace file of a correct run, LIVE ranges at once
 *	bench cost COMMAND...          CPU time and memory of a command, its output dropped
 *
 * Each time is beside that of a limit, measured in the same process on the same
 * records: what cannot be beaten, because it is only a part of the same work.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "stream/file.h"

#define FIRST_RANGE 0x100000ULL
#define MM 0xa000ULL
#define HMM 0xb000ULL
#define MIRROR 0xc000ULL
#define NR_SITES 32

static void die(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(2);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- records ------------------------------------------------------------------------ */

/* Whole records, one behind the other as in a file, to be played again and again. */
struct reel {
	char *bytes;
	size_t len, cap;
	__u64 events;
	__u64 ts;		/* of the next record */
	bool mirror, hot;
};

static void *roll(struct reel *r, unsigned int kind, size_t size)
{
	struct hmt_hdr *h;

	if (r->len + size > r->cap) {
		r->cap = r->cap ? 2 * r->cap : 1 << 20;
		r->bytes = realloc(r->bytes, r->cap);
		if (!r->bytes)
			die("no memory");
	}
	h = memset(r->bytes + r->len, 0, size);
	*h = (struct hmt_hdr){ .kind = (__u16)kind, .size = (__u16)size, .ts = r->ts,
			       .mm = MM, .tgid = 7, .tid = 7 };
	r->len += size;
	r->ts += 100;
	r->events++;
	return h;
}

static void *roll_id(struct reel *r, unsigned int kind, size_t size, __u64 slot)
{
	struct hmt_id *id = roll(r, kind, size);

	id->hmm = r->mirror ? HMM : 0;
	id->mirror = r->mirror ? MIRROR : 0;
	id->range = FIRST_RANGE + slot * 64;
	id->ops = 0xe9;
	return id;
}

static void roll_ref(struct reel *r, unsigned int kind, __u64 slot)
{
	struct hmt_ref_get *ref;

	if (!r->mirror)
		return;
	ref = roll_id(r, kind, sizeof(*ref), slot);
	ref->count = 2;
	ref->stack = -1;
}

static void roll_birth(struct reel *r, __u64 slot)
{
	struct hmt_range_register *b;

	roll_ref(r, HMT_REF_GET, slot);
	b = roll_id(r, HMT_RANGE_REGISTER, sizeof(*b), slot);
	b->start = slot << 16;
	b->end = (slot + 1) << 16;
	b->page_shift = 12;
	b->owner = 7;
	b->mm_users = 1;
	b->stack = 1 + (int)(slot % NR_SITES);
}

static void roll_death(struct reel *r, __u64 slot)
{
	struct hmt_range_unregister_begin *b;

	b = roll_id(r, HMT_RANGE_UNREGISTER_BEGIN, sizeof(*b), slot);
	b->stack = NR_SITES + 1;
	roll_ref(r, HMT_REF_PUT, slot);
	roll_id(r, HMT_RANGE_UNREGISTER_END, sizeof(struct hmt_range_unregister_end), slot);
}

/* What happens while a range lives: two faults, and an invalidation around a callback. */
static void roll_use(struct reel *r, __u64 slot)
{
	for (int i = 0; r->hot && i < 2; i++) {
		roll_id(r, HMT_READ_BEGIN, sizeof(struct hmt_read_begin), slot);
		roll_id(r, HMT_FAULT_BEGIN, sizeof(struct hmt_fault_begin), slot);
		roll_id(r, HMT_FAULT_END, sizeof(struct hmt_fault_end), slot);
	}
	if (!r->hot)
		return;
	roll(r, HMT_INVALIDATE_BEGIN, sizeof(struct hmt_invalidate_begin));
	roll_id(r, HMT_CALLBACK_BEGIN, sizeof(struct hmt_callback_begin), slot);
	roll_id(r, HMT_CALLBACK_END, sizeof(struct hmt_callback_end), slot);
	roll(r, HMT_INVALIDATE_END, sizeof(struct hmt_invalidate_end));
}

static void roll_mirror(struct reel *r)
{
	struct hmt_mirror_register *m;

	if (!r->mirror)
		return;
	roll_ref(r, HMT_REF_GET, 0);
	m = roll(r, HMT_MIRROR_REGISTER, sizeof(*m));
	m->hmm = HMM;
	m->mirror = MIRROR;
	m->ops = 0xe9;
	m->refs = 1;
	m->owner = 7;
	m->stack = -1;
	m->mm_users = 1;
}

static struct reel reel_new(const char *mix)
{
	struct reel r = { .ts = 1000, .mirror = !strcmp(mix, "mirror"), .hot = !strcmp(mix, "hot") };

	if (!r.mirror && !r.hot && strcmp(mix, "notifier"))
		die("the mix is notifier, mirror or hot");
	return r;
}

/* So many come to life. */
static struct reel reel_births(const char *mix, __u64 live)
{
	struct reel r = reel_new(mix);

	roll_mirror(&r);
	for (__u64 i = 0; i < live; i++)
		roll_birth(&r, i);
	return r;
}

/* Ends as it began, so that it can be played again: each is replaced once, in some order. */
static struct reel reel_round(const char *mix, __u64 live, __u64 lives)
{
	struct reel r = reel_new(mix);

	for (__u64 i = 0; i < lives; i++) {
		__u64 slot = i * 2654435761u % live;

		roll_use(&r, slot);
		roll_death(&r, slot);
		roll_birth(&r, slot);
	}
	return r;
}

/* --- playing -------------------------------------------------------------------------- */

/* What judge__run() does with what it has at hand, too. */
static void expect(const struct engine *e, const struct reel *r, size_t *ahead)
{
	for (int stage = 0; stage < EXPECT_NR; stage++) {
		const struct hmt_hdr *h = (const void *)(r->bytes + ahead[stage]);

		if (ahead[stage] >= r->len)
			continue;
		engine__expect(e, h, (enum expect_stage)stage);
		ahead[stage] += h->size;
	}
}

static size_t skip(const struct reel *r, size_t at, int n)
{
	while (n-- && at < r->len)
		at += ((const struct hmt_hdr *)(const void *)(r->bytes + at))->size;
	return at;
}

static void play(struct engine *e, struct reel *r, __u64 shift)
{
	const bool large = engine__is_large(e);
	size_t ahead[EXPECT_NR];

	for (int stage = 0; stage < EXPECT_NR; stage++)
		ahead[stage] = skip(r, 0, 8 * (EXPECT_NR - stage));
	for (size_t at = 0; at < r->len;) {
		struct hmt_hdr *h = (struct hmt_hdr *)(void *)(r->bytes + at);

		if (large)
			expect(e, r, ahead);
		at += h->size;
		h->ts += shift;
		if (engine__feed(e, h))
			die("no memory");
	}
}

/* The same walk with a copy in the place of the engine. */
static __u64 walk(struct reel *r, __u64 shift)
{
	static char copy[HMT_RECORD_MAX];
	__u64 sum = 0;

	for (size_t at = 0; at < r->len;) {
		struct hmt_hdr *h = (struct hmt_hdr *)(void *)(r->bytes + at);

		h->ts += shift;
		memcpy(copy, h, h->size);
		__asm__ volatile("" : : "r"(copy) : "memory");
		sum += h->kind;
		at += h->size;
	}
	return sum;
}

static long resident_kib(void)
{
	long size = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f || fscanf(f, "%ld %ld", &size, &resident) != 2)
		die("no /proc/self/statm");
	fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static __u64 nr_findings;

static void on_finding(void *ctx, const struct finding *f)
{
	nr_findings += f->severity > SEVERITY_NOTE;
}

static void on_released(void *ctx, const struct finding *f, const struct moment *m) { }

static struct engine *engine_new(void)
{
	const struct engine_cb cb = { .on_finding = on_finding, .on_released = on_released };
	struct engine *e = engine__new(NULL, &cb);

	if (!e)
		die("no memory");
	return e;
}

/* So many that the reel is no longer in the caches. */
static struct reel round_for(const char *mix, __u64 live)
{
	return reel_round(mix, live, live < 100000 ? 100000 : live);
}

static void bench_engine(const char *mix, __u64 live, __u64 events)
{
	struct reel births = reel_births(mix, live), round = round_for(mix, live);
	__u64 nr = (events + round.events - 1) / round.events, shift = births.ts;
	struct engine *e = engine_new();
	double t, limit;

	play(e, &births, 0);
	t = seconds();
	for (__u64 i = 0; i < nr; i++) {
		play(e, &round, shift);
		shift = round.ts;
	}
	t = seconds() - t;
	limit = seconds();
	for (__u64 i = 0; i < nr; i++)
		walk(&round, shift);
	limit = seconds() - limit;
	if (nr_findings)
		die("the engine found something in what is correct");
	printf("{\"bench\":\"engine\",\"mix\":\"%s\",\"live\":%llu,\"events\":%llu,\"seconds\":%.6f,"
	       "\"limit\":\"memcpy of each record\",\"limit_seconds\":%.6f}\n", mix,
	       (unsigned long long)live, (unsigned long long)(nr * round.events), t, limit);
	engine__free(e);
	free(births.bytes);
	free(round.bytes);
}

static size_t heap_bytes(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static void bench_memory(__u64 live)
{
	struct reel births = reel_births("notifier", live);
	size_t before = heap_bytes(), empty, full;
	struct engine *e = engine_new();

	empty = heap_bytes();
	play(e, &births, 0);
	full = heap_bytes();
	printf("{\"bench\":\"memory\",\"live\":%llu,\"engine_bytes\":%zu,\"bytes\":%zu,"
	       "\"bytes_each\":%.1f}\n", (unsigned long long)live, empty - before, full - empty,
	       (double)(full - empty) / (double)live);
	engine__free(e);
	free(births.bytes);
}

/* Address after address that was never seen before, a thousand alive at a time. */
static void bench_flat(__u64 events)
{
	struct reel births = reel_births("mirror", 1000), round = round_for("mirror", 1000);
	__u64 shift = births.ts, fed = 0, next = events / 100;
	struct engine *e = engine_new();

	play(e, &births, 0);
	printf("{\"bench\":\"flat\",\"events\":%llu,\"resident_kib\":[", (unsigned long long)events);
	for (const char *comma = ""; fed < events; fed += round.events) {
		play(e, &round, shift);
		shift = round.ts;
		if (fed + round.events < next)
			continue;
		printf("%s[%llu,%ld]", comma, (unsigned long long)(fed + round.events),
		       resident_kib());
		comma = ",";
		next = next * 10 > events && next < events ? events : next * 10;
	}
	printf("]}\n");
	if (nr_findings)
		die("the engine found something in what is correct");
	engine__free(e);
}

/* --- files ---------------------------------------------------------------------------- */

static void write_mark(struct file_writer *w, unsigned int kind, __u64 ts)
{
	struct hmt_start mark = {
		.h = { .kind = (__u16)kind, .size = sizeof(mark), .cpu = HMT_CPU_NONE, .ts = ts },
		.flags = kind == HMT_START ? HMT_START_BASELINE : 0,
	};
	struct errmsg err;

	if (file_writer__add(w, &mark.h, &err))
		die(err.text);
}

/* A whole trace: begun, the births, the round so many times, ended. Return: records. */
static __u64 write_file(const char *path, struct reel *births, struct reel *round, __u64 nr)
{
	struct trace_meta *meta = trace_meta__new();
	struct file_writer *w;
	struct errmsg err;
	__u64 shift = births->ts;

	if (!meta || file_writer__open(path, true, meta, &w, &err))
		die(err.text);
	write_mark(w, HMT_START, 0);
	for (__u64 i = 0; i <= nr; i++) {
		struct reel *r = i ? round : births;

		for (size_t at = 0; at < r->len;) {
			struct hmt_hdr *h = (struct hmt_hdr *)(void *)(r->bytes + at);

			at += h->size;
			if (i)
				h->ts += shift;
			if (file_writer__add(w, h, &err))
				die(err.text);
		}
		if (i)
			shift = round->ts;
	}
	write_mark(w, HMT_END, nr ? nr * round->ts + births->ts : births->ts);
	if (file_writer__close(w, &err))
		die(err.text);
	trace_meta__free(meta);
	return births->events + nr * round->events + 2;
}

static double cpu_of(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6 +
	       (double)u.ru_stime.tv_sec + (double)u.ru_stime.tv_usec / 1e6;
}

static void bench_write(__u64 events, __u64 live, const char *path)
{
	struct reel births = reel_births("mirror", live), round = reel_round("mirror", live, 10000);
	__u64 rest = events > births.events ? events - births.events : 0, records;
	__u64 nr = (rest + round.events / 2) / round.events;
	double t;

	t = cpu_of(RUSAGE_SELF);
	records = write_file(path, &births, &round, nr);
	printf("{\"bench\":\"write\",\"events\":%llu,\"cpu_seconds\":%.6f}\n",
	       (unsigned long long)records, cpu_of(RUSAGE_SELF) - t);
	free(births.bytes);
	free(round.bytes);
}

/* --- commands --------------------------------------------------------------------------- */

static void bench_cost(char **argv)
{
	double t = seconds();
	struct rusage u;
	int status;
	pid_t pid = fork();

	if (!pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid || !WIFEXITED(status))
		die("the command could not be run");
	t = seconds() - t;
	printf("{\"bench\":\"cost\",\"status\":%d,\"seconds\":%.6f,\"cpu_seconds\":%.6f,"
	       "\"peak_kib\":%ld}\n", WEXITSTATUS(status), t, cpu_of(RUSAGE_CHILDREN), u.ru_maxrss);
}

/* Return: records; into e when there is one. */
static __u64 read_file(const char *path, struct engine *e)
{
	const struct hmt_hdr *rec;
	struct source *s;
	struct errmsg err;
	__u64 nr = 0;

	if (file_source__open(path, &s, &err))
		die(err.text);
	while (source__next(s, &rec) == 1) {
		nr++;
		if (e && engine__feed(e, rec))
			die("no memory");
	}
	source__free(s);
	return nr;
}

/* What zstd alone takes for the same records, unpacked once from memory. */
static double unpack_seconds(const struct reel *r, double copies)
{
	size_t bound = ZSTD_compressBound(r->len), packed;
	char *to = malloc(bound), *back = malloc(r->len);
	double t;

	if (!to || !back)
		die("no memory");
	packed = ZSTD_compress(to, bound, r->bytes, r->len, 1);
	t = seconds();
	if (ZSTD_isError(packed) || ZSTD_decompress(back, r->len, to, packed) != r->len)
		die("zstd failed");
	t = seconds() - t;
	free(to);
	free(back);
	return t * copies;
}

static void bench_file(__u64 events, const char *path)
{
	struct reel births = reel_births("mirror", 1000), round = round_for("mirror", 1000);
	__u64 nr = (events + round.events - 1) / round.events, records;
	struct engine *e = engine_new();
	double t, reading;

	write_file(path, &births, &round, nr);
	reading = seconds();
	records = read_file(path, NULL);
	reading = seconds() - reading;
	t = seconds();
	read_file(path, e);
	t = seconds() - t;
	printf("{\"bench\":\"file\",\"events\":%llu,\"seconds\":%.6f,\"reader_seconds\":%.6f,"
	       "\"limit\":\"zstd unpacking the same records\",\"limit_seconds\":%.6f}\n",
	       (unsigned long long)records, t, reading, unpack_seconds(&round, (double)nr));
	engine__free(e);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "engine") && argc == 5)
		bench_engine(argv[2], strtoull(argv[3], NULL, 0), strtoull(argv[4], NULL, 0));
	else if (!strcmp(what, "memory") && argc == 3)
		bench_memory(strtoull(argv[2], NULL, 0));
	else if (!strcmp(what, "flat") && argc == 3)
		bench_flat(strtoull(argv[2], NULL, 0));
	else if (!strcmp(what, "file") && argc == 4)
		bench_file(strtoull(argv[2], NULL, 0), argv[3]);
	else if (!strcmp(what, "write") && argc == 5)
		bench_write(strtoull(argv[2], NULL, 0), strtoull(argv[3], NULL, 0), argv[4]);
	else if (!strcmp(what, "cost") && argc > 2)
		bench_cost(argv + 2);
	else
		die("see the top of tests/bench/bench.c");
	return 0;
}
