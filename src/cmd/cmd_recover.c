// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_recover.c - what is whole of a cut or damaged trace file, as a file that
 * is whole, and an account of the rest. What is gone stays on record in its
 * place, so that the verdict on the new file is the verdict on the old one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fmt.h"
#include "base/jsonw.h"
#include "base/mem.h"
#include "cmd/input.h"
#include "out/export_target.h"
#include "stream/desc.h"
#include "stream/file.h"

/* One place where something is missing. */
struct hole {
	__u32 cause;
	__u64 count, since, until;
};

struct recovery {
	struct hole *holes;
	size_t nr, cap;
	__u64 saved, lost;	/* records */
	__u64 t0, last_ts;
	bool any;
	const struct file_stats *stats;
};

static int add_hole(struct recovery *r, const struct hmt_lost *l)
{
	struct hole *holes = hmt_grow(r->holes, &r->cap, r->nr + 1, sizeof(*holes));

	if (!holes)
		return -ENOMEM;
	r->holes = holes;
	r->holes[r->nr++] = (struct hole){
		.cause = l->cause, .count = l->count, .since = l->since, .until = l->h.ts,
	};
	r->lost = r->lost + l->count < r->lost ? ~0ULL : r->lost + l->count;
	return 0;
}

/* The new file ends in good order: that the old one did not is on record before. */
static int add_end(struct file_writer *w, __u64 ts, struct errmsg *err)
{
	const struct hmt_end end = {
		.h = { .kind = HMT_END, .size = sizeof(end), .cpu = HMT_CPU_NONE, .ts = ts },
	};

	return file_writer__add(w, &end.h, err);
}

static int copy(struct recovery *r, struct source *s, struct file_writer *w, struct errmsg *err)
{
	const struct hmt_hdr *rec;
	int ret;

	r->stats = file_source__stats(s);
	while ((ret = source__next(s, &rec)) == 1) {
		/* What the reader put in, because something is missing, it does not count. */
		if (r->stats->records > r->saved)
			r->saved = r->stats->records;
		else if (add_hole(r, (const struct hmt_lost *)rec))
			return err_set(err, -ENOMEM, "out of memory");
		if (!r->any)
			r->t0 = rec->ts;
		r->any = true;
		if (rec->ts > r->last_ts)
			r->last_ts = rec->ts;
		ret = file_writer__add(w, rec, err);
		if (ret)
			return ret;
	}
	if (ret < 0) {
		*err = s->err;
		return ret;
	}
	return r->stats->cut ? add_end(w, r->last_ts, err) : 0;
}

/* --- the account -------------------------------------------------------------- */

static const char *plural(__u64 n)
{
	return n == 1 ? "" : "s";
}

/* "0.000123": seconds since the first record, as every report counts them. */
static char *when(const struct recovery *r, __u64 ts, char *buf, size_t size)
{
	return fmt_time(buf, size, ts > r->t0 ? ts - r->t0 : 0);
}

static void hole_text(const struct recovery *r, const struct hole *h)
{
	char from[FMT_LEN], to[FMT_LEN], span[FMT_LEN];

	if (h->cause == HMT_CAUSE_CUT) {
		printf("  gone: the end, after %s s: at least %llu record%s (%s)\n",
		       when(r, h->since, from, sizeof(from)), (unsigned long long)h->count,
		       plural(h->count), cause_name(h->cause));
		return;
	}
	printf("  gone: at least %llu record%s between %s s and %s s, %s (%s)\n",
	       (unsigned long long)h->count, plural(h->count),
	       when(r, h->since, from, sizeof(from)), when(r, h->until, to, sizeof(to)),
	       fmt_duration(span, sizeof(span), h->until > h->since ? h->until - h->since : 0),
	       cause_name(h->cause));
}

