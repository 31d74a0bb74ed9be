/* SPDX-License-Identifier: GPL-2.0 */
/*
 * json_parts.h - what several kinds of NDJSON lines have in common: the line
 * itself, and an address with its name.
 */
#ifndef OUT_JSON_PARTS_H
#define OUT_JSON_PARTS_H

#include <stdio.h>

#include "base/jsonw.h"
#include "stream/symtab.h"

/* {"type":TYPE, at the end of sb, and }\n */
void json_line_open(struct jsonw *j, struct strbuf *sb, const char *type);
void json_line_close(struct jsonw *j);
/*
 * Closes the line, writes it whole or not at all, and empties the strbuf.
 *
 * Return: 0, or -ENOMEM when nothing was written; a full disk shows on f.
 */
int json_line_write(struct jsonw *j, FILE *f);

/* {"address":"0x1f","symbol":"f","offset":4,"module":"m"}: names are null where none is known. */
void json_symbolized(struct jsonw *j, const struct symtab *t, __u64 addr);
/* The same as a member, null for address 0. */
void json_key_symbolized(struct jsonw *j, const struct symtab *t, const char *key, __u64 addr);

#endif /* OUT_JSON_PARTS_H */
