/* SPDX-License-Identifier: GPL-2.0 */
/*
 * jsonw.h - JSON, written piece by piece into a strbuf, without a blank or a
 * newline that was not asked for. Commas take care of themselves.
 *
 *	struct jsonw j;
 *
 *	jsonw__init(&j, &sb);
 *	jsonw__object(&j);
 *	jsonw__kstr(&j, "rule", "range-orphaned-by-mirror");
 *	jsonw__key(&j, "recent");
 *	jsonw__array(&j);
 *	jsonw__u64(&j, 17);
 *	jsonw__end(&j);
 *	jsonw__end(&j);
 *
 * gives {"rule":"range-orphaned-by-mirror","recent":[17]}. Output is always
 * valid UTF-8: a byte that is not part of any becomes U+FFFD. Failure is the
 * strbuf's: look at strbuf__err() at the end.
 */
#ifndef BASE_JSONW_H
#define BASE_JSONW_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

#define JSONW_DEPTH 32

struct jsonw {
	struct strbuf *sb;
	unsigned int depth;
	bool after_key;
	bool filled[JSONW_DEPTH];	/* this level has a member: a comma comes next */
	char close[JSONW_DEPTH];
};

void jsonw__init(struct jsonw *j, struct strbuf *sb);
void jsonw__object(struct jsonw *j);
void jsonw__array(struct jsonw *j);
/* Closes the innermost object or array. */
void jsonw__end(struct jsonw *j);
void jsonw__key(struct jsonw *j, const char *key);

void jsonw__str(struct jsonw *j, const char *s);
void jsonw__strn(struct jsonw *j, const char *s, size_t len);
void jsonw__u64(struct jsonw *j, __u64 v);
void jsonw__s64(struct jsonw *j, __s64 v);
/* A string: "0x1f". For cookies and addresses, which a double cannot hold. */
void jsonw__hex(struct jsonw *j, __u64 v);
void jsonw__bool(struct jsonw *j, bool v);
void jsonw__null(struct jsonw *j);
/* Text that is JSON already. */
void jsonw__raw(struct jsonw *j, const char *json);

/* A member: key and value. */
void jsonw__kstr(struct jsonw *j, const char *key, const char *s);
void jsonw__ku64(struct jsonw *j, const char *key, __u64 v);
void jsonw__ks64(struct jsonw *j, const char *key, __s64 v);
void jsonw__khex(struct jsonw *j, const char *key, __u64 v);
void jsonw__kbool(struct jsonw *j, const char *key, bool v);
/* The same, but null for what is not there: no string or an empty one, or not known. */
void jsonw__kstr_or_null(struct jsonw *j, const char *key, const char *s);
void jsonw__ku64_or_null(struct jsonw *j, const char *key, bool known, __u64 v);
/* A time; 0 is none. */
void jsonw__kts(struct jsonw *j, const char *key, __u64 ts);

#endif /* BASE_JSONW_H */
