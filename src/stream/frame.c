// SPDX-License-Identifier: GPL-2.0
#include "stream/frame.h"

#include <errno.h>
#include <hmmtrace/event.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"
#include "stream/columns.h"

/* Recording shares the machine with what is recorded: the fastest level. */
#define LEVEL 1
/* Below that a table of its own costs a column more than it saves. */
#define CUT_MIN 512
/* Frames with no more records than that are tried both ways. */
#define FEW 64

/* A checksum says that somebody wrote these lengths, not that they are sane. */
static bool is_possible(const struct frame_header *h)
{
	return h->raw_bytes <= FRAME_RAW_MAX && h->stored_bytes <= FRAME_STORED_MAX &&
	       h->stored_bytes && h->raw_bytes % 8 == 0 && h->nr_records &&
	       h->nr_records <= h->raw_bytes / sizeof(struct hmt_hdr);
}

bool frame_header__read(const void *p, struct frame_header *h)
{
	memcpy(h, p, sizeof(*h));
	return h->magic == FRAME_MAGIC &&
	       crc32(0, p, offsetof(struct frame_header, header_crc)) == h->header_crc &&
	       is_possible(h);
}

/* --- decoding --------------------------------------------------------------------- */

struct frame_decoder {
	ZSTD_DCtx *zstd;
	unsigned char *block;
	size_t block_cap;
	struct columns_decoder columns;
};

struct frame_decoder *frame_decoder__new(void)
{
	struct frame_decoder *d = hmt_calloc(1, sizeof(*d));

	if (d)
		d->zstd = ZSTD_createDCtx();
	if (d && !d->zstd) {
		hmt_free(d);
		d = NULL;
	}
	return d;
}

void frame_decoder__free(struct frame_decoder *d)
{
	if (!d)
		return;
	ZSTD_freeDCtx(d->zstd);
	columns_decoder__free(&d->columns);
	hmt_free(d->block);
	hmt_free(d);
}

static int decode_columns(struct frame_decoder *d, const struct frame_header *h,
			  const void *payload, size_t len, void *raw)
{
	unsigned char *block;
	size_t n;

	if (len >= h->raw_bytes)
		return -EBADMSG;
	if (d->block_cap < len) {
		block = hmt_realloc(d->block, len, 1);
		if (!block)
			return -ENOMEM;
		d->block = block;
		d->block_cap = len;
	}
	n = ZSTD_decompressDCtx(d->zstd, d->block, len, payload, h->stored_bytes);
	if (ZSTD_isError(n) || n != len)
		return -EBADMSG;
	return columns_decode(&d->columns, d->block, len, h->first_ts, raw, h->raw_bytes,
			      h->nr_records);
}

int frame_decode(struct frame_decoder *d, const struct frame_header *h, const void *payload,
		 void *raw)
{
	unsigned long long len;
	size_t n;

	if (crc32(0, payload, h->stored_bytes) != h->payload_crc)
		return -EBADMSG;
	len = ZSTD_getFrameContentSize(payload, h->stored_bytes);
	if (len > FRAME_RAW_MAX)	/* unknown, or an error */
		return -EBADMSG;
	d->columns.facts = (struct columns_facts){ .plain = false };
	if (h->encoding == FRAME_COLUMNS)
		return decode_columns(d, h, payload, len, raw);
	if (h->encoding != FRAME_RECORDS || len != h->raw_bytes)
		return -EBADMSG;
	n = ZSTD_decompressDCtx(d->zstd, raw, h->raw_bytes, payload, h->stored_bytes);
	return ZSTD_isError(n) || n != h->raw_bytes ? -EBADMSG : 0;
}

struct columns_facts frame_facts(const struct frame_decoder *d)
{
	return d->columns.facts;
}

/* --- encoding --------------------------------------------------------------------- */

struct frame_encoder {
	ZSTD_CCtx *zstd;
	struct columns_encoder *columns;
	unsigned char *out;	/* frame header and payload, one write() */
	size_t out_cap;
};

