// SPDX-License-Identifier: GPL-2.0
/*
 * A trace file cut or changed at any of 10,000 random places, in both encodings,
 * of a run that leaks and of one that does not: never a crash, every frame that
 * is whole is used, something is said of the rest, and the verdict is never one
 * that the whole file would not give or that only the whole file can give.
 */
#include "tracefile.h"

#include <errno.h>

#include "engine/engine.h"

#define PLACES 10000
#define LIVES 40
#define PER_FRAME 75
#define LEAKED 0xffff888000001100ULL	/* the range that is left behind, if one is */

static struct errmsg err;
static __u64 state;

struct sample {
	unsigned char data[1 << 16];
	size_t len, header_len;
	size_t end[32];			/* of each frame */
	__u32 nr_records[32];
	unsigned int nr_frames;
	bool leaks;
};

static struct sample samples[4];

static __u64 rnd(__u64 below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % below;
}

/* One process, its window and its end; the seventeenth can forget its window. */
static void add_life(struct strbuf *sb, unsigned int i, bool leaks)
{
	const unsigned int us = 1000000 + i * 1000, pid = 400 + i;
	const unsigned long long mm = 0xffff888004000000 + i * 0x4c0;
	const unsigned long long range = i == 17 ? LEAKED : 0xffff888005000000 + i * 0x100;
	char id[160];

	snprintf(id, sizeof(id), "cpu=%u tgid=%u tid=%u mm=0x%llx range=0x%llx ops=0xffffffffc0001000",
		 i % 2, pid, pid, mm, range);
	strbuf__addf(sb, "%u.%06u task tgid=%u comm=user parent=1\n", us / 1000000, us % 1000000, pid);
	for (unsigned int k = 0; k < 2; k++) {
		unsigned int t = us + 100 + 300 * k;

		strbuf__addf(sb, "%u.%06u range-register %s start=0x%x000 end=0x%x000 owner=%u\n",
			     t / 1000000, t % 1000000, id, 100 + i, 116 + i, pid);
		if (leaks && i == 17 && k)
			continue;
		strbuf__addf(sb, "%u.%06u range-unregister-begin %s\n", t / 1000000,
			     t % 1000000 + 50, id);
		strbuf__addf(sb, "%u.%06u range-unregister-end %s\n", t / 1000000,
			     t % 1000000 + 60, id);
	}
	strbuf__addf(sb, "%u.%06u mm-release cpu=0 tgid=%u tid=%u mm=0x%llx\n", us / 1000000,
		     us % 1000000 + 800, pid, pid, mm);
	strbuf__addf(sb, "%u.%06u task-exit cpu=0 tgid=%u tid=%u mm=0x%llx\n", us / 1000000,
		     us % 1000000 + 900, pid, pid, mm);
}

static void find_frames(struct sample *s)
{
	size_t at = ((struct file_header *)s->data)->header_len;
	struct frame_header h;
	bool columns = false;

	s->header_len = at;
	for (s->nr_frames = 0; at < s->len; s->nr_frames++) {
		ASSERT_LT(s->nr_frames, 32);
		ASSERT(frame_header__read(s->data + at, &h));
		at += sizeof(h) + h.stored_bytes;
		s->end[s->nr_frames] = at;
		s->nr_records[s->nr_frames] = h.nr_records;
		columns |= h.encoding == FRAME_COLUMNS;
	}
	ASSERT_EQ(at, s->len);
	ASSERT_GT(s->nr_frames, 3);
	ASSERT_EQ(columns, s >= samples + 2);
}

static void make_sample(struct sample *s, bool leaks, enum frame_encoding encoding)
{
	struct memfile m = memfile_open("", 0);
	struct trace_meta *meta = sample_meta();
	struct strbuf sb = STRBUF_INIT;
	const struct hmt_hdr *rec;
	struct file_writer *w;
	struct source *text;
	unsigned int nr = 0;
	FILE *f;

	strbuf__adds(&sb, "0.500000 start flags=0x1\n"
		     "0.500000 symbol addr=0xffffffffc0001000 name=dev_ops module=dev\n");
	for (unsigned int i = 0; i < LIVES; i++)
		add_life(&sb, i, leaks);
	strbuf__adds(&sb, "2.900000 tick\n9.000000 end\n");
	ASSERT_OK(file_writer__open(m.path, true, meta, &w, &err));
	file_writer__set_encoding(w, encoding);
	text = text_open(&f, strbuf__str(&sb));
	while (source__next(text, &rec) == 1) {
		ASSERT_OK(file_writer__add(w, rec, &err));
		if (++nr % PER_FRAME == 0)
			ASSERT_OK(file_writer__flush(w, &err));
	}
	ASSERT_MSG(nr > LIVES * 6, "%s", text->err.text);
	ASSERT_OK(file_writer__close(w, &err));
	s->leaks = leaks;
	s->len = memfile_get(&m, s->data, sizeof(s->data));
	find_frames(s);
	source__free(text);
	fclose(f);
	strbuf__free(&sb);
	trace_meta__free(meta);
	close(m.fd);
}