static void print_text(const struct recovery *r, const char *in, const char *out)
{
	const struct file_stats *st = r->stats;
	char bytes[FMT_LEN];

	printf("%s: saved %llu record%s of %llu frame%s in %s\n", in,
	       (unsigned long long)r->saved, plural(r->saved), (unsigned long long)st->frames,
	       plural(st->frames), out);
	if (!r->nr) {
		printf("  gone: nothing\n");
		return;
	}
	for (size_t i = 0; i < r->nr; i++)
		hole_text(r, &r->holes[i]);
	if (st->bad_frames + st->missing_frames)
		printf("  frames: %llu damaged, %llu missing\n",
		       (unsigned long long)st->bad_frames,
		       (unsigned long long)st->missing_frames);
	if (st->lost_bytes)
		printf("  bytes: %s could not be read\n",
		       fmt_bytes(bytes, sizeof(bytes), st->lost_bytes));
}

static int print_json(const struct recovery *r, const char *in, const char *out)
{
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;
	int ret;

	jsonw__init(&j, &sb);
	jsonw__object(&j);
	jsonw__kstr(&j, "type", "recover");
	jsonw__kstr(&j, "input", in);
	jsonw__kstr(&j, "output", out);
	jsonw__kbool(&j, "whole", !r->nr);
	jsonw__ku64(&j, "records", r->saved);
	jsonw__ku64(&j, "frames", r->stats->frames);
	jsonw__ku64(&j, "lost_records", r->lost);
	jsonw__ku64(&j, "bad_frames", r->stats->bad_frames);
	jsonw__ku64(&j, "missing_frames", r->stats->missing_frames);
	jsonw__ku64(&j, "lost_bytes", r->stats->lost_bytes);
	jsonw__key(&j, "gone");
	jsonw__array(&j);
	for (size_t i = 0; i < r->nr; i++) {
		jsonw__object(&j);
		jsonw__kstr(&j, "cause", cause_name(r->holes[i].cause));
		jsonw__ku64(&j, "count", r->holes[i].count);
		jsonw__ku64(&j, "since_ns", r->holes[i].since);
		jsonw__ku64(&j, "ts_ns", r->holes[i].until);
		jsonw__end(&j);
	}
	jsonw__end(&j);
	jsonw__end(&j);
	ret = strbuf__err(&sb);
	if (!ret)
		puts(strbuf__str(&sb));
	strbuf__free(&sb);
	return ret;
}

/* --- the command -------------------------------------------------------------- */

static bool same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return !stat(a, &sa) && !stat(b, &sb) && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

/* The writer knows the file by the name it has until it is complete. */
static int rename_in(struct errmsg *err, const char *tmp, const char *path, int code)
{
	const struct errmsg said = *err;
	size_t len = strlen(tmp);

	if (strncmp(said.text, tmp, len))
		return code;
	return err_set(err, code, "%s%s", path, said.text + len);
}

/* Return: 0, or negative with *err. out is written and complete then. */
static int rescue(struct recovery *r, struct invocation *inv, struct source *s, struct errmsg *err)
{
	struct file_writer *w;
	struct target target;
	int ret;

	ret = target__open(&target, inv->o.output, TARGET_FILE, inv->o.force, err);
	if (ret)
		return ret;
	ret = file_writer__open(target.tmp, true, s->meta, &w, err);
	if (!ret) {
		ret = copy(r, s, w, err);
		if (ret)
			file_writer__close(w, NULL);
		else
			ret = file_writer__close(w, err);
	}
	if (ret)
		ret = rename_in(err, target.tmp, inv->o.output, ret);
	if (!ret)
		ret = target__commit(&target, err);
	target__abort(&target);
	return ret;
}

int cmd_recover(struct invocation *inv)
{
	struct recovery r = { 0 };
	int status = EXIT_CLEAN;
	struct errmsg err;
	struct input in;

	if (!inv->o.output || !strcmp(inv->o.output, "-"))
		return complainf("recover needs a file to write: name it with -o");
	if (same_file(inv->rest.args[0], inv->o.output))
		return complainf("%s: is the file to be rescued; name another one to write",
				 inv->o.output);
	if (input__open(&in, inv, &err))
		return complain(&err);
	if (rescue(&r, inv, in.source, &err))
		status = complain(&err);
	else if (!inv->o.json)
		print_text(&r, inv->rest.args[0], inv->o.output);
	else if (print_json(&r, inv->rest.args[0], inv->o.output))
		status = complainf("out of memory");
	if (status == EXIT_CLEAN && r.nr)
		status = EXIT_INCONCLUSIVE;
	hmt_free(r.holes);
	input__close(&in);
	return status;
}
