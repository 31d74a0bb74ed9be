/* SPDX-License-Identifier: GPL-2.0 */
/*
 * columns.h - records as columns of small numbers, and back: what lies between
 * the records and zstd in a frame of encoding 1. Byte-exact: hmmtrace-file(5),
 * COLUMNS. Any sequence of records survives it bit by bit, known kinds or not.
 */
#ifndef STREAM_COLUMNS_H
#define STREAM_COLUMNS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/* The byte streams of a block, in their order; registers and raw bytes follow. */
enum column_stream {
	STREAM_LAYOUTS, STREAM_OPCODES, STREAM_TASKS, STREAM_IDENTITIES,
	STREAM_OPS, STREAM_TS0, STREAM_TS1, STREAM_TS2, STREAM_TS3,
	STREAM_TASK_REFS, STREAM_IDENTITY_REFS,
	STREAM_FIXED
};

#define COLUMNS_TS_PLANES 4
/* Bits of an opcode's mask: the task, the identity, then the columns. */
#define COLUMNS_MAX 62
#define MASK_TASK 1ULL
#define MASK_IDENTITY 2ULL
#define MASK_COLUMN(i) (4ULL << (i))
#define REGISTERS_MAX 4096U

static inline __u64 zigzag(__u64 v)
{
	return (v << 1) ^ (__u64)((__s64)v >> 63);
}

static inline __u64 unzigzag(__u64 v)
{
	return (v >> 1) ^ -(v & 1);
}

struct columns_encoder;

/* For up to raw_max bytes of records. NULL without memory. */
struct columns_encoder *columns_encoder__new(size_t raw_max);
void columns_encoder__free(struct columns_encoder *e);

/* Where a zstd block may end with profit: behind these offsets of the block. */
struct columns_cuts {
	size_t at[STREAM_FIXED + 2];
	unsigned int nr;
};

/*
 * raw: nr valid records, raw_bytes together. first_ts: of the frame.
 * Return: the bytes of the block in *ret_block, which belongs to e until the next
 * call; 0 when it would be no smaller than raw_bytes or has too many layouts.
 */
size_t columns_encode(struct columns_encoder *e, const void *raw, size_t raw_bytes, __u32 nr,
		      __u64 first_ts, const void **ret_block, struct columns_cuts *ret_cuts);

/* What is known of records that were just put together, without another look at each. */
struct columns_facts {
	bool plain;		/* all are, as record_is_plain() has it: they are valid */
	__u16 last_kind;	/* of the last */
	__u64 latest;		/* the largest ts */
};

/* What a thread needs to decode with; all of it scratch. Zeroed is initialized. */
struct columns_decoder {
	void *arena;
	size_t arena_bytes;
	struct columns_facts facts; /* of what was decoded last */
};

void columns_decoder__free(struct columns_decoder *d);
/*
 * Return: 0 with raw_bytes of nr records in raw, which is aligned to 8; -EBADMSG
 * when the block is none, or of other records; -ENOMEM.
 */
int columns_decode(struct columns_decoder *d, const void *block, size_t len, __u64 first_ts,
		   void *raw, size_t raw_bytes, __u32 nr);

#endif /* STREAM_COLUMNS_H */
