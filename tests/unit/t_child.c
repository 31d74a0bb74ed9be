// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/child.h"

static struct errmsg err;

static void wait_for(struct child *c)
{
	static const struct timespec step = { .tv_nsec = 1000000 };

	for (int i = 0; i < 5000 && !child__ended(c); i++)
		nanosleep(&step, NULL);
	ASSERT(child__ended(c));
}

/* Runs words to their end. Return: what there is to say about it. */
static const char *run(char *const *argv)
{
	static char text[128];
	struct child c = { 0 };

	ASSERT_OK(child__prepare(&c, argv, false, &err));
	ASSERT(!child__ended(&c));
	ASSERT_OK(child__start(&c, &err));
	wait_for(&c);
	child__stop(&c);
	child__describe(&c, text, sizeof(text));
	return text;
}

static char *const true_argv[] = { (char *)"true", NULL };

static void test_child__ends_well(void)
{
	ASSERT_STREQ(run(true_argv), "");
}

static void test_child__exit_status(void)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)"exit 3", NULL };

	ASSERT_STREQ(run(argv), "command exited with status 3");
}

static void test_child__signal(void)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)"kill -9 $$", NULL };

	ASSERT_STREQ(run(argv), "command was killed by signal 9");
}

static void test_child__no_such_command(void)
{
	char *argv[] = { (char *)"no-such-command-here", NULL };
	struct child c = { 0 };

	ASSERT_EQ(child__prepare(&c, argv, false, &err), -ENOENT);
	ASSERT_STREQ(err.text, "cannot run 'no-such-command-here': no such command");
	ASSERT(child__ended(&c));
	child__stop(&c);
}

static void test_child__empty_name(void)
{
	char *argv[] = { (char *)"", NULL };
	struct child c = { 0 };

	ASSERT_EQ(child__prepare(&c, argv, false, &err), -ENOENT);
}

/* Executable by its mode, but exec has the last word. */
static void test_child__cannot_be_executed(void)
{
	char path[] = "/tmp/t_child.XXXXXX";
	char *argv[] = { path, NULL };
	struct child c = { 0 };
	int fd = mkstemp(path);

	ASSERT_GE(fd, 0);
	ASSERT_EQ(write(fd, "#!/no/such/shell\n", 17), 17);
	fchmod(fd, 0700);
	close(fd);
	ASSERT_OK(child__prepare(&c, argv, false, &err));
	ASSERT_LT(child__start(&c, &err), 0);
	unlink(path);
	ASSERT_HAS(err.text, "cannot run '/tmp/t_child.");
	child__stop(&c);
}

/* Nothing of it runs before it is let go, or ever when it is not. */
static void test_child__held_back(void)
{
	char path[] = "/tmp/t_child.XXXXXX";
	char *argv[] = { (char *)"rm", path, NULL };
	struct child c = { 0 };
	int fd = mkstemp(path);

	ASSERT_GE(fd, 0);
	close(fd);
	ASSERT_OK(child__prepare(&c, argv, false, &err));
	child__stop(&c);
	ASSERT_OK(access(path, F_OK));
	unlink(path);
}

static void test_child__stop_ends_it(void)
{
	char *argv[] = { (char *)"sleep", (char *)"100", NULL };
	struct child c = { 0 };
	char text[128];

	ASSERT_OK(child__prepare(&c, argv, false, &err));
	ASSERT_OK(child__start(&c, &err));
	child__stop(&c);
	child__stop(&c);
	child__describe(&c, text, sizeof(text));
	ASSERT_STREQ(text, "command was killed by signal 15");
}

static void test_child__none(void)
{
	struct child c = { 0 };
	char text[128];

	ASSERT(child__ended(&c));
	child__stop(&c);
	child__describe(&c, text, sizeof(text));
	ASSERT_STREQ(text, "");
}

TEST_MAIN(TEST(test_child__ends_well), TEST(test_child__exit_status), TEST(test_child__signal),
	  TEST(test_child__no_such_command), TEST(test_child__empty_name),
	  TEST(test_child__cannot_be_executed), TEST(test_child__held_back),
	  TEST(test_child__stop_ends_it), TEST(test_child__none))
