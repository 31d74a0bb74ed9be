// SPDX-License-Identifier: GPL-2.0
/*
 * export_ctf.c - a trace in the Common Trace Format 1.8, for babeltrace2 and
 * Trace Compass: a directory with the file metadata, which describes the
 * events and is made from the descriptors of the records, and the file stream,
 * which holds them in packets. Nothing is padded; numbers are in the byte order
 * of this machine.
 */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "out/export_format.h"
#include "stream/desc.h"

#define CTF_MAGIC 0xc1fc1fc1U
#define CTF_STREAM 0
#define CTF_PACKET (256U << 10)
/* Header and context of a packet; all its members are written at its end. */
#define CTF_HEAD (2 * 4 + 5 * 8)
/* The largest event: the longest record, and what is put in front of it. */
#define CTF_EVENT_MAX (HMT_RECORD_MAX + 64)
/* The event that stands for records of an unknown kind. No record has it. */
#define CTF_UNKNOWN 0

struct ctf {
	FILE *stream;
	unsigned char *packet;
	size_t len;
	__u64 first_ts, last_ts;	/* of the packet */
	__u64 lost;			/* events, so far */
	bool any;			/* the packet has an event */
};

static FILE *open_file(struct export *x, const char *name)
{
	struct strbuf path = STRBUF_INIT;
	FILE *f;

	strbuf__addf(&path, "%s/%s", x->path, name);
	if (strbuf__err(&path)) {
		export_no_memory(x);
		return NULL;
	}
	f = fopen(strbuf__str(&path), "we");
	if (!f)
		export_fail(x, -errno, "%s/%s: cannot be created: %s", x->name, name,
			    strerror(errno));
	strbuf__free(&path);
	return f;
}

/* --- metadata ----------------------------------------------------------------- */

static void add_string(struct strbuf *sb, const char *s)
{
	strbuf__addc(sb, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			strbuf__addc(sb, '\\');
		strbuf__addc(sb, *s >= ' ' && *s < 0x7f ? *s : '?');
	}
	strbuf__addc(sb, '"');
}

static void add_integer(struct strbuf *sb, int size, bool is_signed, bool hex)
{
	strbuf__addf(sb, "integer { size = %d; align = 8; signed = %s; base = %d; }", size,
		     is_signed ? "true" : "false", hex ? 16 : 10);
}

/* Unknown values have no label, and are numbers then. */
static void add_enum(struct strbuf *sb, const char *(*name)(unsigned int), unsigned int from,
		     unsigned int to)
{
	strbuf__adds(sb, "enum : ");
	add_integer(sb, 32, false, false);
	strbuf__adds(sb, " {");
	for (unsigned int i = from; i < to; i++) {
		strbuf__adds(sb, i > from ? ", " : " ");
		add_string(sb, name(i));
		strbuf__addf(sb, " = %u", i);
	}
	strbuf__adds(sb, " }");
}

/* A leading _ is no part of the name: it keeps names and keywords apart. */
static void add_member(struct strbuf *sb, const struct field_desc *f)
{
	bool wide = f->type == FIELD_u64 || f->type == FIELD_s64;

	strbuf__adds(sb, "\t\t");
	switch (f->show) {
	case SHOW_comm:
	case SHOW_text32:
	case SHOW_text64:
		strbuf__addf(sb, "string _%s;\n", field_name(f));
		return;
	case SHOW_cause:
		add_enum(sb, cause_name, 1, HMT_CAUSE_NR);
		break;
	case SHOW_class:
		add_enum(sb, class_name, HMT_CLASS_NONE, HMT_CLASS_RANGE + 1);
		break;
	case SHOW_hot:
		add_enum(sb, hot_name, 1, HMT_HOT_NR);
		break;
	default:
		add_integer(sb, wide ? 64 : 32, f->type == FIELD_s32 || f->type == FIELD_s64,
			    f->show == SHOW_hex || f->show == SHOW_sym);
		break;
	}
	strbuf__addf(sb, " _%s;\n", f->name);
}

static void add_event(struct strbuf *sb, const struct record_desc *d)
{
	strbuf__addf(sb, "event {\n\tname = \"%s\";\n\tid = %u;\n\tstream_id = 0;\n"
			 "\tfields := struct {\n", d->name, d->kind);
	for (int i = 0; i < d->nr_fields; i++)
		if (d->fields[i].show != SHOW_pad)
			add_member(sb, &d->fields[i]);
	if (d->kind == HMT_STACK) {
		strbuf__adds(sb, "\t\t");
		add_integer(sb, 64, false, true);
		strbuf__adds(sb, " _ips[_nr];\n");
	} else if (d->kind == HMT_SYMBOL) {
		strbuf__adds(sb, "\t\tstring _name;\n\t\tstring _module;\n");
	}
	strbuf__adds(sb, "\t};\n};\n\n");
}

