// SPDX-License-Identifier: GPL-2.0
/* Frames unpacked ahead by a thread: the same records, losses and numbers as without. */
#include <stdlib.h>

#include "stream/file_read.h"
#include "tracefile.h"

#define NR_FRAMES 60
#define PER_FRAME 20

static __u64 dice_state = 88172645463325252ULL;

static unsigned int dice(unsigned int below)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (unsigned int)(dice_state % below);
}

static struct memfile make_frames(bool end)
{
	struct memfile m = memfile_open("", 0);
	struct trace_meta *meta = sample_meta();
	struct file_writer *w;
	struct errmsg err;

	ASSERT_OK(file_writer__open(m.path, true, meta, &w, &err));
	for (unsigned int i = 0; i < NR_FRAMES * PER_FRAME; i++) {
		struct hmt_ref_get r = {
			.h = { .kind = HMT_REF_GET, .size = sizeof(r), .ts = i, .mm = dice(9) },
			.call_site = dice(1000000), .count = i,
		};

		/* Frames of nothing but these, and others: of a kind to come, of an older version. */
		if (!dice(40))
			r.h.kind = 23;
		if (!dice(40))
			r.h.size -= 8;
		ASSERT_OK(file_writer__add(w, &r.h, &err));
		if (i % PER_FRAME == PER_FRAME - 1)
			ASSERT_OK(file_writer__flush(w, &err));
	}
	if (end) {
		struct hmt_end e = { .h = { .kind = HMT_END, .size = sizeof(e),
					    .ts = NR_FRAMES * PER_FRAME } };

		ASSERT_OK(file_writer__add(w, &e.h, &err));
	}
	ASSERT_OK(file_writer__close(w, &err));
	trace_meta__free(meta);
	return m;
}

/* How it is read: by a thread; in runs of records, or one by one and in runs by turns. */
enum { AHEAD = 1, RUNS = 2, TURNS = 4 };

static void note_record(const struct source *s, const struct hmt_hdr *rec, struct strbuf *sb)
{
	strbuf__add(sb, (const char *)rec, rec->size);
	strbuf__add(sb, (const char *)&file_source__stats(s)->frames, sizeof(__u64));
	strbuf__add(sb, (const char *)&file_source__stats(s)->bad_frames, sizeof(__u64));
}

static int next(struct source *s, int how, struct record_run *ret_run)
{
	int ret;

	if (how & RUNS || (how & TURNS && dice(2)))
		return source__next_run(s, ret_run);
	ret = source__next(s, &ret_run->first);
	if (ret == 1)
		ret_run->end = record_behind(ret_run->first);
	return ret;
}

static size_t longest_run;
static bool saw_plain;	/* a frame that need not be looked at record by record */

/* All that one can see of a reading: records, the end, the numbers while it went on. */
static int read_all(const char *path, int how, struct strbuf *sb)
{
	struct record_run run;
	struct source *s;
	struct errmsg err;
	int ret;

	ret = file_source__open(path, &s, &err);
	if (ret) {
		strbuf__adds(sb, err.text);
		return ret;
	}
	if (how & AHEAD)
		ASSERT_OK(file_ahead__start((struct file_source *)s));
	while ((ret = next(s, how, &run)) == 1) {
		size_t n = 0;

		for (; run.first != run.end; run.first = record_behind(run.first), n++)
			note_record(s, run.first, sb);
		longest_run = n > longest_run ? n : longest_run;
		saw_plain |= ((struct file_source *)s)->facts.plain;
	}
	strbuf__add(sb, (const char *)file_source__stats(s), sizeof(struct file_stats));
	/* Asked again it says the same. */
	ASSERT_EQ(next(s, how, &run), ret);
	source__free(s);
	return ret;
}

static void expect_same(const char *path)
{
	static const int ways[] = { AHEAD, RUNS, TURNS, AHEAD | RUNS };
	struct strbuf one = STRBUF_INIT, two = STRBUF_INIT;
	int ret = read_all(path, 0, &one);

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		ASSERT_EQ(read_all(path, ways[i], &two), ret);
		ASSERT_EQ(one.len, two.len);
		ASSERT_MEMEQ(strbuf__str(&one), strbuf__str(&two), one.len);
		strbuf__free(&two);
	}
	strbuf__free(&one);
}

static void test_file_ahead__whole_files_read_the_same(void)
{
	for (int end = 0; end < 2; end++) {
		struct memfile m = make_frames(end);
		struct strbuf sb = STRBUF_INIT;

		expect_same(m.path);
		ASSERT_EQ(read_all(m.path, AHEAD, &sb), 0);
		ASSERT_GT(sb.len, NR_FRAMES * PER_FRAME * sizeof(struct hmt_ref_get));
		/* Otherwise runs are not what is tested. The first of a frame comes alone. */
		ASSERT_EQ(longest_run, PER_FRAME - 1);
		ASSERT(saw_plain);
		strbuf__free(&sb);
		close(m.fd);
	}
}

/* Cut, flipped, bytes out of the middle, bytes put in, frames twice: one to three of them. */
static size_t damage(unsigned char *p, size_t len, size_t from)
{
	size_t at = from + dice((unsigned int)(len - from)), n = 1 + dice(300);

	if (n > len - at)
		n = len - at;
	switch (dice(5)) {
	case 0:
		return at;
	case 1:
		p[at] ^= (unsigned char)(1U << dice(8));
		return len;
	case 2:
		memmove(p + at, p + at + n, len - at - n);
		return len - n;
	case 3:
		memmove(p + at + n, p + at, len - at);
		for (size_t i = 0; i < n; i++)
			p[at + i] = (unsigned char)dice(256);
		return len + n;
	default:
		memmove(p + at + n, p + at, len - at);
		return len + n;
	}
}

static void test_file_ahead__damage_reads_the_same(void)
{
	struct memfile whole = make_frames(true), hurt = memfile_open("", 0);
	static unsigned char good[1 << 20], bad[1 << 20];
	size_t len = memfile_get(&whole, good, sizeof(good) / 2);

	__u32 header;

	memcpy(&header, good + 16, sizeof(header));
	for (int round = 0; round < 400; round++) {
		size_t now = len;

		memcpy(bad, good, len);
		for (unsigned int i = 0, n = 1 + dice(3); i < n && now > header + 1; i++)
			now = damage(bad, now, header);
		memfile_set(&hurt, bad, now);
		expect_same(hurt.path);
	}
	close(whole.fd);
	close(hurt.fd);
}

/* Given up in the middle: the thread ends, and nothing is left behind. */
static void test_file_ahead__may_be_left_at_any_time(void)
{
	struct memfile m = make_frames(true);
	long live = hmt_mem_live();

	for (unsigned int stop = 0; stop < NR_FRAMES * PER_FRAME; stop += 37) {
		const struct hmt_hdr *rec;
		struct source *s;
		struct errmsg err;

		ASSERT_OK(file_source__open(m.path, &s, &err));
		ASSERT_OK(file_ahead__start((struct file_source *)s));
		for (unsigned int i = 0; i < stop; i++)
			ASSERT_EQ(source__next(s, &rec), 1);
		source__free(s);
	}
	ASSERT_EQ(hmt_mem_live(), live);
	close(m.fd);
}

TEST_MAIN(TEST(test_file_ahead__whole_files_read_the_same),
	  TEST(test_file_ahead__damage_reads_the_same),
	  TEST(test_file_ahead__may_be_left_at_any_time))
