// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <errno.h>
#include <jansson.h>

#include "base/err.h"
#include "base/fmt.h"
#include "base/jsonw.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/thread.h"

static char out[FMT_LEN];

static void test_err__fills_and_cuts(void)
{
	struct errmsg e;

	ASSERT_EQ(err_set(NULL, -EIO, "%d", 1), -EIO);
	ASSERT_EQ(err_set(&e, -ENOENT, "%s: missing", "x"), -ENOENT);
	ASSERT_STREQ(e.text, "x: missing");
	err_set(&e, -1, "%01000d", 1);
	ASSERT_EQ(strlen(e.text), sizeof(e.text) - 1);
}

static void *set_flag(void *arg)
{
	*(bool *)arg = true;
	return NULL;
}

static void test_thread__starts(void)
{
	pthread_t thread;
	bool ran = false;

	ASSERT(!thread_works_on("5.3.1-hmmtrace"));
	ASSERT(!thread_works_on("5.3"));
	ASSERT(thread_works_on("5.30.1"));
	ASSERT(thread_works_on("5.4.286"));
	ASSERT(thread_works_on("6.12.117"));
	ASSERT_OK(thread_start(&thread, set_flag, &ran));
	ASSERT_OK(pthread_join(thread, NULL));
	ASSERT(ran);
}

static void test_mem__nth_fails_once(void)
{
	long live = hmt_mem_live();
	void *a, *b;

	hmt_mem_fail_at(2);
	a = hmt_calloc(1, 8);
	ASSERT_NOT_NULL(a);
	ASSERT(!hmt_mem_failed());
	ASSERT_NULL(hmt_realloc(a, 16, 1));
	ASSERT(hmt_mem_failed());
	b = hmt_strdup("abc");
	ASSERT_STREQ(b, "abc");
	ASSERT_EQ(hmt_mem_live(), live + 2);
	hmt_free(a);
	hmt_free(b);
	hmt_free(NULL);
	ASSERT_EQ(hmt_mem_live(), live);
	ASSERT_NULL(hmt_realloc(NULL, (size_t)-1, 2));
	b = hmt_memdup("xyz", 0);
	ASSERT_NOT_NULL(b);
	hmt_free(b);
	b = hmt_strndup("abcdef", 2);
	ASSERT_STREQ(b, "ab");
	hmt_free(b);
}

static void test_strbuf__grows(void)
{
	struct strbuf sb = STRBUF_INIT;
	char *s;

	ASSERT_STREQ(strbuf__str(&sb), "");
	strbuf__addf(&sb, "%0200d", 7);
	ASSERT_EQ(sb.len, 200);
	strbuf__addf(&sb, "%s-%d", "x", 5);
	strbuf__pad(&sb, '.', 3);
	strbuf__addc(&sb, '!');
	ASSERT_STREQ(strbuf__str(&sb) + 199, "7x-5...!");
	strbuf__truncate(&sb, 1);
	strbuf__truncate(&sb, 100);
	ASSERT_STREQ(strbuf__str(&sb), "0");
	for (int i = 0; i < 1000; i++)
		strbuf__adds(&sb, "abc");
	ASSERT_EQ(sb.len, 3001);
	ASSERT_OK(strbuf__err(&sb));
	s = strbuf__detach(&sb);
	ASSERT_EQ(strlen(s), 3001);
	ASSERT_EQ(sb.len, 0);
	hmt_free(s);
	s = strbuf__detach(&sb);
	ASSERT_STREQ(s, "");
	hmt_free(s);
	strbuf__free(&sb);
}

static void test_strbuf__failure_is_sticky(void)
{
	struct strbuf sb = STRBUF_INIT;

	hmt_mem_fail_at(1);
	strbuf__adds(&sb, "lost");
	strbuf__adds(&sb, "kept?");
	strbuf__addf(&sb, "%d", 1);
	ASSERT_EQ(strbuf__err(&sb), -ENOMEM);
	ASSERT_STREQ(strbuf__str(&sb), "");
	ASSERT_NULL(strbuf__detach(&sb));
	strbuf__reset(&sb);
	strbuf__adds(&sb, "again");
	ASSERT_OK(strbuf__err(&sb));
	hmt_mem_fail_at(1);
	strbuf__addf(&sb, "%0300d", 1);
	ASSERT_EQ(strbuf__err(&sb), -ENOMEM);
	ASSERT_STREQ(strbuf__str(&sb), "again");
	strbuf__free(&sb);
}

static void test_fmt__bytes(void)
{
	ASSERT_STREQ(fmt_bytes(out, sizeof(out), 0), "0 B");
	ASSERT_STREQ(fmt_bytes(out, sizeof(out), 1023), "1023 B");
	ASSERT_STREQ(fmt_bytes(out, sizeof(out), 1024), "1.00 KiB");
	ASSERT_STREQ(fmt_bytes(out, sizeof(out), 1536 * 1024), "1.50 MiB");
	ASSERT_STREQ(fmt_bytes(out, sizeof(out), 20ULL << 30), "20.0 GiB");
	ASSERT_STREQ(fmt_bytes(out, sizeof(out), ~0ULL), "15.9 EiB");
}

