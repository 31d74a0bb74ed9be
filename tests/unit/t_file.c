// SPDX-License-Identifier: GPL-2.0
#include "tracefile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <zlib.h>
#include <zstd.h>

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

static void free_sample(void)
{
	for (size_t i = 0; i < nr_frames; i++)
		strbuf__free(&frames[i].lines);
	nr_frames = 0;
}

static void expected_lines(const char *text, size_t len, struct strbuf *sb)
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

static void make_sample(void)
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

static void test_file__round_trip(void)
{
	struct strbuf sb = STRBUF_INIT, want = STRBUF_INIT;
	struct memfile m;
	struct file_stats st;

	make_sample();
	for (size_t i = 0; i < nr_frames; i++)
		strbuf__adds(&want, strbuf__str(&frames[i].lines));
	m = memfile_open(file, file_len);
	ASSERT_OK(dump_file(m.path, &sb, &st, &err));
	ASSERT_STREQ(strbuf__str(&sb), strbuf__str(&want));
	ASSERT_EQ(st.bytes, file_len);
	ASSERT_EQ(st.frames, 6);
	ASSERT_EQ(st.records, 12);
	ASSERT_EQ(st.bad_frames + st.bad_records + st.unknown_records + st.lost_bytes, 0);
	ASSERT(!st.cut);
	close(m.fd);
	strbuf__free(&sb);
	strbuf__free(&want);
	free_sample();
}

static void test_file__description(void)
{
	struct trace_meta *want = sample_meta();
	struct memfile m;
	struct source *s;

	make_sample();
	m = memfile_open(file, file_len);
	ASSERT_OK(file_source__open(m.path, &s, &err));
	ASSERT_STREQ(s->meta->version, want->version);
	ASSERT_STREQ(s->meta->uname, want->uname);
	ASSERT_STREQ(s->meta->boot_id, want->boot_id);
	ASSERT_STREQ(s->meta->command_line, want->command_line);
	ASSERT_STREQ(s->meta->filters, "");
	ASSERT_STREQ(s->meta->tier, want->tier);
	ASSERT_STREQ(s->meta->plan, want->plan);
	ASSERT_EQ(s->meta->wall_start_ns, want->wall_start_ns);
	ASSERT_EQ(s->meta->mono_start_ns, want->mono_start_ns);
	source__free(s);
	close(m.fd);
	trace_meta__free(want);
	free_sample();
}

/* Several frames' worth without a flush, through a pipe, in the reader's own chunks. */
static void test_file__much_through_a_pipe(void)
{
	const int nr = 30000;
	struct memfile m = memfile_open("", 0);
	struct file_writer *w;
	const struct hmt_hdr *rec;
	struct source *s;
	int in, saved, got, fds[2];
	pid_t pid;

	ASSERT_OK(file_writer__open(m.path, true, NULL, &w, &err));
	for (int i = 0; i <= nr; i++) {
		struct hmt_ref_get r = {
			.h = { .kind = HMT_REF_GET, .size = sizeof(r), .ts = (__u64)i },
			.hmm = (__u64)i * 0x9e3779b97f4a7c15ULL, .call_site = (__u64)i,
		};

		if (i == nr)
			r.h = (struct hmt_hdr){ .kind = HMT_END, .size = 40, .ts = (__u64)i };
		ASSERT_OK(file_writer__add(w, &r.h, &err));
	}
	ASSERT(file_writer__pending(w));
	ASSERT_GT(file_writer__bytes(w), 1000);
	ASSERT_OK(file_writer__close(w, &err));
	ASSERT_OK(pipe(fds));
	pid = fork();
	if (!pid) {
		char buf[777];
		ssize_t n;

		close(fds[0]);
		in = open(m.path, O_RDONLY);
		while ((n = read(in, buf, sizeof(buf))) > 0)
			if (write(fds[1], buf, (size_t)n) != n)
				_exit(1);
		_exit(0);
	}
	close(fds[1]);
	saved = dup(0);
	dup2(fds[0], 0);
	close(fds[0]);
	ASSERT_OK(file_source__open("-", &s, &err));
	for (got = 0; source__next(s, &rec) == 1; got++) {
		ASSERT_EQ(rec->ts, got);
		if (rec->kind == HMT_REF_GET)
			ASSERT_EQ(((struct hmt_ref_get *)rec)->call_site, got);
	}
	ASSERT_EQ(got, nr + 1);
	ASSERT_EQ(rec->kind, HMT_END);
	ASSERT_GT(file_source__stats(s)->frames, 8);
	source__free(s);
	dup2(saved, 0);
	close(saved);
	close(m.fd);
	ASSERT_EQ(waitpid(pid, NULL, 0), pid);
}

