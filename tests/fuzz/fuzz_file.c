// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a trace file, four ways: as they are; with the checksums of the
 * headers put right, to get behind them; as the records of one frame, and as the
 * columns of one.
 */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"
#include "stream/desc.h"
#include "stream/file.h"
#include "stream/file_format.h"
#include "stream/filter.h"
#include "stream/symtab.h"
#include "stream/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(cond) do {							\
	if (!(cond)) {								\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond);	\
		abort();							\
	}									\
} while (0)

static int memfd(const void *data, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", 0);
	CHECK(fd >= 0 && !ftruncate(fd, 0));
	CHECK(pwrite(fd, data, size, 0) == (ssize_t)size);
	return fd;
}

/* What is promised of every file that opens, whatever is in it. */
static void check_source(struct source *s, struct symtab *t)
{
	static char line[TEXT_LINE_MAX];
	const struct hmt_hdr *rec;
	unsigned int last = 0;
	int err;

	while ((err = source__next(s, &rec)) == 1) {
		const struct record_desc *d = record_desc(rec->kind);

		CHECK(!record_validate(rec, rec->size, NULL));
		CHECK(!d || rec->size >= d->size);
		CHECK(text_format(rec, line, sizeof(line)) < sizeof(line));
		CHECK(!symtab__feed(t, rec));
		last = rec->kind;
	}
	CHECK(!err);
	CHECK(last == HMT_END || last == HMT_LOST);
}

static void read_file(const void *data, size_t size)
{
	static const char *const any[] = { "*" };
	static const __u32 pids[] = { 7, 812 };
	struct filter_opts o = { .pids = pids, .nr_pids = 2, .comms = any, .nr_comms = 1,
				 .drivers = any, .nr_drivers = 1 };
	const struct hmt_hdr *rec;
	struct source *s, *f;
	struct symtab *t;
	struct errmsg err = { "" };
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", memfd(data, size));
	if (file_source__open(path, &s, &err)) {
		CHECK(err.text[0]);
		return;
	}
	t = symtab__new();
	check_source(s, t);
	source__free(s);
	symtab__free(t);
	CHECK(!file_source__open(path, &s, &err));
	CHECK(!filter_source__open(s, &o, &f, &err));
	while (source__next(f, &rec) == 1)
		CHECK(!record_validate(rec, rec->size, NULL));
	source__free(f);
	CHECK(!hmt_mem_live());
}

/* Puts every checksum right that lies inside. */
static void seal(uint8_t *p, size_t size)
{
	const __u32 magic = FRAME_MAGIC;
	struct file_header h;

	if (size < sizeof(h))
		return;
	memcpy(&h, p, sizeof(h));
	if (h.header_len >= sizeof(h) && h.header_len <= size) {
		h.crc = 0;
		memcpy(p, &h, sizeof(h));
		h.crc = (__u32)crc32(0, p, h.header_len);
		memcpy(p, &h, sizeof(h));
	}
	for (size_t at = 0; at + sizeof(struct frame_header) <= size; at++) {
		struct frame_header f;

		if (memcmp(p + at, &magic, sizeof(magic)))
			continue;
		memcpy(&f, p + at, sizeof(f));
		if (f.stored_bytes <= size - at - sizeof(f))
			f.payload_crc = (__u32)crc32(0, p + at + sizeof(f), f.stored_bytes);
		f.header_crc = (__u32)crc32(0, (void *)&f,
					    offsetof(struct frame_header, header_crc));
		memcpy(p + at, &f, sizeof(f));
	}
}

/* How many records and bytes a block of columns could be meant to be: its own first bytes say. */
static void promise(const uint8_t *data, size_t size, struct frame_header *f)
{
	f->encoding = FRAME_COLUMNS;
	f->nr_records = size ? 1 + data[size - 1] % 64U : 1;
	f->raw_bytes = f->nr_records * (64 + 8 * (size > 1 ? data[size - 2] % 8U : 0));
	if (f->raw_bytes <= size)
		f->raw_bytes = (__u32)((size + 64) & ~(size_t)7);
}

/* The bytes as what a frame unpacks to. */
static size_t wrap(const uint8_t *data, size_t size, bool columns, uint8_t *out, size_t cap)
{
	struct {
		struct file_header h;
		char json[8];
	} head = {
		.h = { .magic = FILE_MAGIC, .major = 1, .byte_order = FILE_BYTE_ORDER,
		       .header_len = sizeof(head), .json_len = 2 },
		.json = "{}",
	};
	struct frame_header f = { .magic = FRAME_MAGIC };
	size_t n;

	if (!columns)
		size &= ~(size_t)7;
	head.h.crc = (__u32)crc32(0, (void *)&head, sizeof(head));
	memcpy(out, &head, sizeof(head));
	n = ZSTD_compress(out + sizeof(head) + sizeof(f), cap - sizeof(head) - sizeof(f), data, size,
			  1);
	CHECK(!ZSTD_isError(n));
	f.stored_bytes = (__u32)n;
	f.raw_bytes = (__u32)size;
	if (columns)
		promise(data, size, &f);
	/* As many as there are records that can be walked, which is what a writer would say. */
	for (size_t at = 0; !columns && at + 32 <= size; f.nr_records++) {
		__u16 len;

		memcpy(&len, data + at + 2, 2);
		at += len >= 32 && len % 8 == 0 ? len : size;
	}
	f.payload_crc = (__u32)crc32(0, out + sizeof(head) + sizeof(f), (uInt)n);
	f.header_crc = (__u32)crc32(0, (void *)&f, offsetof(struct frame_header, header_crc));
	memcpy(out + sizeof(head), &f, sizeof(f));
	return sizeof(head) + sizeof(f) + n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cap = ZSTD_compressBound(size) + 256;
	uint8_t *copy = malloc(cap);

	CHECK(copy);
	read_file(data, size);
	memcpy(copy, data, size);
	seal(copy, size);
	read_file(copy, size);
	read_file(copy, wrap(data, size, false, copy, cap));
	read_file(copy, wrap(data, size, true, copy, cap));
	free(copy);
	return 0;
}
