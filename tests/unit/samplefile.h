/* SPDX-License-Identifier: GPL-2.0 */
/*
 * samplefile.h - a small trace file in memory, and where its frames are and what
 * they hold: for tests of one file after another that is not quite it.
 */
#ifndef SAMPLEFILE_H
#define SAMPLEFILE_H

#include "tracefile.h"

/* Six frames of one to four records each, in good order. */
static const char sample[] =
	"0.000001 start flags=0x1\n"
	"#frame\n"
	"0.001000 task tgid=7 comm=exercise parent=1\n"
	"0.001000 symbol addr=0xffffffffc0000010 offset=16 name=dev_ops module=exerciser\n"
	"0.001000 stack stack=1 ips=0xffffffffc0000010,0xffffffff81000010\n"
	"0.001000 mirror-register tgid=7 tid=7 mm=0xa hmm=0xb mirror=0xc refs=1 owner=7 stack=1\n"
	"#frame\n"
	"0.002000 range-register tgid=7 tid=7 mm=0xa hmm=0xb mirror=0xc range=0xd start=0x1000 "
	"end=0x2000 owner=7 stack=1\n"
	"0.003000 ref-get tgid=7 tid=7 mm=0xa hmm=0xb count=3\n"
	"#frame\n"
	"0.004000 ref-put tgid=7 tid=7 mm=0xa hmm=0xb count=2\n"
	"#frame\n"
	"0.005000 range-unregister-begin tgid=7 tid=7 mm=0xa hmm=0xb mirror=0xc range=0xd\n"
	"0.005001 range-unregister-end tgid=7 tid=7 mm=0xa hmm=0xb mirror=0xc range=0xd\n"
	"0.006000 mirror-unregister tgid=7 tid=7 mm=0xa hmm=0xb mirror=0xc refs=0\n"
	"#frame\n"
	"0.007000 end\n";

static unsigned char file[1 << 20];
static size_t file_len, header_len;
static struct errmsg err;

/* Where each frame is, and what its records look like. */
static struct {
	size_t at, end, nr_records;
	struct strbuf lines;
} frames[16];
static size_t nr_frames;

static inline void free_sample(void)
{
	for (size_t i = 0; i < nr_frames; i++)
		strbuf__free(&frames[i].lines);
	nr_frames = 0;
}

static inline void expected_lines(const char *text, size_t len, struct strbuf *sb)
{
	struct strbuf part = STRBUF_INIT;
	struct source *s;
	FILE *f;

	strbuf__add(&part, text, len);
	s = text_open(&f, strbuf__str(&part));
	ASSERT_OK(dump_source(s, sb));
	source__free(s);
	fclose(f);
	strbuf__free(&part);
}

static inline void make_sample(void)
{
	const char *text = sample;
	size_t at;

	free_sample();
	file_len = make_file(sample, file, sizeof(file));
	header_len = at = ((struct file_header *)file)->header_len;
	while (at < file_len) {
		struct frame_header h;
		const char *end = strstr(text, "#frame\n");
		size_t len = end ? (size_t)(end - text) : strlen(text);

		memcpy(&h, file + at, sizeof(h));
		ASSERT_EQ(h.magic, FRAME_MAGIC);
		ASSERT_EQ(h.number, nr_frames);
		frames[nr_frames].at = at;
		frames[nr_frames].nr_records = h.nr_records;
		at += sizeof(h) + h.stored_bytes;
		frames[nr_frames].end = at;
		expected_lines(text, len, &frames[nr_frames].lines);
		nr_frames++;
		text += len + (end ? 7 : 0);
	}
	ASSERT_EQ(at, file_len);
	ASSERT_EQ(nr_frames, 6);
	ASSERT_LT(file_len, 4096);
}

/*
 * Every frame in [from, to) whose bit in whole is set must be there, in order,
 * with LOST records, and nothing else, between. Return: the number of LOST.
 */
static inline int check_dump(const char *got, unsigned int whole)
{
	int lost = 0;

	for (size_t i = 0; i <= nr_frames; i++) {
		const char *want = i < nr_frames ? strbuf__str(&frames[i].lines) : "";

		if (i < nr_frames && !(whole & 1U << i))
			continue;
		while (*got && strncmp(got, want, strlen(want) ? strlen(want) : 1)) {
			const char *kind = strchr(got, ' ');

			ASSERT_MSG(kind && !strncmp(kind, " lost ", 6), "frame %zu: got %s", i, got);
			got = strchr(got, '\n') + 1;
			lost++;
		}
		ASSERT_MSG(!strncmp(got, want, strlen(want)), "frame %zu is missing", i);
		got += strlen(want);
	}
	ASSERT_STREQ(got, "");
	return lost;
}

#endif /* SAMPLEFILE_H */