static __u64 number_at(size_t at, unsigned int bytes)
{
	__u64 v = 0;

	memcpy(&v, file + at, bytes);
	return v;
}

/* hmmtrace-file(5), offset by offset. Changing one of these lines needs a new major version. */
static void test_file__layout_is_as_documented(void)
{
	size_t at;
	__u32 crc;

	if (*(const unsigned char *)&(const __u16){ 1 } != 1)
		SKIP("the numbers here are little-endian");
	make_sample();
	ASSERT_MEMEQ(file, "\xc8\x48\x4d\x54\x0d\x0a\x1a\x0a\x01\0\x01\0\x04\x03\x02\x01", 16);
	at = number_at(16, 4);
	ASSERT_EQ(at % 8, 0);
	ASSERT_EQ(number_at(24, 4), 0);
	ASSERT_EQ(file[32], '{');
	ASSERT_EQ(file[32 + number_at(20, 4) - 1], '}');
	crc = (__u32)number_at(28, 4);
	memset(file + 28, 0, 4);
	ASSERT_EQ(crc, crc32(0, file, (uInt)at));
	/* the third frame: two records of 120 and 88 bytes */
	at = frames[2].at;
	ASSERT_MEMEQ(file + at, "HMT\xf5\1\0\0\0", 8);
	ASSERT_EQ(number_at(at + 8, 4), frames[2].end - at - 56);
	ASSERT_EQ(number_at(at + 12, 4), 120 + 88);
	ASSERT_EQ(number_at(at + 16, 4), 2);
	ASSERT_EQ(number_at(at + 20, 4), 0);
	ASSERT_EQ(number_at(at + 24, 8), 2);
	ASSERT_EQ(number_at(at + 32, 8), 2000000);
	ASSERT_EQ(number_at(at + 40, 8), 3000000);
	ASSERT_EQ(number_at(at + 48, 4), crc32(0, file + at + 56, (uInt)number_at(at + 8, 4)));
	ASSERT_EQ(number_at(at + 52, 4), crc32(0, file + at, 52));
	/* zstd's magic, and the bit for a checksum in its frame header */
	ASSERT_EQ(number_at(at + 56, 4), 0xfd2fb528);
	ASSERT(file[at + 60] & 4);
	free_sample();
}

/* --- damage -------------------------------------------------------------------- */

/*
 * Every frame in [from, to) whose bit in whole is set must be there, in order,
 * with LOST records, and nothing else, between. Return: the number of LOST.
 */
static int check_dump(const char *got, unsigned int whole)
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

static void test_file__cut_at_every_byte(void)
{
	struct memfile m;

	make_sample();
	m = memfile_open(file, file_len);
	for (size_t len = 0; len < file_len; len++) {
		struct strbuf sb = STRBUF_INIT;
		struct file_stats st;
		unsigned int whole = 0;
		int code;

		memfile_set(&m, file, len);
		code = dump_file(m.path, &sb, &st, &err);
		if (len < header_len) {
			ASSERT_EQ(code, -EINVAL);
			if (len)
				ASSERT_HAS(err.text, ": cut in its header after ");
			else
				ASSERT_HAS(err.text, ": is empty");
			continue;
		}
		ASSERT_OK(code);
		for (size_t i = 0; i < nr_frames; i++)
			whole |= (unsigned int)(frames[i].end <= len) << i;
		ASSERT_MSG(check_dump(strbuf__str(&sb), whole) == 1, "cut at %zu: %s", len,
			   strbuf__str(&sb));
		ASSERT_HAS(strbuf__str(&sb), "cause=cut");
		ASSERT(st.cut);
		ASSERT_EQ(st.bad_frames, 0);
		strbuf__free(&sb);
	}
	close(m.fd);
	free_sample();
}

