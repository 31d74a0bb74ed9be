// SPDX-License-Identifier: GPL-2.0
#include "capture/snapshot_source.h"

#include <errno.h>
#include <time.h>

#include "base/mem.h"
#include "capture/capture.h"
#include "capture/enrich.h"
#include "capture/reader.h"

struct snapshot_source {
	struct source src;		/* must be first */
	struct snapshot snap;
	struct outq out;
};

static int snapshot_next(struct source *src, const struct hmt_hdr **ret_rec)
{
	struct snapshot_source *s = (struct snapshot_source *)src;

	*ret_rec = outq__pop(&s->out);
	return *ret_rec != NULL;
}

static void snapshot_free(struct source *src)
{
	struct snapshot_source *s = (struct snapshot_source *)src;

	snapshot__free(&s->snap);
	outq__free(&s->out);
	hmt_free(s);
}

static const struct source_ops snapshot_ops = { .next = snapshot_next, .free = snapshot_free };

static int push_mark(struct outq *q, __u16 kind, __u64 ts, __u64 flags)
{
	struct hmt_sync_begin rec;

	hdr_make(&rec.h, kind, sizeof(rec), ts);
	rec.flags = flags;
	return outq__push(q, &rec.h);
}

static int push_objects(const struct sync_set *set, struct enrich *e, __u64 ts)
{
	struct sync_obj **list;
	long nr = sync_set__list(set, &list);
	int err = nr < 0 ? (int)nr : 0;

	for (long i = 0; i < nr && !err; i++) {
		struct hmt_sync_object rec;

		sync_obj__record(list[i], ts, &rec);
		err = enrich__deliver(e, &rec.h);
	}
	if (nr >= 0)
		hmt_free(list);
	return err;
}

static int push_all(struct snapshot_source *s, __u64 ts)
{
	struct enrich e = { .ks = kallsyms__new(""), .out = &s->out };
	struct sync_set set = { 0 };
	int err = e.ks ? kallsyms__load(e.ks) : -ENOMEM;

	err = err ? err : snapshot__to_sync(&s->snap, &set);
	err = err ? err : push_mark(&s->out, HMT_SYNC_BEGIN, ts, HMT_SYNC_SNAPSHOT);
	err = err ? err : snapshot__tasks(&s->snap, ts, &s->out);
	err = err ? err : push_objects(&set, &e, ts);
	err = err ? err : push_mark(&s->out, HMT_SYNC_END, ts,
				    s->snap.changing ? HMT_SYNC_PARTIAL : 0);
	sync_set__free(&set);
	enrich__free(&e);
	kallsyms__free(e.ks);
	return err;
}

int snapshot_source__open(const struct snap_conf *conf, struct source **ret_s, struct errmsg *err)
{
	struct snapshot_source *s = hmt_calloc(1, sizeof(*s));
	__u64 ts = clock_ns(CLOCK_MONOTONIC);
	int code;

	if (!s)
		return err_set(err, -ENOMEM, "out of memory");
	s->src.ops = &snapshot_ops;
	code = snapshot__take(&s->snap, conf, err);
	if (!code) {
		snapshot__settle(&s->snap, true);
		code = push_all(s, ts);
		if (code)
			err_set(err, code, "out of memory");
	}
	if (code) {
		snapshot_free(&s->src);
		return code;
	}
	*ret_s = &s->src;
	return 0;
}

bool capture_snapshot_changed(const struct source *src, __u64 mm)
{
	return snapshot__is_changing(&((const struct snapshot_source *)src)->snap, mm);
}
