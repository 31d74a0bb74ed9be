// SPDX-License-Identifier: GPL-2.0
#include "out/baseline.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/mem.h"
#include "out/words.h"

/* More says nothing new and ties the signature to the way the system call was made. */
#define SIGNATURE_FRAMES 32

char *signature_frame(const struct symtab *t, __u64 addr, char *buf, size_t size)
{
	/* Copies that a compiler makes of a function, as gcc and clang name them. */
	static const char *const suffixes[] = {
		".isra.", ".constprop.", ".part.", ".cold", ".llvm.", ".clone.", ".lto_priv.",
	};
	struct symbol sym;
	char *at;

	if (!symtab__lookup(t, addr, &sym) || !sym.name[0]) {
		snprintf(buf, size, "?");
		return buf;
	}
	snprintf(buf, size, "%s", sym.name);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		at = strstr(buf, suffixes[i]);
		if (at && at != buf)
			*at = '\0';
	}
	return buf;
}

const struct moment *signature_origin(const struct finding *f)
{
	const struct moment *born = &f->object.born, *offence = &f->offence;

	/* All references of an address space share its birth: the get is what tells them apart. */
	if (f->object.class == HMT_CLASS_HMM && (offence->stack >= 0 || offence->call_site))
		return offence;
	if (born->ts && (born->stack >= 0 || born->call_site))
		return born;
	return offence->ts ? offence : born;
}

void signature_make(const struct symtab *t, const struct finding *f, struct strbuf *sb)
{
	const struct moment *m = signature_origin(f);
	char name[256];
	const __u64 *ips;
	__u32 nr;

	strbuf__addf(sb, "%s\n%s", rule_name(f->rule), words_driver(t, f));
	ips = symtab__stack(t, m->stack, &nr);
	nr = words_depth(t, ips, nr);
	for (__u32 i = 0; i < nr && i < SIGNATURE_FRAMES; i++)
		strbuf__addf(sb, "\n%s", signature_frame(t, ips[i], name, sizeof(name)));
	if (!nr && m->call_site)
		strbuf__addf(sb, "\n%s", signature_frame(t, m->call_site, name, sizeof(name)));
}

/* FNV-1a: small, and the same everywhere; it is in files. */
__u64 signature_hash(const char *signature)
{
	__u64 h = 0xcbf29ce484222325ULL;

	for (; *signature; signature++)
		h = (h ^ (unsigned char)*signature) * 0x100000001b3ULL;
	return h;
}

/* Return: the place + 1 in *ret_key's slot, 0 for a free one. Two signatures may share a hash. */
static size_t place_of(const struct baseline *b, const char *signature, __u64 *ret_key)
{
	__u64 key = signature_hash(signature);
	size_t at;

	while ((at = (uintptr_t)map64__get(&b->index, key)) &&
	       strcmp(b->v[at - 1].signature, signature))
		key++;
	*ret_key = key;
	return at;
}

const struct baseline_entry *baseline__find(const struct baseline *b, const char *signature)
{
	__u64 key;
	size_t at = place_of(b, signature, &key);

	return at ? &b->v[at - 1] : NULL;
}

int baseline__add(struct baseline *b, const char *signature, __u64 count)
{
	__u64 key;
	size_t at = place_of(b, signature, &key);
	char *copy;

	if (at) {
		b->v[at - 1].count += count;
		return 0;
	}
	if (b->nr == b->cap) {
		size_t cap = b->cap ? b->cap * 2 : 16;
		struct baseline_entry *v = hmt_realloc(b->v, cap, sizeof(*v));

		if (!v)
			return -ENOMEM;
		b->v = v;
		b->cap = cap;
	}
	copy = hmt_strdup(signature);
	if (!copy)
		return -ENOMEM;
	if (map64__put(&b->index, key, (void *)(uintptr_t)(b->nr + 1))) {
		hmt_free(copy);
		return -ENOMEM;
	}
	b->v[b->nr++] = (struct baseline_entry){ .signature = copy, .count = count };
	return 0;
}

void baseline__free(struct baseline *b)
{
	for (size_t i = 0; i < b->nr; i++)
		hmt_free(b->v[i].signature);
	hmt_free(b->v);
	map64__free(&b->index);
	*b = (struct baseline){ 0 };
}

/* --- the file ---------------------------------------------------------------------- */

