// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "stream/desc.h"
#include "stream/file.h"
#include "stream/file_format.h"
#include "stream/frame.h"

/*
 * A frame is written when this much has come together, whatever the caller's
 * clock says. Large enough to compress well, small enough to decode at once.
 */
#define FRAME_FILL (256U << 10)

struct file_writer {
	int fd;
	bool owns_fd;
	bool can_truncate;	/* a regular file: a half-written frame can be taken back */
	int failed;
	char *name;
	__u64 bytes;		/* in the file, all whole */
	__u64 start;		/* offset of the file's first byte: stdout may be appended to */

	struct frame_encoder *encoder;
	enum frame_encoding encoding;
	unsigned char *raw;	/* FRAME_FILL + one record */
	__u32 raw_len, nr_records;
	__u64 number;
};

static const char *out_name(const char *path)
{
	return strcmp(path, "-") ? path : "standard output";
}

/* Return: 0 or negative errno; *ret_done is how much went out. */
static int write_all(int fd, const void *data, size_t len, size_t *ret_done)
{
	const char *p = data;

	*ret_done = 0;
	while (*ret_done < len) {
		ssize_t n = write(fd, p + *ret_done, len - *ret_done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -EIO;
		*ret_done += (size_t)n;
	}
	return 0;
}

/* Takes back the beginning of a frame that could not be finished. */
static void take_back(struct file_writer *w)
{
	off_t whole = (off_t)(w->start + w->bytes);

	/* Nothing to do when it fails: the reader finds the frame cut. */
	if (w->can_truncate && !ftruncate(w->fd, whole))
		lseek(w->fd, whole, SEEK_SET);
}

/* kept: the file holds whole frames that are worth having. */
static const char *remedy(int code, bool kept)
{
	switch (code) {
	case -ENOSPC:
	case -EDQUOT:
		return kept ? "; make room or write elsewhere. What was recorded before is in it" :
			      "; make room or write elsewhere";
	case -EFBIG:
		return "; the file size limit (ulimit -f) is reached";
	case -EPIPE:
		return "; whoever read it has gone";
	default:
		return "";
	}
}

static int put_bytes(struct file_writer *w, const void *data, size_t len, struct errmsg *err)
{
	size_t done;
	int code = write_all(w->fd, data, len, &done);

	if (code) {
		w->failed = code;
		if (done)
			take_back(w);
		return err_set(err, code, "%s: cannot write: %s%s", w->name, strerror(-code),
			       remedy(code, w->number > 1));
	}
	w->bytes += len;
	return 0;
}

static int write_header(struct file_writer *w, const struct trace_meta *meta, struct errmsg *err)
{
	struct file_header h = {
		.magic = FILE_MAGIC,
		.major = HMT_FILE_MAJOR,
		.minor = HMT_FILE_MINOR,
		.byte_order = FILE_BYTE_ORDER,
	};
	struct strbuf sb = STRBUF_INIT;
	int code;

	strbuf__add(&sb, &h, sizeof(h));
	trace_meta__write(meta, &sb);
	h.json_len = (__u32)(sb.len - sizeof(h));
	strbuf__pad(&sb, '\0', -sb.len % 8);
	if (strbuf__err(&sb)) {
		code = err_set(err, -ENOMEM, "%s: no memory for the header", w->name);
		goto out;
	}
	if (h.json_len > FILE_JSON_MAX) {
		code = err_set(err, -E2BIG, "%s: the description is too long for a header; use shorter options",
			       w->name);
		goto out;
	}
	h.header_len = (__u32)sb.len;
	memcpy(sb.buf, &h, sizeof(h));
	h.crc = (__u32)crc32(0, (const Bytef *)sb.buf, (uInt)sb.len);
	memcpy(sb.buf, &h, sizeof(h));
	code = put_bytes(w, sb.buf, sb.len, err);
out:
	strbuf__free(&sb);
	return code;
}

/* Return: the descriptor or negative errno, with *err set. *ret_created: it did not exist. */
static int open_output(const char *path, bool force, bool *ret_created, struct errmsg *err)
{
	const int flags = O_WRONLY | O_CREAT | O_CLOEXEC;
	struct stat st;
	int fd, code;

	fd = open(path, flags | O_EXCL, 0644);
	*ret_created = fd >= 0;
	/* What is no regular file, /dev/null or a pipe, holds nothing to be lost. */
	if (fd < 0 && errno == EEXIST && (force || (!stat(path, &st) && !S_ISREG(st.st_mode))))
		fd = open(path, flags | O_TRUNC, 0644);
	if (fd >= 0)
		return fd;
	code = -errno;
	switch (code) {
	case -EEXIST:
		return err_set(err, code, "%s: exists already; -f overwrites it", path);
	case -EISDIR:
		return err_set(err, code, "%s: is a directory; name a file to write", path);
	case -ENOENT:
		return err_set(err, code, "%s: the directory it should be in does not exist", path);
	case -EACCES:
	case -EROFS:
		return err_set(err, code, "%s: cannot be created: %s; write to a directory of your own",
			       path, strerror(-code));
	default:
		return err_set(err, code, "%s: cannot be created: %s", path, strerror(-code));
	}
}

static int alloc_buffers(struct file_writer *w, const char *path, struct errmsg *err)
{
	w->name = hmt_strdup(out_name(path));
	w->raw = hmt_calloc(1, FRAME_FILL + HMT_RECORD_MAX);
	w->encoder = frame_encoder__new(FRAME_FILL + HMT_RECORD_MAX);
	w->encoding = FRAME_COLUMNS;
	if (!w->name || !w->raw || !w->encoder)
		return err_set(err, -ENOMEM, "%s: no memory to write it", out_name(path));
	return 0;
}

/* What there is to know about the descriptor before the first byte goes out. */
static int inspect_output(struct file_writer *w, struct errmsg *err)
{
	struct stat st;
	off_t at;

	if (isatty(w->fd))
		return err_set(err, -EINVAL, "%s: is a terminal and a trace is not text; redirect it or name a file",
			       w->name);
	if (fstat(w->fd, &st) || !S_ISREG(st.st_mode))
		return 0;
	at = lseek(w->fd, 0, SEEK_CUR);
	if (at >= 0) {
		w->start = (__u64)at;
		w->can_truncate = true;
	}
	return 0;
}

static void free_writer(struct file_writer *w)
{
	if (w->owns_fd && w->fd >= 0)
		close(w->fd);
	frame_encoder__free(w->encoder);
	hmt_free(w->raw);
	hmt_free(w->name);
	hmt_free(w);
}

int file_writer__open(const char *path, bool force, const struct trace_meta *meta,
		      struct file_writer **ret_w, struct errmsg *err)
{
	struct file_writer *w = hmt_calloc(1, sizeof(*w));
	bool created = false;
	int code;

	if (!w)
		return err_set(err, -ENOMEM, "%s: no memory to write it", out_name(path));
	w->fd = STDOUT_FILENO;
	/* Memory before the file: without it nothing is overwritten. */
	code = alloc_buffers(w, path, err);
	if (code)
		goto err_free;
	if (strcmp(path, "-")) {
		w->owns_fd = true;
		w->fd = open_output(path, force, &created, err);
		if (w->fd < 0) {
			code = w->fd;
			goto err_free;
		}
	}
	code = inspect_output(w, err);
	if (!code)
		code = write_header(w, meta, err);
	if (code)
		goto err_unlink;
	*ret_w = w;
	return 0;

err_unlink:
	/* A file without a header is of no use to anybody; only our own goes. */
	if (created)
		unlink(path);
err_free:
	free_writer(w);
	return code;
}

static int failed_before(const struct file_writer *w, struct errmsg *err)
{
	return err_set(err, w->failed, "%s: an earlier write failed: %s", w->name,
		       strerror(-w->failed));
}

int file_writer__flush(struct file_writer *w, struct errmsg *err)
{
	const void *frame;
	size_t n;

	if (w->failed)
		return failed_before(w, err);
	if (!w->nr_records)
		return 0;
	n = frame_encode(w->encoder, w->encoding, w->number, w->raw, w->raw_len, w->nr_records,
			 &frame);
	if (!n) {
		w->failed = -ENOMEM;
		return err_set(err, -ENOMEM, "%s: no memory to compress a frame", w->name);
	}
	w->raw_len = w->nr_records = 0;
	w->number++;
	return put_bytes(w, frame, n, err);
}

int file_writer__add_frame(struct file_writer *w, void *frame, size_t len, struct errmsg *err)
{
	int code = file_writer__flush(w, err);

	if (code)
		return code;
	frame__renumber(frame, w->number++);
	return put_bytes(w, frame, len, err);
}

int file_writer__add(struct file_writer *w, const struct hmt_hdr *rec, struct errmsg *err)
{
	const char *why;

	if (w->failed)
		return failed_before(w, err);
	if (!record_is_plain(rec, HMT_RECORD_MAX) && record_validate(rec, HMT_RECORD_MAX, &why))
		return err_set(err, -EINVAL, "%s: refused to write: %s", w->name, why);
	memcpy(w->raw + w->raw_len, rec, rec->size);
	w->raw_len += rec->size;
	w->nr_records++;
	return w->raw_len >= FRAME_FILL ? file_writer__flush(w, err) : 0;
}

bool file_writer__pending(const struct file_writer *w)
{
	return w->nr_records != 0;
}

void file_writer__set_encoding(struct file_writer *w, unsigned int encoding)
{
	w->encoding = encoding;
}

__u64 file_writer__bytes(const struct file_writer *w)
{
	return w->bytes;
}

int file_writer__close(struct file_writer *w, struct errmsg *err)
{
	int code;

	if (!w)
		return 0;
	code = file_writer__flush(w, err);
	if (w->owns_fd) {
		/* Network file systems report a full disk only here. */
		if (close(w->fd) && !code) {
			code = -errno;
			err_set(err, code, "%s: cannot be closed: %s%s", w->name,
				strerror(-code), remedy(code, w->number > 1));
		}
		w->fd = -1;
	}
	free_writer(w);
	return code;
}
