// SPDX-License-Identifier: GPL-2.0
/*
 * export_sqlite.c - a trace as tables. The schema is what hmmtrace-export(1)
 * says it is; the columns of events are those of the records, by their
 * descriptors. Numbers of 64 bits keep their bits: an address of the kernel is
 * negative, and 0xffff... in a query is so too.
 */
#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "out/export_format.h"
#include "out/export_tables.h"
#include "out/words.h"
#include "stream/desc.h"

#define SCHEMA_VERSION 1
#define COLUMNS_MAX 96
/* id, ts_ns, event, cpu, pid, tid, mm */
#define COLUMNS_FIXED 7

enum insert {
	INTO_EVENTS, INTO_LOSSES, INTO_FINDINGS, INTO_OBJECTS, INTO_STACKS, INTO_FRAMES,
	INTO_SYMBOLS, INTO_META, FINDING_OBJECT, INSERT_NR
};

/* As many members as the statement has parameters; events are built from the descriptors. */
static const char *const statements[INSERT_NR] = {
	[INTO_LOSSES] = "INSERT INTO losses VALUES(?,?,?,?,?,?,?)",
	[INTO_FINDINGS] = "INSERT INTO findings VALUES(?,?,?,?,?,?,?,?,?,NULL,?,?,?,?,?,?,?,?,?,"
			  "?,?,?,?,?,?,NULL)",
	[INTO_OBJECTS] = "INSERT INTO objects VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
			 "?,?,?,?,?,?)",
	[INTO_STACKS] = "INSERT INTO stacks VALUES(?,?,?)",
	[INTO_FRAMES] = "INSERT INTO frames VALUES(?,?,?,?,?,?)",
	[INTO_SYMBOLS] = "INSERT OR REPLACE INTO symbols VALUES(?,?,?,?)",
	[INTO_META] = "INSERT INTO meta VALUES(?,?)",
	[FINDING_OBJECT] = "UPDATE findings SET object_id=?2, released_ns=?3 WHERE id=?1",
};

struct database {
	sqlite3 *db;
	sqlite3_stmt *stmt[INSERT_NR];
	char columns[COLUMNS_MAX][32];
	int nr_columns;
	/* Column of each field of each kind. */
	__u8 column_of[HMT_KIND_MAX][COLUMNS_MAX];
	int at;		/* the parameter to bind next */
};

static void check(struct export *x, int rc)
{
	struct database *d = x->priv;
	int code = d->db ? sqlite3_system_errno(d->db) : 0;

	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return;
	if (rc == SQLITE_NOMEM)
		export_no_memory(x);
	else if (rc == SQLITE_FULL || ((rc & 0xff) == SQLITE_IOERR && code))
		export_cannot_write(x, rc == SQLITE_FULL ? -ENOSPC : -code);
	else
		export_fail(x, -EIO, "%s: cannot write: %s", x->name, sqlite3_errmsg(d->db));
}

/* --- one row ------------------------------------------------------------------ */

static sqlite3_stmt *row(struct export *x, enum insert which)
{
	struct database *d = x->priv;

	sqlite3_clear_bindings(d->stmt[which]);
	d->at = 1;
	return d->stmt[which];
}

static void put_int(struct export *x, sqlite3_stmt *s, __u64 v)
{
	struct database *d = x->priv;

	check(x, sqlite3_bind_int64(s, d->at++, (sqlite3_int64)v));
}

static void put_null(struct export *x)
{
	struct database *d = x->priv;

	d->at++;
}

/* 0 says that there is none. */
static void put_some(struct export *x, sqlite3_stmt *s, __u64 v)
{
	if (v)
		put_int(x, s, v);
	else
		put_null(x);
}

static void put_stack(struct export *x, sqlite3_stmt *s, __s32 stack)
{
	put_some(x, s, (__u64)(stack + 1));
}