struct frame_encoder *frame_encoder__new(size_t raw_max)
{
	struct frame_encoder *e = hmt_calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	/* A block that ends early has a header of its own. */
	e->out_cap = sizeof(struct frame_header) + ZSTD_compressBound(raw_max) + 1024;
	e->out = hmt_calloc(1, e->out_cap);
	e->columns = columns_encoder__new(raw_max);
	e->zstd = ZSTD_createCCtx();
	if (!e->out || !e->columns || !e->zstd ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(e->zstd, ZSTD_c_compressionLevel, LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setParameter(e->zstd, ZSTD_c_checksumFlag, 1))) {
		frame_encoder__free(e);
		return NULL;
	}
	return e;
}

void frame_encoder__free(struct frame_encoder *e)
{
	if (!e)
		return;
	ZSTD_freeCCtx(e->zstd);
	columns_encoder__free(e->columns);
	hmt_free(e->out);
	hmt_free(e);
}

/*
 * One zstd frame whose blocks end where a column ends: bytes of one kind in one
 * block have a table of codes that fits them. Return: its length, 0 on failure.
 */
static size_t squeeze(struct frame_encoder *e, const void *data, size_t len,
		       const struct columns_cuts *cuts)
{
	ZSTD_outBuffer out = { e->out + sizeof(struct frame_header),
			       e->out_cap - sizeof(struct frame_header), 0 };
	ZSTD_inBuffer in = { data, 0, 0 };

	ZSTD_CCtx_reset(e->zstd, ZSTD_reset_session_only);
	if (ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(e->zstd, len)))
		return 0;
	for (unsigned int i = 0; i < cuts->nr; i++) {
		if (cuts->at[i] - in.size < CUT_MIN || len - cuts->at[i] < CUT_MIN)
			continue;
		in.size = cuts->at[i];
		if (ZSTD_compressStream2(e->zstd, &out, &in, ZSTD_e_flush))
			return 0;
	}
	in.size = len;
	return ZSTD_compressStream2(e->zstd, &out, &in, ZSTD_e_end) ? 0 : out.pos;
}

static __u32 header_crc(const struct frame_header *h)
{
	return (__u32)crc32(0, (const Bytef *)h, offsetof(struct frame_header, header_crc));
}

static __u64 last_ts(const void *raw, __u32 nr)
{
	const struct hmt_hdr *rec = raw;

	while (--nr)
		rec = (const struct hmt_hdr *)((const char *)rec + rec->size);
	return rec->ts;
}

/* Return: the bytes of the payload, behind where the header goes; 0 on failure. */
static size_t encode(struct frame_encoder *e, struct frame_header *h, const void *raw)
{
	struct columns_cuts cuts = { .nr = 0 };
	const void *block = NULL;
	size_t len = 0, n = 0, plain = ~(size_t)0;

	if (h->encoding == FRAME_COLUMNS)
		len = columns_encode(e->columns, raw, h->raw_bytes, h->nr_records, h->first_ts,
				     &block, &cuts);
	/* Of a few records the tables of a block can be more than the records. */
	if (len && h->nr_records <= FEW)
		plain = squeeze(e, raw, h->raw_bytes, &(struct columns_cuts){ .nr = 0 });
	if (len)
		n = squeeze(e, block, len, &cuts);
	if (n && n < plain)
		return n;
	cuts.nr = 0;
	h->encoding = FRAME_RECORDS;
	return squeeze(e, raw, h->raw_bytes, &cuts);
}

size_t frame_encode(struct frame_encoder *e, enum frame_encoding want, __u64 number,
		    const void *raw, __u32 raw_bytes, __u32 nr, const void **ret_frame)
{
	struct frame_header h = {
		.magic = FRAME_MAGIC, .encoding = want, .raw_bytes = raw_bytes, .nr_records = nr,
		.number = number, .first_ts = ((const struct hmt_hdr *)raw)->ts,
		.last_ts = last_ts(raw, nr),
	};
	size_t n = encode(e, &h, raw);

	if (!n)
		return 0;
	h.stored_bytes = (__u32)n;
	h.payload_crc = (__u32)crc32(0, e->out + sizeof(h), (uInt)n);
	h.header_crc = header_crc(&h);
	memcpy(e->out, &h, sizeof(h));
	*ret_frame = e->out;
	return sizeof(h) + n;
}

void frame__renumber(void *frame, __u64 number)
{
	struct frame_header h;

	memcpy(&h, frame, sizeof(h));
	h.number = number;
	h.header_crc = header_crc(&h);
	memcpy(frame, &h, sizeof(h));
}