static void test_file__flip_every_bit(void)
{
	struct memfile m;

	make_sample();
	m = memfile_open(file, file_len);
	for (size_t bit = 0; bit < 8 * file_len; bit += bit / 8 < header_len ? 1 : 3) {
		size_t at = bit / 8;
		struct strbuf sb = STRBUF_INIT;
		unsigned int whole = 0;
		int code;

		file[at] ^= (unsigned char)(1 << bit % 8);
		memfile_set(&m, file, file_len);
		file[at] ^= (unsigned char)(1 << bit % 8);
		code = dump_file(m.path, &sb, NULL, &err);
		if (at < header_len) {
			ASSERT_MSG(code < 0, "byte %zu of the header", at);
			continue;
		}
		ASSERT_OK(code);
		for (size_t i = 0; i < nr_frames; i++)
			whole |= (unsigned int)(at < frames[i].at || at >= frames[i].end) << i;
		ASSERT_MSG(check_dump(strbuf__str(&sb), whole) >= 1, "flip in %zu: %s", at,
			   strbuf__str(&sb));
		strbuf__free(&sb);
	}
	close(m.fd);
	free_sample();
}

/* Bytes gone from the middle, or put there: every other frame is found again. */
static void test_file__bytes_removed_or_inserted(void)
{
	static unsigned char changed[8192];
	struct memfile m;

	make_sample();
	m = memfile_open(file, file_len);
	for (size_t at = header_len; at + 5 < file_len; at++) {
		struct strbuf sb = STRBUF_INIT;
		unsigned int whole = 0;

		memcpy(changed, file, at);
		memcpy(changed + at, file + at + 5, file_len - at - 5);
		memfile_set(&m, changed, file_len - 5);
		ASSERT_OK(dump_file(m.path, &sb, NULL, &err));
		for (size_t i = 0; i < nr_frames; i++)
			whole |= (unsigned int)(at + 5 <= frames[i].at || at >= frames[i].end) << i;
		ASSERT_GE(check_dump(strbuf__str(&sb), whole), 1);
		strbuf__free(&sb);

		memset(changed + at, 0xaa, 5);
		memcpy(changed + at + 5, file + at, file_len - at);
		memfile_set(&m, changed, file_len + 5);
		ASSERT_OK(dump_file(m.path, &sb, NULL, &err));
		for (size_t i = 0; i < nr_frames; i++)
			whole |= (unsigned int)(at <= frames[i].at || at >= frames[i].end) << i;
		ASSERT_GE(check_dump(strbuf__str(&sb), whole), 1);
		strbuf__free(&sb);
	}
	close(m.fd);
	free_sample();
}

static void expect_after(const unsigned char *data, size_t len, const char *has)
{
	struct memfile m = memfile_open(data, len);
	struct strbuf sb = STRBUF_INIT;

	ASSERT_OK(dump_file(m.path, &sb, NULL, &err));
	ASSERT_HAS(strbuf__str(&sb), has);
	strbuf__free(&sb);
	close(m.fd);
}

