// SPDX-License-Identifier: GPL-2.0
/* A row of files, and the last seconds in memory: each file stands alone. */
#include "tracefile.h"

#include <errno.h>
#include <ftw.h>

#include "cmd/recorder.h"
#include "engine/engine.h"
#include "workload.h"

#define LEAKED 0xffff888000001100ULL

static struct errmsg err;
static char dir[64], path[128];

static int remove_one(const char *p, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(p);
}

static void begin(void)
{
	if (*dir)
		nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	snprintf(dir, sizeof(dir), "/tmp/hmmtrace-test-XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/run.hmt", dir);
}

static const char *file_nr(unsigned int nr)
{
	static char name[160];

	snprintf(name, sizeof(name), "%s/run.%04u.hmt", dir, nr);
	return name;
}

static bool exists(const char *p)
{
	return !access(p, F_OK);
}

struct outcome {
	__u64 records, first_event_ts, last_ts;
	unsigned int lost, certain, wrong;
	bool ended, goes_on, baseline;
	int verdict;
};

static void on_finding(void *ctx, const struct finding *f)
{
	struct outcome *o = ctx;

	if (f->severity < SEVERITY_WARN || f->confidence != CONFIDENCE_CERTAIN)
		return;
	o->certain++;
	o->wrong += f->object.addr != LEAKED;
}

static void on_released(void *ctx, const struct finding *f, const struct moment *m)
{
}

static struct outcome judge(const char *p)
{
	struct outcome o = { .verdict = -1 };
	const struct engine_cb cb = { .ctx = &o, .on_finding = on_finding,
				      .on_released = on_released };
	const struct hmt_hdr *rec;
	struct engine *e = engine__new(NULL, &cb);
	struct source *s;
	int code;

	ASSERT_MSG(!file_source__open(p, &s, &err), "%s", err.text);
	while ((code = source__next(s, &rec)) == 1) {
		o.records++;
		o.lost += rec->kind == HMT_LOST;
		o.ended = rec->kind == HMT_END;
		if (o.ended)
			o.goes_on = ((const struct hmt_end *)rec)->flags & HMT_END_GOES_ON;
		if (rec->kind == HMT_START)
			o.baseline = ((const struct hmt_start *)rec)->flags & HMT_START_BASELINE;
		if (rec->kind < HMT_TASK && !o.first_event_ts)
			o.first_event_ts = rec->ts;
		o.last_ts = rec->ts;
		ASSERT_OK(engine__feed(e, rec));
	}
	ASSERT_OK(code);
	ASSERT_OK(engine__finish(e));
	o.verdict = engine__verdict(e);
	engine__free(e);
	source__free(s);
	return o;
}

/* --- what is recorded ---------------------------------------------------------------- */

static struct recorder *rec;
static __u64 now;

static void add(void *ctx, const struct hmt_hdr *r)
{
	now = r->ts;
	ASSERT_MSG(!recorder__add(rec, r, &err), "%s", err.text);
}

static void add_text(const char *text)
{
	const struct hmt_hdr *r;
	struct source *s;
	FILE *f;

	s = text_open(&f, text);
	while (source__next(s, &r) == 1)
		add(NULL, r);
	ASSERT_STREQ(s->err.text, "");
	source__free(s);
	fclose(f);
}

static void open_recorder(struct recorder_opts o)
{
	static struct trace_meta *meta;

	if (!meta)
		meta = sample_meta();
	o.path = path;
	o.meta = meta;
	ASSERT_MSG(!recorder_check(&o, &err), "%s", err.text);
	ASSERT_MSG(!recorder__open(&o, &rec, &err), "%s", err.text);
	add_text("99.000000 start flags=0x1\n99.000000 symbol addr=0xffffffffa000e408 name=ops module=dev\n");
}

static void finish(struct recorder_stats *ret_st)
{
	static char last[160];

	add_text("900.000000 end\n");
	ASSERT_MSG(!recorder__finish(rec, &err), "%s", err.text);
	if (ret_st) {
		recorder__stats(rec, ret_st);
		snprintf(last, sizeof(last), "%s", ret_st->last);
		ret_st->last = last;
	}
	recorder__free(rec);
}

