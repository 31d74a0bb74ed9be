// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/switches.h"

#define FTRACE "/proc/sys/kernel/ftrace_enabled"
#define KPROBES "/sys/kernel/debug/kprobes/enabled"
#define BOTH (1U << SWITCH_FTRACE | 1U << SWITCH_KPROBES)

static char root[32];
static struct switches s;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

/* As the shell's echo does it: the file stays the one it is. */
static void set(const char *path, const char *text)
{
	char full[128];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *at = full + strlen(root) + 1; (at = strchr(at, '/')); *at++ = '/') {
		*at = '\0';
		mkdir(full, 0700);
	}
	f = fopen(full, "w");
	ASSERT_NOT_NULL(f);
	fputs(text, f);
	fclose(f);
}

static void begin(unsigned int mask)
{
	snprintf(root, sizeof(root), "/tmp/t_switches.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(root));
	set(FTRACE, "1\n");
	set(KPROBES, "1\n");
	switches__open(&s, root, mask);
}

static void end(void)
{
	switches__close(&s);
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void test_switches__on(void)
{
	begin(BOTH);
	for (int i = 0; i < 3; i++)
		ASSERT(!switches__look(&s));
	end();
}

/* As long as it is off, and once more: it was, until it was on again. */
static void test_switches__off(void)
{
	static const char *const paths[] = { FTRACE, KPROBES };

	for (int i = 0; i < 2; i++) {
		begin(BOTH);
		set(paths[i], "0\n");
		for (int k = 0; k < 3; k++)
			ASSERT(switches__look(&s));
		set(paths[i], "1\n");
		ASSERT(switches__look(&s));
		ASSERT(!switches__look(&s));
		end();
	}
}

static void test_switches__off_and_on_between_looks(void)
{
	begin(BOTH);
	set(FTRACE, "0\n");
	set(FTRACE, "1\n");
	ASSERT(switches__look(&s));
	ASSERT(!switches__look(&s));
	end();
}

static void test_switches__off_from_the_start(void)
{
	begin(BOTH);
	switches__close(&s);
	set(KPROBES, "0\n");
	switches__open(&s, root, BOTH);
	ASSERT(switches__look(&s));
	end();
}

/* Kprobes that nobody uses may be off. */
static void test_switches__only_what_matters(void)
{
	begin(1U << SWITCH_FTRACE);
	set(KPROBES, "0\n");
	ASSERT(!switches__look(&s));
	set(FTRACE, "0\n");
	ASSERT(switches__look(&s));
	end();

	begin(0);
	set(FTRACE, "0\n");
	set(KPROBES, "0\n");
	ASSERT(!switches__look(&s));
	end();
}

/* A kernel without one of them, and debugfs that is mounted later. */
static void test_switches__not_there_yet(void)
{
	char full[128];

	begin(BOTH);
	switches__close(&s);
	snprintf(full, sizeof(full), "%s%s", root, KPROBES);
	ASSERT_OK(unlink(full));
	switches__open(&s, root, BOTH);
	ASSERT(!switches__look(&s));
	set(KPROBES, "1\n");
	ASSERT(!switches__look(&s));
	set(KPROBES, "0\n");
	set(KPROBES, "1\n");
	ASSERT(switches__look(&s));
	ASSERT(!switches__look(&s));
	end();
}
TEST_MAIN(TEST(test_switches__on), TEST(test_switches__off),
	  TEST(test_switches__off_and_on_between_looks), TEST(test_switches__off_from_the_start),
	  TEST(test_switches__only_what_matters), TEST(test_switches__not_there_yet))