static void add_env(struct strbuf *sb, const char *name, const char *value)
{
	strbuf__addf(sb, "\t%s = ", name);
	add_string(sb, value);
	strbuf__adds(sb, ";\n");
}

static void add_trace(struct strbuf *sb, const struct trace_meta *m)
{
	const __u16 one = 1;
	bool little = *(const unsigned char *)&one == 1;
	__u64 offset = m && m->wall_start_ns ? m->wall_start_ns - m->mono_start_ns : 0;

	strbuf__addf(sb, "/* CTF 1.8 */\n\n"
		"trace {\n\tmajor = 1;\n\tminor = 8;\n\tbyte_order = %s;\n"
		"\tpacket.header := struct {\n"
		"\t\tinteger { size = 32; align = 8; signed = false; base = 16; } magic;\n"
		"\t\tinteger { size = 32; align = 8; signed = false; } stream_id;\n"
		"\t};\n};\n\n", little ? "le" : "be");
	strbuf__adds(sb, "env {\n\tdomain = \"kernel\";\n\ttracer_name = \"hmmtrace\";\n");
	if (m) {
		add_env(sb, "recorder", m->version);
		add_env(sb, "uname", m->uname);
		add_env(sb, "boot_id", m->boot_id);
		add_env(sb, "command_line", m->command_line);
		add_env(sb, "filters", m->filters);
		add_env(sb, "tier", m->tier);
	}
	strbuf__addf(sb, "};\n\nclock {\n\tname = monotonic;\n"
		"\tdescription = \"CLOCK_MONOTONIC\";\n\tfreq = 1000000000;\n\toffset = %llu;\n"
		"};\n\n", (unsigned long long)offset);
	strbuf__adds(sb, "typealias integer { size = 64; align = 8; signed = false;"
			 " map = clock.monotonic.value; } := time_t;\n"
			 "typealias integer { size = 64; align = 8; signed = false; } := u64_t;\n"
			 "typealias integer { size = 32; align = 8; signed = false; } := u32_t;\n\n");
}

static void add_stream(struct strbuf *sb)
{
	strbuf__adds(sb, "stream {\n\tid = 0;\n"
		"\tpacket.context := struct {\n\t\ttime_t timestamp_begin;\n"
		"\t\ttime_t timestamp_end;\n\t\tu64_t content_size;\n\t\tu64_t packet_size;\n"
		"\t\tu64_t events_discarded;\n\t};\n"
		"\tevent.header := struct {\n"
		"\t\tinteger { size = 16; align = 8; signed = false; } id;\n"
		"\t\ttime_t timestamp;\n\t};\n"
		"\tevent.context := struct {\n\t\tu64_t _ts_ns;\n\t\tu32_t _cpu;\n"
		"\t\tu32_t _pid;\n\t\tu32_t _tid;\n"
		"\t\tinteger { size = 64; align = 8; signed = false; base = 16; } _mm;\n"
		"\t};\n};\n\n");
}

static void write_metadata(struct export *x)
{
	struct strbuf sb = STRBUF_INIT;
	FILE *f;

	add_trace(&sb, x->meta);
	add_stream(&sb);
	for (unsigned int kind = 1; kind < HMT_KIND_MAX; kind++)
		if (record_desc(kind))
			add_event(&sb, record_desc(kind));
	strbuf__addf(&sb, "event {\n\tname = \"unknown\";\n\tid = %d;\n\tstream_id = 0;\n"
			  "\tfields := struct {\n\t\tu32_t _kind;\n\t};\n};\n", CTF_UNKNOWN);
	f = strbuf__err(&sb) ? NULL : open_file(x, "metadata");
	if (strbuf__err(&sb))
		export_no_memory(x);
	if (f) {
		errno = 0;
		if (fwrite(sb.buf, 1, sb.len, f) != sb.len)
			export_cannot_write(x, errno ? -errno : -EIO);
		if (fclose(f))
			export_cannot_write(x, -errno);
	}
	strbuf__free(&sb);
}

/* --- stream ------------------------------------------------------------------- */