struct outcome {
	unsigned int certain, wrong, lost;
	__u64 records;		/* from the file, losses not counted */
	int verdict;
};

static void on_finding(void *ctx, const struct finding *f)
{
	struct outcome *o = ctx;

	if (f->severity < SEVERITY_WARN || f->confidence != CONFIDENCE_CERTAIN)
		return;
	o->certain++;
	o->wrong += f->object.addr != LEAKED || f->rule != RULE_RANGE_ORPHANED_BY_MM;
}

static void on_released(void *ctx, const struct finding *f, const struct moment *m)
{
}

/* Return: as file_source__open(). */
static int judge(const char *path, struct outcome *o)
{
	const struct engine_cb cb = { .ctx = o, .on_finding = on_finding,
				      .on_released = on_released };
	const struct hmt_hdr *rec;
	struct engine *e;
	struct source *s;
	int code;

	memset(o, 0, sizeof(*o));
	code = file_source__open(path, &s, &err);
	if (code)
		return code;
	e = engine__new(NULL, &cb);
	ASSERT_NOT_NULL(e);
	while ((code = source__next(s, &rec)) == 1) {
		o->lost += rec->kind == HMT_LOST;
		ASSERT_OK(engine__feed(e, rec));
	}
	ASSERT_OK(code);
	ASSERT_OK(engine__finish(e));
	o->records = file_source__stats(s)->records;
	o->verdict = engine__verdict(e);
	engine__free(e);
	source__free(s);
	return 0;
}

/* Cuts or flips. Return: the records of the frames that nothing happened to. */
static __u64 damage(const struct sample *s, unsigned char *copy, size_t *ret_len, bool *ret_header)
{
	bool hit[32] = { false };
	__u64 whole = 0;

	memcpy(copy, s->data, s->len);
	*ret_len = s->len;
	*ret_header = false;
	if (rnd(2)) {
		*ret_len = rnd(s->len);
		*ret_header = *ret_len < s->header_len;
		for (unsigned int i = 0; i < s->nr_frames; i++)
			hit[i] = s->end[i] > *ret_len;
	} else {
		for (unsigned int n = 1 + (unsigned int)rnd(3); n; n--) {
			/* The header is refused as a whole: once in a while is enough. */
			size_t from = rnd(16) ? s->header_len : 0;
			size_t at = from + rnd(s->len - from);
			unsigned char bits = (unsigned char)(1 + rnd(255));

			copy[at] ^= bits;
			*ret_header |= at < s->header_len;
			for (unsigned int i = 0; i < s->nr_frames && at >= s->header_len; i++) {
				if (at < s->end[i]) {
					hit[i] = copy[at] != s->data[at];
					break;
				}
			}
		}
	}
	for (unsigned int i = 0; i < s->nr_frames; i++)
		whole += hit[i] ? 0 : s->nr_records[i];
	return whole;
}

static void check_place(const struct memfile *m, unsigned int nr)
{
	static unsigned char copy[sizeof(samples[0].data)];
	const struct sample *s = &samples[nr % 4];
	struct outcome o;
	__u64 whole;
	size_t len;
	bool header;
	int code;

	state = nr;
	rnd(2);
	whole = damage(s, copy, &len, &header);
	if (!header && len == s->len && !memcmp(copy, s->data, len))
		return;		/* the same bit twice */
	memfile_set(m, copy, len);
	code = judge(m->path, &o);
	if (header) {
		ASSERT_MSG(code < 0 && err.text[0], "place %u: a header that is not right", nr);
		return;
	}
	ASSERT_MSG(!code, "place %u: %s", nr, err.text);
	ASSERT_MSG(o.records == whole, "place %u: %llu records of %llu that are whole", nr,
		   o.records, whole);
	ASSERT_MSG(o.lost, "place %u: nothing is said to be lost", nr);
	ASSERT_MSG(!o.wrong, "place %u: a finding that is not true", nr);
	ASSERT_MSG(o.verdict != 0, "place %u: clean", nr);
	ASSERT_MSG(s->leaks || o.verdict == 3, "place %u: verdict %d", nr, o.verdict);
}

static void make_samples(void)
{
	for (unsigned int i = 0; i < 4; i++)
		make_sample(&samples[i], i & 1, i < 2 ? FRAME_RECORDS : FRAME_COLUMNS);
}

static void test_places__whole_files(void)
{
	make_samples();
	for (unsigned int i = 0; i < 4; i++) {
		struct memfile m = memfile_open(samples[i].data, samples[i].len);
		struct outcome o;

		ASSERT_OK(judge(m.path, &o));
		ASSERT_EQ(o.verdict, i & 1);
		ASSERT_EQ(o.certain, i & 1);
		ASSERT_EQ(o.wrong + o.lost, 0);
		close(m.fd);
	}
}

static void test_places__ten_thousand(void)
{
	struct memfile m;

	make_samples();
	m = memfile_open("", 0);
	for (unsigned int nr = 0; nr < PLACES; nr++)
		check_place(&m, nr);
	close(m.fd);
}

TEST_MAIN(TEST(test_places__whole_files), TEST(test_places__ten_thousand))
