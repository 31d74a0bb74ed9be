// SPDX-License-Identifier: GPL-2.0
/* Sets of what exists, that records are applied to. */
#include "test.h"

#include "base/mem.h"
#include "capture/outq.h"
#include "capture/resync.h"
#include "stream/desc.h"

#define HMM 0xb
#define MIRROR 0xc

static struct sync_set set;

static void ref(__u16 kind, __u64 count)
{
	struct hmt_ref_get rec;

	hdr_make(&rec.h, kind, sizeof(rec), 10);
	rec.hmm = HMM;
	rec.mirror = MIRROR;
	rec.count = count;
	ASSERT_OK(sync_set__apply(&set, &rec.h));
}

static struct hmt_sync_object said(void)
{
	const struct sync_obj *o = map64__get(&set.objs[HMT_CLASS_HMM], HMM);
	struct hmt_sync_object rec;

	ASSERT_NOT_NULL(o);
	sync_obj__record(o, 20, &rec);
	return rec;
}

static void done(void)
{
	sync_set__free(&set);
	ASSERT_EQ(hmt_mem_live(), 0);
}

/* Two that come at once both see what the other has done, or neither: each counts for one. */
static void test_resync__counted(void)
{
	ref(HMT_REF_GET, 1);
	ref(HMT_REF_GET, 3);
	ref(HMT_REF_GET, 3);
	ref(HMT_REF_GET, 4);
	ASSERT_EQ(said().count, 4);
	ref(HMT_REF_PUT, 2);
	ref(HMT_REF_PUT, 3);
	ASSERT_EQ(said().count, 2);
	ASSERT_EQ(said().flags, 0);
	done();
}

static void test_resync__put_of_none(void)
{
	ref(HMT_REF_GET, 1);
	ref(HMT_REF_PUT, 0);
	ref(HMT_REF_PUT, ~0ULL);
	ASSERT_EQ(said().count, 0);
	done();
}

/* Of what was there before, the last one has to be believed. */
static void test_resync__said(void)
{
	ref(HMT_REF_PUT, 3);
	ref(HMT_REF_GET, 3);
	ASSERT_EQ(said().count, 3);
	ASSERT_EQ(said().flags, HMT_SYNC_COUNT_SAID);
	done();
}

TEST_MAIN(TEST(test_resync__counted), TEST(test_resync__put_of_none), TEST(test_resync__said))