/* Registers and unregisters of a driver that is in order; flushed as a session does. */
static void work(struct workload *w, unsigned int ops)
{
	w->emit = add;
	for (unsigned int i = 0; i < ops; i++) {
		unsigned int slot = (unsigned int)workload_random(w, WORKLOAD_SLOTS);
		bool *on;

		w->thread = (unsigned int)workload_random(w, WORKLOAD_THREADS);
		on = &w->interval[w->thread][slot];
		(*on ? workload_unregister : workload_register)(w, false, slot);
		*on = !*on;
		if (i % 500 == 499)
			ASSERT_OK(recorder__flush(rec, &err));
	}
}

/* A range that is left behind when its process goes, at 100.2 s. */
static const char leak[] =
	"100.000000 task tgid=77 comm=leaky parent=1\n"
	"100.000000 range-register tgid=77 tid=77 mm=0x77000 range=0xffff888000001100 "
	"ops=0xffffffffa000e408 start=0x1000 end=0x2000 owner=77 mm_users=2\n"
	"100.200000 mm-release tgid=77 tid=77 mm=0x77000\n"
	"100.200000 task-exit tgid=77 tid=77 mm=0x77000\n";

/* --- rotation -------------------------------------------------------------------------- */

static void test_recorder__names(void)
{
	char *name = recorder_file_name("a/run.hmt", 7);

	ASSERT_STREQ(name, "a/run.0007.hmt");
	hmt_free(name);
	name = recorder_file_name("run", 12345);
	ASSERT_STREQ(name, "run.12345");
	hmt_free(name);
}

static void test_recorder__rotates_by_size(void)
{
	struct recorder_stats st;
	struct workload w;

	begin();
	open_recorder((struct recorder_opts){ .rotate_bytes = 8192, .keep = 3 });
	workload_init(&w, 5);
	work(&w, 12000);
	finish(&st);
	ASSERT_GT(st.files, 5);
	ASSERT_EQ(st.kept, 3);
	ASSERT(!exists(path));
	for (unsigned int nr = 1; nr <= st.files; nr++) {
		struct outcome o;

		ASSERT_EQ(exists(file_nr(nr)), nr > st.files - 3);
		if (nr <= st.files - 3)
			continue;
		o = judge(file_nr(nr));
		ASSERT(o.ended && !o.lost && !o.baseline);
		ASSERT_EQ(o.goes_on, nr < st.files);
		ASSERT_MSG(!o.verdict, "file %u: %d", nr, o.verdict);
	}
	ASSERT_STREQ(st.last, file_nr(st.files));
}

/* What was left behind in the first file is an orphan in every one after it. */
static void test_recorder__an_orphan_in_every_file(void)
{
	struct recorder_stats st;
	struct workload w;

	begin();
	open_recorder((struct recorder_opts){ .rotate_bytes = 8192 });
	add_text(leak);
	workload_init(&w, 6);
	w.ts = 102000000000ULL;
	work(&w, 6000);
	finish(&st);
	ASSERT_GT(st.files, 2);
	ASSERT_EQ(st.kept, st.files);
	for (unsigned int nr = 1; nr <= st.files; nr++) {
		struct outcome o = judge(file_nr(nr));

		ASSERT_MSG(o.certain == 1 && !o.wrong && o.verdict == 1, "file %u: %u", nr,
			   o.certain);
	}
}

#define R1 "tgid=77 tid=77 mm=0x77000 range=0xffff888000001100 ops=0xffffffffa000e408"
#define M1 "tgid=77 tid=77 mm=0x77000 mirror=0xffff888000001100 ops=0xffffffffa000e408"
#define H1 "tgid=77 tid=77 mm=0x77000 hmm=0xffff888000005500"
#define H2 "tgid=77 tid=77 mm=0x77000 hmm=0xffff888000001100"
#define WINDOW " start=0x1000 end=0x2000 owner=77 mm_users=2"
#define R1_BEGIN "100.1 range-register " R1 WINDOW "\n"
#define R1_END "100.2 range-unregister-begin " R1 "\n100.21 range-unregister-end " R1 "\n"
#define R1_AGAIN "116.0 range-unregister-begin " R1 "\n116.1 range-unregister-end " R1 "\n"

