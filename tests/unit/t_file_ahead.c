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

/* All that one can see of a reading: records, the end, the numbers while it went on. */
static int read_all(const char *path, bool ahead, struct strbuf *sb)
{
	const struct hmt_hdr *rec;
	struct source *s;
	struct errmsg err;
	int ret;

	ret = file_source__open(path, &s, &err);
	if (ret) {
		strbuf__adds(sb, err.text);
		return ret;
	}
	if (ahead)
		ASSERT_OK(file_ahead__start((struct file_source *)s));
	while ((ret = source__next(s, &rec)) == 1) {
		strbuf__add(sb, (const char *)rec, rec->size);
		strbuf__add(sb, (const char *)&file_source__stats(s)->frames, sizeof(__u64));
		strbuf__add(sb, (const char *)&file_source__stats(s)->bad_frames, sizeof(__u64));
	}
	strbuf__add(sb, (const char *)file_source__stats(s), sizeof(struct file_stats));
	/* Asked again it says the same. */
	ASSERT_EQ(source__next(s, &rec), ret);
	source__free(s);
	return ret;
}

static void expect_same(const char *path)
{
	struct strbuf one = STRBUF_INIT, two = STRBUF_INIT;
	int ret = read_all(path, false, &one);

	ASSERT_EQ(read_all(path, true, &two), ret);
	ASSERT_EQ(one.len, two.len);
	ASSERT_MEMEQ(strbuf__str(&one), strbuf__str(&two), one.len);
	strbuf__free(&one);
	strbuf__free(&two);
}

static void test_file_ahead__whole_files_read_the_same(void)
{
	for (int end = 0; end < 2; end++) {
		struct memfile m = make_frames(end);
		struct strbuf sb = STRBUF_INIT;

		expect_same(m.path);
		ASSERT_EQ(read_all(m.path, true, &sb), 0);
		ASSERT_GT(sb.len, NR_FRAMES * PER_FRAME * sizeof(struct hmt_ref_get));
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