static void put(struct ctf *c, const void *data, size_t len)
{
	memcpy(c->packet + c->len, data, len);
	c->len += len;
}

static void put32(struct ctf *c, __u32 v)
{
	put(c, &v, sizeof(v));
}

static void put64(struct ctf *c, __u64 v)
{
	put(c, &v, sizeof(v));
}

static void end_packet(struct export *x)
{
	struct ctf *c = x->priv;
	size_t len = c->len;

	if (!c->any)
		return;
	c->len = 0;
	put32(c, CTF_MAGIC);
	put32(c, CTF_STREAM);
	put64(c, c->first_ts);
	put64(c, c->last_ts);
	put64(c, len * 8);
	put64(c, len * 8);
	put64(c, c->lost);
	errno = 0;
	if (fwrite(c->packet, 1, len, c->stream) != len)
		export_cannot_write(x, errno ? -errno : -EIO);
	c->len = CTF_HEAD;
	c->first_ts = c->last_ts;
	c->any = false;
}

static void ctf_begin(struct export *x)
{
	struct ctf *c = hmt_calloc(1, sizeof(*c));

	x->priv = c;
	if (c)
		c->packet = hmt_calloc(1, CTF_PACKET + CTF_EVENT_MAX);
	if (!c || !c->packet) {
		export_no_memory(x);
		return;
	}
	c->len = CTF_HEAD;
	write_metadata(x);
	c->stream = x->failed ? NULL : open_file(x, "stream");
}

static void put_string(struct ctf *c, const struct hmt_hdr *rec, const struct field_desc *f)
{
	size_t len;
	const char *text = field_text(rec, f, &len);

	put(c, text, len);
	put(c, "", 1);
}

static void put_fields(struct ctf *c, const struct hmt_hdr *rec, const struct record_desc *d)
{
	for (int i = 0; i < d->nr_fields; i++) {
		const struct field_desc *f = &d->fields[i];
		__u64 v = field_value(rec, f);

		if (f->show == SHOW_pad)
			continue;
		if (field_text_size(f)) {
			put_string(c, rec, f);
		} else if (f->type == FIELD_u64 || f->type == FIELD_s64) {
			put64(c, v);
		} else {
			put32(c, (__u32)v);
		}
	}
}

static void put_tail(struct ctf *c, const struct hmt_hdr *rec)
{
	const struct hmt_symbol *sym = (const void *)rec;
	const struct hmt_stack *stack = (const void *)rec;

	if (rec->kind == HMT_STACK) {
		put(c, stack_ips(stack), stack->nr * sizeof(__u64));
	} else {
		put(c, symbol_name(sym), sym->name_len + 1);
		put(c, symbol_module(sym), sym->module_len + 1);
	}
}

static void ctf_record(struct export *x, const struct hmt_hdr *rec)
{
	const struct record_desc *d = record_desc(rec->kind);
	__u16 id = d ? rec->kind : CTF_UNKNOWN;
	struct ctf *c = x->priv;

	/* Time of a stream must not step back; where a record's does, ts_ns has it. */
	if (rec->ts > c->last_ts)
		c->last_ts = rec->ts;
	if (!c->any)
		c->first_ts = c->last_ts;
	c->any = true;
	if (rec->kind == HMT_LOST)
		c->lost += ((const struct hmt_lost *)rec)->count;
	put(c, &id, sizeof(id));
	put64(c, c->last_ts);
	put64(c, rec->ts);
	put32(c, rec->cpu);
	put32(c, rec->tgid);
	put32(c, rec->tid);
	put64(c, rec->mm);
	if (d)
		put_fields(c, rec, d);
	else
		put32(c, rec->kind);
	if (d && d->has_tail)
		put_tail(c, rec);
	if (c->len >= CTF_PACKET)
		end_packet(x);
}

static void ctf_end(struct export *x, const struct summary *sum)
{
	struct ctf *c = x->priv;

	end_packet(x);
	if (fclose(c->stream))
		export_cannot_write(x, -errno);
	c->stream = NULL;
}

static void ctf_free(struct export *x)
{
	struct ctf *c = x->priv;

	if (!c)
		return;
	if (c->stream)
		fclose(c->stream);
	hmt_free(c->packet);
	hmt_free(c);
}

const struct export_ops export_ctf_ops = {
	.name = "ctf", .shape = EXPORT_DIR, .binary = true,
	.begin = ctf_begin, .record = ctf_record, .end = ctf_end, .free = ctf_free,
};
