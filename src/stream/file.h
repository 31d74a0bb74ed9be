/* SPDX-License-Identifier: GPL-2.0 */
/*
 * file.h - the trace file, version 1.1. Byte-exact layout: hmmtrace-file(5),
 * docs/hmmtrace-file.5.md.
 *
 *   header   magic, version, byte order, JSON description, CRC
 *   frame*   frame header with CRC, one independent zstd frame of whole records
 *
 * A frame is written at once and at least every 200 ms, so a killed recorder
 * loses no more than that. A stream in good order ends with an END record.
 */
#ifndef STREAM_FILE_H
#define STREAM_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "stream/source.h"

#define HMT_FILE_MAJOR 1
#define HMT_FILE_MINOR 1

/* What a file says of itself. Strings are never NULL, "" when unknown. */
struct trace_meta {
	char *version;		/* of the hmmtrace that recorded */
	char *uname;		/* "Linux host 6.12.117 #1 SMP ... x86_64" */
	char *boot_id;
	char *command_line;	/* of hmmtrace */
	char *filters;		/* as given, "" for none */
	char *tier;		/* full, partial, none */
	char *plan;		/* JSON: what was observed and how */
	__u64 wall_start_ns;	/* CLOCK_REALTIME at mono_start_ns */
	__u64 mono_start_ns;
};

struct trace_meta *trace_meta__new(void);
void trace_meta__free(struct trace_meta *m);
/* Replaces one of the strings, NULL as "". Return: 0 or -ENOMEM, with the old one kept. */
int trace_meta__set(char **field, const char *value);

/*
 * Writing. Every function returns 0 or a negative errno with *err a complete
 * sentence. After a failed write the writer stays failed: what is in the file
 * up to then is whole frames.
 */
struct file_writer;

/* force: overwrite an existing file; without it -EEXIST. fd_path "-" is stdout. */
int file_writer__open(const char *path, bool force, const struct trace_meta *meta,
		      struct file_writer **ret_w, struct errmsg *err);
int file_writer__add(struct file_writer *w, const struct hmt_hdr *rec, struct errmsg *err);
int file_writer__flush(struct file_writer *w, struct errmsg *err);
/* Header and payload as frame_encode() made them; gets the number it has here, in place. */
int file_writer__add_frame(struct file_writer *w, void *frame, size_t len, struct errmsg *err);
/* Nanoseconds-free: the caller decides when; true when records wait for a flush. */
bool file_writer__pending(const struct file_writer *w);
__u64 file_writer__bytes(const struct file_writer *w);
/* For tests: enum frame_encoding of what follows; without it the best there is. */
void file_writer__set_encoding(struct file_writer *w, unsigned int encoding);
/* Flushes and closes; w is gone whatever it returns. NULL is fine. */
int file_writer__close(struct file_writer *w, struct errmsg *err);

/*
 * Reading. Damage is delivered in place as LOST records (cause frame, cut),
 * never as an end in good order: a file without an END record yields a LOST
 * record of cause cut before the end. A header that cannot be trusted, a
 * foreign file and a newer major version fail the open.
 */
int file_source__open(const char *path, struct source **ret_s, struct errmsg *err);

/*
 * Where it pays - a large file, more than one CPU - frames are unpacked by a
 * thread of its own from here on. To be called before anything is read; what is
 * delivered is the same.
 */
void file_source__read_ahead(struct source *s);

/* What a whole-file check found; see hmmtrace verify. */
struct file_stats {
	unsigned int major, minor;	/* of the format */
	__u64 bytes, frames, records, raw_bytes;
	__u64 missing_frames;	/* known by the numbers of those around them */
	__u64 bad_frames, bad_records, unknown_records, lost_bytes;
	bool cut;
};
const struct file_stats *file_source__stats(const struct source *s);

#endif /* STREAM_FILE_H */
