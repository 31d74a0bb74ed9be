// SPDX-License-Identifier: GPL-2.0
#include "samplefile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <zlib.h>
#include <zstd.h>

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
	  TEST(test_file__much_through_a_pipe), TEST(test_file__layout_is_as_documented),
	  TEST(test_file__does_not_overwrite), TEST(test_file__cannot_create),
	  TEST(test_file__refuses_bad_records), TEST(test_file__full_disk_leaves_whole_frames),
	  TEST(test_file__killed_writer), TEST(test_file__no_memory_to_write),
	  TEST(test_file__no_memory_to_read), TEST(test_file__no_memory_for_a_description))
