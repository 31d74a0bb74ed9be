/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test.h - the whole test harness: one header, TAP on stdout.
 *
 *	static void test_fmt__bytes(void)
 *	{
 *		ASSERT_EQ(fmt(10), 10);
 *	}
 *
 *	TEST_MAIN(TEST(test_fmt__bytes), TEST(test_fmt__sizes))
 *
 * prints
 *
 *	1..2
 *	ok 1 - test_fmt__bytes
 *	not ok 2 - test_fmt__sizes # tests/unit/t_fmt.c:12: fmt(1) == 2: 1 (0x1), 2 (0x2)
 *
 * and exits 1 when anything failed. An ASSERT that fails ends its test function
 * only; it works in helpers too. With arguments the binary runs the named tests.
 * SKIP("why") ends a test as "ok # SKIP why".
 */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test {
	const char *name;
	void (*fn)(void);
};

#define TEST(fn) { #fn, fn }
#define TEST_MAIN(...)								\
	int main(int argc, char **argv)						\
	{									\
		static const struct test tests[] = { __VA_ARGS__ };		\
		return test_run(tests, sizeof(tests) / sizeof(tests[0]), argc, argv); \
	}

/* One test runs at a time: where a failing ASSERT jumps to, and what it says. */
static struct {
	jmp_buf out;
	char why[2048];
	const char *skip;
} test_now;

static void test_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), noreturn, unused));
static void test_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;
	int n;

	n = snprintf(test_now.why, sizeof(test_now.why), "%s:%d: ", file, line);
	va_start(ap, fmt);
	vsnprintf(test_now.why + n, sizeof(test_now.why) - n, fmt, ap);
	va_end(ap);
	/* TAP is line based. */
	for (char *p = test_now.why; *p; p++)
		if (*p == '\n')
			*p = '|';
	longjmp(test_now.out, 1);
}

#define FAIL(...) test_fail(__FILE__, __LINE__, __VA_ARGS__)
#define SKIP(text) do { test_now.skip = (text); longjmp(test_now.out, 2); } while (0)

#define ASSERT(cond) do { if (!(cond)) FAIL("%s", #cond); } while (0)
/* As ASSERT, with what a person needs to know besides the condition. */
#define ASSERT_MSG(cond, fmt, ...) do {						\
	if (!(cond))								\
		FAIL("%s: " fmt, #cond, ##__VA_ARGS__);				\
} while (0)

#define ASSERT_CMP(a, op, b) do {						\
	long long a_ = (long long)(a), b_ = (long long)(b);			\
	if (!(a_ op b_))							\
		FAIL("%s %s %s: %lld (0x%llx), %lld (0x%llx)", #a, #op, #b,	\
		     a_, (unsigned long long)a_, b_, (unsigned long long)b_);	\
} while (0)
#define ASSERT_EQ(a, b) ASSERT_CMP(a, ==, b)
#define ASSERT_NE(a, b) ASSERT_CMP(a, !=, b)
#define ASSERT_GE(a, b) ASSERT_CMP(a, >=, b)
#define ASSERT_GT(a, b) ASSERT_CMP(a, >, b)
#define ASSERT_LE(a, b) ASSERT_CMP(a, <=, b)
#define ASSERT_LT(a, b) ASSERT_CMP(a, <, b)
#define ASSERT_OK(call) do {							\
	long long r_ = (long long)(call);					\
	if (r_)									\
		FAIL("%s: %lld (%s)", #call, r_, r_ < 0 ? strerror((int)-r_) : "not 0"); \
} while (0)
#define ASSERT_NULL(p) do {							\
	const void *p_ = (p);							\
	if (p_)									\
		FAIL("%s is %p, not NULL", #p, p_);				\
} while (0)
#define ASSERT_NOT_NULL(p) do { if (!(p)) FAIL("%s is NULL", #p); } while (0)

static inline int test_str_differ(const char *a, const char *b)
{
	return (!a || !b) ? a != b : strcmp(a, b) != 0;
}

#define ASSERT_STREQ(a, b) do {							\
	const char *a_ = (a), *b_ = (b);					\
	if (test_str_differ(a_, b_))						\
		FAIL("%s == %s: \"%s\", \"%s\"", #a, #b, a_ ? a_ : "(NULL)",	\
		     b_ ? b_ : "(NULL)");					\
} while (0)
/* The string a contains the string b. */
#define ASSERT_HAS(a, b) do {							\
	const char *a_ = (a), *b_ = (b);					\
	if (!a_ || !strstr(a_, b_))						\
		FAIL("%s has %s: \"%s\", \"%s\"", #a, #b, a_ ? a_ : "(NULL)", b_); \
} while (0)
#define ASSERT_MEMEQ(a, b, n) do {						\
	const unsigned char *a_ = (const void *)(a), *b_ = (const void *)(b);	\
	size_t n_ = (n), i_ = 0;						\
	while (i_ < n_ && a_[i_] == b_[i_])					\
		i_++;								\
	if (i_ < n_)								\
		FAIL("%s == %s: byte %zu of %zu is 0x%02x, 0x%02x", #a, #b, i_, n_, \
		     a_[i_], b_[i_]);						\
} while (0)

static inline int test_wanted(const char *name, int argc, char **argv)
{
	if (argc < 2)
		return 1;
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return 1;
	return 0;
}

static inline int test_run(const struct test *tests, size_t nr, int argc, char **argv)
{
	static size_t i, serial;
	static int failed;

	for (i = 0; i < nr; i++)
		serial += test_wanted(tests[i].name, argc, argv);
	printf("1..%zu\n", serial);
	if (!serial)
		failed = 1;
	for (i = serial = 0; i < nr; i++) {
		if (!test_wanted(tests[i].name, argc, argv))
			continue;
		serial++;
		switch (setjmp(test_now.out)) {
		case 0:
			tests[i].fn();
			printf("ok %zu - %s\n", serial, tests[i].name);
			break;
		case 1:
			failed = 1;
			printf("not ok %zu - %s # %s\n", serial, tests[i].name, test_now.why);
			break;
		default:
			printf("ok %zu - %s # SKIP %s\n", serial, tests[i].name, test_now.skip);
			break;
		}
		fflush(stdout);
	}
	return failed || ferror(stdout) ? 1 : 0;
}

#endif /* TEST_H */
