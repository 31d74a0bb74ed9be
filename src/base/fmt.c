// SPDX-License-Identifier: GPL-2.0
#include "base/fmt.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>

#include "base/banned.h"

#define NSEC 1000000000ULL

/*
 * Three digits of value / unit, cut and not rounded: "999 ms" must not become
 * "1000 ms", and no duration may look longer than it is.
 */
static char *fmt_three(char *buf, size_t size, __u64 value, __u64 unit, const char *name)
{
	unsigned long long whole = value / unit;
	unsigned long long rest = value % unit;
	unsigned int hundredths = (unsigned int)((unsigned __int128)rest * 100 / unit);

	if (unit == 1 || whole >= 100)
		snprintf(buf, size, "%llu %s", whole, name);
	else if (whole >= 10)
		snprintf(buf, size, "%llu.%u %s", whole, hundredths / 10, name);
	else
		snprintf(buf, size, "%llu.%02u %s", whole, hundredths, name);
	return buf;
}

char *fmt_bytes(char *buf, size_t size, __u64 bytes)
{
	static const char *const names[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	unsigned int i = 0;

	while (i < 6 && bytes >> (10 * (i + 1)))
		i++;
	return fmt_three(buf, size, bytes, 1ULL << (10 * i), names[i]);
}

char *fmt_duration(char *buf, size_t size, __u64 ns)
{
	unsigned long long s = ns / NSEC;

	if (ns < 1000)
		return fmt_three(buf, size, ns, 1, "ns");
	if (ns < 1000000)
		return fmt_three(buf, size, ns, 1000, "us");
	if (ns < NSEC)
		return fmt_three(buf, size, ns, 1000000, "ms");
	if (s < 60)
		return fmt_three(buf, size, ns, NSEC, "s");
	if (s < 3600)
		snprintf(buf, size, "%llu min %02llu s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, size, "%llu h %02llu min", s / 3600, s / 60 % 60);
	else
		snprintf(buf, size, "%llu d %02llu h", s / 86400, s / 3600 % 24);
	return buf;
}

char *fmt_time(char *buf, size_t size, __u64 ns)
{
	snprintf(buf, size, "%llu.%06llu", ns / NSEC, ns % NSEC / 1000);
	return buf;
}

char *fmt_time_exact(char *buf, size_t size, __u64 ns)
{
	if (ns % 1000 == 0)
		return fmt_time(buf, size, ns);
	snprintf(buf, size, "%llu.%09llu", ns / NSEC, ns % NSEC);
	return buf;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

int parse_u64(const char *s, __u64 *ret_value)
{
	unsigned int base = 10;
	unsigned long long v = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		unsigned int d = (unsigned int)digit(*s);

		if (d >= base)
			return -EINVAL;
		if (__builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, d, &v))
			return -ERANGE;
	}
	*ret_value = v;
	return 0;
}

int parse_s64(const char *s, __s64 *ret_value)
{
	bool minus = *s == '-';
	__u64 v;
	int err;

	err = parse_u64(s + minus, &v);
	if (err)
		return err;
	if (v > (1ULL << 63) - !minus)
		return -ERANGE;
	*ret_value = minus ? (__s64)(0 - v) : (__s64)v;
	return 0;
}

/*
 * "12.5" at *s as 12.5 * 10^9; decimals behind the ninth must not be there.
 * The caller looks at what *ret_end points to.
 */
static int parse_nano(const char *s, const char **ret_end, unsigned __int128 *ret_nano)
{
	unsigned __int128 v = 0;
	unsigned int decimals = 0;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	for (; isdigit((unsigned char)*s); s++) {
		v = v * 10 + (unsigned int)(*s - '0');
		if (v > ~0ULL)
			return -ERANGE;
	}
	if (*s == '.') {
		if (!isdigit((unsigned char)*++s))
			return -EINVAL;
		for (; isdigit((unsigned char)*s); s++) {
			if (++decimals > 9)
				return -EINVAL;
			v = v * 10 + (unsigned int)(*s - '0');
		}
	}
	for (; decimals < 9; decimals++)
		v *= 10;
	*ret_end = s;
	*ret_nano = v;
	return 0;
}

/* nano * unit / 10^9, which must be a whole number that fits. */
static int scale_nano(unsigned __int128 nano, __u64 unit, __u64 *ret)
{
	/* nano < 2^64 * 10^9 < 2^94: the product of whole units needs a check of its own. */
	unsigned __int128 whole = nano / NSEC, rest = nano % NSEC, v;

	if (rest * unit % NSEC)
		return -EINVAL;
	v = whole * unit + rest * unit / NSEC;
	if (v > ~0ULL)
		return -ERANGE;
	*ret = (__u64)v;
	return 0;
}

struct unit {
	const char *name;
	__u64 factor;
};

static int parse_with_unit(const char *s, const struct unit *units, __u64 *ret)
{
	unsigned __int128 nano;
	const char *end;
	int err;

	err = parse_nano(s, &end, &nano);
	if (err)
		return err;
	for (const struct unit *u = units; u->name; u++)
		if (!strcmp(u->name, end))
			return scale_nano(nano, u->factor, ret);
	return -EINVAL;
}

int parse_duration(const char *s, __u64 *ret_ns)
{
	static const struct unit units[] = {
		{ .name = "ns", .factor = 1 },
		{ .name = "us", .factor = 1000 },
		{ .name = "ms", .factor = 1000000 },
		{ .name = "s", .factor = NSEC },
		{ .name = "m", .factor = 60 * NSEC },
		{ .name = "h", .factor = 3600 * NSEC },
		{ .name = NULL },
	};

	if (!strcmp(s, "0")) {
		*ret_ns = 0;
		return 0;
	}
	return parse_with_unit(s, units, ret_ns);
}

int parse_size(const char *s, __u64 *ret_bytes)
{
	static const struct unit units[] = {
		{ .name = "", .factor = 1 },
		{ .name = "K", .factor = 1ULL << 10 },
		{ .name = "k", .factor = 1ULL << 10 },
		{ .name = "M", .factor = 1ULL << 20 },
		{ .name = "m", .factor = 1ULL << 20 },
		{ .name = "G", .factor = 1ULL << 30 },
		{ .name = "g", .factor = 1ULL << 30 },
		{ .name = "T", .factor = 1ULL << 40 },
		{ .name = "t", .factor = 1ULL << 40 },
		{ .name = NULL },
	};

	return parse_with_unit(s, units, ret_bytes);
}

int parse_time(const char *s, __u64 *ret_ns)
{
	static const struct unit units[] = {
		{ .name = "", .factor = NSEC },
		{ .name = NULL },
	};

	return parse_with_unit(s, units, ret_ns);
}