static void test_file__lost_says_how_many_and_when(void)
{
	struct frame_header h;

	make_sample();
	/* a payload: the header says that 4 records were in it */
	file[frames[1].end - 1] ^= 1;
	expect_after(file, file_len, "0.000001 start flags=0x1\n"
		     "0.002000 lost cause=frame prog=-1 count=4 since=0.000001\n"
		     "0.002000 range-register");
	/* and the header of the next: at least one more */
	file[frames[2].at + 20] ^= 1;
	expect_after(file, file_len, "0.004000 lost cause=frame prog=-1 count=5 since=0.000001\n"
		     "0.004000 ref-put");
	/* whole frames taken out: one each, by the numbers */
	make_sample();
	memmove(file + frames[1].at, file + frames[3].at, file_len - frames[3].at);
	file_len -= frames[3].at - frames[1].at;
	expect_after(file, file_len, "0.004000 lost cause=frame prog=-1 count=2 since=0.000001\n");
	/* the same frame twice */
	make_sample();
	memmove(file + frames[3].end, file + frames[3].at, file_len - frames[3].at);
	file_len += frames[3].end - frames[3].at;
	expect_after(file, file_len, "stack=-1\n0.005000 lost cause=frame prog=-1 count=1 since=0.004000\n"
		     "0.005000 range-unregister-begin");
	/* cut in the middle of a frame of 3 */
	make_sample();
	expect_after(file, frames[4].end - 1,
		     "stack=-1\n0.004000 lost cause=cut prog=-1 count=3 since=0.004000\n");
	/* cut between frames */
	expect_after(file, frames[4].end, "0.006000 lost cause=cut prog=-1 count=1 since=0.006000\n");
	/* nothing but a header */
	expect_after(file, header_len, "0.000000 lost cause=cut prog=-1 count=1 since=0.000000\n");
	/* something behind the end */
	file[file_len] = 'x';
	expect_after(file, file_len + 1, "0.007000 end flags=0x0\n0.007000 lost cause=cut ");
	memset(file + file_len, 'x', 100);
	expect_after(file, file_len + 100, "0.007000 end flags=0x0\n0.007000 lost cause=frame ");
	/* another file behind it: its frames have numbers that were there */
	make_sample();
	memcpy(file + file_len, file, file_len);
	expect_after(file, 2 * file_len, "0.007000 end flags=0x0\n"
		     "0.007000 lost cause=frame prog=-1 count=12 since=0.007000\n");
	/* an encoding of a newer version */
	make_sample();
	memcpy(&h, file + frames[2].at, sizeof(h));
	h.encoding = 9;
	h.header_crc = (__u32)crc32(0, (void *)&h, offsetof(struct frame_header, header_crc));
	memcpy(file + frames[2].at, &h, sizeof(h));
	expect_after(file, file_len, "0.004000 lost cause=frame prog=-1 count=2 since=0.001000\n");
	free_sample();
}

/* --- lies with the right checksums ------------------------------------------------ */

/* Replaces the file's frames by one with these records and header, checksums right. */
static void forge(struct frame_header h, const void *raw, size_t raw_len)
{
	unsigned char *at = file + header_len;
	size_t n;

	n = ZSTD_compress(at + sizeof(h), sizeof(file) - header_len - sizeof(h), raw, raw_len, 1);
	ASSERT(!ZSTD_isError(n));
	h.magic = FRAME_MAGIC;
	if (!h.stored_bytes)
		h.stored_bytes = (__u32)n;
	if (!h.raw_bytes)
		h.raw_bytes = (__u32)raw_len;
	h.payload_crc = (__u32)crc32(0, at + sizeof(h), (uInt)n);
	h.header_crc = (__u32)crc32(0, (void *)&h, offsetof(struct frame_header, header_crc));
	memcpy(at, &h, sizeof(h));
	file_len = header_len + sizeof(h) + n;
}

static void test_file__forged_lengths(void)
{
	static const struct frame_header forged[] = {
		{ .nr_records = 1, .stored_bytes = 0xffffffff },
		{ .nr_records = 1, .stored_bytes = FRAME_STORED_MAX },
		{ .nr_records = 1, .stored_bytes = 1 },
		{ .nr_records = 1, .raw_bytes = 0xfffffff8 },
		{ .nr_records = 1, .raw_bytes = FRAME_RAW_MAX },
		{ .nr_records = 1, .raw_bytes = 8 },
		{ .nr_records = 1, .raw_bytes = 33 },
		{ .nr_records = 0 },
		{ .nr_records = 0xffffffff },
	};
	struct hmt_tick tick = { .h = { .kind = HMT_TICK, .size = sizeof(tick) } };

	make_sample();
	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
		struct strbuf sb = STRBUF_INIT;
		struct memfile m;

		forge(forged[i], &tick, sizeof(tick));
		m = memfile_open(file, file_len);
		ASSERT_OK(dump_file(m.path, &sb, NULL, &err));
		ASSERT_HAS(strbuf__str(&sb), " lost ");
		ASSERT_NULL(strstr(strbuf__str(&sb), " tick "));
		strbuf__free(&sb);
		close(m.fd);
	}
	free_sample();
}

