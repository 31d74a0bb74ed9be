/* SPDX-License-Identifier: GPL-2.0 */
/*
 * file_read.h - what file_open.c (the header) and file_read.c (the frames) of
 * the reader share. Internal to src/stream.
 */
#ifndef STREAM_FILE_READ_H
#define STREAM_FILE_READ_H

#include "stream/columns.h"
#include "stream/desc.h"
#include "stream/file.h"
#include "stream/file_format.h"
#include "stream/frame.h"

/* What is known to be missing and not yet told. */
struct file_gap {
	__u64 count;		/* records */
	bool garbage;		/* bytes that belong to no frame: at least one record */
	bool in_tail;		/* a frame begins that the input does not end */
	__u64 tail_count;	/* records of that frame */
};

struct file_source {
	struct source s;
	struct file_ahead *ahead;	/* NULL: frames are unpacked when they are needed */
	struct trace_meta *meta;
	struct file_stats stats;
	char *name;
	int fd;
	bool owns_fd, eof;
	int failed;		/* what next() keeps returning after an error */

	/* A window on the input: bytes [start, end) of buf are not yet used. */
	unsigned char *buf;
	size_t cap, start, end;

	/* The frame being delivered. raw is aligned for records. */
	struct frame_decoder *decoder;
	unsigned char *raw;
	size_t raw_cap, raw_len, raw_pos;
	__u32 nr_left;
	__u64 frame_first_ts;
	struct columns_facts facts; /* of all its records */

	__u64 wasted;		/* bytes checked and unpacked in vain */
	struct file_gap gap;
	__u64 next_number;	/* of the frame that should come next */
	__u64 last_ts;		/* latest time delivered, 0 before the first record */
	bool last_is_end;
	bool cut_told;
	struct hmt_lost lost;
	union record_buf extended;
};

extern const struct source_ops file_source_ops;

/*
 * Has need bytes in the window, or all there are until the end of the input.
 * Return: 0, or negative errno with f->s.err set.
 */
int file_fill(struct file_source *f, size_t need);

/* Return: 1 with a frame to deliver, 0 at the end of the input, negative errno. */
int file_load_frame(struct file_source *f);

/*
 * file_ahead.c: before anything is read. Return: 0, or a negative errno: it is
 * read as before. From then on __load() is what file_load_frame() was.
 */
int file_ahead__start(struct file_source *f);
int file_ahead__load(struct file_source *f);
void file_ahead__free(struct file_ahead *a);

#endif /* STREAM_FILE_READ_H */
