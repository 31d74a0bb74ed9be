// SPDX-License-Identifier: GPL-2.0
#include "cmd/opt.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/strbuf.h"
#include "out/words.h"

/* Columns: the option, then its help from here on; what is longer gets a line of its own. */
#define HELP_COLUMN 26

static bool is_option(const struct opt *o)
{
	return o->kind != OPT_GROUP_;
}

static bool takes_value(const struct opt *o)
{
	return o->kind >= OPT_STRING_;
}

static const struct opt *find_long(const struct opt *table, const char *name, size_t len)
{
	for (const struct opt *o = table; o->kind != OPT_END_; o++)
		if (is_option(o) && o->name && strlen(o->name) == len &&
		    !memcmp(o->name, name, len))
			return o;
	return NULL;
}

static const struct opt *find_letter(const struct opt *table, char letter)
{
	for (const struct opt *o = table; o->kind != OPT_END_; o++)
		if (is_option(o) && o->letter == letter)
			return o;
	return NULL;
}

/* How a person spells the option: "--grace", or "-W" where there is no long name. */
static const char *spell(const struct opt *o, char buf[64])
{
	if (o->name)
		snprintf(buf, 64, "--%s", o->name);
	else
		snprintf(buf, 64, "-%c", o->letter);
	return buf;
}

static int store_choice(const struct opt *o, int *dst, const char *value, struct errmsg *err)
{
	char all[128] = "";
	size_t n = 0;

	for (int i = 0; o->choices[i]; i++) {
		if (!strcmp(o->choices[i], value)) {
			*dst = i;
			return 0;
		}
		if (n < sizeof(all))
			n += snprintf(all + n, sizeof(all) - n, "%s%s", i ? ", " : "",
				      o->choices[i]);
	}
	return err_set(err, -EINVAL, "is none of %s", all);
}

/* On failure *err is a clause about the value; opt_store() makes it a sentence. */
static int store_value(const struct opt *o, void *at, const char *value, struct errmsg *err)
{
	switch (o->kind) {
	case OPT_STRING_:
		if (!*value)
			return err_set(err, -EINVAL, "is empty");
		*(const char **)at = value;
		return 0;
	case OPT_TIME_:
		if (parse_duration(value, at))
			return err_set(err, -EINVAL,
				       "is not a duration like 500ms, 1.5s or 2m");
		return 0;
	case OPT_SIZE_:
		if (parse_size(value, at))
			return err_set(err, -EINVAL, "is not a size like 512K, 16M or 1G");
		return 0;
	case OPT_CHOICE_:
		return store_choice(o, at, value, err);
	case OPT_CALL_:
		return o->fn(at, value, err);
	default:
		return err_set(err, -EINVAL, "is not expected");
	}
}

static int opt_store(const struct opt *o, void *dst, const char *value, struct errmsg *err)
{
	void *at = (char *)dst + o->offset;
	struct errmsg why = { "" };
	char name[64];

	switch (o->kind) {
	case OPT_FLAG_:
		*(bool *)at = true;
		return 0;
	case OPT_COUNT_:
		(*(int *)at)++;
		return 0;
	default:
		if (!store_value(o, at, value, &why))
			return 0;
		return err_set(err, -EINVAL, "option %s: '%s' %s", spell(o, name), value,
			       why.text);
	}
}

static int need_value(const struct opt *o, struct errmsg *err)
{
	char name[64];

	return err_set(err, -EINVAL, "option %s needs a value: %s %s", spell(o, name), name,
		       o->arg);
}

size_t opt_distance(const char *a, size_t la, const char *b)
{
	size_t lb = strlen(b), row[64], diag, up;

	if (la >= 64 || lb >= 64)
		return 64;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		diag = row[0];
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			up = row[j];
			row[j] = diag + (a[i - 1] != b[j - 1]);
			if (up + 1 < row[j])
				row[j] = up + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			diag = up;
		}
	}
	return row[lb];
}

static int unknown_long(const struct opt *table, const char *name, size_t len,
			struct errmsg *err)
{
	const struct opt *best = NULL;
	size_t best_distance = 3;

	for (const struct opt *o = table; o->kind != OPT_END_; o++) {
		size_t d = is_option(o) && o->name ? opt_distance(name, len, o->name) : 64;

		if (d < best_distance) {
			best_distance = d;
			best = o;
		}
	}
	if (best)
		return err_set(err, -EINVAL, "unknown option --%.*s; did you mean --%s?",
			       (int)len, name, best->name);
	return err_set(err, -ENOENT, "unknown option --%.*s", (int)len, name);
}

/* One word that begins with "--". Return: how many words were used up, or negative. */
static int parse_long(const struct opt *table, void *dst, int argc, char **argv,
		      struct errmsg *err)
{
	const char *name = argv[0] + 2, *value = strchr(name, '=');
	size_t len = value ? (size_t)(value - name) : strlen(name);
	const struct opt *o = find_long(table, name, len);
	int used = 1;

	if (!o)
		return unknown_long(table, name, len, err);
	if (value)
		value++;
	if (!takes_value(o) && value)
		return err_set(err, -EINVAL, "option --%s takes no value", o->name);
	if (takes_value(o) && !value) {
		if (argc < 2 || !strcmp(argv[1], "--"))
			return need_value(o, err);
		value = argv[1];
		used = 2;
	}
	return opt_store(o, dst, value, err) ? -EINVAL : used;
}