/* text must live until the row is done. */
static void put_text(struct export *x, sqlite3_stmt *s, const char *text)
{
	struct database *d = x->priv;

	if (text && *text)
		check(x, sqlite3_bind_text(s, d->at, text, -1, SQLITE_STATIC));
	d->at++;
}

static void done(struct export *x, sqlite3_stmt *s)
{
	if (!x->failed)
		check(x, sqlite3_step(s));
	sqlite3_reset(s);
}

/* --- begin -------------------------------------------------------------------- */

/* Words of SQL are no names of columns. */
static const char *column_name(const struct field_desc *f)
{
	if (!strcmp(f->name, "start"))
		return "start_addr";
	if (!strcmp(f->name, "end"))
		return "end_addr";
	return field_name(f);
}

static int column(struct database *d, const char *name)
{
	for (int i = 0; i < d->nr_columns; i++)
		if (!strcmp(d->columns[i], name))
			return i;
	if (d->nr_columns == COLUMNS_MAX - COLUMNS_FIXED)
		return -1;
	snprintf(d->columns[d->nr_columns], sizeof(d->columns[0]), "%s", name);
	return d->nr_columns++;
}

/* These have tables of their own. */
static bool is_event(unsigned int kind)
{
	return kind != HMT_STACK && kind != HMT_SYMBOL && kind != HMT_LOST;
}

static void find_columns(struct export *x)
{
	struct database *d = x->priv;

	for (unsigned int kind = 1; kind < HMT_KIND_MAX; kind++) {
		const struct record_desc *r = is_event(kind) ? record_desc(kind) : NULL;

		for (int i = 0; r && i < r->nr_fields; i++) {
			int at;

			if (r->fields[i].show == SHOW_pad)
				continue;
			at = column(d, column_name(&r->fields[i]));
			if (at < 0) {
				export_fail(x, -E2BIG, "records have too many members for a table");
				return;
			}
			d->column_of[kind][i] = (__u8)at;
		}
	}
}

static void sql(struct export *x, const char *text)
{
	struct database *d = x->priv;

	if (!x->failed)
		check(x, sqlite3_exec(d->db, text, NULL, NULL, NULL));
}

static void prepare(struct export *x, enum insert which, const char *text)
{
	struct database *d = x->priv;

	if (!x->failed)
		check(x, sqlite3_prepare_v3(d->db, text, -1, SQLITE_PREPARE_PERSISTENT,
					    &d->stmt[which], NULL));
}

static void create_events(struct export *x)
{
	struct strbuf table = STRBUF_INIT, insert = STRBUF_INIT;
	struct database *d = x->priv;

	strbuf__adds(&table, "CREATE TABLE events(id INTEGER PRIMARY KEY, ts_ns INTEGER NOT NULL,"
			     " event TEXT NOT NULL, cpu INTEGER, pid INTEGER, tid INTEGER,"
			     " mm INTEGER");
	strbuf__adds(&insert, "INSERT INTO events VALUES(?,?,?,?,?,?,?");
	for (int i = 0; i < d->nr_columns; i++) {
		strbuf__addf(&table, ", %s", d->columns[i]);
		strbuf__adds(&insert, ",?");
	}
	strbuf__adds(&table, ")");
	strbuf__adds(&insert, ")");
	if (strbuf__err(&table) || strbuf__err(&insert))
		export_no_memory(x);
	sql(x, strbuf__str(&table));
	prepare(x, INTO_EVENTS, strbuf__str(&insert));
	strbuf__free(&table);
	strbuf__free(&insert);
}