/* Here a new file begins between the two. */
static const struct {
	const char *first, *then;
	unsigned int found;	/* in the second file */
} halves[] = {
	{ R1_BEGIN R1_END, R1_AGAIN, 1 },
	{ R1_BEGIN R1_END, "115.5 range-register " R1 WINDOW "\n" R1_AGAIN, 0 },
	{ R1_BEGIN R1_END "100.3 range-register " R1 WINDOW "\n", R1_AGAIN, 0 },
	/* The first file has the finding already. */
	{ R1_BEGIN R1_END "100.3 range-unregister-begin " R1 "\n", R1_AGAIN, 0 },
	{ "100.1 range-register " R1 " ret=-4" WINDOW "\n", R1_AGAIN, 1 },
	{ "100.1 range-register " R1 " ret=-4" WINDOW "\n100.2 range-register " R1 WINDOW "\n",
	  R1_AGAIN, 0 },
	{ R1_BEGIN "100.15 range-register " R1 " ret=-16" WINDOW "\n", R1_AGAIN, 0 },
	{ "100.1 mirror-register " M1 " refs=1 owner=77 mm_users=2\n"
	  "100.2 mirror-unregister " M1 "\n100.3 mirror-unregister-end " M1 "\n",
	  "116.0 mirror-unregister " M1 "\n", 1 },
	/* Not yet returned, and never to return. */
	{ "100.1 mirror-register " M1 " refs=1 owner=77 mm_users=2\n"
	  "109.9 mirror-unregister " M1 "\n", "", 1 },
	{ "100.1 mirror-register " M1 " refs=1 owner=77 mm_users=2\n"
	  "109.9 mirror-unregister " M1 "\n", "111.0 mirror-unregister-end " M1 "\n", 0 },
	{ R1_BEGIN "109.9 range-unregister-begin " R1 "\n", "", 1 },
	/* Linux 5.4: a range takes no reference, so one that was leaked is not the range's. */
	{ "100.0 ref-get " H2 " count=1\n"
	  "100.01 mirror-register tgid=77 tid=77 mm=0x77000 mirror=0xffff888000001100 refs=1\n"
	  "100.02 mirror-register " H2 " mirror=0xc0 refs=1 owner=77 mm_users=2\n"
	  "100.03 range-register " H2 " mirror=0xc0 range=0xd0" WINDOW "\n"
	  "100.04 ref-get " H2 " count=2\n", "", 1 },
	/* The mirror API: what it took of references, it gave back. */
	{ "100.0 ref-get " H1 " mirror=0xc0 count=1\n"
	  "100.01 mirror-register " H1 " mirror=0xc0 refs=1 owner=77 mm_users=2\n"
	  "100.02 ref-get " H1 " range=0xffff888000001100 count=2\n"
	  "100.03 range-register " H1 " mirror=0xc0 range=0xffff888000001100" WINDOW "\n"
	  "100.04 range-unregister-begin " H1 " mirror=0xc0 range=0xffff888000001100\n"
	  "100.05 ref-put " H1 " range=0xffff888000001100 count=1\n"
	  "100.06 range-unregister-end " H1 " mirror=0xc0 range=0xffff888000001100\n",
	  "116.0 range-unregister-begin " H1 " mirror=0xc0 range=0xffff888000001100\n", 1 },
};

/* A fault whose first half is in the file before is found in the one of the second. */
static void test_recorder__faults_across_files(void)
{
	for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
		struct recorder_stats st;
		struct outcome o;

		begin();
		open_recorder((struct recorder_opts){ .rotate_ns = 10000000000ULL });
		add_text("99.5 start flags=0x21\n99.5 tick\n");
		add_text(halves[i].first);
		add_text("110.0 tick\n");
		ASSERT(exists(file_nr(2)));
		add_text(halves[i].then);
		add_text("119.0 tick\n119.9 tick\n");
		finish(&st);
		o = judge(file_nr(2));
		ASSERT_MSG(o.certain == halves[i].found && !o.wrong && !o.baseline, "%zu: %u", i,
			   o.certain);
	}
}

static void test_recorder__rotates_by_time(void)
{
	struct recorder_stats st;

	begin();
	open_recorder((struct recorder_opts){ .rotate_ns = 10000000000ULL });
	for (unsigned int s = 100; s < 145; s++) {
		char line[64];

		snprintf(line, sizeof(line), "%u.000000 tick\n", s);
		add_text(line);
	}
	finish(&st);
	ASSERT_EQ(st.files, 6);		/* one for the end, long after */
	ASSERT_EQ(judge(file_nr(2)).last_ts, 119000000000ULL);
}

/* --- memory ----------------------------------------------------------------------------- */

