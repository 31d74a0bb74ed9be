/* SPDX-License-Identifier: GPL-2.0 */
/*
 * text.h - records as lines. What `hmmtrace dump` prints, this reads back to
 * the same bytes; what tests are written in.
 *
 *   # a comment, or an empty line
 *   0.001000 range-register cpu=0 tgid=7 tid=7 mm=0xa hmm=0xb range=0xd ... ret=-22
 *   0.002000 lost cpu=1 cause=ring-full count=12 since=0.001500
 *   0.003000 stack stack=1 ips=0xffffffff81000000,0xffffffff81000010
 *   0.003000 symbol addr=0xffffffff81000000 offset=16 name=foo module=bar
 *   0.000000 task tgid=7 comm=exercise parent=1
 *   0.004000 kind-50 extra=0011223344556677
 *
 * Seconds with up to nine decimals, the kind, then key=value in any order; a
 * member not named is 0 (stack: -1, cpu of the records made in user space:
 * none). Values: decimal, 0x hex, enum names for cause and class, seconds for
 * since and born, none for cpu; name, module and comm escape blanks, '=', '\'
 * and non-printing bytes as \xHH. Padding is not shown and reads back as 0.
 *
 * extra is what a record holds beyond what this build knows, in hex: the whole
 * body of an unknown kind, the added end of a known one. A multiple of 8 bytes.
 */
#ifndef STREAM_TEXT_H
#define STREAM_TEXT_H

#include <stddef.h>
#include <stdio.h>

#include "stream/source.h"

/* Longest line there is: every byte of the longest record as two digits or \xHH, and the rest. */
#define TEXT_LINE_MAX (4 * HMT_RECORD_MAX + 1024)

/* Renders one valid record without a newline. Return: length as snprintf() does. */
size_t text_format(const struct hmt_hdr *rec, char *buf, size_t size);

/*
 * Reads lines; name is what error sentences call the input ("tests/x.in:12: ...").
 * f stays the caller's and must outlive the source.
 */
int text_source__open(FILE *f, const char *name, struct source **ret_s, struct errmsg *err);

#endif /* STREAM_TEXT_H */
