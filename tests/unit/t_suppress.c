// SPDX-License-Identifier: GPL-2.0
/* t_suppress.c - patterns in the manner of LeakSanitizer. */
#include "test.h"

#include "base/mem.h"
#include "out/suppress.h"

static void test_suppress__patterns(void)
{
	static const struct { const char *pattern, *name; bool hit; } rows[] = {
		{ "ioctl", "exerciser_ioctl", true },
		{ "exerciser", "exerciser_ioctl", true },
		{ "iocl", "exerciser_ioctl", false },
		{ "^ioctl", "exerciser_ioctl", false },
		{ "^exer", "exerciser_ioctl", true },
		{ "exer$", "exerciser_ioctl", false },
		{ "ioctl$", "exerciser_ioctl", true },
		{ "^exerciser_ioctl$", "exerciser_ioctl", true },
		{ "^exerciser_ioct$", "exerciser_ioctl", false },
		{ "ex*ctl", "exerciser_ioctl", true },
		{ "^ex*_*ctl$", "exerciser_ioctl", true },
		{ "ctl*ex", "exerciser_ioctl", false },
		{ "^*r*r*l$", "exerciser_ioctl", true },
		{ "^*r*r*r*l$", "exerciser_ioctl", false },
		{ "*", "", true },
		{ "^$", "", true },
		{ "^$", "a", false },
		{ "a*b*c", "axbxbxd", false },
		{ "^a*aab$", "aaaaaab", true },
		{ "a.c", "abc", false },
		{ "[a]", "a", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ASSERT_MSG(suppress_pattern(rows[i].pattern, rows[i].name) == rows[i].hit,
			   "%s on %s", rows[i].pattern, rows[i].name);
}

/* What a pattern may cost is bounded: stars are tried again from the last one only. */
static void test_suppress__many_stars_are_fast(void)
{
	char name[2001], pattern[] = "^a*a*a*a*a*a*a*a*a*a*a*a*a*b$";

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ASSERT(!suppress_pattern(pattern, name));
}

static int read_text(struct suppressions *s, const char *text, struct errmsg *err)
{
	char path[] = "/tmp/hmmtrace-suppress-XXXXXX";
	int fd = mkstemp(path), ret;
	FILE *f = fdopen(fd, "w");

	fputs(text, f);
	fclose(f);
	*s = (struct suppressions){ 0 };
	ret = suppressions__read(s, path, err);
	remove(path);
	return ret;
}

static void test_suppress__lines(void)
{
	struct suppressions s;
	struct errmsg err = { "" };

	ASSERT_OK(read_text(&s, "# a comment\n\n  leak:foo \r\nrule:range-orphaned-by-mm\n"
			    "rule:range-orphaned-by-mm:^bar$\nsymbol:a:b\ndriver:x", &err));
	ASSERT_EQ(s.nr, 5);
	ASSERT_STREQ(s.v[0].pattern, "foo");
	ASSERT_EQ(s.v[0].line, 3);
	ASSERT_EQ(s.v[1].rule, RULE_RANGE_ORPHANED_BY_MM);
	ASSERT_STREQ(s.v[1].pattern, "");
	ASSERT_STREQ(s.v[2].pattern, "^bar$");
	ASSERT_STREQ(s.v[3].pattern, "a:b");
	ASSERT_EQ(s.v[4].kind, SUPPRESS_DRIVER);
	suppressions__free(&s);
	ASSERT_EQ(read_text(&s, "leak:foo\nrule:range-orphaned\n", &err), -22);
	ASSERT_HAS(err.text, ":2: there is no rule 'range-orphaned'");
	suppressions__free(&s);
}

/* Every allocation may fail, and nothing is left behind. */
static void test_suppress__out_of_memory(void)
{
	struct suppressions s;
	struct errmsg err;
	long before = hmt_mem_live();
	int ret = -1;

	for (unsigned long n = 1; ret; n++) {
		hmt_mem_fail_at(n);
		ret = read_text(&s, "leak:foo\ndriver:bar\n", &err);
		hmt_mem_fail_at(0);
		suppressions__free(&s);
		ASSERT_EQ(hmt_mem_live(), before);
		ASSERT_LT(n, 100);
	}
}

TEST_MAIN(TEST(test_suppress__patterns), TEST(test_suppress__many_stars_are_fast),
	  TEST(test_suppress__lines), TEST(test_suppress__out_of_memory))