static void add_entry(struct jsonw *j, const struct baseline_entry *e)
{
	const char *rule = e->signature, *driver = strchr(rule, '\n') + 1;
	const char *frame = strchr(driver, '\n');

	jsonw__object(j);
	jsonw__key(j, "rule");
	jsonw__strn(j, rule, (size_t)(driver - 1 - rule));
	jsonw__key(j, "driver");
	jsonw__strn(j, driver, strcspn(driver, "\n"));
	jsonw__key(j, "stack");
	jsonw__array(j);
	while (frame) {
		frame++;
		jsonw__strn(j, frame, strcspn(frame, "\n"));
		frame = strchr(frame, '\n');
	}
	jsonw__end(j);
	jsonw__ku64(j, "count", e->count);
	jsonw__end(j);
}

/* An entry a line, so that a diff of two baselines says something. */
void baseline__json(const struct baseline *b, struct strbuf *sb)
{
	struct jsonw j;

	strbuf__addf(sb, "{\"type\":\"hmmtrace-baseline\",\"version\":\"%s\",\"findings\":[",
		     BASELINE_VERSION);
	for (size_t i = 0; i < b->nr; i++) {
		strbuf__adds(sb, i ? ",\n" : "\n");
		jsonw__init(&j, sb);
		add_entry(&j, &b->v[i]);
	}
	strbuf__adds(sb, "\n]}\n");
}

static int read_entry(struct baseline *b, const json_t *o, const char *path, size_t nr,
		      struct errmsg *err)
{
	const char *rule = json_string_value(json_object_get(o, "rule"));
	const char *driver = json_string_value(json_object_get(o, "driver"));
	const json_t *stack = json_object_get(o, "stack"), *frame;
	json_int_t count = json_integer_value(json_object_get(o, "count"));
	struct strbuf sb = STRBUF_INIT;
	size_t i;
	int ret;

	if (!rule || !driver || !json_is_array(stack))
		return err_set(err, -EINVAL, "'%s' is no baseline: entry %zu lacks its rule, "
			       "driver or stack", path, nr + 1);
	strbuf__addf(&sb, "%s\n%s", rule, driver);
	for (i = 0; i < json_array_size(stack); i++) {
		frame = json_array_get(stack, i);
		if (!json_is_string(frame))
			break;
		strbuf__addf(&sb, "\n%s", json_string_value(frame));
	}
	if (i < json_array_size(stack))
		ret = err_set(err, -EINVAL, "'%s' is no baseline: the stack of entry %zu has "
			      "what is no name", path, nr + 1);
	else if (strbuf__err(&sb) || baseline__add(b, strbuf__str(&sb), count > 0 ? count : 1))
		ret = err_set(err, -ENOMEM, "out of memory");
	else
		ret = 0;
	strbuf__free(&sb);
	return ret;
}

static int read_root(struct baseline *b, const json_t *root, const char *path, struct errmsg *err)
{
	const char *type = json_string_value(json_object_get(root, "type"));
	const char *version = json_string_value(json_object_get(root, "version"));
	const json_t *list = json_object_get(root, "findings");
	int ret = 0;

	if (!type || strcmp(type, "hmmtrace-baseline") || !version || !json_is_array(list))
		return err_set(err, -EINVAL, "'%s' is no baseline: check --write-baseline "
			       "makes one", path);
	if (strncmp(version, "1.", 2))
		return err_set(err, -EINVAL, "the baseline '%s' has version %s, this hmmtrace "
			       "knows " BASELINE_VERSION, path, version);
	for (size_t i = 0; !ret && i < json_array_size(list); i++)
		ret = read_entry(b, json_array_get(list, i), path, i, err);
	return ret;
}

int baseline__read(struct baseline *b, const char *path, struct errmsg *err)
{
	FILE *f = fopen(path, "re");
	json_error_t why;
	json_t *root;
	int ret;

	if (!f)
		return err_set(err, -errno, "cannot open '%s': %s", path, strerror(errno));
	root = json_loadf(f, JSON_REJECT_DUPLICATES, &why);
	fclose(f);
	if (!root)
		return err_set(err, -EINVAL, "'%s' is no baseline: line %d: %s", path, why.line,
			       why.text);
	ret = read_root(b, root, path, err);
	json_decref(root);
	return ret;
}
