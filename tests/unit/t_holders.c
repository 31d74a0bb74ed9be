// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include "capture/holders.h"

static struct hmt_file file_at(__u64 ts, __u64 cookie)
{
	struct hmt_file rec = {
		.h = { .kind = HMT_FILE, .size = sizeof(rec), .ts = ts, .mm = 0xa0, .tgid = 7 },
		.file = cookie, .data = cookie + 1, .major = 231, .minor = 192,
	};

	memcpy(&rec.name, "uverbs0", 7);
	return rec;
}

static void test_holders__are_due_before_the_grace_time_is_over(void)
{
	struct holders h = { .conf = { .grace_ns = 1000 } };
	struct hmt_file a = file_at(100, 0xf1), b = file_at(900, 0xf2);

	ASSERT_EQ(holders__due(&h, ~0ULL), false);
	ASSERT_OK(holders__left(&h, &a));
	ASSERT_OK(holders__left(&h, &b));
	ASSERT_EQ(holders__due(&h, 849), false);
	ASSERT_EQ(holders__due(&h, 850), true);
	/* A walk for the first is not for the second too. */
	ASSERT_EQ(h.left[1].due > 850 + holders__slack(&h), true);
	holders__free(&h);
}

static void test_holders__nothing_is_kept_without_a_program(void)
{
	struct holders h = { .conf = { .prog_fd = -1, .grace_ns = 1000 } };
	struct hmt_file a = file_at(100, 0xf1);

	ASSERT_OK(holders__left(&h, &a));
	ASSERT_EQ(holders__due(&h, ~0ULL), false);
	holders__free(&h);
}

static void test_holders__memory_is_bounded(void)
{
	struct holders h = { .conf = { .grace_ns = 1000 } };

	for (int i = 0; i < 2 * HMT_HOLDER_FILES; i++) {
		struct hmt_file a = file_at(100, i);

		ASSERT_OK(holders__left(&h, &a));
	}
	ASSERT_EQ(h.nr, HMT_HOLDER_FILES);
	holders__free(&h);
}

static const char *path_in(const struct hmt_holder *rec)
{
	static char path[HMT_HOLDER_PATH_LEN + 1];

	memcpy(path, &rec->path, HMT_HOLDER_PATH_LEN);
	return path;
}

static void test_holders__record(void)
{
	struct holders h = { .conf = { .grace_ns = 1000 } };
	struct holder_obj o = { .file = 0xf1, .tgid = 412, .fd = 3 };
	struct hmt_file a = file_at(100, 0xf1);
	struct hmt_holder rec;
	char deep[100];

	ASSERT_OK(holders__left(&h, &a));
	holder_build(&rec, 5000, &h.left[0], &o, "/dev/infiniband/uverbs0");
	ASSERT_STREQ(path_in(&rec), "/dev/infiniband/uverbs0");
	ASSERT_EQ(rec.h.kind, HMT_HOLDER);
	ASSERT_EQ(rec.h.ts, 5000);
	ASSERT_EQ(rec.h.mm, 0xa0);
	ASSERT_EQ(rec.h.tgid, 412);
	ASSERT_EQ(rec.owner, 7);
	ASSERT_EQ(rec.fd, 3);

	/* Without a path there is the name that the exit saw. */
	holder_build(&rec, 5000, &h.left[0], &o, NULL);
	ASSERT_STREQ(path_in(&rec), "uverbs0");
	h.left[0].major = 0;
	memset(h.left[0].name, 'x', sizeof(h.left[0].name));
	holder_build(&rec, 5000, &h.left[0], &o, NULL);
	ASSERT_STREQ(path_in(&rec), "anon_inode:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");

	memset(deep, '/', sizeof(deep));
	strcpy(deep + 90, "/dev/end");
	holder_build(&rec, 5000, &h.left[0], &o, deep);
	ASSERT_EQ(strlen(path_in(&rec)), HMT_HOLDER_PATH_LEN);
	ASSERT_STREQ(path_in(&rec) + HMT_HOLDER_PATH_LEN - 8, "/dev/end");
	holders__free(&h);
}

TEST_MAIN(TEST(test_holders__are_due_before_the_grace_time_is_over),
	  TEST(test_holders__nothing_is_kept_without_a_program),
	  TEST(test_holders__memory_is_bounded), TEST(test_holders__record))
