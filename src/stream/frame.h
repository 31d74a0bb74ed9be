/* SPDX-License-Identifier: GPL-2.0 */
/*
 * frame.h - one frame of a trace file: bytes to records and records to bytes.
 * No file, no position, no state but scratch memory: a frame is decoded without
 * any other, so each thread may have a decoder of its own and take any frame.
 */
#ifndef STREAM_FRAME_H
#define STREAM_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "stream/file_format.h"

/*
 * Copies the header from p, which need not be aligned and has sizeof(*h) bytes.
 * Return: whether it is a frame's header, checksum and bounds.
 */
bool frame_header__read(const void *p, struct frame_header *h);

struct columns_facts;
struct frame_decoder;

struct frame_decoder *frame_decoder__new(void);
void frame_decoder__free(struct frame_decoder *d);
/*
 * The records of a frame, in whatever encoding: h as read, payload of
 * h->stored_bytes, raw of at least h->raw_bytes and aligned to 8. The records
 * are not validated: their sizes are as the recorder wrote them.
 * Return: 0; -EBADMSG when the payload is not what the header says, an encoding
 * this build does not know included; -ENOMEM. raw is undefined on failure.
 */
int frame_decode(struct frame_decoder *d, const struct frame_header *h, const void *payload,
		 void *raw);

/* Of the frame that was decoded last, without an error; of encoding 0 nothing is known. */
struct columns_facts frame_facts(const struct frame_decoder *d);

struct frame_encoder;

/* For frames of up to raw_max bytes of records. NULL without memory. */
struct frame_encoder *frame_encoder__new(size_t raw_max);
void frame_encoder__free(struct frame_encoder *e);
/*
 * Header and payload of one frame of nr valid records, in encoding want or, when
 * that would be larger, as plain records. *ret_frame belongs to e until the next
 * call. Return: the bytes of the frame, 0 when zstd fails (it has no memory).
 */
size_t frame_encode(struct frame_encoder *e, enum frame_encoding want, __u64 number,
		    const void *raw, __u32 raw_bytes, __u32 nr, const void **ret_frame);
/* The same frame as number, in place. */
void frame__renumber(void *frame, __u64 number);

#endif /* STREAM_FRAME_H */