static void test_file__bad_records_in_good_frames(void)
{
	struct hmt_tick t[4];

	make_sample();
	memset(t, 0, sizeof(t));
	for (unsigned int i = 0; i < 4; i++)
		t[i].h = (struct hmt_hdr){ .kind = i == 3 ? HMT_END : HMT_TICK, .size = 40,
					   .cpu = HMT_CPU_NONE, .ts = i * 1000 };
	/* one that can be stepped over */
	t[1].h.kind = HMT_FREE;
	forge((struct frame_header){ .nr_records = 4 }, t, sizeof(t));
	expect_after(file, file_len, "0.000000 tick flags=0x0\n"
		     "0.000000 lost cause=bad-record prog=-1 count=1 since=0.000000\n"
		     "0.000002 tick flags=0x0\n0.000003 end flags=0x0\n");
	/* one that cannot */
	t[1].h.size = 0;
	forge((struct frame_header){ .nr_records = 4 }, t, sizeof(t));
	expect_after(file, file_len, "0.000000 tick flags=0x0\n"
		     "0.000000 lost cause=bad-record prog=-1 count=3 since=0.000000\n"
		     "0.000000 lost cause=cut ");
	t[1].h.size = 40;
	t[1].h.kind = HMT_TICK;
	/* more and fewer than the header says */
	forge((struct frame_header){ .nr_records = 3 }, t, sizeof(t));
	expect_after(file, file_len, "0.000002 tick flags=0x0\n"
		     "0.000002 lost cause=bad-record prog=-1 count=1 since=0.000002\n");
	forge((struct frame_header){ .nr_records = 5 }, t, sizeof(t));
	expect_after(file, file_len, "0.000003 end flags=0x0\n"
		     "0.000003 lost cause=bad-record prog=-1 count=1 since=0.000003\n");
	free_sample();
}

/* --- opening ------------------------------------------------------------------------ */

static void expect_refused(const void *data, size_t len, int code, const char *says)
{
	struct memfile m = memfile_open(data, len);
	struct source *s;

	err.text[0] = '\0';
	ASSERT_EQ(file_source__open(m.path, &s, &err), code);
	ASSERT_HAS(err.text, says);
	ASSERT(!strncmp(err.text, m.path, strlen(m.path)));
	close(m.fd);
}

static void seal_header(void)
{
	struct file_header *h = (struct file_header *)file;

	h->crc = 0;
	h->crc = (__u32)crc32(0, file, h->header_len);
}

static void test_file__foreign(void)
{
	static const char elf[] = "\x7f" "ELF\x02\x01\x01";
	static const char text[] = "# a text of records\n0.1 start\n";

	expect_refused("", 0, -EINVAL, "is empty");
	expect_refused("x", 1, -EINVAL, "is not an hmmtrace file");
	expect_refused("PERFILE2xxxxxxxx", 16, -EINVAL, "data of perf");
	expect_refused("\x17\x08\x44tracing6", 11, -EINVAL, "trace-cmd");
	expect_refused("\x1f\x8b\x08", 3, -EINVAL, "gzip");
	expect_refused("\x28\xb5\x2f\xfd", 4, -EINVAL, "zstd");
	expect_refused(elf, sizeof(elf), -EINVAL, "ELF");
	expect_refused("{\"type\":\"meta\"}", 15, -EINVAL, "JSON");
	expect_refused(text, sizeof(text), -EINVAL, "is not an hmmtrace file");
	expect_refused("\xc8HMT\n\x1a\n       ", 14, -EINVAL, "text mode");
	expect_refused("\xc8HMT\r\r\n\x1a\r\n    ", 14, -EINVAL, "text mode");
	expect_refused("\x48HMT\r\n\x1a\n      ", 14, -EINVAL, "text mode");
}

