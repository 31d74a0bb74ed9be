// SPDX-License-Identifier: GPL-2.0
/*
 * export_ndjson.c - every record as `dump --json` prints it, with names beside
 * the numbers, and every finding as `report --json` prints it, where it was made.
 */
#include <errno.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/mem.h"
#include "out/export_format.h"
#include "out/record_json.h"
#include "stream/desc.h"

#define NAME_LEN 512

struct ndjson {
	struct sink sink;
	struct strbuf line, names;
};

/* A sink does not return what went wrong. */
static void check_written(struct export *x)
{
	const struct ndjson *n = x->priv;

	if (n->sink.failed)
		export_no_memory(x);
	if (!x->failed && ferror(x->f))
		export_cannot_write(x, errno ? -errno : -EIO);
}

static void ndjson_begin(struct export *x)
{
	struct ndjson *n = hmt_calloc(1, sizeof(*n));

	x->priv = n;
	if (!n) {
		export_no_memory(x);
		return;
	}
	n->sink = (struct sink){ .ops = &sink_json_ops, .f = x->f, .symtab = x->symtab };
	n->sink.ops->begin(&n->sink, x->meta);
	check_written(x);
}

static void name_value(struct jsonw *j, const struct export *x, __u64 addr)
{
	char name[NAME_LEN];
	struct symbol sym;

	if (!addr || !symtab__lookup(x->symtab, addr, &sym) || !sym.name[0]) {
		jsonw__null(j);
		return;
	}
	symtab__format(x->symtab, addr, name, sizeof(name));
	jsonw__str(j, name);
}

static void key_name(struct jsonw *j, const struct export *x, const struct field_desc *f,
		     __u64 addr)
{
	char key[64];

	snprintf(key, sizeof(key), "%s_symbol", f->name);
	jsonw__key(j, key);
	name_value(j, x, addr);
}

static void frames(struct jsonw *j, const struct export *x, const __u64 *ips, __u32 nr)
{
	char hex[32];

	jsonw__key(j, "frames");
	if (!ips) {
		jsonw__null(j);
		return;
	}
	jsonw__array(j);
	for (__u32 i = 0; i < nr; i++) {
		struct symbol sym;

		snprintf(hex, sizeof(hex), "0x%llx", (unsigned long long)ips[i]);
		if (symtab__lookup(x->symtab, ips[i], &sym) && sym.name[0])
			name_value(j, x, ips[i]);
		else
			jsonw__str(j, hex);
	}
	jsonw__end(j);
}

/* The members that dump does not have. */
static void add_names(struct jsonw *j, const struct export *x, const struct hmt_hdr *rec)
{
	const struct record_desc *d = record_desc(rec->kind);
	const char *comm = symtab__comm(x->symtab, rec->tgid);
	const struct hmt_stack *stack = (const void *)rec;
	const __u64 *ips;
	__u32 nr;

	if (rec->kind != HMT_TASK)
		jsonw__kstr_or_null(j, "comm", comm);
	for (int i = 0; d && i < d->nr_fields; i++) {
		__u64 v = field_value(rec, &d->fields[i]);

		if (d->fields[i].show == SHOW_sym) {
			key_name(j, x, &d->fields[i], v);
		} else if (d->fields[i].show == SHOW_stack) {
			ips = symtab__stack(x->symtab, (__s32)v, &nr);
			frames(j, x, ips, nr);
		}
	}
	if (rec->kind == HMT_STACK)
		frames(j, x, stack_ips(stack), stack->nr);
}

static void ndjson_record(struct export *x, const struct hmt_hdr *rec)
{
	struct ndjson *n = x->priv;
	struct jsonw j;

	strbuf__reset(&n->line);
	strbuf__reset(&n->names);
	record_json(rec, &n->line);
	jsonw__init(&j, &n->names);
	jsonw__object(&j);
	add_names(&j, x, rec);
	jsonw__end(&j);
	/* {a} and {b} make {a,b}. */
	if (n->names.len > 2 && n->line.len) {
		strbuf__truncate(&n->line, n->line.len - 1);
		strbuf__addc(&n->line, ',');
		strbuf__adds(&n->line, strbuf__str(&n->names) + 1);
	}
	strbuf__addc(&n->line, '\n');
	if (strbuf__err(&n->line) || strbuf__err(&n->names))
		export_no_memory(x);
	else
		export_write(x, n->line.buf, n->line.len);
}

static void ndjson_finding(struct export *x, const struct finding *f)
{
	struct ndjson *n = x->priv;

	n->sink.ops->finding(&n->sink, f);
	check_written(x);
}

static void ndjson_released(struct export *x, const struct finding *f, const struct moment *m)
{
	struct ndjson *n = x->priv;

	n->sink.ops->released(&n->sink, f, m);
	check_written(x);
}

static void ndjson_end(struct export *x, const struct summary *sum)
{
	struct ndjson *n = x->priv;

	n->sink.ops->summary(&n->sink, sum);
	check_written(x);
}

static void ndjson_free(struct export *x)
{
	struct ndjson *n = x->priv;

	if (!n)
		return;
	strbuf__free(&n->line);
	strbuf__free(&n->names);
	hmt_free(n);
}

const struct export_ops export_ndjson_ops = {
	.name = "ndjson", .shape = EXPORT_STREAM,
	.begin = ndjson_begin, .record = ndjson_record, .finding = ndjson_finding,
	.released = ndjson_released, .end = ndjson_end, .free = ndjson_free,
};
