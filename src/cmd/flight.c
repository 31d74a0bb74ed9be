// SPDX-License-Identifier: GPL-2.0
#include "cmd/flight.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "capture/outq.h"
#include "cmd/carry.h"
#include "engine/engine.h"
#include "stream/desc.h"
#include "stream/frame.h"

/* Smaller than those of a file: what falls out, falls out whole. */
#define FRAME_FILL (64U << 10)
/* Between two files for findings, when only bytes are counted. */
#define QUIET_NS 10000000000ULL

struct memory_frame {
	struct memory_frame *next;
	size_t len;
	__u64 last_ts;
	unsigned char bytes[];
};

struct flight {
	struct recorder_opts o;
	struct frame_encoder *encoder;
	struct frame_decoder *decoder;
	struct carry *carry;
	struct engine *engine;		/* only when findings matter */
	struct memory_frame *first, **end;
	__u64 bytes;
	unsigned char *raw, *back;	/* being filled; being let go */
	__u32 raw_len, nr_records;
	__u64 last_ts;
	__u64 written_ts;		/* of the last file for a finding */
	bool found, wrote;
};

static void on_finding(void *ctx, const struct finding *f)
{
	struct flight *fl = ctx;

	fl->found |= f->severity >= SEVERITY_WARN && f->confidence == CONFIDENCE_CERTAIN;
}

static void on_released(void *ctx, const struct finding *f, const struct moment *m)
{
}

struct flight *flight__new(const struct recorder_opts *o)
{
	const struct engine_opts opts = { .grace_ns[GRACE_RELEASE] = o->grace_ns };
	struct flight *f = hmt_calloc(1, sizeof(*f));
	const struct engine_cb cb = { .ctx = f, .on_finding = on_finding,
				      .on_released = on_released };

	if (!f)
		return NULL;
	f->o = *o;
	f->end = &f->first;
	f->encoder = frame_encoder__new(FRAME_FILL + HMT_RECORD_MAX);
	f->decoder = frame_decoder__new();
	f->carry = carry__new();
	if (f->carry)
		carry__keep(f->carry, carry_room(o->last_bytes));
	f->raw = hmt_calloc(1, FRAME_FILL + HMT_RECORD_MAX);
	f->back = hmt_calloc(1, FRAME_FILL + HMT_RECORD_MAX);
	if (o->dump & DUMP_FINDING)
		f->engine = engine__new(&opts, &cb);
	if (!f->encoder || !f->decoder || !f->carry || !f->raw || !f->back ||
	    (o->dump & DUMP_FINDING && !f->engine)) {
		flight__free(f);
		return NULL;
	}
	return f;
}

void flight__free(struct flight *f)
{
	struct memory_frame *m;

	if (!f)
		return;
	while ((m = f->first)) {
		f->first = m->next;
		hmt_free(m);
	}
	frame_encoder__free(f->encoder);
	frame_decoder__free(f->decoder);
	carry__free(f->carry);
	engine__free(f->engine);
	hmt_free(f->raw);
	hmt_free(f->back);
	hmt_free(f);
}

/* The oldest frame goes, and what it leaves behind is carried. */
static int let_go(struct flight *f)
{
	struct memory_frame *m = f->first;
	struct frame_header h;
	const unsigned char *p = f->back;
	int err = -EIO;

	if (frame_header__read(m->bytes, &h))
		err = frame_decode(f->decoder, &h, m->bytes + sizeof(h), f->back);
	for (__u32 i = 0; i < h.nr_records && !err; i++) {
		const struct hmt_hdr *rec = (const struct hmt_hdr *)p;

		err = carry__feed(f->carry, rec);
		p += rec->size;
	}
	f->first = m->next;
	if (!f->first)
		f->end = &f->first;
	f->bytes -= m->len;
	hmt_free(m);
	return err;
}

static bool too_much(const struct flight *f)
{
	if (!f->first)
		return false;
	return (f->o.last_bytes && f->bytes > f->o.last_bytes) ||
	       (f->o.last_ns && f->first->last_ts + f->o.last_ns < f->last_ts);
}

int flight__flush(struct flight *f, struct errmsg *err)
{
	struct memory_frame *m;
	const void *frame;
	size_t len;
	int ret = 0;

	if (!f->nr_records)
		return 0;
	len = frame_encode(f->encoder, FRAME_COLUMNS, 0, f->raw, f->raw_len, f->nr_records, &frame);
	m = len ? hmt_calloc(1, sizeof(*m) + len) : NULL;
	if (!m)
		return err_set(err, -ENOMEM, "there is no memory to record into");
	memcpy(m->bytes, frame, len);
	m->len = len;
	m->last_ts = f->last_ts;
	*f->end = m;
	f->end = &m->next;
	f->bytes += len;
	f->raw_len = f->nr_records = 0;
	while (!ret && too_much(f))
		ret = let_go(f);
	return ret ? err_set(err, ret, "what was recorded cannot be read back: %s",
			     strerror(-ret)) : 0;
}

int flight__add(struct flight *f, const struct hmt_hdr *rec, struct errmsg *err)
{
	const char *why;

	if (record_validate(rec, HMT_RECORD_MAX, &why))
		return err_set(err, -EINVAL, "refused to record: %s", why);
	memcpy(f->raw + f->raw_len, rec, rec->size);
	f->raw_len += rec->size;
	f->nr_records++;
	if (rec->ts > f->last_ts)
		f->last_ts = rec->ts;
	if (f->engine && engine__feed(f->engine, rec))
		return err_set(err, -ENOMEM, "out of memory");
	return f->raw_len >= FRAME_FILL ? flight__flush(f, err) : 0;
}

bool flight__pending(const struct flight *f)
{
	return f->nr_records != 0;
}

__u64 flight__bytes(const struct flight *f)
{
	return f->bytes;
}

bool flight__found(struct flight *f)
{
	const __u64 quiet = f->o.last_ns ? f->o.last_ns : QUIET_NS;

	if (!f->found)
		return false;
	f->found = false;
	if (f->wrote && f->last_ts < f->written_ts + quiet)
		return false;
	f->wrote = true;
	f->written_ts = f->last_ts;
	return true;
}

static int add_carried(void *ctx, const struct hmt_hdr *rec)
{
	return file_writer__add(ctx, rec, NULL);
}

static int write_frames(struct flight *f, struct file_writer *w, bool goes_on, struct errmsg *err)
{
	int ret = carry__emit(f->carry, add_carried, w);

	if (ret)
		return err_set(err, ret, "cannot begin with what was before: %s", strerror(-ret));
	for (struct memory_frame *m = f->first; m && !ret; m = m->next)
		ret = file_writer__add_frame(w, m->bytes, m->len, err);
	if (!ret && goes_on) {
		struct hmt_end rec;

		hdr_make(&rec.h, HMT_END, sizeof(rec), f->last_ts);
		rec.flags = HMT_END_GOES_ON;
		ret = file_writer__add(w, &rec.h, err);
	}
	return ret;
}

int flight__write(struct flight *f, const char *path, bool goes_on, __u64 *ret_bytes,
		  struct errmsg *err)
{
	struct file_writer *w;
	int ret;

	ret = flight__flush(f, err);
	if (!ret)
		ret = file_writer__open(path, f->o.force, f->o.meta, &w, err);
	if (ret)
		return ret;
	ret = write_frames(f, w, goes_on, err);
	if (!ret)
		ret = file_writer__flush(w, err);
	*ret_bytes = file_writer__bytes(w);
	if (ret)
		file_writer__close(w, NULL);
	else
		ret = file_writer__close(w, err);
	return ret;
}
