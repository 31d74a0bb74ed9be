/* SPDX-License-Identifier: GPL-2.0 */
/*
 * file_format.h - the bytes of a trace file, shared by writer and reader only.
 * The page for everybody else is hmmtrace-file(5), docs/hmmtrace-file.5.md.
 */
#ifndef STREAM_FILE_FORMAT_H
#define STREAM_FILE_FORMAT_H

#include <hmmtrace/event.h>
#include <stddef.h>

/*
 * The first byte is no ASCII, so nothing takes the file for text; CR LF and the
 * lone LF show a transfer that rewrote line ends; ^Z stops `type`.
 */
#define FILE_MAGIC "\xc8HMT\r\n\x1a\n"
#define FILE_MAGIC_LEN 8
#define FILE_BYTE_ORDER 0x01020304U
#define FILE_BYTE_ORDER_OTHER 0x04030201U

/* Flags a reader must understand, and those it may ignore. None are defined in 1.0. */
#define FILE_FLAGS_MUST 0x0000ffffU

/* The JSON description is of the recorder's making: small. A reader need not go further. */
#define FILE_JSON_MAX (1U << 20)
#define FILE_HEADER_MAX (2U << 20)

/* Never changes, not even in a new major version. */
struct file_header {
	__u8 magic[FILE_MAGIC_LEN];
	__u16 major, minor;
	__u32 byte_order;
	__u32 header_len;	/* of everything before the first frame, multiple of 8 */
	__u32 json_len;		/* at offset 32 */
	__u32 flags;
	__u32 crc;		/* CRC-32 of header_len bytes, this member taken as 0 */
};

#define FRAME_MAGIC 0xf5544d48U	/* "HMT\xf5" on a little-endian machine */

enum frame_encoding {
	FRAME_RECORDS = 0,	/* the records as they are */
	FRAME_COLUMNS = 1,	/* see columns.h */
};

/* What a frame holds at most, before compression. */
#define FRAME_RAW_MAX (16U << 20)
/* What the worst input can grow to: zstd's bound for FRAME_RAW_MAX, rounded up. */
#define FRAME_STORED_MAX (FRAME_RAW_MAX + (FRAME_RAW_MAX >> 7) + 1024)

struct frame_header {
	__u32 magic;
	__u32 encoding;		/* enum frame_encoding */
	__u32 stored_bytes;	/* of the payload behind this header */
	__u32 raw_bytes;	/* of the records in it */
	__u32 nr_records;
	__u32 reserved;		/* 0 */
	__u64 number;		/* 0, 1, 2, ... */
	__u64 first_ts, last_ts; /* of the first and the last record */
	__u32 payload_crc;	/* CRC-32 of the stored bytes */
	__u32 header_crc;	/* CRC-32 of what is before this member */
};

_Static_assert(sizeof(struct file_header) == 32, "ABI");
_Static_assert(sizeof(struct frame_header) == 56, "ABI");
_Static_assert(offsetof(struct file_header, crc) == 28, "ABI");
_Static_assert(offsetof(struct frame_header, number) == 24, "ABI");
_Static_assert(offsetof(struct frame_header, header_crc) == 52, "ABI");

struct trace_meta;
struct strbuf;

/* meta.c: the JSON description. */
void trace_meta__write(const struct trace_meta *m, struct strbuf *sb);
/* Return: 0, -EINVAL when it is no JSON object, -ENOMEM. */
int trace_meta__read(struct trace_meta *m, const char *json, size_t len);

#endif /* STREAM_FILE_FORMAT_H */
