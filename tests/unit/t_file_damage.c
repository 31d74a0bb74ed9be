// SPDX-License-Identifier: GPL-2.0
/* Trace files that were cut, changed, or made to mislead: each byte and bit, and each lie. */
#include "samplefile.h"

#include <errno.h>
#include <fcntl.h>
#include <zlib.h>
#include <zstd.h>

/* --- damage -------------------------------------------------------------------- */

static void test_damage__cut_at_every_byte(void)
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

static void test_damage__flip_every_bit(void)
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
static void test_damage__bytes_removed_or_inserted(void)
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

static void test_damage__lost_says_how_many_and_when(void)
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

static void test_damage__forged_lengths(void)
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

static void test_damage__bad_records_in_good_frames(void)
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

static void test_damage__foreign(void)
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

static void test_damage__versions(void)
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

static void test_damage__bad_headers(void)
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

static void test_damage__paths(void)
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

TEST_MAIN(TEST(test_damage__cut_at_every_byte), TEST(test_damage__flip_every_bit),
	  TEST(test_damage__bytes_removed_or_inserted),
	  TEST(test_damage__lost_says_how_many_and_when), TEST(test_damage__forged_lengths),
	  TEST(test_damage__bad_records_in_good_frames), TEST(test_damage__foreign),
	  TEST(test_damage__versions), TEST(test_damage__bad_headers), TEST(test_damage__paths))