static void test_file__versions(void)
{
	struct file_header *h = (struct file_header *)file;
	struct strbuf sb = STRBUF_INIT;
	struct memfile m;

	make_sample();
	h->major = 2;
	h->minor = 3;
	expect_refused(file, file_len, -EINVAL, "corrupt");
	seal_header();
	expect_refused(file, file_len, -ENOTSUP,
		       "is of format version 2.3 and this hmmtrace reads up to 1.x; upgrade hmmtrace");
	h->major = 0;
	seal_header();
	expect_refused(file, file_len, -EINVAL, "never was");
	h->major = 1;
	h->minor = 99;
	h->flags = 0x10000;
	seal_header();
	m = memfile_open(file, file_len);
	ASSERT_OK(dump_file(m.path, &sb, NULL, &err));
	ASSERT_NULL(strstr(strbuf__str(&sb), "lost"));
	close(m.fd);
	strbuf__free(&sb);
	h->flags = 1;
	seal_header();
	expect_refused(file, file_len, -ENOTSUP, "flags 0x1, version 1.99); upgrade");
	h->flags = 0;
	h->byte_order = FILE_BYTE_ORDER_OTHER;
	expect_refused(file, file_len, -EINVAL, "the other byte order");
	h->byte_order = 0;
	expect_refused(file, file_len, -EINVAL, "no byte order mark");
	free_sample();
}

static void test_file__bad_headers(void)
{
	static const __u32 lengths[] = { 0, 8, 24, 33, FILE_HEADER_MAX + 8, 0xfffffff8 };
	struct file_header *h = (struct file_header *)file;

	make_sample();
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		h->header_len = lengths[i];
		expect_refused(file, file_len, -EINVAL, "impossible lengths");
	}
	h->header_len = FILE_HEADER_MAX;
	expect_refused(file, file_len, -EINVAL, "cut in its header");
	make_sample();
	h->json_len = 0xffffffff;
	expect_refused(file, file_len, -EINVAL, "impossible lengths");
	h->json_len = 0;
	expect_refused(file, file_len, -EINVAL, "wrong checksum");
	seal_header();
	expect_refused(file, file_len, -EINVAL, "not JSON");
	make_sample();
	file[32] = '[';
	seal_header();
	expect_refused(file, file_len, -EINVAL, "not JSON");
	free_sample();
}

static void test_file__paths(void)
{
	char dir[] = "/tmp/hmmtrace-test-XXXXXX", path[64];
	struct source *s;
	int fd;

	ASSERT_NOT_NULL(mkdtemp(dir));
	ASSERT_EQ(file_source__open(dir, &s, &err), -EISDIR);
	ASSERT_HAS(err.text, "is a directory");
	snprintf(path, sizeof(path), "%s/none", dir);
	ASSERT_EQ(file_source__open(path, &s, &err), -ENOENT);
	ASSERT_HAS(err.text, "does not exist");
	fd = open(path, O_CREAT | O_WRONLY, 0);
	close(fd);
	if (geteuid()) {
		ASSERT_EQ(file_source__open(path, &s, &err), -EACCES);
		ASSERT_HAS(err.text, "may not be read");
	}
	unlink(path);
	rmdir(dir);
}

/* --- writing ------------------------------------------------------------------------- */

static void test_file__does_not_overwrite(void)
{
	char path[] = "/tmp/hmmtrace-test-XXXXXX";
	int fd = mkstemp(path);
	struct file_writer *w;
	struct stat st;

	ASSERT_EQ(write(fd, "precious", 8), 8);
	ASSERT_EQ(file_writer__open(path, false, NULL, &w, &err), -EEXIST);
	ASSERT_HAS(err.text, "exists already; -f overwrites it");
	ASSERT_OK(fstat(fd, &st));
	ASSERT_EQ(st.st_size, 8);
	ASSERT_OK(file_writer__open(path, true, NULL, &w, &err));
	ASSERT(!file_writer__pending(w));
	ASSERT_OK(file_writer__flush(w, &err));
	ASSERT_OK(fstat(fd, &st));
	ASSERT_EQ(st.st_size, file_writer__bytes(w));
	ASSERT_OK(file_writer__close(w, &err));
	ASSERT_OK(file_writer__close(NULL, &err));
	unlink(path);
	close(fd);
	/* nothing to be lost there */
	ASSERT_OK(file_writer__open("/dev/null", false, NULL, &w, &err));
	ASSERT_OK(file_writer__close(w, &err));
}

