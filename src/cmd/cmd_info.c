// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_info.c - what a file says of itself, and whether it is whole.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/fmt.h"
#include "base/jsonw.h"
#include "base/mem.h"
#include "cmd/input.h"
#include "stream/file.h"

static char *wall_time(__u64 ns, char *buf, size_t size)
{
	time_t secs = ns / 1000000000;
	struct tm tm;

	if (!ns || !gmtime_r(&secs, &tm) || !strftime(buf, size, "%Y-%m-%d %H:%M:%S UTC", &tm))
		snprintf(buf, size, "unknown");
	return buf;
}

static void info_text(const struct trace_meta *m, const struct file_stats *st)
{
	char when[64];

	printf("format      %u.%u\n", st->major, st->minor);
	printf("recorded    %s\n", wall_time(m->wall_start_ns, when, sizeof(when)));
	printf("by          hmmtrace %s\n", m->version);
	printf("on          %s\n", *m->uname ? m->uname : "unknown");
	printf("boot id     %s\n", *m->boot_id ? m->boot_id : "unknown");
	printf("command     %s\n", *m->command_line ? m->command_line : "unknown");
	printf("filters     %s\n", *m->filters ? m->filters : "none");
	printf("tier        %s\n", *m->tier ? m->tier : "unknown");
}

/* Each build-id once, in the order of the file. */
struct modules {
	struct hmt_module *v;
	size_t nr, cap;
};

static int add_module(struct modules *m, const struct hmt_module *rec)
{
	struct hmt_module *v;

	for (size_t i = 0; i < m->nr; i++)
		if (!memcmp(&m->v[i].name, &rec->name, sizeof(*rec) - sizeof(rec->h)))
			return 0;
	if (m->nr == m->cap) {
		v = hmt_realloc(m->v, m->cap ? m->cap * 2 : 16, sizeof(*v));
		if (!v)
			return -ENOMEM;
		m->v = v;
		m->cap = m->cap ? m->cap * 2 : 16;
	}
	m->v[m->nr++] = *rec;
	return 0;
}

static int find_modules(struct modules *m, struct source *s, struct errmsg *err)
{
	const struct hmt_hdr *rec;
	int ret;

	while ((ret = source__next(s, &rec)) == 1)
		if (rec->kind == HMT_MODULE && add_module(m, (const struct hmt_module *)rec))
			return err_set(err, -ENOMEM, "out of memory");
	if (ret < 0)
		*err = s->err;
	return ret;
}

/* A text of 64 bytes is eight members: the compiler has to be shown all of them. */
static const char *module_text(const struct hmt_module *m, size_t offset)
{
	return (const char *)m + offset;
}

static void modules_text(const struct modules *m)
{
	for (size_t i = 0; i < m->nr; i++)
		printf("build-id    %-24.64s %.64s\n",
		       module_text(&m->v[i], offsetof(struct hmt_module, name)),
		       module_text(&m->v[i], offsetof(struct hmt_module, build_id)));
}

static void modules_json(struct jsonw *j, const struct modules *m)
{
	jsonw__key(j, "modules");
	jsonw__array(j);
	for (size_t i = 0; i < m->nr; i++) {
		const char *name = module_text(&m->v[i], offsetof(struct hmt_module, name));
		const char *id = module_text(&m->v[i], offsetof(struct hmt_module, build_id));

		jsonw__object(j);
		jsonw__key(j, "name");
		jsonw__strn(j, name, strnlen(name, 64));
		jsonw__key(j, "build_id");
		jsonw__strn(j, id, strnlen(id, 64));
		jsonw__end(j);
	}
	jsonw__end(j);
}

static void info_json(struct jsonw *j, const struct trace_meta *m, const struct file_stats *st,
		      const struct modules *modules)
{
	char format[32];

	snprintf(format, sizeof(format), "%u.%u", st->major, st->minor);
	jsonw__object(j);
	jsonw__kstr(j, "type", "info");
	jsonw__kstr(j, "format", format);
	jsonw__kstr(j, "recorder", m->version);
	jsonw__kstr(j, "uname", m->uname);
	jsonw__kstr(j, "boot_id", m->boot_id);
	jsonw__kstr(j, "command_line", m->command_line);
	jsonw__kstr(j, "filters", m->filters);
	jsonw__kstr(j, "tier", m->tier);
	jsonw__ku64(j, "wall_start_ns", m->wall_start_ns);
	jsonw__ku64(j, "mono_start_ns", m->mono_start_ns);
	jsonw__key(j, "plan");
	if (*m->plan)
		jsonw__raw(j, m->plan);
	else
		jsonw__null(j);
	modules_json(j, modules);
	jsonw__end(j);
}