static void sqlite_begin(struct export *x)
{
	struct database *d = hmt_calloc(1, sizeof(*d));
	char version[64];

	x->priv = d;
	if (!d) {
		export_no_memory(x);
		return;
	}
	check(x, sqlite3_open_v2(x->path, &d->db, SQLITE_OPEN_READWRITE, NULL));
	/* Nobody sees the file before it is complete: nothing has to be undone. */
	sql(x, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE");
	snprintf(version, sizeof(version), "PRAGMA user_version=%d; BEGIN", SCHEMA_VERSION);
	sql(x, version);
	sql(x, export_tables);
	find_columns(x);
	create_events(x);
	for (int i = INTO_EVENTS + 1; i < INSERT_NR; i++)
		prepare(x, i, statements[i]);
}

/* --- records ------------------------------------------------------------------ */

static void put_field(struct export *x, sqlite3_stmt *s, const struct hmt_hdr *rec,
		      const struct field_desc *f)
{
	__u64 v = field_value(rec, f);
	struct database *d = x->priv;
	const char *text;
	size_t len;

	switch (f->show) {
	case SHOW_hex:
	case SHOW_sym:
		put_some(x, s, v);
		break;
	case SHOW_stack:
		put_stack(x, s, model__stack(x->model, (__s32)v));
		break;
	case SHOW_comm:
	case SHOW_text32:
	case SHOW_text64:
		text = field_text(rec, f, &len);
		check(x, sqlite3_bind_text(s, d->at, text, (int)len, SQLITE_TRANSIENT));
		break;
	case SHOW_class:
		put_text(x, s, class_name((unsigned int)v));
		break;
	case SHOW_hot:
		put_text(x, s, hot_name((unsigned int)v));
		break;
	default:
		put_int(x, s, v);
		break;
	}
}

static void put_loss(struct export *x, const struct hmt_lost *l)
{
	sqlite3_stmt *s = row(x, INTO_LOSSES);

	put_null(x);
	put_int(x, s, l->h.ts);
	put_int(x, s, l->since);
	put_text(x, s, cause_name(l->cause));
	if (l->h.cpu == HMT_CPU_NONE)
		put_null(x);
	else
		put_int(x, s, l->h.cpu);
	put_int(x, s, l->count);
	put_int(x, s, cause_overturns(l->cause));
	done(x, s);
}

static void put_symbol(struct export *x, const struct hmt_symbol *sym)
{
	sqlite3_stmt *s = row(x, INTO_SYMBOLS);

	put_int(x, s, sym->addr);
	put_text(x, s, symbol_name(sym));
	put_text(x, s, symbol_module(sym));
	put_int(x, s, sym->offset);
	done(x, s);
}

static void put_event(struct export *x, const struct hmt_hdr *rec)
{
	const struct record_desc *r = record_desc(rec->kind);
	sqlite3_stmt *s = row(x, INTO_EVENTS);
	struct database *d = x->priv;
	char unknown[32];

	snprintf(unknown, sizeof(unknown), "kind-%u", rec->kind);
	put_null(x);
	put_int(x, s, rec->ts);
	put_text(x, s, r ? r->name : unknown);
	if (rec->cpu == HMT_CPU_NONE)
		put_null(x);
	else
		put_int(x, s, rec->cpu);
	put_some(x, s, rec->tgid);
	put_some(x, s, rec->tid);
	put_some(x, s, rec->mm);
	for (int i = 0; r && i < r->nr_fields; i++) {
		if (r->fields[i].show == SHOW_pad)
			continue;
		d->at = COLUMNS_FIXED + 1 + d->column_of[rec->kind][i];
		put_field(x, s, rec, &r->fields[i]);
	}
	done(x, s);
}

static void sqlite_record(struct export *x, const struct hmt_hdr *rec)
{
	switch (rec->kind) {
	case HMT_LOST:
		put_loss(x, (const void *)rec);
		break;
	case HMT_SYMBOL:
		put_symbol(x, (const void *)rec);
		break;
	case HMT_STACK:
		break;
	default:
		put_event(x, rec);
		break;
	}
}

/* --- findings ----------------------------------------------------------------- */

static void put_moment(struct export *x, sqlite3_stmt *s, const struct moment *m)
{
	const struct record_desc *r = record_desc(m->kind);

	put_some(x, s, m->ts);
	put_text(x, s, m->ts && r ? r->name : NULL);
	put_stack(x, s, m->ts ? model__stack(x->model, m->stack) : NO_STACK);
}

static void sqlite_finding(struct export *x, const struct finding *f)
{
	char id[32], place[WORDS_LEN] = "", doubt[WORDS_LEN];
	sqlite3_stmt *s = row(x, INTO_FINDINGS);
	__u64 addr = words_place(x->symtab, f->offence.ts ? &f->offence : &f->object.born);

	if (addr)
		symtab__format(x->symtab, addr, place, sizeof(place));
	put_int(x, s, f->serial);
	put_text(x, s, rule_name(f->rule));
	put_text(x, s, rule_title(f->rule));
	put_text(x, s, severity_name(f->severity));
	put_int(x, s, f->confidence == CONFIDENCE_CERTAIN);
	put_text(x, s, words_doubt(f, doubt, sizeof(doubt)));
	put_int(x, s, f->fact_ts);
	put_int(x, s, f->flagged_ts);
	put_text(x, s, words_object(&f->object, id, sizeof(id)));
	put_text(x, s, class_name(f->object.class));
	put_text(x, s, words_driver(x->symtab, f));
	put_some(x, s, f->object.owner);
	put_text(x, s, place);
	put_text(x, s, words_missing(f));
	put_text(x, s, words_surplus(f));
	put_int(x, s, f->count);
	put_int(x, s, f->expected);
	put_stack(x, s, model__stack(x->model, f->object.born.stack));
	put_moment(x, s, &f->prior);
	put_moment(x, s, &f->offence);
	done(x, s);
}

/* --- the end ------------------------------------------------------------------ */

static void put_life(struct export *x, size_t i)
{
	const struct model_life *l = &x->model->lives[i];
	const struct object_view *o = &l->o;
	const struct record_desc *end = record_desc(l->end.kind);
	const char *driver = symtab__driver(x->symtab, o->ops, o->ops_fn);
	bool range = o->class == HMT_CLASS_RANGE;
	sqlite3_stmt *s = row(x, INTO_OBJECTS);
	char id[32];

	put_int(x, s, i + 1);
	put_text(x, s, words_object(o, id, sizeof(id)));
	put_text(x, s, class_name(o->class));
	put_text(x, s, words_layer(o));
	put_int(x, s, o->serial);
	put_int(x, s, o->generation);
	put_int(x, s, o->addr);
	put_some(x, s, o->mm);
	put_some(x, s, o->hmm);
	put_some(x, s, l->parent == NO_LIFE ? 0 : l->parent + 1);
	put_text(x, s, o->class == HMT_CLASS_HMM || !strcmp(driver, "?") ? NULL : driver);
	put_some(x, s, o->ops);
	put_some(x, s, o->owner);
	put_text(x, s, symtab__comm(x->symtab, o->owner));
	put_some(x, s, range ? o->start : 0);
	put_some(x, s, range ? o->end : 0);
	put_some(x, s, range ? o->end - o->start : 0);
	put_some(x, s, o->born.ts);
	put_some(x, s, o->born.tgid);
	put_stack(x, s, l->born_stack);
	put_some(x, s, l->end.ts);
	put_text(x, s, l->end.ts && end ? end->name : NULL);
	put_some(x, s, l->end.ts ? l->end.tgid : 0);
	put_stack(x, s, l->end_stack);
	if (o->born.ts && l->end.ts >= o->born.ts)
		put_int(x, s, l->end.ts - o->born.ts);
	else
		put_null(x);
	put_int(x, s, o->born_before);
	put_int(x, s, o->in_gap);
	put_int(x, s, o->live_refs);
	done(x, s);
}

static void put_frames(struct export *x, size_t i)
{
	const struct model_stack *st = x->model->stacks[i];
	struct strbuf text = STRBUF_INIT;
	char frame[WORDS_LEN];
	sqlite3_stmt *s;

	for (__u32 k = 0; k < st->nr; k++) {
		struct symbol sym = { .name = "", .module = "" };

		symtab__lookup(x->symtab, st->ips[k], &sym);
		symtab__format(x->symtab, st->ips[k], frame, sizeof(frame));
		strbuf__addf(&text, "%s%s", k ? "\n" : "", frame);
		s = row(x, INTO_FRAMES);
		put_int(x, s, i + 1);
		put_int(x, s, k);
		put_int(x, s, st->ips[k]);
		put_text(x, s, sym.name);
		put_text(x, s, sym.module);
		put_int(x, s, sym.offset);
		done(x, s);
	}
	if (strbuf__err(&text))
		export_no_memory(x);
	s = row(x, INTO_STACKS);
	put_int(x, s, i + 1);
	put_int(x, s, st->nr);
	put_text(x, s, strbuf__str(&text));
	done(x, s);
	strbuf__free(&text);
}

static void put_flagged(struct export *x, const struct model_finding *f)
{
	sqlite3_stmt *s = row(x, FINDING_OBJECT);

	put_int(x, s, f->serial);
	put_some(x, s, f->life == NO_LIFE ? 0 : f->life + 1);
	put_some(x, s, f->released_ts);
	done(x, s);
}

static void meta_text(struct export *x, const char *key, const char *value)
{
	sqlite3_stmt *s = row(x, INTO_META);

	put_text(x, s, key);
	put_text(x, s, value);
	done(x, s);
}

static void meta_int(struct export *x, const char *key, __u64 value)
{
	sqlite3_stmt *s = row(x, INTO_META);

	put_text(x, s, key);
	put_int(x, s, value);
	done(x, s);
}

static void put_meta(struct export *x, const struct summary *sum)
{
	const struct trace_meta *m = x->meta;

	meta_int(x, "schema", SCHEMA_VERSION);
	meta_text(x, "recorder", m ? m->version : NULL);
	meta_text(x, "uname", m ? m->uname : NULL);
	meta_text(x, "boot_id", m ? m->boot_id : NULL);
	meta_text(x, "command_line", m ? m->command_line : NULL);
	meta_text(x, "filters", m ? m->filters : NULL);
	meta_text(x, "tier", m ? m->tier : NULL);
	meta_int(x, "wall_start_ns", m ? m->wall_start_ns : 0);
	meta_int(x, "mono_start_ns", m ? m->mono_start_ns : 0);
	meta_int(x, "first_ns", sum->stats->first_ts);
	meta_int(x, "last_ns", sum->stats->last_ts);
	meta_int(x, "records", sum->stats->records);
	meta_text(x, "verdict", sum->verdict == 0 ? "clean" : sum->verdict == 1 ? "findings" :
				"inconclusive");
}

static void sqlite_end(struct export *x, const struct summary *sum)
{
	struct database *d = x->priv;

	for (size_t i = 0; i < x->model->nr_stacks && !x->failed; i++)
		put_frames(x, i);
	for (size_t i = 0; i < x->model->nr_lives && !x->failed; i++)
		put_life(x, i);
	for (size_t i = 0; i < x->model->nr_flagged && !x->failed; i++)
		put_flagged(x, &x->model->flagged[i]);
	put_meta(x, sum);
	sql(x, export_views);
	sql(x, "COMMIT");
	if (x->failed)
		return;
	for (int i = 0; i < INSERT_NR; i++) {
		sqlite3_finalize(d->stmt[i]);
		d->stmt[i] = NULL;
	}
	check(x, sqlite3_close(d->db));
	d->db = NULL;
}

static void sqlite_free(struct export *x)
{
	struct database *d = x->priv;

	for (int i = 0; d && i < INSERT_NR; i++)
		sqlite3_finalize(d->stmt[i]);
	if (d)
		sqlite3_close(d->db);
	hmt_free(d);
}

const struct export_ops export_sqlite_ops = {
	.name = "sqlite", .shape = EXPORT_FILE, .binary = true,
	.begin = sqlite_begin, .record = sqlite_record, .finding = sqlite_finding,
	.end = sqlite_end, .free = sqlite_free,
};
