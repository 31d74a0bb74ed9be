// SPDX-License-Identifier: GPL-2.0
/* The files of tests/golden: old ones stay readable, bad ones give what they must. */
#include "tracefile.h"

#include <errno.h>

static struct errmsg err;

/* Relative to where the compiler was run: the top of the tree. */
static const char *golden(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%.*sgolden/%s",
		 (int)(strlen(__FILE__) - strlen("unit/t_stream_golden.c")), __FILE__, name);
	return path;
}

static void read_whole(const char *path, struct strbuf *sb)
{
	FILE *f = fopen(path, "r");
	char buf[4096];
	size_t n;

	ASSERT_MSG(f, "%s", path);
	while ((n = fread(buf, 1, sizeof(buf), f)))
		strbuf__add(sb, buf, n);
	fclose(f);
}

static void expect_dump(const char *hmt, const char *dump, __u64 nr_frames, __u64 nr_records)
{
	struct strbuf got = STRBUF_INIT, want = STRBUF_INIT;
	struct file_stats st;

	ASSERT_OK(dump_file(golden(hmt), &got, &st, &err));
	read_whole(golden(dump), &want);
	ASSERT_STREQ(strbuf__str(&got), strbuf__str(&want));
	ASSERT(!st.cut);
	ASSERT_EQ(st.frames, nr_frames);
	ASSERT_EQ(st.records, nr_records);
	ASSERT_EQ(st.bad_frames + st.bad_records + st.unknown_records + st.lost_bytes, 0);
	strbuf__free(&got);
	strbuf__free(&want);
}

static void test_golden__v1_0_every_kind(void)
{
	expect_dump("v1.0-kinds.hmt", "v1.0-kinds.dump", 8, 32);
}

static void test_golden__v1_0_orphan(void)
{
	struct source *s;

	expect_dump("v1.0-orphan.hmt", "v1.0-orphan.dump", 5, 21);
	ASSERT_OK(file_source__open(golden("v1.0-orphan.hmt"), &s, &err));
	ASSERT_STREQ(s->meta->tier, "full");
	ASSERT_STREQ(s->meta->command_line, "hmmtrace record -- ./driver \"a b\"");
	ASSERT_EQ(s->meta->wall_start_ns, 1700000000123456789);
	source__free(s);
}

static void test_golden__v1_1(void)
{
	expect_dump("v1.1-kinds.hmt", "v1.1-kinds.dump", 8, 32);
	expect_dump("v1.1-orphan.hmt", "v1.1-orphan.dump", 5, 21);
	expect_dump("v1.1-columns.hmt", "v1.1-columns.dump", 4, 235);
}

