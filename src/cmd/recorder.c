// SPDX-License-Identifier: GPL-2.0
/*
 * One file and a rotation. In memory: see flight.c.
 */
#include "cmd/recorder.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "capture/outq.h"
#include "cmd/carry.h"
#include "cmd/flight.h"

struct kept {
	char *name;
	__u64 bytes;
	struct kept *next;
};

struct recorder {
	struct recorder_opts o;
	struct file_writer *writer;	/* not in memory */
	struct flight *flight;
	struct carry *carry;		/* of a rotation */
	struct kept *oldest, **end;	/* the files there are, the present one last */
	__u32 files, nr_kept;
	__u64 began;			/* the present file */
	bool any;
};

/* Ends in good order; that the stream goes on elsewhere is no loss. */
static int add_end(struct file_writer *w, __u64 ts, struct errmsg *err)
{
	struct hmt_end rec;

	hdr_make(&rec.h, HMT_END, sizeof(rec), ts);
	rec.flags = HMT_END_GOES_ON;
	return file_writer__add(w, &rec.h, err);
}

/* --- names -------------------------------------------------------------------------- */

static size_t stem_len(const char *path)
{
	size_t len = strlen(path);

	return len > 4 && !strcmp(path + len - 4, ".hmt") ? len - 4 : len;
}

char *recorder_file_name(const char *path, __u32 number)
{
	struct strbuf sb = STRBUF_INIT;
	size_t stem = stem_len(path);

	strbuf__add(&sb, path, stem);
	strbuf__addf(&sb, ".%04u%s", number, path + stem);
	return strbuf__detach(&sb);
}

static bool is_many(const struct recorder_opts *o)
{
	return o->rotate_bytes || o->rotate_ns;
}

static bool is_memory(const struct recorder_opts *o)
{
	return o->last_bytes || o->last_ns;
}

/* Characters that mean something to glob() mean themselves here. */
static void add_literal(struct strbuf *sb, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr("*?[]\\", p[i]))
			strbuf__addc(sb, '\\');
		strbuf__addc(sb, p[i]);
	}
}

static int check_numbered(const struct recorder_opts *o, struct errmsg *err)
{
	size_t stem = stem_len(o->path);
	struct strbuf sb = STRBUF_INIT;
	glob_t found;
	int ret = 0;

	add_literal(&sb, o->path, stem);
	strbuf__adds(&sb, ".[0-9][0-9][0-9][0-9]*");
	add_literal(&sb, o->path + stem, strlen(o->path + stem));
	if (strbuf__err(&sb)) {
		ret = err_set(err, -ENOMEM, "out of memory");
	} else if (!glob(strbuf__str(&sb), 0, NULL, &found)) {
		ret = err_set(err, -EEXIST, "'%s' exists: -f overwrites such files",
			      found.gl_pathv[0]);
		globfree(&found);
	}
	strbuf__free(&sb);
	return ret;
}

static int check_combination(const struct recorder_opts *o, struct errmsg *err)
{
	if (is_many(o) && is_memory(o))
		return err_set(err, -EINVAL, "--rotate and --last are two ways: choose one");
	if (o->keep && !is_many(o))
		return err_set(err, -EINVAL, "--keep is for --rotate");
	if (o->dump && !is_memory(o))
		return err_set(err, -EINVAL, "--dump-on is for --last");
	if (!strcmp(o->path, "-") && (is_many(o) || is_memory(o)))
		return err_set(err, -EINVAL, "several files cannot go to stdout: name one with -o");
	return 0;
}

int recorder_check(const struct recorder_opts *o, struct errmsg *err)
{
	struct stat st;
	int ret = check_combination(o, err);

	if (ret || o->force || !strcmp(o->path, "-"))
		return ret;
	if (!is_many(o) && !stat(o->path, &st) && S_ISREG(st.st_mode))
		return err_set(err, -EEXIST, "'%s' exists: -f overwrites it", o->path);
	return is_many(o) || is_memory(o) ? check_numbered(o, err) : 0;
}

/* --- files -------------------------------------------------------------------------- */

static int add_carried(void *ctx, const struct hmt_hdr *rec)
{
	return file_writer__add(ctx, rec, NULL);
}

/* Beyond keep the oldest goes. It is ours: its number was free when we began. */
static int note_file(struct recorder *r, char *name)
{
	struct kept *k = hmt_calloc(1, sizeof(*k));

	if (!k) {
		hmt_free(name);
		return -ENOMEM;
	}
	k->name = name;
	*r->end = k;
	r->end = &k->next;
	r->nr_kept++;
	if (r->o.keep && r->nr_kept > r->o.keep) {
		k = r->oldest;
		r->oldest = k->next;
		unlink(k->name);
		hmt_free(k->name);
		hmt_free(k);
		r->nr_kept--;
	}
	return 0;
}

static struct kept *present(struct recorder *r)
{
	struct kept *k = r->oldest;

	while (k && k->next)
		k = k->next;
	return k;
}

