// SPDX-License-Identifier: GPL-2.0
#include "base/strbuf.h"

#include <errno.h>
#include <stdint.h>

#include "base/mem.h"

void strbuf__init(struct strbuf *sb)
{
	memset(sb, 0, sizeof(*sb));
}

void strbuf__free(struct strbuf *sb)
{
	hmt_free(sb->buf);
	strbuf__init(sb);
}

void strbuf__reset(struct strbuf *sb)
{
	sb->failed = false;
	strbuf__truncate(sb, 0);
}

void strbuf__truncate(struct strbuf *sb, size_t len)
{
	if (!sb->buf || len > sb->len)
		return;
	sb->len = len;
	sb->buf[len] = '\0';
}

/* Room for extra bytes and a NUL. */
static bool reserve(struct strbuf *sb, size_t extra)
{
	size_t need, cap;
	char *buf;

	if (sb->failed)
		return false;
	if (extra > SIZE_MAX / 4 || sb->len > SIZE_MAX / 4) {
		sb->failed = true;
		return false;
	}
	need = sb->len + extra + 1;
	if (need <= sb->cap)
		return true;
	for (cap = sb->cap ? sb->cap : 64; cap < need;)
		cap *= 2;
	buf = hmt_realloc(sb->buf, cap, 1);
	if (!buf) {
		sb->failed = true;
		return false;
	}
	sb->buf = buf;
	sb->cap = cap;
	return true;
}

void strbuf__add(struct strbuf *sb, const void *data, size_t len)
{
	if (!reserve(sb, len))
		return;
	if (len)
		memcpy(sb->buf + sb->len, data, len);
	sb->len += len;
	sb->buf[sb->len] = '\0';
}

void strbuf__adds(struct strbuf *sb, const char *s)
{
	strbuf__add(sb, s, strlen(s));
}

void strbuf__addc(struct strbuf *sb, char c)
{
	strbuf__add(sb, &c, 1);
}

void strbuf__pad(struct strbuf *sb, char c, size_t nr)
{
	if (!reserve(sb, nr))
		return;
	memset(sb->buf + sb->len, c, nr);
	sb->len += nr;
	sb->buf[sb->len] = '\0';
}

void strbuf__addv(struct strbuf *sb, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	if (!reserve(sb, 64))
		return;
	va_copy(again, ap);
	n = vsnprintf(sb->buf + sb->len, sb->cap - sb->len, fmt, ap);
	if (n < 0) {
		sb->failed = true;
	} else if ((size_t)n >= sb->cap - sb->len) {
		if (reserve(sb, (size_t)n))
			n = vsnprintf(sb->buf + sb->len, sb->cap - sb->len, fmt, again);
	}
	va_end(again);
	if (!sb->failed)
		sb->len += (size_t)n;
	sb->buf[sb->len] = '\0';
}

void strbuf__addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf__addv(sb, fmt, ap);
	va_end(ap);
}

const char *strbuf__str(const struct strbuf *sb)
{
	return sb->buf ? sb->buf : "";
}

int strbuf__err(const struct strbuf *sb)
{
	return sb->failed ? -ENOMEM : 0;
}

char *strbuf__detach(struct strbuf *sb)
{
	char *buf = NULL;

	if (reserve(sb, 0)) {
		buf = sb->buf;
		buf[sb->len] = '\0';
		strbuf__init(sb);
	} else {
		strbuf__free(sb);
	}
	return buf;
}