static void test_recorder__the_last_seconds(void)
{
	struct recorder_stats st;
	struct outcome o;
	struct workload w;

	begin();
	open_recorder((struct recorder_opts){ .last_ns = 20000000, .dump = DUMP_END | DUMP_SIGNAL });
	workload_init(&w, 7);
	work(&w, 20000);
	ASSERT(!exists(path));
	ASSERT_OK(recorder__dump(rec, DUMP_SIGNAL, &err));
	ASSERT_OK(recorder__dump(rec, DUMP_FINDING, &err));	/* not asked for */
	ASSERT(exists(file_nr(1)) && !exists(file_nr(2)));
	o = judge(file_nr(1));
	ASSERT(o.ended && o.goes_on && !o.lost && !o.verdict);
	/* At least so long, and no more than a frame beyond it. */
	ASSERT_LT(o.first_event_ts, now - 20000000);
	ASSERT_GT(o.first_event_ts, now - 60000000);
	finish(&st);
	ASSERT_EQ(st.files, 2);
	ASSERT_STREQ(st.last, path);
	o = judge(path);
	ASSERT(o.ended && !o.goes_on && !o.verdict);
}

static void test_recorder__the_last_bytes(void)
{
	struct workload w;
	struct stat st;

	begin();
	open_recorder((struct recorder_opts){ .last_bytes = 32768, .dump = DUMP_END });
	workload_init(&w, 8);
	work(&w, 30000);
	ASSERT_LE(recorder__bytes(rec), 32768);
	finish(NULL);
	ASSERT_OK(stat(path, &st));
	ASSERT_GT(st.st_size, 16384);
	ASSERT_LT(st.st_size, 49152);
	ASSERT_EQ(judge(path).verdict, 0);
}

/* A file when it is found, with the finding in it; and none more for its neighbours. */
static void test_recorder__a_finding_makes_a_file(void)
{
	struct recorder_stats st;
	struct outcome o;
	struct workload w;

	begin();
	open_recorder((struct recorder_opts){ .last_ns = 100000000, .dump = DUMP_FINDING });
	add_text(leak);
	workload_init(&w, 9);
	w.ts = 100300000000ULL;
	work(&w, 3000);
	ASSERT(!exists(file_nr(1)));
	add_text("101.500000 tick\n");
	ASSERT(exists(file_nr(1)));
	o = judge(file_nr(1));
	ASSERT(o.certain == 1 && !o.wrong && o.verdict == 1 && o.ended);
	finish(&st);
	ASSERT_EQ(st.files, 1);
}

/* The birth and the end of its address space are long out of memory: an orphan all the same. */
static void test_recorder__what_fell_out_still_counts(void)
{
	struct workload w;
	struct outcome o;

	begin();
	open_recorder((struct recorder_opts){ .last_bytes = 8192, .dump = DUMP_END });
	add_text(leak);
	workload_init(&w, 10);
	w.ts = 150000000000ULL;
	work(&w, 20000);
	finish(NULL);
	o = judge(path);
	ASSERT(o.certain == 1 && !o.wrong && o.verdict == 1);
}

/* --- refused ------------------------------------------------------------------------------ */

static void expect_refused(struct recorder_opts o, const char *says)
{
	o.path = o.path ? o.path : path;
	ASSERT_LT(recorder_check(&o, &err), 0);
	ASSERT_HAS(err.text, says);
}

static void test_recorder__refuses(void)
{
	struct recorder_opts o = { .path = path, .rotate_bytes = 8192 };
	FILE *f;

	begin();
	expect_refused((struct recorder_opts){ .rotate_ns = 1, .last_ns = 1 }, "choose one");
	expect_refused((struct recorder_opts){ .keep = 1 }, "--keep is for --rotate");
	expect_refused((struct recorder_opts){ .dump = DUMP_END }, "--dump-on is for --last");
	expect_refused((struct recorder_opts){ .path = "-", .rotate_ns = 1 }, "stdout");
	ASSERT_OK(recorder_check(&o, &err));
	f = fopen(file_nr(12), "w");
	ASSERT_NOT_NULL(f);
	fclose(f);
	expect_refused(o, "run.0012.hmt' exists");
	o.force = true;
	ASSERT_OK(recorder_check(&o, &err));
	begin();
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	*dir = '\0';
}

TEST_MAIN(TEST(test_recorder__names), TEST(test_recorder__rotates_by_size),
	  TEST(test_recorder__an_orphan_in_every_file), TEST(test_recorder__faults_across_files), TEST(test_recorder__rotates_by_time),
	  TEST(test_recorder__the_last_seconds), TEST(test_recorder__the_last_bytes),
	  TEST(test_recorder__a_finding_makes_a_file),
	  TEST(test_recorder__what_fell_out_still_counts), TEST(test_recorder__refuses))