static void test_file__cannot_create(void)
{
	struct file_writer *w;

	ASSERT_EQ(file_writer__open("/tmp", false, NULL, &w, &err), -EISDIR);
	ASSERT_HAS(err.text, "/tmp: is a directory");
	ASSERT_EQ(file_writer__open("/tmp", true, NULL, &w, &err), -EISDIR);
	ASSERT_EQ(file_writer__open("/nonexistent/x", false, NULL, &w, &err), -ENOENT);
	ASSERT_HAS(err.text, "directory it should be in does not exist");
	ASSERT_EQ(file_writer__open("/dev/full", false, NULL, &w, &err), -ENOSPC);
	ASSERT_HAS(err.text, "/dev/full: cannot write: No space left on device; make room");
	ASSERT_LT(strlen(err.text), 100);
}

static void test_file__refuses_bad_records(void)
{
	struct hmt_tick tick = { .h = { .kind = HMT_TICK, .size = 20 } };
	struct file_writer *w;

	ASSERT_OK(file_writer__open("/dev/null", false, NULL, &w, &err));
	ASSERT_EQ(file_writer__add(w, &tick.h, &err), -EINVAL);
	ASSERT_HAS(err.text, "refused");
	ASSERT(!file_writer__pending(w));
	ASSERT_OK(file_writer__close(w, &err));
}

/* The disk is full in the middle of a frame: what is in the file is whole frames. */
static void test_file__full_disk_leaves_whole_frames(void)
{
	struct rlimit old, small;
	struct memfile m;

	make_sample();
	m = memfile_open("", 0);
	signal(SIGXFSZ, SIG_IGN);
	ASSERT_OK(getrlimit(RLIMIT_FSIZE, &old));
	for (size_t limit = frames[0].end; limit < file_len; limit++) {
		struct trace_meta *meta = sample_meta();
		struct strbuf sb = STRBUF_INIT;
		struct file_writer *w;
		size_t whole = 0, end = 0;
		struct stat st;
		int code;

		for (size_t i = 0; i < nr_frames && frames[i].end <= limit; i++) {
			whole |= (size_t)1 << i;
			end = frames[i].end;
		}
		small = old;
		small.rlim_cur = limit;
		ASSERT_OK(setrlimit(RLIMIT_FSIZE, &small));
		ASSERT_OK(file_writer__open(m.path, true, meta, &w, &err));
		code = write_text(w, sample, &err);
		/* the last frame goes out with the close */
		if (code) {
			ASSERT_EQ(file_writer__flush(w, &err), -EFBIG);
			ASSERT_HAS(err.text, "earlier write failed");
			ASSERT_EQ(file_writer__bytes(w), end);
		}
		ASSERT_EQ(file_writer__close(w, &err), -EFBIG);
		ASSERT_OK(setrlimit(RLIMIT_FSIZE, &old));
		ASSERT_OK(fstat(m.fd, &st));
		ASSERT_EQ(st.st_size, end);
		ASSERT_OK(dump_file(m.path, &sb, NULL, &err));
		ASSERT_EQ(check_dump(strbuf__str(&sb), (unsigned int)whole), 1);
		strbuf__free(&sb);
		trace_meta__free(meta);
	}
	signal(SIGXFSZ, SIG_DFL);
	close(m.fd);
	free_sample();
}

/* kill -9 at any moment: every frame that was flushed before it reads back. */
static void test_file__killed_writer(void)
{
	char path[] = "/tmp/hmmtrace-test-XXXXXX";

	close(mkstemp(path));
	for (int round = 0; round < 20; round++) {
		struct hmt_tick tick = { .h = { .kind = HMT_TICK, .size = sizeof(tick) } };
		struct hmt_lost lost = { 0 };
		const struct hmt_hdr *rec;
		struct source *s;
		__u64 nr = 0, acked = 0, seen;
		int fds[2];
		pid_t pid;

		ASSERT_OK(pipe(fds));
		pid = fork();
		if (!pid) {
			struct file_writer *w;

			if (file_writer__open(path, true, NULL, &w, &err))
				_exit(1);
			for (__u64 i = 1;; i++) {
				tick.h.ts = i;
				if (file_writer__add(w, &tick.h, &err) ||
				    (i % 3 == 0 && file_writer__flush(w, &err)) ||
				    (i % 3 == 0 && write(fds[1], &i, sizeof(i)) != sizeof(i)))
					_exit(1);
			}
		}
		close(fds[1]);
		for (int i = 0; i < 1 + round * 7; i++)
			ASSERT_EQ(read(fds[0], &acked, sizeof(acked)), sizeof(acked));
		ASSERT_OK(kill(pid, SIGKILL));
		ASSERT_EQ(waitpid(pid, NULL, 0), pid);
		while (read(fds[0], &seen, sizeof(seen)) == sizeof(seen))
			acked = seen;
		close(fds[0]);
		ASSERT_OK(file_source__open(path, &s, &err));
		while (source__next(s, &rec) == 1) {
			if (rec->kind == HMT_TICK)
				ASSERT_EQ(rec->ts, ++nr);
			else
				lost = *(const struct hmt_lost *)rec;
		}
		ASSERT_GE(nr, acked);
		ASSERT_EQ(lost.cause, HMT_CAUSE_CUT);
		ASSERT(file_source__stats(s)->cut);
		source__free(s);
	}
	unlink(path);
}