static int next_file(struct recorder *r, struct errmsg *err)
{
	char *name = is_many(&r->o) ? recorder_file_name(r->o.path, r->files + 1) :
		     hmt_strdup(r->o.path);
	int ret;

	if (!name)
		return err_set(err, -ENOMEM, "out of memory");
	/* recorder_check() looked before; a file that came since is not ours to overwrite. */
	ret = file_writer__open(name, r->o.force, r->o.meta, &r->writer, err);
	if (ret) {
		hmt_free(name);
		return ret;
	}
	r->files++;
	if (note_file(r, name))
		return err_set(err, -ENOMEM, "out of memory");
	return 0;
}

static int close_file(struct recorder *r, struct errmsg *err)
{
	struct file_writer *w = r->writer;
	int ret;

	if (!w)
		return 0;
	ret = file_writer__flush(w, err);
	if (present(r))
		present(r)->bytes = file_writer__bytes(w);
	r->writer = NULL;
	if (ret)
		file_writer__close(w, NULL);
	else
		ret = file_writer__close(w, err);
	return ret;
}

static bool is_full(const struct recorder *r, __u64 ts)
{
	return (r->o.rotate_bytes && file_writer__bytes(r->writer) >= r->o.rotate_bytes) ||
	       (r->o.rotate_ns && ts >= r->began + r->o.rotate_ns);
}

static int rotate(struct recorder *r, __u64 ts, struct errmsg *err)
{
	int ret = add_end(r->writer, ts, err);

	if (!ret)
		ret = close_file(r, err);
	if (!ret)
		ret = next_file(r, err);
	if (ret)
		return ret;
	r->began = ts;
	ret = carry__emit(r->carry, add_carried, r->writer);
	return ret ? err_set(err, ret, "%s: cannot begin with what was before: %s",
			     present(r)->name, strerror(-ret)) : 0;
}

/* --- the recorder -------------------------------------------------------------------- */

int recorder__open(const struct recorder_opts *o, struct recorder **ret_r, struct errmsg *err)
{
	struct recorder *r = hmt_calloc(1, sizeof(*r));
	int ret;

	if (!r)
		return err_set(err, -ENOMEM, "out of memory");
	r->o = *o;
	r->end = &r->oldest;
	if (is_many(o))
		r->carry = carry__new();
	if (r->carry)
		carry__keep(r->carry, carry_room(o->rotate_bytes));
	if (is_memory(o))
		r->flight = flight__new(o);
	if ((is_many(o) && !r->carry) || (is_memory(o) && !r->flight))
		ret = err_set(err, -ENOMEM, "out of memory");
	else
		ret = r->flight ? 0 : next_file(r, err);
	if (ret) {
		recorder__free(r);
		return ret;
	}
	*ret_r = r;
	return 0;
}

int recorder__add(struct recorder *r, const struct hmt_hdr *rec, struct errmsg *err)
{
	int ret = 0;

	if (r->flight) {
		ret = flight__add(r->flight, rec, err);
		if (!ret && flight__found(r->flight))
			ret = recorder__dump(r, DUMP_FINDING, err);
		return ret;
	}
	if (!r->any)
		r->began = rec->ts;
	r->any = true;
	if (r->carry && is_full(r, rec->ts))
		ret = rotate(r, rec->ts, err);
	if (!ret && r->carry && carry__feed(r->carry, rec))
		ret = err_set(err, -ENOMEM, "out of memory");
	return ret ? ret : file_writer__add(r->writer, rec, err);
}

int recorder__flush(struct recorder *r, struct errmsg *err)
{
	return r->flight ? flight__flush(r->flight, err) : file_writer__flush(r->writer, err);
}

bool recorder__pending(const struct recorder *r)
{
	return r->flight ? flight__pending(r->flight) : file_writer__pending(r->writer);
}

__u64 recorder__bytes(const struct recorder *r)
{
	if (r->flight)
		return flight__bytes(r->flight);
	return r->writer ? file_writer__bytes(r->writer) : 0;
}

int recorder__dump(struct recorder *r, enum recorder_dump why, struct errmsg *err)
{
	char *name;
	__u64 bytes;
	int ret;

	if (!r->flight || !(r->o.dump & why))
		return 0;
	name = why == DUMP_END ? hmt_strdup(r->o.path) : recorder_file_name(r->o.path, r->files + 1);
	if (!name)
		return err_set(err, -ENOMEM, "out of memory");
	ret = flight__write(r->flight, name, why != DUMP_END, &bytes, err);
	if (ret) {
		hmt_free(name);
		return ret;
	}
	r->files++;
	if (note_file(r, name))
		return err_set(err, -ENOMEM, "out of memory");
	present(r)->bytes = bytes;
	return 0;
}

int recorder__finish(struct recorder *r, struct errmsg *err)
{
	return r->flight ? recorder__dump(r, DUMP_END, err) : close_file(r, err);
}

void recorder__stats(const struct recorder *r, struct recorder_stats *ret_st)
{
	*ret_st = (struct recorder_stats){ .files = r->files, .last = "" };
	for (const struct kept *k = r->oldest; k; k = k->next) {
		ret_st->kept++;
		ret_st->bytes += k->bytes;
		ret_st->last = k->name;
	}
}

void recorder__free(struct recorder *r)
{
	struct kept *k;

	if (!r)
		return;
	file_writer__close(r->writer, NULL);
	flight__free(r->flight);
	carry__free(r->carry);
	while ((k = r->oldest)) {
		r->oldest = k->next;
		hmt_free(k->name);
		hmt_free(k);
	}
	hmt_free(r);
}
