// SPDX-License-Identifier: GPL-2.0
/*
 * The header of a trace file: whether it is one, and one this build can read.
 * Every refusal is a sentence that says what the file is instead.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "stream/file.h"
#include "stream/file_format.h"
#include "stream/file_read.h"

static const struct {
	const char *magic;
	size_t len;
	const char *what;
} foreign[] = {
	{ "PERFILE2", 8, "data of perf; `perf script` reads it" },
	{ "\x17\x08\x44tracing", 10, "a trace-cmd file; `trace-cmd report` reads it" },
	{ "\x1f\x8b", 2, "compressed with gzip; unpack it first" },
	{ "\x28\xb5\x2f\xfd", 4, "compressed with zstd; unpack it first" },
	{ "\xfd" "7zXZ", 5, "compressed with xz; unpack it first" },
	{ "BZh", 3, "compressed with bzip2; unpack it first" },
	{ "PK\x03\x04", 4, "a zip archive; unpack it first" },
	{ "\x7f" "ELF", 4, "an ELF file, a program or an object" },
	{ "{", 1, "JSON; what --json printed cannot be read back, record a file instead" },
	{ "#!", 2, "a script" },
};

static int not_a_trace(struct file_source *f, const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (len >= foreign[i].len && !memcmp(p, foreign[i].magic, foreign[i].len))
			return err_set(&f->s.err, -EINVAL, "%s: is not an hmmtrace file but %s",
				       f->name, foreign[i].what);
	/* The high bit gone, or CR LF become LF, or LF become CR LF. */
	if (len >= 6 && (p[0] == 0xc8 || p[0] == 0x48) && !memcmp(p + 1, "HMT", 3))
		return err_set(&f->s.err, -EINVAL, "%s: was changed on its way, as a transfer in text mode does; copy it again in binary mode",
			       f->name);
	return err_set(&f->s.err, -EINVAL, "%s: is not an hmmtrace file; `hmmtrace record -o FILE` makes one",
		       f->name);
}

static int cut_header(struct file_source *f)
{
	return err_set(&f->s.err, -EINVAL, "%s: cut in its header after %zu bytes: nothing in it can be read; record again",
		       f->name, f->end);
}

static int corrupt_header(struct file_source *f, const char *what)
{
	return err_set(&f->s.err, -EINVAL, "%s: its header is corrupt (%s): nothing in it can be trusted; copy it again or record again",
		       f->name, what);
}

static int check_fixed(struct file_source *f, const struct file_header *h)
{
	if (h->byte_order == FILE_BYTE_ORDER_OTHER)
		return err_set(&f->s.err, -EINVAL, "%s: was recorded on a machine of the other byte order; run hmmtrace report on a machine like that one",
			       f->name);
	if (h->byte_order != FILE_BYTE_ORDER)
		return corrupt_header(f, "no byte order mark");
	if (h->header_len > FILE_HEADER_MAX || h->header_len % 8 ||
	    h->header_len < sizeof(*h) || h->json_len > h->header_len - sizeof(*h))
		return corrupt_header(f, "impossible lengths");
	return 0;
}

/* What a valid checksum vouches for: this is what the recorder wrote. */
static int check_version(struct file_source *f, const struct file_header *h)
{
	if (h->major > HMT_FILE_MAJOR)
		return err_set(&f->s.err, -ENOTSUP, "%s: is of format version %u.%u and this hmmtrace reads up to %d.x; upgrade hmmtrace",
			       f->name, h->major, h->minor, HMT_FILE_MAJOR);
	if (h->major < HMT_FILE_MAJOR)
		return corrupt_header(f, "a version that never was");
	if (h->flags & FILE_FLAGS_MUST)
		return err_set(&f->s.err, -ENOTSUP, "%s: uses features this hmmtrace does not know (flags 0x%x, version %u.%u); upgrade hmmtrace",
			       f->name, h->flags & FILE_FLAGS_MUST, h->major, h->minor);
	return 0;
}

static bool header_crc_ok(const unsigned char *p, const struct file_header *h)
{
	struct file_header zeroed = *h;
	uLong crc;

	zeroed.crc = 0;
	crc = crc32(0, (const Bytef *)&zeroed, sizeof(zeroed));
	crc = crc32(crc, p + sizeof(zeroed), h->header_len - (uInt)sizeof(zeroed));
	return crc == h->crc;
}

static int read_header(struct file_source *f)
{
	struct file_header h;
	int err;

	err = file_fill(f, sizeof(h));
	if (err < 0)
		return err;
	if (!f->end)
		return err_set(&f->s.err, -EINVAL, "%s: is empty; record again", f->name);
	if (memcmp(f->buf, FILE_MAGIC, f->end < FILE_MAGIC_LEN ? f->end : FILE_MAGIC_LEN))
		return not_a_trace(f, f->buf, f->end);
	if (f->end < sizeof(h))
		return cut_header(f);
	memcpy(&h, f->buf, sizeof(h));
	err = check_fixed(f, &h);
	if (err)
		return err;
	err = file_fill(f, h.header_len);
	if (err < 0)
		return err;
	if (f->end < h.header_len)
		return cut_header(f);
	if (!header_crc_ok(f->buf, &h))
		return corrupt_header(f, "wrong checksum");
	err = check_version(f, &h);
	if (err)
		return err;
	if (h.json_len > FILE_JSON_MAX)
		return corrupt_header(f, "an overlong description");
	err = trace_meta__read(f->meta, (const char *)f->buf + sizeof(h), h.json_len);
	if (err == -ENOMEM)
		return err_set(&f->s.err, err, "%s: no memory for its description", f->name);
	if (err)
		return corrupt_header(f, "its description is not JSON");
	f->start = h.header_len;
	f->stats.major = h.major;
	f->stats.minor = h.minor;
	return 0;
}

static int open_input(struct file_source *f, const char *path)
{
	struct stat st;
	int code;

	if (!strcmp(path, "-")) {
		f->fd = STDIN_FILENO;
		return 0;
	}
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0) {
		code = -errno;
		if (code == -ENOENT)
			return err_set(&f->s.err, code, "%s: does not exist", path);
		if (code == -EACCES)
			return err_set(&f->s.err, code, "%s: may not be read by this user", path);
		return err_set(&f->s.err, code, "%s: cannot be opened: %s", path, strerror(-code));
	}
	f->owns_fd = true;
	if (!fstat(f->fd, &st) && S_ISDIR(st.st_mode))
		return err_set(&f->s.err, -EISDIR, "%s: is a directory, not a trace file", path);
	return 0;
}

int file_source__open(const char *path, struct source **ret_s, struct errmsg *err)
{
	struct file_source *f = hmt_calloc(1, sizeof(*f));
	int code;

	if (!f)
		return err_set(err, -ENOMEM, "%s: no memory to read it", path);
	f->fd = -1;
	f->s.ops = &file_source_ops;
	f->name = hmt_strdup(strcmp(path, "-") ? path : "standard input");
	f->meta = trace_meta__new();
	f->decoder = frame_decoder__new();
	if (!f->name || !f->meta || !f->decoder)
		code = err_set(&f->s.err, -ENOMEM, "%s: no memory to read it", path);
	else
		code = open_input(f, path);
	if (!code)
		code = read_header(f);
	if (code) {
		err_set(err, code, "%s", f->s.err.text);
		source__free(&f->s);
		return code;
	}
	f->s.meta = f->meta;
	*ret_s = &f->s;
	return 0;
}