static void test_fmt__duration(void)
{
	static const struct {
		__u64 ns;
		const char *text;
	} rows[] = {
		{ 0, "0 ns" }, { 999, "999 ns" }, { 1500, "1.50 us" }, { 12345678, "12.3 ms" },
		{ 300000000, "300 ms" }, { 999999999, "999 ms" }, { 1500000000, "1.50 s" },
		{ 59999999999, "59.9 s" }, { 60000000000, "1 min 00 s" },
		{ 125000000000, "2 min 05 s" }, { 3600ULL * 1000000000, "1 h 00 min" },
		{ 86400ULL * 1000000000, "1 d 00 h" }, { ~0ULL, "213503 d 23 h" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ASSERT_STREQ(fmt_duration(out, sizeof(out), rows[i].ns), rows[i].text);
}

static void test_fmt__time(void)
{
	ASSERT_STREQ(fmt_time(out, sizeof(out), 1000000), "0.001000");
	ASSERT_STREQ(fmt_time(out, sizeof(out), 12345678999), "12.345678");
	ASSERT_STREQ(fmt_time_exact(out, sizeof(out), 1000000), "0.001000");
	ASSERT_STREQ(fmt_time_exact(out, sizeof(out), 1000001), "0.001000001");
	ASSERT_STREQ(fmt_time_exact(out, sizeof(out), ~0ULL), "18446744073.709551615");
}

static void test_parse__duration(void)
{
	static const char *const bad[] = {
		"", "5", "s", "-1s", "+1s", " 1s", "1 s", "1s ", "1.s", ".5s", "1ss", "1S",
		"0x1s", "0.5ns", "1.0000000001s", "nan", "1e3s",
	};
	__u64 ns = 42;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ASSERT_MSG(parse_duration(bad[i], &ns) == -EINVAL, "%s", bad[i]);
	ASSERT_EQ(parse_duration("99999999999999999999s", &ns), -ERANGE);
	ASSERT_EQ(parse_duration("18446744074s", &ns), -ERANGE);
	ASSERT_EQ(ns, 42);
	ASSERT_OK(parse_duration("0", &ns));
	ASSERT_EQ(ns, 0);
	ASSERT_OK(parse_duration("500ms", &ns));
	ASSERT_EQ(ns, 500000000);
	ASSERT_OK(parse_duration("1.5s", &ns));
	ASSERT_EQ(ns, 1500000000);
	ASSERT_OK(parse_duration("2m", &ns));
	ASSERT_EQ(ns, 120000000000);
	ASSERT_OK(parse_duration("1h", &ns));
	ASSERT_EQ(ns, 3600000000000);
	ASSERT_OK(parse_duration("18446744073709551615ns", &ns));
	ASSERT(ns == ~0ULL);
}

static void test_parse__size(void)
{
	static const char *const bad[] = { "", "K", "-1", "1KB", "1.5", "1,5K", "0x10", "1 K" };
	__u64 n = 42;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ASSERT_MSG(parse_size(bad[i], &n) == -EINVAL, "%s", bad[i]);
	ASSERT_EQ(parse_size("99999999999T", &n), -ERANGE);
	ASSERT_EQ(n, 42);
	ASSERT_OK(parse_size("64K", &n));
	ASSERT_EQ(n, 65536);
	ASSERT_OK(parse_size("16M", &n));
	ASSERT_EQ(n, 16 << 20);
	ASSERT_OK(parse_size("1.5g", &n));
	ASSERT_EQ(n, 3ULL << 29);
	ASSERT_OK(parse_size("123", &n));
	ASSERT_EQ(n, 123);
}

static void test_parse__numbers(void)
{
	__u64 u;
	__s64 s;

	ASSERT_OK(parse_u64("18446744073709551615", &u));
	ASSERT(u == ~0ULL);
	ASSERT_OK(parse_u64("0xffffFFFFffffffff", &u));
	ASSERT(u == ~0ULL);
	ASSERT_EQ(parse_u64("18446744073709551616", &u), -ERANGE);
	ASSERT_EQ(parse_u64("0x", &u), -EINVAL);
	ASSERT_EQ(parse_u64("1f", &u), -EINVAL);
	ASSERT_EQ(parse_u64("0xg", &u), -EINVAL);
	ASSERT_EQ(parse_u64("-1", &u), -EINVAL);
	ASSERT_OK(parse_s64("-9223372036854775808", &s));
	ASSERT(s == (__s64)(1ULL << 63));
	ASSERT_EQ(parse_s64("9223372036854775808", &s), -ERANGE);
	ASSERT_OK(parse_s64("-22", &s));
	ASSERT_EQ(s, -22);
	ASSERT_EQ(parse_s64("--2", &s), -EINVAL);
	ASSERT_EQ(parse_s64("-", &s), -EINVAL);
}

static void test_parse__time_inverts_fmt(void)
{
	static const __u64 times[] = { 0, 1, 999, 1000, 123456789, 1000000000, ~0ULL };
	__u64 ns;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		ASSERT_OK(parse_time(fmt_time_exact(out, sizeof(out), times[i]), &ns));
		ASSERT_EQ(ns, times[i]);
	}
	ASSERT_OK(parse_time("7", &ns));
	ASSERT_EQ(ns, 7000000000);
	ASSERT_EQ(parse_time("1.0000000000", &ns), -EINVAL);
	ASSERT_EQ(parse_time("1s", &ns), -EINVAL);
}

static void test_jsonw__shapes(void)
{
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;

	jsonw__init(&j, &sb);
	jsonw__object(&j);
	jsonw__key(&j, "a");
	jsonw__array(&j);
	jsonw__u64(&j, ~0ULL);
	jsonw__s64(&j, -1);
	jsonw__object(&j);
	jsonw__end(&j);
	jsonw__array(&j);
	jsonw__end(&j);
	jsonw__null(&j);
	jsonw__end(&j);
	jsonw__khex(&j, "h", 31);
	jsonw__kbool(&j, "b", true);
	jsonw__kstr(&j, "s", "x");
	jsonw__ku64(&j, "u", 1);
	jsonw__ks64(&j, "i", -2);
	jsonw__key(&j, "r");
	jsonw__raw(&j, "[1, 2]");
	jsonw__end(&j);
	jsonw__end(&j);
	ASSERT_STREQ(strbuf__str(&sb),
		     "{\"a\":[18446744073709551615,-1,{},[],null],\"h\":\"0x1f\",\"b\":true,"
		     "\"s\":\"x\",\"u\":1,\"i\":-2,\"r\":[1, 2]}");
	strbuf__free(&sb);
}

static void test_jsonw__too_deep_fails(void)
{
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;

	jsonw__init(&j, &sb);
	for (int i = 0; i < JSONW_DEPTH + 1; i++)
		jsonw__array(&j);
	ASSERT_EQ(strbuf__err(&sb), -ENOMEM);
	strbuf__free(&sb);
}

static void test_jsonw__escapes(void)
{
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;

	jsonw__init(&j, &sb);
	jsonw__str(&j, "\"\\/\n\t\r\x01\x7f" "\xc3\xa9" "\xe2\x82\xac" "\xf0\x9f\x98\x80");
	ASSERT_STREQ(strbuf__str(&sb), "\"\\\"\\\\/\\n\\t\\r\\u0001\\u007f"
		     "\xc3\xa9" "\xe2\x82\xac" "\xf0\x9f\x98\x80\"");
	strbuf__reset(&sb);
	/* lone continuation, cut, overlong, surrogate, above the last, never a lead */
	jsonw__str(&j, "\x80" "\xc3" "\xc0\xaf" "\xed\xa0\x80" "\xf4\x90\x80\x80" "\xff.");
	for (const char *p = strbuf__str(&sb); *p; p++)
		ASSERT((unsigned char)*p < 0x80);
	strbuf__free(&sb);
}

/* Whatever bytes go in, a JSON parser takes what comes out. */
static void test_jsonw__any_bytes_parse(void)
{
	struct strbuf sb = STRBUF_INIT;
	char s[4];
	struct jsonw j;

	jsonw__init(&j, &sb);
	for (unsigned int i = 0; i < 0x10000; i++) {
		json_t *v;

		s[0] = (char)(i >> 8);
		s[1] = (char)i;
		s[2] = (char)(i * 7);
		s[3] = (char)(0x80 | i);
		strbuf__reset(&sb);
		jsonw__strn(&j, s, sizeof(s));
		v = json_loadb(sb.buf, sb.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		ASSERT_MSG(v, "%04x: %s", i, strbuf__str(&sb));
		json_decref(v);
	}
	strbuf__free(&sb);
}

TEST_MAIN(TEST(test_err__fills_and_cuts), TEST(test_thread__starts), TEST(test_mem__nth_fails_once),
	  TEST(test_strbuf__grows), TEST(test_strbuf__failure_is_sticky), TEST(test_fmt__bytes),
	  TEST(test_fmt__duration), TEST(test_fmt__time), TEST(test_parse__duration),
	  TEST(test_parse__size), TEST(test_parse__numbers), TEST(test_parse__time_inverts_fmt),
	  TEST(test_jsonw__shapes), TEST(test_jsonw__too_deep_fails), TEST(test_jsonw__escapes),
	  TEST(test_jsonw__any_bytes_parse))
