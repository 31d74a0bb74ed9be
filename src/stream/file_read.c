// SPDX-License-Identifier: GPL-2.0
/*
 * The frames of a trace file. Nothing is believed before its checksum said so,
 * and no length even then. What is damaged becomes a LOST record in its place.
 */
#include "stream/file_read.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"

#define READ_CHUNK (256U << 10)
/* Work on bad frames that is put up with, besides what the input's size explains. */
#define WASTE_MAX (1ULL << 30)

static int no_memory(struct file_source *f, size_t bytes)
{
	return err_set(&f->s.err, -ENOMEM, "%s: no memory for a frame of %zu bytes", f->name,
		       bytes);
}

/* Room for need bytes from start on. */
static int make_room(struct file_source *f, size_t need)
{
	size_t cap = f->cap ? f->cap : READ_CHUNK;
	unsigned char *buf;

	if (f->start) {
		memmove(f->buf, f->buf + f->start, f->end - f->start);
		f->end -= f->start;
		f->start = 0;
	}
	if (need <= f->cap)
		return 0;
	/* need is bounded by what headers may claim, see frame_header__read(). */
	while (cap < need)
		cap *= 2;
	buf = hmt_realloc(f->buf, cap, 1);
	if (!buf)
		return no_memory(f, need);
	f->buf = buf;
	f->cap = cap;
	return 0;
}

int file_fill(struct file_source *f, size_t need)
{
	ssize_t n;
	int err;

	while (f->end - f->start < need && !f->eof) {
		if (f->cap - f->start < need || f->end == f->cap) {
			/* A claim is not yet a reason to allocate: grow with what comes. */
			size_t have = f->end - f->start;
			size_t want = need - have > READ_CHUNK ? have + READ_CHUNK : need;

			err = make_room(f, want);
			if (err)
				return err;
		}
		n = read(f->fd, f->buf + f->end, f->cap - f->end);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err = -errno;
			return err_set(&f->s.err, err, "%s: cannot be read: %s", f->name,
				       strerror(-err));
		}
		f->eof = n == 0;
		f->end += (size_t)n;
		f->stats.bytes += (__u64)n;
	}
	return 0;
}

static __u64 add_saturated(__u64 a, __u64 b)
{
	return a + b < a ? ~0ULL : a + b;
}

/* --- frames ------------------------------------------------------------------- */

/* Skips to where the next frame could begin, at least one byte. */
static void skip_to_candidate(struct file_source *f)
{
	const __u32 magic = FRAME_MAGIC;
	const unsigned char *from = f->buf + f->start + 1;
	const unsigned char *p;

	p = memchr(from, *(const unsigned char *)&magic, f->end - f->start - 1);
	f->stats.lost_bytes += p ? (size_t)(p - from) + 1 : f->end - f->start;
	f->start = p ? (size_t)(p - f->buf) : f->end;
}

/* Return: 0, -EBADMSG when the payload is not what the header promised, -ENOMEM. */
static int decode(struct file_source *f, const struct frame_header *h)
{
	unsigned char *raw;
	int err;

	if (f->raw_cap < h->raw_bytes) {
		raw = hmt_realloc(f->raw, h->raw_bytes, 1);
		if (!raw)
			return no_memory(f, h->raw_bytes);
		f->raw = raw;
		f->raw_cap = h->raw_bytes;
	}
	err = frame_decode(f->decoder, h, f->buf + f->start + sizeof(*h), f->raw);
	return err == -ENOMEM ? no_memory(f, h->raw_bytes) : err;
}

/* A whole frame by its header, whose number says what came before it. */
static void account_gap(struct file_source *f, const struct frame_header *h)
{
	struct file_gap *gap = &f->gap;

	if (gap->in_tail)	/* it did not fit because bytes are missing in the middle */
		gap->count = add_saturated(gap->count, gap->tail_count);
	gap->in_tail = false;
	gap->tail_count = 0;
	if (h->number > f->next_number) {	/* each of them held at least one record */
		gap->count = add_saturated(gap->count, h->number - f->next_number);
		f->stats.missing_frames = add_saturated(f->stats.missing_frames,
							h->number - f->next_number);
	}
}

/* A frame whose records cannot be had, but whose header says how many they were. */
static void give_up_frame(struct file_source *f, const struct frame_header *h)
{
	account_gap(f, h);
	f->gap.count = add_saturated(f->gap.count, h->nr_records);
	if (h->number >= f->next_number)
		f->next_number = add_saturated(h->number, 1);
	f->stats.bad_frames++;
}

static void begin_frame(struct file_source *f, const struct frame_header *h)
{
	account_gap(f, h);
	if (f->gap.garbage && !f->gap.count)
		f->gap.count = 1;
	f->gap.garbage = false;
	f->start += sizeof(*h) + h->stored_bytes;
	f->raw_len = h->raw_bytes;
	f->raw_pos = 0;
	f->nr_left = h->nr_records;
	f->frame_first_ts = h->first_ts;
	f->facts = frame_facts(f->decoder);
	f->next_number = add_saturated(h->number, 1);
	f->stats.frames++;
	f->stats.raw_bytes += h->raw_bytes;
}

