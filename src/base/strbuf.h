/* SPDX-License-Identifier: GPL-2.0 */
/*
 * strbuf.h - text that grows. Failure is sticky: append as much as you like and
 * look at strbuf__err() once, at the end.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct strbuf {
	char *buf;		/* NUL-terminated when not NULL */
	size_t len, cap;
	bool failed;
};

#define STRBUF_INIT { 0 }

void strbuf__init(struct strbuf *sb);
void strbuf__free(struct strbuf *sb);
/* Empties it, forgets a failure, keeps the memory. */
void strbuf__reset(struct strbuf *sb);

void strbuf__add(struct strbuf *sb, const void *data, size_t len);
void strbuf__adds(struct strbuf *sb, const char *s);
void strbuf__addc(struct strbuf *sb, char c);
void strbuf__pad(struct strbuf *sb, char c, size_t nr);
void strbuf__addf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf__addv(struct strbuf *sb, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
/* Drops what is behind len. */
void strbuf__truncate(struct strbuf *sb, size_t len);

/* Return: the text, "" when there is none; valid until the next change. */
const char *strbuf__str(const struct strbuf *sb);
/* Return: 0, or -ENOMEM when anything was not appended. */
int strbuf__err(const struct strbuf *sb);
/* Return: the text, to be hmt_free()d; NULL after a failure. sb is empty then. */
char *strbuf__detach(struct strbuf *sb);

#endif /* BASE_STRBUF_H */
