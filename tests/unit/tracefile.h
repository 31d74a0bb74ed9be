/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tracefile.h - for tests of what goes through trace files: records made from
 * text, files in memory, and everything a source delivers as one text.
 */
#ifndef TRACEFILE_H
#define TRACEFILE_H

#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "stream/desc.h"
#include "stream/file.h"
#include "stream/file_format.h"
#include "stream/frame.h"
#include "stream/text.h"
#include "test.h"

/* A file without a name, to be opened by its path as often as one likes. */
struct memfile {
	int fd;
	char path[64];
};

static inline struct memfile memfile_open(const void *data, size_t len)
{
	struct memfile m = { .fd = memfd_create("hmmtrace-test", MFD_CLOEXEC) };

	ASSERT_GE(m.fd, 0);
	ASSERT_EQ(write(m.fd, data, len), len);
	snprintf(m.path, sizeof(m.path), "/proc/self/fd/%d", m.fd);
	return m;
}

static inline void memfile_set(const struct memfile *m, const void *data, size_t len)
{
	ASSERT_OK(ftruncate(m->fd, 0));
	ASSERT_EQ(pwrite(m->fd, data, len, 0), len);
}

static inline size_t memfile_get(const struct memfile *m, void *buf, size_t size)
{
	ssize_t n = pread(m->fd, buf, size, 0);

	ASSERT_GE(n, 0);
	ASSERT_LT(n, size);
	return (size_t)n;
}

static inline struct source *text_open(FILE **ret_f, const char *text)
{
	struct errmsg err;
	struct source *s;

	*ret_f = fmemopen((void *)(size_t)text, strlen(text), "r");
	ASSERT_NOT_NULL(*ret_f);
	ASSERT_OK(text_source__open(*ret_f, "text", &s, &err));
	return s;
}

/* Appends every record of s to sb, one line each. Return: what next() ended with. */
static inline int dump_source(struct source *s, struct strbuf *sb)
{
	static char line[TEXT_LINE_MAX];
	const struct hmt_hdr *rec;
	int err;

	while ((err = source__next(s, &rec)) == 1) {
		ASSERT_OK(record_validate(rec, rec->size, NULL));
		ASSERT_LT(text_format(rec, line, sizeof(line)), sizeof(line));
		strbuf__adds(sb, line);
		strbuf__addc(sb, '\n');
	}
	return err;
}

/*
 * Writes the records of text to w; a line "#frame" ends a frame. Return: the
 * first error.
 */
static inline int write_text(struct file_writer *w, const char *text, struct errmsg *err)
{
	int code = 0;

	while (*text && !code) {
		size_t len = strcspn(text, "\n");
		struct strbuf line = STRBUF_INIT;
		const struct hmt_hdr *rec;
		struct source *s;
		FILE *f;

		if (len == 6 && !strncmp(text, "#frame", 6)) {
			code = file_writer__flush(w, err);
		} else if (len) {
			strbuf__add(&line, text, len);
			s = text_open(&f, strbuf__str(&line));
			ASSERT_MSG(source__next(s, &rec) == 1, "%s", s->err.text);
			code = file_writer__add(w, rec, err);
			source__free(s);
			fclose(f);
		}
		strbuf__free(&line);
		text += len + (text[len] == '\n');
	}
	return code;
}

static inline struct trace_meta *sample_meta(void)
{
	struct trace_meta *m = trace_meta__new();

	ASSERT_NOT_NULL(m);
	ASSERT_OK(trace_meta__set(&m->version, "0.1"));
	ASSERT_OK(trace_meta__set(&m->uname, "Linux sample 6.12 x86_64"));
	ASSERT_OK(trace_meta__set(&m->boot_id, "00000000-0000-0000-0000-000000000000"));
	ASSERT_OK(trace_meta__set(&m->command_line, "hmmtrace record -- ./driver \"a b\""));
	ASSERT_OK(trace_meta__set(&m->tier, "full"));
	ASSERT_OK(trace_meta__set(&m->plan, "{\"rows\":[1,2]}"));
	m->wall_start_ns = 1700000000123456789;
	m->mono_start_ns = 1000;
	return m;
}

/* The bytes of a trace file with the records of text. Return: the length. */
static inline size_t make_file(const char *text, unsigned char *buf, size_t size)
{
	struct memfile m = memfile_open("", 0);
	struct trace_meta *meta = sample_meta();
	struct file_writer *w;
	struct errmsg err;
	size_t len;

	ASSERT_OK(file_writer__open(m.path, true, meta, &w, &err));
	ASSERT_OK(write_text(w, text, &err));
	ASSERT_OK(file_writer__close(w, &err));
	trace_meta__free(meta);
	len = memfile_get(&m, buf, size);
	close(m.fd);
	return len;
}

/* Reads path to its end into sb. Return: as file_source__open() or next(). */
static inline int dump_file(const char *path, struct strbuf *sb, struct file_stats *ret_stats,
			    struct errmsg *err)
{
	struct source *s;
	int code;

	code = file_source__open(path, &s, err);
	if (code)
		return code;
	code = dump_source(s, sb);
	if (code)
		*err = s->err;
	if (ret_stats)
		*ret_stats = *file_source__stats(s);
	source__free(s);
	return code;
}

#endif /* TRACEFILE_H */