/* --- memory ---------------------------------------------------------------------------- */

static void test_file__no_memory_to_write(void)
{
	struct memfile m = memfile_open("", 0);
	struct trace_meta *meta = sample_meta();
	long live = hmt_mem_live();
	unsigned long n = 0;

	do {
		struct file_writer *w;
		int code;

		hmt_mem_fail_at(++n);
		err.text[0] = '\0';
		code = file_writer__open(m.path, true, meta, &w, &err);
		ASSERT_EQ(code, hmt_mem_failed() ? -ENOMEM : 0);
		if (code)
			ASSERT_HAS(err.text, "no memory");
		else
			ASSERT_OK(file_writer__close(w, &err));
		ASSERT_EQ(hmt_mem_live(), live);
	} while (hmt_mem_failed());
	hmt_mem_fail_at(0);
	ASSERT_GT(n, 5);
	trace_meta__free(meta);
	close(m.fd);
}

static void test_file__no_memory_to_read(void)
{
	long live = hmt_mem_live();
	unsigned long n = 0;
	struct memfile m;

	make_sample();
	m = memfile_open(file, file_len);
	free_sample();
	do {
		const struct hmt_hdr *rec;
		struct source *s;
		int code;

		hmt_mem_fail_at(++n);
		err.text[0] = '\0';
		code = file_source__open(m.path, &s, &err);
		if (code) {
			ASSERT_EQ(code, -ENOMEM);
			ASSERT_HAS(err.text, "no memory");
		} else {
			while ((code = source__next(s, &rec)) == 1)
				;
			ASSERT_EQ(code, hmt_mem_failed() ? -ENOMEM : 0);
			if (code)
				ASSERT_HAS(s->err.text, "no memory");
			ASSERT_EQ(source__next(s, &rec), code);
			source__free(s);
		}
		ASSERT_EQ(hmt_mem_live(), live);
	} while (hmt_mem_failed());
	hmt_mem_fail_at(0);
	ASSERT_GT(n, 15);
	close(m.fd);
}

static void test_file__no_memory_for_a_description(void)
{
	long live = hmt_mem_live();
	unsigned long n = 0;

	do {
		hmt_mem_fail_at(++n);
		trace_meta__free(trace_meta__new());
		ASSERT_EQ(hmt_mem_live(), live);
	} while (hmt_mem_failed());
	hmt_mem_fail_at(0);
}

TEST_MAIN(TEST(test_file__round_trip), TEST(test_file__description),
	  TEST(test_file__much_through_a_pipe),
	  TEST(test_file__layout_is_as_documented), TEST(test_file__cut_at_every_byte),
	  TEST(test_file__flip_every_bit), TEST(test_file__bytes_removed_or_inserted),
	  TEST(test_file__lost_says_how_many_and_when), TEST(test_file__forged_lengths),
	  TEST(test_file__bad_records_in_good_frames), TEST(test_file__foreign),
	  TEST(test_file__versions), TEST(test_file__bad_headers), TEST(test_file__paths),
	  TEST(test_file__does_not_overwrite), TEST(test_file__cannot_create),
	  TEST(test_file__refuses_bad_records), TEST(test_file__full_disk_leaves_whole_frames),
	  TEST(test_file__killed_writer), TEST(test_file__no_memory_to_write),
	  TEST(test_file__no_memory_to_read), TEST(test_file__no_memory_for_a_description))