int cmd_info(struct invocation *inv)
{
	struct strbuf sb = STRBUF_INIT;
	struct modules modules = { 0 };
	int status = EXIT_CLEAN;
	struct errmsg err;
	struct input in;
	struct jsonw j;

	if (input__open(&in, inv, &err))
		return complain(&err);
	if (find_modules(&modules, in.source, &err) < 0) {
		status = complain(&err);
	} else if (!inv->o.json) {
		info_text(in.source->meta, file_source__stats(in.source));
		modules_text(&modules);
	} else {
		jsonw__init(&j, &sb);
		info_json(&j, in.source->meta, file_source__stats(in.source), &modules);
		if (strbuf__err(&sb))
			status = complainf("out of memory");
		else
			puts(strbuf__str(&sb));
		strbuf__free(&sb);
	}
	hmt_free(modules.v);
	input__close(&in);
	return status;
}

static bool is_whole(const struct file_stats *st)
{
	return !st->bad_frames && !st->bad_records && !st->lost_bytes && !st->cut;
}

static void verify_text(const char *path, const struct file_stats *st)
{
	char size[FMT_LEN], raw[FMT_LEN], lost[FMT_LEN];

	printf("%s: %s: %llu records in %llu frame%s, %s (%s unpacked)\n", path,
	       is_whole(st) ? "whole" : "damaged", (unsigned long long)st->records,
	       (unsigned long long)st->frames, st->frames == 1 ? "" : "s", fmt_bytes(size, sizeof(size), st->bytes),
	       fmt_bytes(raw, sizeof(raw), st->raw_bytes));
	if (st->lost_bytes)
		printf("  %s could not be read\n", fmt_bytes(lost, sizeof(lost), st->lost_bytes));
	if (st->bad_frames)
		printf("  %llu frames are damaged\n", (unsigned long long)st->bad_frames);
	if (st->bad_records)
		printf("  %llu records are not valid\n", (unsigned long long)st->bad_records);
	if (st->unknown_records)
		printf("  %llu records are of a kind this version does not know\n",
		       (unsigned long long)st->unknown_records);
	if (st->cut)
		printf("  the end is missing: the recorder was killed, or the file was cut\n");
}

static void verify_json(struct jsonw *j, const struct file_stats *st)
{
	jsonw__object(j);
	jsonw__kstr(j, "type", "verify");
	jsonw__kbool(j, "whole", is_whole(st));
	jsonw__kbool(j, "cut", st->cut);
	jsonw__ku64(j, "size_bytes", st->bytes);
	jsonw__ku64(j, "unpacked_bytes", st->raw_bytes);
	jsonw__ku64(j, "frames", st->frames);
	jsonw__ku64(j, "records", st->records);
	jsonw__ku64(j, "bad_frames", st->bad_frames);
	jsonw__ku64(j, "bad_records", st->bad_records);
	jsonw__ku64(j, "unknown_records", st->unknown_records);
	jsonw__ku64(j, "lost_bytes", st->lost_bytes);
	jsonw__end(j);
}

static int print_stats(const struct invocation *inv, const struct file_stats *st)
{
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;

	if (inv->o.json) {
		jsonw__init(&j, &sb);
		verify_json(&j, st);
		if (strbuf__err(&sb)) {
			strbuf__free(&sb);
			return complainf("out of memory");
		}
		puts(strbuf__str(&sb));
		strbuf__free(&sb);
	} else {
		verify_text(inv->rest.args[0], st);
	}
	return is_whole(st) ? EXIT_CLEAN : EXIT_INCONCLUSIVE;
}

int cmd_verify(struct invocation *inv)
{
	const struct hmt_hdr *rec;
	struct errmsg err;
	struct input in;
	int ret;

	if (input__open(&in, inv, &err))
		return complain(&err);
	do {
		ret = source__next(in.source, &rec);
	} while (ret == 1);
	if (ret < 0)
		ret = complain(&in.source->err);
	else
		ret = print_stats(inv, file_source__stats(in.source));
	input__close(&in);
	return ret;
}