/* One word of letters: -q, -qv, -oFILE, -o FILE. */
static int parse_letters(const struct opt *table, void *dst, int argc, char **argv,
			 struct errmsg *err)
{
	for (const char *p = argv[0] + 1; *p; p++) {
		const struct opt *o = find_letter(table, *p);

		if (!o)
			return err_set(err, -ENOENT, "unknown option -%c", *p);
		if (!takes_value(o)) {
			if (opt_store(o, dst, NULL, err))
				return -EINVAL;
			continue;
		}
		if (p[1])
			return opt_store(o, dst, p + 1, err) ? -EINVAL : 1;
		if (argc < 2 || !strcmp(argv[1], "--"))
			return need_value(o, err);
		return opt_store(o, dst, argv[1], err) ? -EINVAL : 2;
	}
	return 1;
}

int opt_parse(const struct opt *table, void *dst, int argc, char **argv,
	      struct opt_rest *ret_rest, struct errmsg *err)
{
	struct opt_rest rest = { .args = argv };
	int n;

	for (int i = 0; i < argc; i += n) {
		n = 1;
		if (!strcmp(argv[i], "--")) {
			rest.after = argv + i + 1;
			rest.nr_after = argc - i - 1;
			break;
		}
		if (argv[i][0] != '-' || !argv[i][1]) {
			rest.args[rest.nr_args++] = argv[i];
			continue;
		}
		if (argv[i][1] == '-')
			n = parse_long(table, dst, argc - i, argv + i, err);
		else
			n = parse_letters(table, dst, argc - i, argv + i, err);
		if (n < 0)
			return n;
	}
	*ret_rest = rest;
	return 0;
}

static size_t kind_size(enum opt_kind kind)
{
	switch (kind) {
	case OPT_FLAG_:
		return sizeof(bool);
	case OPT_COUNT_:
	case OPT_CHOICE_:
		return sizeof(int);
	case OPT_STRING_:
		return sizeof(const char *);
	case OPT_TIME_:
	case OPT_SIZE_:
		return sizeof(__u64);
	default:
		return 0;
	}
}

static bool is_kebab(const char *s)
{
	if (!islower(*s))
		return false;
	for (; *s; s++)
		if (!islower(*s) && !isdigit(*s) && !(*s == '-' && isalnum(s[1])))
			return false;
	return true;
}

static const char *flaw_of(const struct opt *o, size_t size)
{
	if (!o->name && !o->letter)
		return "has neither a name nor a letter";
	if (o->name && (!is_kebab(o->name) || strlen(o->name) < 2))
		return "has a name that is not kebab-case";
	if (o->letter && !isalpha(o->letter))
		return "has a letter that is none";
	if (!o->help || !*o->help || o->help[strlen(o->help) - 1] == '.' || isupper(*o->help))
		return "has a help that is not one lower-case clause";
	if (takes_value(o) != !!o->arg)
		return "names a value and takes none, or the other way round";
	if ((o->kind == OPT_CHOICE_) != !!o->choices)
		return "has choices without being one, or the other way round";
	if ((o->kind == OPT_CALL_) != !!o->fn)
		return "has a function without being a call, or the other way round";
	if (o->offset + kind_size(o->kind) > size)
		return "stores outside of the struct";
	return NULL;
}

int opt_check(const struct opt *table, size_t size, struct errmsg *err)
{
	const char *flaw;
	char name[64];

	for (const struct opt *o = table; o->kind != OPT_END_; o++) {
		if (o->kind == OPT_GROUP_) {
			if (!o->help || o->name || o->letter)
				return err_set(err, -EINVAL, "a heading is malformed");
			continue;
		}
		flaw = flaw_of(o, size);
		if (!flaw && o->name && find_long(table, o->name, strlen(o->name)) != o)
			flaw = "is there twice";
		if (!flaw && o->letter && find_letter(table, o->letter) != o)
			flaw = "has the letter of another";
		if (flaw)
			return err_set(err, -EINVAL, "option row %s %s", spell(o, name), flaw);
	}
	return 0;
}

/* "-o, --output FILE" */
static int opt_spelling(const struct opt *o, char *buf, size_t size)
{
	int n = 0;

	buf[0] = '\0';
	if (o->letter)
		n += snprintf(buf + n, size - n, "-%c", o->letter);
	if (o->name)
		n += snprintf(buf + n, size - n, "%s--%s", o->letter ? ", " : "", o->name);
	if (o->arg)
		n += snprintf(buf + n, size - n, " %s", o->arg);
	return n;
}

void opt_help(const struct opt *table, FILE *out)
{
	struct strbuf sb = STRBUF_INIT;
	char left[96];

	for (const struct opt *o = table; o->kind != OPT_END_; o++) {
		if (o->kind == OPT_GROUP_) {
			fprintf(out, "\n%s:\n", o->help);
			continue;
		}
		strbuf__reset(&sb);
		words_wrap(&sb, o->help, HELP_COLUMN);
		if (opt_spelling(o, left, sizeof(left)) > HELP_COLUMN - 4)
			fprintf(out, "  %s\n%*s%s", left, HELP_COLUMN, "", strbuf__str(&sb));
		else
			fprintf(out, "  %-*s%s", HELP_COLUMN - 2, left, strbuf__str(&sb));
	}
	strbuf__free(&sb);
}

void opt_markdown(const struct opt *table, FILE *out)
{
	char left[96];

	for (const struct opt *o = table; o->kind != OPT_END_; o++) {
		if (o->kind == OPT_GROUP_)
			continue;
		opt_spelling(o, left, sizeof(left));
		fprintf(out, "`%s`\n:   %c%s.\n\n", left, toupper(o->help[0]), o->help + 1);
	}
}
