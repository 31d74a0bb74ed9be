// SPDX-License-Identifier: GPL-2.0
/*
 * The description in the header of a trace file, one JSON object. A reader
 * ignores members it does not know; those it misses are "" or 0.
 */
#include <errno.h>
#include <jansson.h>

#include "base/jsonw.h"
#include "base/mem.h"
#include "stream/file.h"
#include "stream/file_format.h"

/* One list per concept: the strings and the numbers of struct trace_meta. */
#define META_STRINGS(X) X(version) X(uname) X(boot_id) X(command_line) X(filters) X(tier)
#define META_NUMBERS(X) X(wall_start_ns) X(mono_start_ns)

int trace_meta__set(char **field, const char *value)
{
	char *copy = hmt_strdup(value ? value : "");

	if (!copy)
		return -ENOMEM;
	hmt_free(*field);
	*field = copy;
	return 0;
}

struct trace_meta *trace_meta__new(void)
{
	struct trace_meta *m = hmt_calloc(1, sizeof(*m));
	int err;

	if (!m)
		return NULL;
	err = trace_meta__set(&m->plan, "");
#define X(name) err = err ? err : trace_meta__set(&m->name, "");
	META_STRINGS(X)
#undef X
	if (err) {
		trace_meta__free(m);
		m = NULL;
	}
	return m;
}

void trace_meta__free(struct trace_meta *m)
{
	if (!m)
		return;
#define X(name) hmt_free(m->name);
	META_STRINGS(X)
#undef X
	hmt_free(m->plan);
	hmt_free(m);
}

static bool is_json(const char *text)
{
	json_t *v = json_loads(text, 0, NULL);
	bool ok = v != NULL;

	json_decref(v);
	return ok;
}

void trace_meta__write(const struct trace_meta *m, struct strbuf *sb)
{
	struct jsonw j;

	jsonw__init(&j, sb);
	jsonw__object(&j);
	jsonw__kstr(&j, "format", "hmmtrace");
	if (m) {
#define X(name) jsonw__kstr(&j, #name, m->name ? m->name : "");
		META_STRINGS(X)
#undef X
#define X(name) jsonw__ku64(&j, #name, m->name);
		META_NUMBERS(X)
#undef X
	}
	if (m && m->plan && m->plan[0]) {
		jsonw__key(&j, "plan");
		if (is_json(m->plan))
			jsonw__raw(&j, m->plan);
		else
			jsonw__str(&j, m->plan);
	}
	jsonw__end(&j);
}

static int read_string(json_t *root, const char *key, char **field)
{
	const char *s = json_string_value(json_object_get(root, key));

	return s ? trace_meta__set(field, s) : 0;
}

static __u64 read_number(json_t *root, const char *key)
{
	json_int_t v = json_integer_value(json_object_get(root, key));

	return v < 0 ? 0 : (__u64)v;
}

static int read_plan(json_t *root, char **field)
{
	json_t *plan = json_object_get(root, "plan");
	char *text;
	int err;

	if (!plan)
		return 0;
	if (json_is_string(plan))
		return trace_meta__set(field, json_string_value(plan));
	text = json_dumps(plan, JSON_COMPACT | JSON_ENCODE_ANY | JSON_PRESERVE_ORDER);
	if (!text)
		return -ENOMEM;
	err = trace_meta__set(field, text);
	free(text);
	return err;
}

int trace_meta__read(struct trace_meta *m, const char *json, size_t len)
{
	json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	int err = 0;

	if (!json_is_object(root)) {
		json_decref(root);
		return -EINVAL;
	}
#define X(name) err = err ? err : read_string(root, #name, &m->name);
	META_STRINGS(X)
#undef X
#define X(name) m->name = read_number(root, #name);
	META_NUMBERS(X)
#undef X
	err = err ? err : read_plan(root, &m->plan);
	json_decref(root);
	return err;
}
