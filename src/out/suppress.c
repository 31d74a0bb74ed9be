// SPDX-License-Identifier: GPL-2.0
#include "out/suppress.h"

#include <errno.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "out/baseline.h"
#include "out/table.h"
#include "out/words.h"

/* --- matching ---------------------------------------------------------------------- */

/* p up to end against s; open_end: more of s may follow. */
static bool match_stars(const char *p, const char *end, const char *s, bool open_end)
{
	const char *star = NULL, *again = NULL;

	for (;;) {
		if (p < end && *p == '*') {
			star = ++p;
			again = s;
		} else if (p == end && (open_end || !*s)) {
			return true;
		} else if (p < end && *s && *p == *s) {
			p++;
			s++;
		} else if (star && *again) {
			p = star;
			s = ++again;
		} else {
			return false;
		}
	}
}

bool suppress_pattern(const char *pattern, const char *name)
{
	const char *end = pattern + strlen(pattern);
	bool open_end = true;

	if (end > pattern && end[-1] == '$') {
		open_end = false;
		end--;
	}
	if (pattern < end && *pattern == '^')
		return match_stars(pattern + 1, end, name, open_end);
	for (; ; name++) {
		if (match_stars(pattern, end, name, open_end))
			return true;
		if (!*name)
			return false;
	}
}

static bool match_moment(const char *pattern, const struct symtab *t, const struct moment *m)
{
	char name[256];
	const __u64 *ips;
	__u32 nr;

	ips = symtab__stack(t, m->stack, &nr);
	for (__u32 i = 0; i < nr; i++)
		if (suppress_pattern(pattern, signature_frame(t, ips[i], name, sizeof(name))))
			return true;
	return m->call_site &&
	       suppress_pattern(pattern, signature_frame(t, m->call_site, name, sizeof(name)));
}

static bool match_driver(const char *pattern, const struct symtab *t, const struct finding *f)
{
	const char *driver = words_driver(t, f);

	return *driver && suppress_pattern(pattern, driver);
}

static bool match_symbol(const char *pattern, const struct symtab *t, const struct finding *f)
{
	return match_moment(pattern, t, &f->object.born) || match_moment(pattern, t, &f->offence);
}

static bool match(const struct suppression *s, const struct symtab *t, const struct finding *f)
{
	switch (s->kind) {
	case SUPPRESS_DRIVER:
		return match_driver(s->pattern, t, f);
	case SUPPRESS_SYMBOL:
		return match_symbol(s->pattern, t, f);
	case SUPPRESS_RULE:
		if (s->rule != f->rule)
			return false;
		return !*s->pattern || match_driver(s->pattern, t, f) ||
		       match_symbol(s->pattern, t, f);
	default:
		return match_driver(s->pattern, t, f) || match_symbol(s->pattern, t, f);
	}
}

bool suppressions__match(struct suppressions *s, const struct symtab *t, const struct finding *f)
{
	for (size_t i = 0; i < s->nr; i++) {
		if (!match(&s->v[i], t, f))
			continue;
		s->v[i].hits++;
		s->hits++;
		return true;
	}
	return false;
}

/* --- the file ---------------------------------------------------------------------- */

static const struct {
	const char *name;
	enum suppress_kind kind;
} kinds[] = {
	{ "leak:", SUPPRESS_LEAK }, { "driver:", SUPPRESS_DRIVER },
	{ "symbol:", SUPPRESS_SYMBOL }, { "rule:", SUPPRESS_RULE },
};

static int parse_rule(struct suppression *s, const char *where, struct errmsg *err)
{
	size_t len = strcspn(s->pattern, ":");
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)len, s->pattern);
	s->rule = rule_by_name(name);
	if (s->rule == RULE_NONE)
		return err_set(err, -EINVAL, "%s:%u: there is no rule '%s'; `hmmtrace rules` "
			       "lists them", where, s->line, name);
	s->pattern += len + (s->pattern[len] == ':');
	return 0;
}