/*
 * Behind a header that is right and a payload that is not. Bytes may be missing
 * from the payload, so the search goes on right behind the header; unless there
 * is so much of that that the file must have been made to keep a reader busy.
 */
static void skip_bad_frame(struct file_source *f, const struct frame_header *h)
{
	f->wasted += h->stored_bytes + h->raw_bytes;
	if (f->wasted <= WASTE_MAX + 16 * f->stats.bytes) {
		skip_to_candidate(f);
		return;
	}
	f->start += sizeof(*h) + h->stored_bytes;
	f->stats.lost_bytes += sizeof(*h) + h->stored_bytes;
}

/* What is left is less than a frame header. */
static void end_of_frames(struct file_source *f)
{
	size_t left = f->end - f->start;

	if (left && !f->gap.garbage && !f->gap.in_tail && !f->gap.count)
		f->gap.in_tail = true;
	f->stats.lost_bytes += left;
	f->start = f->end;
}

int file_load_frame(struct file_source *f)
{
	struct frame_header h;
	int err;

	for (;;) {
		err = file_fill(f, sizeof(h));
		if (err)
			return err;
		if (f->end - f->start < sizeof(h)) {
			end_of_frames(f);
			return 0;
		}
		if (!frame_header__read(f->buf + f->start, &h)) {
			/* Within a loss that is already counted it adds nothing. */
			f->gap.garbage |= !f->gap.in_tail && !f->gap.count;
			skip_to_candidate(f);
			continue;
		}
		err = file_fill(f, sizeof(h) + h.stored_bytes);
		if (err)
			return err;
		if (f->end - f->start < sizeof(h) + h.stored_bytes) {
			account_gap(f, &h);
			if (h.number >= f->next_number)
				f->next_number = add_saturated(h.number, 1);
			f->gap.in_tail = true;
			f->gap.tail_count = h.nr_records;
			skip_to_candidate(f);
			continue;
		}
		/* A number seen before: pasted in from elsewhere, or an old copy. */
		err = h.number < f->next_number ? -EBADMSG : decode(f, &h);
		if (err && err != -EBADMSG)
			return err;
		if (!err) {
			begin_frame(f, &h);
			return 1;
		}
		give_up_frame(f, &h);
		skip_bad_frame(f, &h);
	}
}

/* --- records ------------------------------------------------------------------ */

/* Return: 1, for next() to return. */
static int tell_lost(struct file_source *f, unsigned int cause, __u64 count, __u64 ts,
		     const struct hmt_hdr **ret_rec)
{
	if (ts < f->last_ts)
		ts = f->last_ts;
	f->lost = (struct hmt_lost){
		.h = {
			.kind = HMT_LOST,
			.size = sizeof(f->lost),
			.cpu = HMT_CPU_NONE,
			.ts = ts,
		},
		.cause = cause,
		.prog = -1,
		.count = count ? count : 1,
		.since = f->last_ts,
	};
	f->last_ts = ts;
	*ret_rec = &f->lost.h;
	return 1;
}

/* Skips the record that is wrong. Return: how many are lost by that. */
static __u64 skip_bad_record(struct file_source *f, size_t left)
{
	const struct hmt_hdr *rec = (const struct hmt_hdr *)(f->raw + f->raw_pos);
	__u64 nr = f->nr_left;

	f->stats.bad_records++;
	if (nr && left >= sizeof(*rec) && rec->size >= sizeof(*rec) && rec->size % 8 == 0 &&
	    rec->size <= left) {
		f->raw_pos += rec->size;
		f->nr_left--;
		return 1;
	}
	/* No way to tell where the next one begins. */
	f->raw_pos = f->raw_len;
	f->nr_left = 0;
	return nr;
}

static inline void took(struct file_source *f, const struct hmt_hdr *rec)
{
	f->raw_pos += rec->size;
	f->nr_left--;
	f->stats.records++;
	f->last_is_end = rec->kind == HMT_END;
	if (rec->ts > f->last_ts)
		f->last_ts = rec->ts;
}

/* The next of a frame with something left. Return: 1. */
static int next_record(struct file_source *f, const struct hmt_hdr **ret_rec)
{
	const struct hmt_hdr *rec = (const struct hmt_hdr *)(f->raw + f->raw_pos);
	size_t left = f->raw_len - f->raw_pos;

	if (!f->nr_left || record_validate(rec, left, NULL)) {
		__u64 count = skip_bad_record(f, left);

		return tell_lost(f, HMT_CAUSE_RECORD, count, f->last_ts, ret_rec);
	}
	took(f, rec);
	f->stats.unknown_records += !record_is_known(rec);
	*ret_rec = record_extend(rec, &f->extended);
	return 1;
}

