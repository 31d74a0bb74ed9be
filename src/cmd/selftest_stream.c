// SPDX-License-Identifier: GPL-2.0
/*
 * selftest_stream.c - an orphan that exists in records only: through the file
 * writer and the file reader into the engine and out again.
 */
#include "cmd/selftest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "cmd/judge.h"
#include "stream/file.h"
#include "stream/text.h"
#include "version.h"

#define DRIVER "hmmtrace_selftest"
#define MS 1000000ULL
#define ORPHAN 0xd0

/* One line; at is in milliseconds. */
#define LINE(sb, at, ...) \
	do { \
		strbuf__addf(sb, "%llu.%03llu ", (unsigned long long)(at) / 1000, \
			     (unsigned long long)(at) % 1000); \
		strbuf__addf(sb, __VA_ARGS__); \
	} while (0)

#define EVENT " cpu=0 tgid=%u tid=%u mm=0xa0 hmm=0xb0 "
#define MIRROR EVENT "mirror=0xc0 ops=0x1000 "
#define RANGE MIRROR "range=0x%x "

static void add_range(struct strbuf *sb, unsigned int at, unsigned int pid, unsigned int range)
{
	LINE(sb, at, "ref-get" RANGE "count=1\n", pid, pid, range);
	LINE(sb, at, "range-register" RANGE "start=0x10000 end=0x20000 page_shift=12 owner=%u\n",
	     pid, pid, range, pid);
}

static void end_range(struct strbuf *sb, __u64 at, unsigned int pid, unsigned int range)
{
	LINE(sb, at, "range-unregister-begin" RANGE "\n", pid, pid, range);
	LINE(sb, at, "range-unregister-end" RANGE "\n", pid, pid, range);
	LINE(sb, at, "ref-put" EVENT "count=1\n", pid, pid);
}

/* Two ranges, of which one outlives its mirror by more than the grace time. */
static void write_story(struct strbuf *sb, unsigned int pid, __u64 grace_ms)
{
	LINE(sb, 1, "start flags=1\n");
	LINE(sb, 1, "task tgid=%u tid=%u comm=selftest parent=1\n", pid, pid);
	LINE(sb, 1, "symbol addr=0x1000 offset=0 name=sentinel_ops module=" DRIVER "\n");
	LINE(sb, 2, "ref-get" MIRROR "count=1\n", pid, pid);
	LINE(sb, 2, "mirror-register" MIRROR "refs=1 owner=%u\n", pid, pid, pid);
	add_range(sb, 3, pid, ORPHAN);
	add_range(sb, 4, pid, ORPHAN + 1);
	end_range(sb, 5, pid, ORPHAN + 1);
	LINE(sb, 6, "mirror-unregister" MIRROR "refs=2\n", pid, pid);
	LINE(sb, 6, "ref-put" EVENT "count=1\n", pid, pid);
	LINE(sb, 7, "mirror-unregister-end" MIRROR "\n", pid, pid);
	LINE(sb, 8 + 2 * grace_ms, "tick\n");
	end_range(sb, 9 + 2 * grace_ms, pid, ORPHAN);
	LINE(sb, 10 + 4 * grace_ms, "end\n");
}

/* In frames of a few records, as a recorder under load writes them. */
static int copy_records(struct source *s, struct file_writer *w, struct errmsg *err)
{
	const struct hmt_hdr *rec;
	unsigned int nr = 0;
	int ret;

	while ((ret = source__next(s, &rec)) == 1) {
		ret = file_writer__add(w, rec, err);
		if (!ret && ++nr % 4 == 0)
			ret = file_writer__flush(w, err);
		if (ret)
			return ret;
	}
	if (ret)
		*err = s->err;
	return ret;
}

static int write_file(const char *path, char *story, struct errmsg *err)
{
	struct trace_meta *meta = trace_meta__new();
	struct file_writer *w = NULL;
	struct source *s = NULL;
	FILE *f = fmemopen(story, strlen(story), "r");
	int ret, closed;

	if (!meta || !f || trace_meta__set(&meta->version, HMT_VERSION))
		ret = err_set(err, -ENOMEM, "out of memory");
	else
		ret = text_source__open(f, "the sentinel", &s, err);
	if (!ret)
		ret = file_writer__open(path, true, meta, &w, err);
	if (!ret)
		ret = copy_records(s, w, err);
	closed = file_writer__close(w, ret ? NULL : err);
	source__free(s);
	if (f)
		fclose(f);
	trace_meta__free(meta);
	return ret ? ret : closed;
}

static int judge_file(struct selftest *t, const char *path, struct errmsg *err)
{
	struct source *s;
	struct judge j;
	int ret;

	ret = file_source__open(path, &s, err);
	if (ret)
		return ret;
	ret = judge__init(&j, t->inv, t->out, err);
	if (!ret) {
		ret = judge__run(&j, s, err);
		if (!ret)
			judge__print_summary(&j);
		judge__free(&j);
	}
	source__free(s);
	return ret;
}

int selftest_stream(struct selftest *t, struct errmsg *err)
{
	struct strbuf story = STRBUF_INIT;
	char path[64];
	int fd, ret;

	t->path = "stream";
	snprintf(t->through, sizeof(t->through), "a trace file, the engine and the report");
	t->rule = RULE_RANGE_ORPHANED_BY_MIRROR;
	t->class = "range";
	t->driver = DRIVER;
	t->address = ORPHAN;
	t->pid = (__u32)getpid();
	write_story(&story, t->pid, t->grace_ns / MS + 1);
	/* A file like any other, but for the disk it does not need. */
	fd = memfd_create("hmmtrace-selftest", MFD_CLOEXEC);
	if (strbuf__err(&story)) {
		ret = err_set(err, -ENOMEM, "out of memory");
	} else if (fd < 0) {
		ret = err_set(err, -errno, "no file for the records: %s", strerror(errno));
	} else {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		ret = write_file(path, story.buf, err);
		if (!ret)
			ret = judge_file(t, path, err);
	}
	if (fd >= 0)
		close(fd);
	strbuf__free(&story);
	return ret;
}