static void test_golden__refused(void)
{
	static const struct {
		const char *name;
		int code;
		const char *says;
	} rows[] = {
		{ "bad/empty.hmt", -EINVAL, ": is empty; record again" },
		{ "bad/foreign-perf.hmt", -EINVAL, ": is not an hmmtrace file but data of perf" },
		{ "bad/foreign-text.hmt", -EINVAL, ": is not an hmmtrace file; " },
		{ "bad/foreign-gzip.hmt", -EINVAL, "but compressed with gzip; unpack it first" },
		{ "bad/text-mode.hmt", -EINVAL, "copy it again in binary mode" },
		{ "bad/cut-header.hmt", -EINVAL, ": cut in its header after 20 bytes: " },
		{ "bad/flipped-header.hmt", -EINVAL, ": its header is corrupt (wrong checksum): " },
		{ "bad/huge-header.hmt", -EINVAL, ": its header is corrupt (impossible lengths): " },
		{ "bad/other-byte-order.hmt", -EINVAL, "the other byte order" },
		{ "bad/newer-major.hmt", -ENOTSUP,
		  ": is of format version 2.0 and this hmmtrace reads up to 1.x; upgrade hmmtrace" },
		{ "bad/none.hmt", -ENOENT, ": does not exist" },
		{ "bad", -EISDIR, ": is a directory, not a trace file" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf sb = STRBUF_INIT;

		err.text[0] = '\0';
		ASSERT_EQ(dump_file(golden(rows[i].name), &sb, NULL, &err), rows[i].code);
		ASSERT_HAS(err.text, rows[i].says);
		ASSERT(!strncmp(err.text, golden(rows[i].name), strlen(golden(rows[i].name))));
		ASSERT_EQ(sb.len, 0);
	}
}

static void test_golden__damaged_but_readable(void)
{
	static const struct {
		const char *name, *has, *ends;
		__u64 frames, bad_frames;
		bool cut;
	} rows[] = {
		{ "bad/cut-frame-header.hmt", "flags=0x0\n100.250000 ref-get",
		  "\n100.300000 lost cause=cut prog=-1 count=1 since=100.300000\n", 2, 0, true },
		{ "bad/cut-payload.hmt", "100.300000 range-register",
		  "\n100.300000 lost cause=cut prog=-1 count=3 since=100.300000\n", 2, 0, true },
		{ "bad/no-end.hmt", "101.700000 tick flags=0x0\n",
		  "\n101.700000 lost cause=cut prog=-1 count=1 since=101.700000\n", 4, 0, true },
		{ "bad/no-frames.hmt", "",
		  "0.000000 lost cause=cut prog=-1 count=1 since=0.000000\n", 0, 0, true },
		{ "bad/flipped-frame-header.hmt",
		  "flags=0x0\n100.500000 lost cause=frame prog=-1 count=1 since=100.000000\n"
		  "100.500000 mirror-unregister ", "\n102.000000 end flags=0x0\n", 4, 0, false },
		{ "bad/flipped-payload.hmt",
		  "flags=0x0\n100.500000 lost cause=frame prog=-1 count=14 since=100.000000\n"
		  "100.500000 mirror-unregister ", "\n102.000000 end flags=0x0\n", 4, 1, false },
		{ "bad/huge-frame.hmt",
		  "flags=0x0\n100.500000 lost cause=frame prog=-1 count=1 since=100.000000\n"
		  "100.500000 mirror-unregister ", "\n102.000000 end flags=0x0\n", 4, 0, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf sb = STRBUF_INIT;
		struct file_stats st;
		const char *end;

		ASSERT_OK(dump_file(golden(rows[i].name), &sb, &st, &err));
		ASSERT_HAS(strbuf__str(&sb), rows[i].has);
		end = strbuf__str(&sb) + sb.len - strlen(rows[i].ends);
		ASSERT_GE(sb.len, strlen(rows[i].ends));
		ASSERT_STREQ(end, rows[i].ends);
		ASSERT_MSG(st.frames == rows[i].frames, "%s: %llu", rows[i].name, st.frames);
		ASSERT_MSG(st.bad_frames == rows[i].bad_frames, "%s: %llu", rows[i].name,
			   st.bad_frames);
		ASSERT_MSG(st.cut == rows[i].cut, "%s", rows[i].name);
		strbuf__free(&sb);
	}
}

static void test_golden__newer_minor_reads(void)
{
	struct strbuf sb = STRBUF_INIT;
	struct file_stats st;

	ASSERT_OK(dump_file(golden("bad/newer-minor.hmt"), &sb, &st, &err));
	ASSERT_STREQ(strbuf__str(&sb),
		     "1.000000 start flags=0x1\n"
		     "2.000000 kind-50 cpu=1 mm=0xa extra=00112233445566778899aabbccddeeff\n"
		     "3.000000 kind-200 cpu=1 tgid=0 tid=0 mm=0x0\n"
		     "4.000000 tick flags=0x0 extra=0011223344556677\n"
		     "5.000000 end flags=0x0\n");
	ASSERT_EQ(st.unknown_records, 2);
	ASSERT_EQ(st.records, 5);
	ASSERT(!st.cut);
	strbuf__free(&sb);
}

TEST_MAIN(TEST(test_golden__v1_0_every_kind), TEST(test_golden__v1_0_orphan),
	  TEST(test_golden__v1_1),
	  TEST(test_golden__refused), TEST(test_golden__damaged_but_readable),
	  TEST(test_golden__newer_minor_reads))
