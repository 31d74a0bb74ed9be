// SPDX-License-Identifier: GPL-2.0
#include "cmd/window.h"

#include <errno.h>
#include <stdbool.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "capture/outq.h"
#include "cmd/carry.h"

struct window {
	struct source s;
	struct source *inner;
	struct carry *carry;	/* until the window begins */
	struct outq out;
	__u64 from_ns, to_ns;
	__u64 t0, last_ts;
	bool any, ended;
};

static int push(void *ctx, const struct hmt_hdr *rec)
{
	struct window *w = ctx;

	return outq__push(&w->out, rec);
}

static int begin(struct window *w)
{
	int err = carry__emit(w->carry, push, w);

	carry__free(w->carry);
	w->carry = NULL;
	return err;
}

static int push_end(struct window *w)
{
	struct hmt_end rec;

	hdr_make(&rec.h, HMT_END, sizeof(rec), w->t0 + w->to_ns);
	w->ended = true;
	return outq__push(&w->out, &rec.h);
}

static int take(struct window *w, const struct hmt_hdr *rec)
{
	int err = 0;

	if (!w->any)
		w->t0 = rec->ts;
	w->any = true;
	w->last_ts = rec->ts;
	if (w->carry && rec->ts < w->t0 + w->from_ns)
		return carry__feed(w->carry, rec);
	if (w->carry)
		err = begin(w);
	if (err)
		return err;
	if (w->to_ns && rec->ts > w->t0 + w->to_ns)
		return push_end(w);
	return outq__push(&w->out, rec);
}

static int begins_late(struct window *w)
{
	char from[FMT_LEN], last[FMT_LEN];

	return err_set(&w->s.err, -EINVAL,
		       "--from %s is behind the end: the last record is at %s",
		       fmt_duration(from, sizeof(from), w->from_ns),
		       fmt_duration(last, sizeof(last), w->last_ts - w->t0));
}

static int window_next(struct source *s, const struct hmt_hdr **ret_rec)
{
	struct window *w = (struct window *)s;
	const struct hmt_hdr *rec;
	int ret;

	for (;;) {
		*ret_rec = outq__pop(&w->out);
		if (*ret_rec)
			return 1;
		if (w->ended)
			return 0;
		ret = source__next(w->inner, &rec);
		if (ret < 0) {
			s->err = w->inner->err;
			return ret;
		}
		if (!ret && w->carry)
			return begins_late(w);
		if (!ret)
			return 0;
		/* In the middle of it nothing is copied. */
		if (w->any && !w->carry && (!w->to_ns || rec->ts <= w->t0 + w->to_ns)) {
			*ret_rec = rec;
			return 1;
		}
		ret = take(w, rec);
		if (ret)
			return err_set(&s->err, ret, "out of memory");
	}
}

static void window_free(struct source *s)
{
	struct window *w = (struct window *)s;

	source__free(w->inner);
	carry__free(w->carry);
	outq__free(&w->out);
	hmt_free(w);
}

static const struct source_ops window_ops = { .next = window_next, .free = window_free };

int window_source__open(struct source **s, __u64 from_ns, __u64 to_ns, struct errmsg *err)
{
	struct window *w;

	if (!from_ns && !to_ns)
		return 0;
	if (to_ns && to_ns <= from_ns)
		return err_set(err, -EINVAL, "--to is not behind --from");
	w = hmt_calloc(1, sizeof(*w));
	if (w && from_ns)
		w->carry = carry__new();
	if (!w || (from_ns && !w->carry)) {
		hmt_free(w);
		return err_set(err, -ENOMEM, "out of memory");
	}
	w->s.ops = &window_ops;
	w->s.meta = (*s)->meta;
	w->inner = *s;
	w->from_ns = from_ns;
	w->to_ns = to_ns;
	*s = &w->s;
	return 0;
}
