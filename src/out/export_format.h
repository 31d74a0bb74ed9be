/* SPDX-License-Identifier: GPL-2.0 */
/*
 * export_format.h - what a format of `hmmtrace export` is: a few functions that
 * are shown the same things in the same order, whatever they make of them.
 *
 *	begin, (record | finding | released)*, end
 *
 * A record is shown when the names it needs are known and before what follows
 * from it is. Objects come as lives, in the model, complete when end is called.
 * A failure is kept in the export; nothing is called after the first.
 */
#ifndef OUT_EXPORT_FORMAT_H
#define OUT_EXPORT_FORMAT_H

#include <stdio.h>

#include "base/err.h"
#include "engine/engine.h"
#include "out/export_model.h"
#include "out/sink.h"
#include "stream/symtab.h"

struct export;

/* What the format writes to. */
enum export_shape {
	EXPORT_STREAM,	/* bytes in order, to anything: f */
	EXPORT_FILE,	/* a file of its own making: path */
	EXPORT_DIR,	/* files in a directory: path */
};

struct export_ops {
	const char *name;	/* the option */
	enum export_shape shape;
	bool binary;		/* nothing for a terminal */
	void (*begin)(struct export *x);
	void (*record)(struct export *x, const struct hmt_hdr *rec);
	void (*finding)(struct export *x, const struct finding *f);
	void (*released)(struct export *x, const struct finding *f, const struct moment *m);
	void (*end)(struct export *x, const struct summary *sum);
	void (*free)(struct export *x);	/* of priv, also after a failure */
};

struct export {
	const struct export_ops *ops;
	const struct trace_meta *meta;	/* NULL when the records come from text */
	const struct symtab *symtab;
	struct model *model;
	FILE *f;
	const char *path;
	const char *name;	/* what sentences call the output */
	bool leaked;		/* folded: only what a finding is about */
	void *priv;
	int failed;		/* negative errno, with err; 0: all is well */
	struct errmsg err;
};

/* Keeps the first failure. */
void export_fail(struct export *x, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void export_no_memory(struct export *x);
/* After a failed write: code is a negative errno. */
void export_cannot_write(struct export *x, int code);
void export_write(struct export *x, const void *data, size_t len);

extern const struct export_ops export_sqlite_ops, export_perfetto_ops, export_folded_ops,
	export_ndjson_ops, export_ctf_ops;

#endif /* OUT_EXPORT_FORMAT_H */