static int parse_line(struct suppression *s, const char *where, struct errmsg *err)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i].name);

		if (strncmp(s->text, kinds[i].name, len))
			continue;
		s->kind = kinds[i].kind;
		s->pattern = s->text + len;
		if (!*s->pattern)
			return err_set(err, -EINVAL, "%s:%u: a pattern is expected behind %s", where,
				       s->line, kinds[i].name);
		return s->kind == SUPPRESS_RULE ? parse_rule(s, where, err) : 0;
	}
	return err_set(err, -EINVAL, "%s:%u: '%.60s' begins with none of leak:, driver:, "
		       "symbol:, rule:", where, s->line, s->text);
}

static int add_line(struct suppressions *s, const char *text, unsigned int line,
		    struct errmsg *err)
{
	if (s->nr == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 16;
		struct suppression *v = hmt_realloc(s->v, cap, sizeof(*v));

		if (!v)
			return err_set(err, -ENOMEM, "out of memory");
		s->v = v;
		s->cap = cap;
	}
	s->v[s->nr] = (struct suppression){ .text = hmt_strdup(text), .line = line };
	if (!s->v[s->nr].text)
		return err_set(err, -ENOMEM, "out of memory");
	return parse_line(&s->v[s->nr++], s->path, err);
}

int suppressions__read(struct suppressions *s, const char *path, struct errmsg *err)
{
	FILE *f = fopen(path, "re");
	char line[1024];
	int ret = 0;

	if (!f)
		return err_set(err, -errno, "cannot open '%s': %s", path, strerror(errno));
	s->path = hmt_strdup(path);
	if (!s->path)
		ret = err_set(err, -ENOMEM, "out of memory");
	for (unsigned int nr = 1; !ret && fgets(line, sizeof(line), f); nr++) {
		char *text = line + strspn(line, " \t");
		size_t len = strlen(text);

		while (len && strchr(" \t\r\n", text[len - 1]))
			text[--len] = '\0';
		if (strlen(line) == sizeof(line) - 1)
			ret = err_set(err, -EINVAL, "%s:%u: the line is too long", path, nr);
		else if (len && *text != '#')
			ret = add_line(s, text, nr, err);
	}
	if (!ret && ferror(f))
		ret = err_set(err, -EIO, "cannot read '%s'", path);
	fclose(f);
	return ret;
}

void suppressions__free(struct suppressions *s)
{
	for (size_t i = 0; i < s->nr; i++)
		hmt_free(s->v[i].text);
	hmt_free(s->v);
	hmt_free(s->path);
	*s = (struct suppressions){ 0 };
}

/* --- printing ---------------------------------------------------------------------- */

void suppressions__text(const struct suppressions *s, struct strbuf *sb)
{
	struct table t = TABLE_INIT("rll");

	if (!s->path)
		return;
	strbuf__addf(sb, "  suppressed  %llu finding%s, by %s\n", (unsigned long long)s->hits,
		     s->hits == 1 ? "" : "s", s->path);
	for (size_t i = 0; i < s->nr; i++) {
		char hits[32], line[64];

		snprintf(hits, sizeof(hits), "%llu", (unsigned long long)s->v[i].hits);
		snprintf(line, sizeof(line), "line %u%s", s->v[i].line,
			 s->v[i].hits ? "" : ", never used");
		table__row(&t, hits, s->v[i].text, line);
	}
	table__print(&t, "    ", sb);
}

void suppressions__json(const struct suppressions *s, struct strbuf *sb)
{
	for (size_t i = 0; i < s->nr; i++) {
		struct jsonw j;

		jsonw__init(&j, sb);
		jsonw__object(&j);
		jsonw__kstr(&j, "type", "suppression");
		jsonw__kstr(&j, "text", s->v[i].text);
		jsonw__kstr(&j, "file", s->path);
		jsonw__ku64(&j, "line", s->v[i].line);
		jsonw__ku64(&j, "hits", s->v[i].hits);
		jsonw__end(&j);
		strbuf__addc(sb, '\n');
	}
}

void suppression_for(const struct symtab *t, const struct finding *f, struct strbuf *sb)
{
	const struct moment *m = signature_origin(f);
	const char *driver = words_driver(t, f);
	__u64 place = words_place(t, m);
	char name[256] = "?";

	if (place)
		signature_frame(t, place, name, sizeof(name));
	strbuf__addf(sb, "rule:%s", rule_name(f->rule));
	if (strcmp(name, "?"))
		strbuf__addf(sb, ":^%s$", name);
	else if (*driver)
		strbuf__addf(sb, ":^%s$", driver);
}
