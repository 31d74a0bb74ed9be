// SPDX-License-Identifier: GPL-2.0
#include "base/jsonw.h"

#include "base/banned.h"

void jsonw__init(struct jsonw *j, struct strbuf *sb)
{
	memset(j, 0, sizeof(*j));
	j->sb = sb;
}

/* What comes before a value or a key: a comma, or nothing. */
static void separate(struct jsonw *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if (j->depth) {
		if (j->filled[j->depth - 1])
			strbuf__addc(j->sb, ',');
		j->filled[j->depth - 1] = true;
	}
}

static void open_level(struct jsonw *j, char open, char close)
{
	separate(j);
	if (j->depth == JSONW_DEPTH) {	/* our own nesting, never the input's */
		j->sb->failed = true;
		return;
	}
	strbuf__addc(j->sb, open);
	j->filled[j->depth] = false;
	j->close[j->depth++] = close;
}

void jsonw__object(struct jsonw *j)
{
	open_level(j, '{', '}');
}

void jsonw__array(struct jsonw *j)
{
	open_level(j, '[', ']');
}

void jsonw__end(struct jsonw *j)
{
	if (j->depth)
		strbuf__addc(j->sb, j->close[--j->depth]);
}

/* Length of the well-formed UTF-8 sequence at s (RFC 3629), 0 when there is none. */
static size_t utf8_len(const unsigned char *s, size_t len)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if ((s[0] & 0xf0) == 0xe0)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (len < n)
		return 0;
	/* The second byte rules out overlong forms, surrogates and what is above U+10FFFF. */
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

static void add_escaped(struct strbuf *sb, unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		strbuf__addc(sb, '\\');
		strbuf__addc(sb, (char)c);
		break;
	case '\n':
		strbuf__adds(sb, "\\n");
		break;
	case '\t':
		strbuf__adds(sb, "\\t");
		break;
	case '\r':
		strbuf__adds(sb, "\\r");
		break;
	default:
		strbuf__addf(sb, "\\u%04x", c);
		break;
	}
}

static void add_string(struct strbuf *sb, const char *s, size_t len)
{
	size_t i = 0;

	strbuf__addc(sb, '"');
	while (i < len) {
		unsigned char c = (unsigned char)s[i];
		size_t n = utf8_len((const unsigned char *)s + i, len - i);

		if (!n) {
			strbuf__adds(sb, "\\ufffd");
			n = 1;
		} else if (c < 0x20 || c == 0x7f || c == '"' || c == '\\') {
			add_escaped(sb, c);
		} else {
			strbuf__add(sb, s + i, n);
		}
		i += n;
	}
	strbuf__addc(sb, '"');
}

void jsonw__strn(struct jsonw *j, const char *s, size_t len)
{
	separate(j);
	add_string(j->sb, s, len);
}

void jsonw__str(struct jsonw *j, const char *s)
{
	jsonw__strn(j, s, strlen(s));
}

void jsonw__key(struct jsonw *j, const char *key)
{
	jsonw__str(j, key);
	strbuf__addc(j->sb, ':');
	j->after_key = true;
}

void jsonw__u64(struct jsonw *j, __u64 v)
{
	separate(j);
	strbuf__addf(j->sb, "%llu", (unsigned long long)v);
}

void jsonw__s64(struct jsonw *j, __s64 v)
{
	separate(j);
	strbuf__addf(j->sb, "%lld", (long long)v);
}

void jsonw__hex(struct jsonw *j, __u64 v)
{
	separate(j);
	strbuf__addf(j->sb, "\"0x%llx\"", (unsigned long long)v);
}

void jsonw__raw(struct jsonw *j, const char *json)
{
	separate(j);
	strbuf__adds(j->sb, json);
}

void jsonw__bool(struct jsonw *j, bool v)
{
	jsonw__raw(j, v ? "true" : "false");
}

void jsonw__null(struct jsonw *j)
{
	jsonw__raw(j, "null");
}

void jsonw__kstr(struct jsonw *j, const char *key, const char *s)
{
	jsonw__key(j, key);
	jsonw__str(j, s);
}

void jsonw__ku64(struct jsonw *j, const char *key, __u64 v)
{
	jsonw__key(j, key);
	jsonw__u64(j, v);
}

void jsonw__ks64(struct jsonw *j, const char *key, __s64 v)
{
	jsonw__key(j, key);
	jsonw__s64(j, v);
}

void jsonw__khex(struct jsonw *j, const char *key, __u64 v)
{
	jsonw__key(j, key);
	jsonw__hex(j, v);
}

void jsonw__kbool(struct jsonw *j, const char *key, bool v)
{
	jsonw__key(j, key);
	jsonw__bool(j, v);
}

void jsonw__kstr_or_null(struct jsonw *j, const char *key, const char *s)
{
	jsonw__key(j, key);
	if (s && *s)
		jsonw__str(j, s);
	else
		jsonw__null(j);
}

void jsonw__ku64_or_null(struct jsonw *j, const char *key, bool known, __u64 v)
{
	jsonw__key(j, key);
	if (known)
		jsonw__u64(j, v);
	else
		jsonw__null(j);
}

void jsonw__kts(struct jsonw *j, const char *key, __u64 ts)
{
	jsonw__ku64_or_null(j, key, ts != 0, ts);
}
