// SPDX-License-Identifier: GPL-2.0
/* t_formats.c - what no report may pass on as it is: markup, control characters, directives. */
#include "test.h"

#include "base/mem.h"
#include "out/baseline.h"
#include "out/cases.h"

static char nasty[] = "a<b>&\"c\"\x01\x7f\xff]]>\n\t# SKIP";

static void make(struct cases *c, struct test_case *tc, enum case_state state)
{
	*tc = (struct test_case){
		.group = "assertion", .name = nasty, .state = state, .message = nasty, .text = nasty,
	};
	*c = (struct cases){ .v = tc, .nr = 1, .command_end = nasty };
	c->count[state] = 1;
}

static void test_junit__escapes(void)
{
	struct strbuf sb = STRBUF_INIT;
	struct test_case tc;
	struct cases c;

	for (int state = CASE_PASSED; state < CASE_NR; state++) {
		make(&c, &tc, state);
		strbuf__reset(&sb);
		junit_write(&c, &sb);
		ASSERT_HAS(strbuf__str(&sb),
			   " name=\"a&lt;b&gt;&amp;&quot;c&quot;???]]&gt;&#10;&#9;# SKIP\"");
		ASSERT_NULL(strchr(strbuf__str(&sb), '\x01'));
		ASSERT_NULL(strchr(strbuf__str(&sb), '\xff'));
		ASSERT_NULL(strstr(strbuf__str(&sb), "]]>"));
	}
	strbuf__free(&sb);
}

/* A name cannot turn a failure into a skip, or one line into two. */
static void test_ktap__escapes(void)
{
	struct strbuf sb = STRBUF_INIT;
	struct test_case tc;
	struct cases c;

	make(&c, &tc, CASE_FAILED);
	ktap_write(&c, &sb);
	ASSERT_HAS(strbuf__str(&sb), "\n  not ok 1 a<b>&\"c\"???]]>??_ SKIP\n");
	ASSERT_HAS(strbuf__str(&sb), "\nnot ok 1 assertion\n# a<b>");
	ASSERT_HAS(strbuf__str(&sb), "\n  # ?# SKIP\n");
	strbuf__free(&sb);
}

static void test_baseline__round_trip(void)
{
	char path[] = "/tmp/hmmtrace-baseline-XXXXXX";
	struct baseline a = { 0 }, b = { 0 };
	struct strbuf sb = STRBUF_INIT, again = STRBUF_INIT;
	struct errmsg err = { "" };
	int fd = mkstemp(path);
	FILE *f;

	ASSERT_OK(baseline__add(&a, "rule\n", 2));
	ASSERT_OK(baseline__add(&a, "rule\ndrv\nf\ng\"h", 1));
	ASSERT_OK(baseline__add(&a, "rule\n", 3));
	baseline__json(&a, &sb);
	f = fdopen(fd, "w");
	fputs(strbuf__str(&sb), f);
	fclose(f);
	ASSERT_MSG(!baseline__read(&b, path, &err), "%s", err.text);
	remove(path);
	ASSERT_EQ(b.nr, 2);
	ASSERT_EQ(baseline__find(&b, "rule\n")->count, 5);
	ASSERT_NOT_NULL(baseline__find(&b, "rule\ndrv\nf\ng\"h"));
	ASSERT_NULL(baseline__find(&b, "rule\ndrv\nf"));
	ASSERT_NULL(baseline__find(&b, "rule\ndrv\nf\ng\"h\ni"));
	baseline__json(&b, &again);
	ASSERT_STREQ(strbuf__str(&sb), strbuf__str(&again));
	strbuf__free(&sb);
	strbuf__free(&again);
	baseline__free(&a);
	baseline__free(&b);
}

static void test_baseline__many(void)
{
	struct baseline b = { 0 };
	char text[64];

	for (int i = 0; i < 20000; i++) {
		snprintf(text, sizeof(text), "rule\ndriver\nf%d", i % 10000);
		ASSERT_OK(baseline__add(&b, text, 1));
	}
	ASSERT_EQ(b.nr, 10000);
	for (int i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "rule\ndriver\nf%d", i);
		ASSERT_EQ(baseline__find(&b, text)->count, 2);
	}
	baseline__free(&b);
}

static void test_baseline__out_of_memory(void)
{
	long before = hmt_mem_live();

	for (unsigned long n = 1; n < 10; n++) {
		struct baseline b = { 0 };
		int ret;

		hmt_mem_fail_at(n);
		ret = baseline__add(&b, "rule\ndriver", 1);
		hmt_mem_fail_at(0);
		ASSERT_EQ(b.nr, ret ? 0 : 1);
		ASSERT_EQ(baseline__find(&b, "rule\ndriver") != NULL, !ret);
		baseline__free(&b);
		ASSERT_EQ(hmt_mem_live(), before);
	}
}

TEST_MAIN(TEST(test_junit__escapes), TEST(test_ktap__escapes), TEST(test_baseline__round_trip),
	  TEST(test_baseline__many), TEST(test_baseline__out_of_memory))