/* No frame is left. Return: 1 while there are losses to tell, then 0. */
static int finish(struct file_source *f, const struct hmt_hdr **ret_rec)
{
	struct file_gap gap = f->gap;

	memset(&f->gap, 0, sizeof(f->gap));
	if (gap.count || gap.garbage) {
		f->gap.in_tail = gap.in_tail;
		f->gap.tail_count = gap.tail_count;
		return tell_lost(f, HMT_CAUSE_FRAME, gap.count, f->last_ts, ret_rec);
	}
	if (!f->cut_told && (gap.in_tail || !f->last_is_end)) {
		f->cut_told = true;
		f->stats.cut = true;
		return tell_lost(f, HMT_CAUSE_CUT, gap.tail_count, f->last_ts, ret_rec);
	}
	return 0;
}

/* What is not simply the next record of a frame. */
static int next_slowly(struct file_source *f, const struct hmt_hdr **ret_rec)
{
	__u64 count;
	int err;

	if (f->failed)
		return f->failed;
	if (f->raw_pos == f->raw_len && !f->nr_left) {
		err = f->ahead ? file_ahead__load(f) : file_load_frame(f);
		if (err < 0) {
			f->failed = err;
			return err;
		}
		if (!err)
			return finish(f, ret_rec);
	}
	/* Set with the frame that ended the gap: what is missing comes before it. */
	if (f->gap.count) {
		count = f->gap.count;
		f->gap.count = 0;
		return tell_lost(f, HMT_CAUSE_FRAME, count, f->frame_first_ts, ret_rec);
	}
	return next_record(f, ret_rec);
}

static int file_next(struct source *s, const struct hmt_hdr **ret_rec)
{
	struct file_source *f = (struct file_source *)s;
	const struct hmt_hdr *rec;

	if (!f->nr_left || f->gap.count)
		return next_slowly(f, ret_rec);
	rec = (const struct hmt_hdr *)(f->raw + f->raw_pos);
	if (!record_is_plain(rec, f->raw_len - f->raw_pos))
		return next_slowly(f, ret_rec);
	took(f, rec);
	*ret_rec = rec;
	return 1;
}

static void take_run(struct file_source *f, const struct hmt_hdr *end, __u32 nr, __u64 latest,
		     __u16 last_kind, struct record_run *ret_run)
{
	ret_run->first = (const struct hmt_hdr *)(f->raw + f->raw_pos);
	ret_run->end = end;
	f->raw_pos = (size_t)((const unsigned char *)end - f->raw);
	f->nr_left -= nr;
	f->stats.records += nr;
	f->last_is_end = last_kind == HMT_END;
	if (latest > f->last_ts)
		f->last_ts = latest;
}

/* Few enough to be still in the nearest cache when they are looked at again. */
#define RUN_RECORDS 64

/* Those that need no second look, up to one that does. Return: how many. */
static __u32 run_of_plain(struct file_source *f, struct record_run *ret_run)
{
	__u32 most = f->nr_left < RUN_RECORDS ? f->nr_left : RUN_RECORDS, nr;
	const unsigned char *p = f->raw + f->raw_pos, *end = f->raw + f->raw_len;
	__u16 last_kind = 0;
	__u64 latest = 0;

	for (nr = 0; nr < most; nr++) {
		const struct hmt_hdr *rec = (const struct hmt_hdr *)p;

		if (!record_is_plain(rec, (size_t)(end - p)))
			break;
		latest = rec->ts > latest ? rec->ts : latest;
		last_kind = rec->kind;
		p += rec->size;
	}
	if (nr)
		take_run(f, (const struct hmt_hdr *)p, nr, latest, last_kind, ret_run);
	return nr;
}

static int file_next_run(struct source *s, struct record_run *ret_run)
{
	struct file_source *f = (struct file_source *)s;
	int ret;

	if (f->nr_left && !f->gap.count) {
		if (f->facts.plain) {
			take_run(f, (const struct hmt_hdr *)(f->raw + f->raw_len), f->nr_left,
				 f->facts.latest, f->facts.last_kind, ret_run);
			return 1;
		}
		if (run_of_plain(f, ret_run))
			return 1;
	}
	ret = next_slowly(f, &ret_run->first);
	if (ret == 1)
		ret_run->end = record_behind(ret_run->first);
	return ret;
}

static void file_free(struct source *s)
{
	struct file_source *f = (struct file_source *)s;

	file_ahead__free(f->ahead);
	if (f->owns_fd)
		close(f->fd);
	frame_decoder__free(f->decoder);
	trace_meta__free(f->meta);
	hmt_free(f->raw);
	hmt_free(f->buf);
	hmt_free(f->name);
	hmt_free(f);
}

const struct source_ops file_source_ops = {
	.next = file_next,
	.next_run = file_next_run,
	.free = file_free,
};

const struct file_stats *file_source__stats(const struct source *s)
{
	if (s->ops != &file_source_ops)
		return NULL;
	return &((const struct file_source *)s)->stats;
}
