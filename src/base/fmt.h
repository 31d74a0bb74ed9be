/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fmt.h - quantities as people write and read them. Every fmt_*() fills the
 * caller's buffer (FMT_LEN is always enough) and returns it, so that
 *
 *	char age[FMT_LEN];
 *	printf("for %s\n", fmt_duration(age, sizeof(age), ns));
 *
 * reads well. Every parse_*() takes the whole string or nothing: -EINVAL for
 * what is no such quantity, -ERANGE for one too large; *ret is untouched then.
 */
#ifndef BASE_FMT_H
#define BASE_FMT_H

#include <linux/types.h>
#include <stddef.h>

#define FMT_LEN 32

/* "17 B", "4.00 KiB", "12.3 MiB" */
char *fmt_bytes(char *buf, size_t size, __u64 bytes);
/* "850 ns", "1.50 us", "300 ms", "1.50 s", "2 min 05 s", "3 h 07 min", "2 d 04 h" */
char *fmt_duration(char *buf, size_t size, __u64 ns);
/* Seconds for reading: "12.345678", cut to microseconds. */
char *fmt_time(char *buf, size_t size, __u64 ns);
/* Seconds, exact: six decimals when they suffice, else nine. parse_time() inverts it. */
char *fmt_time_exact(char *buf, size_t size, __u64 ns);

/* Decimal, or hexadecimal behind 0x. No sign, no blanks. */
int parse_u64(const char *s, __u64 *ret_value);
/* As parse_u64(), with an optional minus. */
int parse_s64(const char *s, __s64 *ret_value);
/* A number, decimals allowed, and a unit: ns us ms s m h. Only 0 needs none. */
int parse_duration(const char *s, __u64 *ret_ns);
/* Bytes, or a number, decimals allowed, and K M G T (powers of 1024, in either case). */
int parse_size(const char *s, __u64 *ret_bytes);
/* Seconds with up to nine decimals. */
int parse_time(const char *s, __u64 *ret_ns);

#endif /* BASE_FMT_H */
