// SPDX-License-Identifier: GPL-2.0
/* Build-ids out of ELF notes, those that are none included, and out of sysfs. */
#include <errno.h>

#include "capture/buildid.h"
#include "sysfs.h"
#include "test.h"

/* A note of the kernel's that is not the id, then the id. */
static const unsigned char notes[] =
	"\6\0\0\0\4\0\0\0\1\1\0\0Linux\0\0\0\0\0\0\0"
	"\4\0\0\0\5\0\0\0\3\0\0\0GNU\0\x01\x23\xab\xcd\xef\0\0";

static void test_buildid__from_notes(void)
{
	char hex[BUILDID_LEN];

	ASSERT_OK(buildid_from_notes(notes, sizeof(notes) - 1, hex));
	ASSERT_STREQ(hex, "0123abcdef");
	/* The padding of the last note may be missing, its id not. */
	ASSERT_OK(buildid_from_notes(notes, sizeof(notes) - 3, hex));
	for (size_t len = 0; len < sizeof(notes) - 3; len++)
		ASSERT_EQ(buildid_from_notes(notes, len, hex), -ENOENT);
}

static void test_buildid__lies(void)
{
	unsigned char bad[sizeof(notes)];
	char hex[BUILDID_LEN];

	for (size_t at = 0; at < sizeof(notes) - 1; at++) {
		memcpy(bad, notes, sizeof(notes));
		bad[at] = 0xff;
		hex[0] = '\0';
		if (!buildid_from_notes(bad, sizeof(notes) - 1, hex))
			ASSERT_EQ(strlen(hex), 10);
	}
}

static void test_buildid__from_sysfs(void)
{
	char dir[] = "/tmp/hmmtrace-test-XXXXXX", hex[BUILDID_LEN];

	sysfs_make(dir, notes, sizeof(notes) - 1);
	ASSERT_OK(buildid_read(dir, "", hex));
	ASSERT_STREQ(hex, "0123abcdef");
	ASSERT_EQ(buildid_read(dir, "none", hex), -ENOENT);
	ASSERT_EQ(buildid_read(dir, "../kernel", hex), -ENOENT);
	sysfs_remove(dir);
}

TEST_MAIN(TEST(test_buildid__from_notes), TEST(test_buildid__lies), TEST(test_buildid__from_sysfs))
