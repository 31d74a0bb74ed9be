// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of objects from records, and from what was not told and is heard later;
 * at random, in t_untold_bpf.c.
 */
#include "test.h"

#include <errno.h>

#include "base/mem.h"
#include "capture/known.h"
#include "capture/untold.h"
#include "capture/outq.h"
#include "stream/desc.h"

#define HMM 0xb
#define MIRROR 0xc
#define RANGE 0xd
#define MM 0xa

static struct known known;

static int range_begins(__u64 ts)
{
	struct hmt_range_register rec;

	hdr_make(&rec.h, HMT_RANGE_REGISTER, sizeof(rec), ts);
	rec.h.mm = MM;
	rec.range = RANGE;
	return known__apply(&known, &rec.h);
}

static int ends(__u16 kind, __u64 ts)
{
	struct hmt_mirror_unregister rec;

	hdr_make(&rec.h, kind, sizeof(rec), ts);
	rec.hmm = HMM;
	rec.mirror = MIRROR;
	rec.range = RANGE;
	return known__apply(&known, &rec.h);
}

static int refs(__u16 kind, __u64 ts, __u64 count)
{
	struct hmt_ref_get rec;

	hdr_make(&rec.h, kind, sizeof(rec), ts);
	rec.h.mm = MM;
	rec.hmm = HMM;
	rec.mirror = MIRROR;
	rec.count = count;
	return known__apply(&known, &rec.h);
}

static int untold(enum hmt_class class, struct untold_val val)
{
	struct untold u = { .key = { .class = class }, .val = val };

	u.val.val.mm = MM;
	u.key.addr = class == HMT_CLASS_HMM ? (u.val.val.hmm = HMM) :
		     class == HMT_CLASS_MIRROR ? (u.val.val.mirror = MIRROR) : (u.val.val.range = RANGE);
	return known__untold(&known, &u);
}

static int untold_range(__u32 state, __u64 ts)
{
	return untold(HMT_CLASS_RANGE, (struct untold_val){ .state = state, .val.born = ts });
}

/* Return: "class@born#count ..." of all there are; ~count: on the word of a record. */
static const char *there_is(void)
{
	static char text[256];
	struct sync_obj **list;
	long nr = known__list(&known, &list);
	size_t n = 0;

	ASSERT_GE(nr, 0);
	text[0] = '\0';
	for (long i = 0; i < nr; i++)
		n += snprintf(text + n, sizeof(text) - n, "%s%s@%llu%c%llu", n ? " " : "",
			      class_name(list[i]->class), list[i]->val.born,
			      list[i]->val.said ? '~' : '#', list[i]->val.count);
	hmt_free(list);
	return text;
}

static void done(void)
{
	known__free(&known);
	ASSERT_EQ(hmt_mem_live(), 0);
}

static void test_known__records(void)
{
	ASSERT_OK(refs(HMT_REF_GET, 10, 1));
	ASSERT_OK(range_begins(11));
	ASSERT_OK(refs(HMT_REF_GET, 12, 2));
	/* Stamped the wrong way round, and what it found was already less. */
	ASSERT_OK(refs(HMT_REF_PUT, 13, 1));
	ASSERT_OK(refs(HMT_REF_GET, 14, 3));
	ASSERT_STREQ(there_is(), "hmm@10#2 range@11#0");
	ASSERT(known__is_registered(&known, MM));
	ASSERT_OK(ends(HMT_RANGE_UNREGISTER_BEGIN, 15));
	ASSERT(!known__is_registered(&known, MM));
	ASSERT_OK(ends(HMT_FREE, 16));
	ASSERT_STREQ(there_is(), "");
	ASSERT_EQ(known.objs[HMT_CLASS_RANGE].nr, 0);
	done();
}

/* Of what was there before, the last record says how many hold it. */
static void test_known__first_seen(void)
{
	ASSERT_OK(refs(HMT_REF_PUT, 10, 0));
	ASSERT_STREQ(there_is(), "");
	ASSERT_OK(refs(HMT_REF_PUT, 11, 3));
	ASSERT_OK(refs(HMT_REF_GET, 12, 7));
	ASSERT_STREQ(there_is(), "hmm@0~7");
	done();
}

static void test_known__found(void)
{
	const struct live_key key = { .addr = RANGE, .class = HMT_CLASS_RANGE };
	const struct live_val val = { .mm = MM, .range = RANGE };

	ASSERT_OK(known__found(&known, &key, &val));
	ASSERT_STREQ(there_is(), "range@0#0");
	ASSERT_OK(ends(HMT_RANGE_UNREGISTER_BEGIN, 5));
	ASSERT_OK(range_begins(6));
	ASSERT_OK(known__found(&known, &key, &val));
	ASSERT_STREQ(there_is(), "range@6#0");
	done();
}

/* The youngest counts, in whichever order they are heard. */
static void test_known__untold_lives(void)
{
	known__keep_ended(&known);
	ASSERT_OK(ends(HMT_RANGE_UNREGISTER_BEGIN, 20));
	ASSERT_OK(untold_range(UNTOLD_BORN, 10));
	ASSERT_STREQ(there_is(), "");
	ASSERT_OK(untold_range(UNTOLD_BORN, 30));
	ASSERT_STREQ(there_is(), "range@30#0");
	ASSERT_OK(range_begins(50));
	ASSERT_OK(untold_range(UNTOLD_ENDED, 40));
	ASSERT_STREQ(there_is(), "range@50#0");
	ASSERT_OK(untold_range(UNTOLD_ENDED, 60));
	ASSERT_STREQ(there_is(), "");
	known__forget_ended(&known);
	ASSERT_EQ(known.objs[HMT_CLASS_RANGE].nr, 0);
	ASSERT_OK(untold_range(UNTOLD_NOTHING, 0));
	ASSERT_STREQ(there_is(), "");
	done();
}

static void test_known__untold_counts(void)
{
	struct untold_val u = { .state = UNTOLD_COUNTED, .first = 12, .last = 20, .by = -2, .count = 1 };

	ASSERT_OK(refs(HMT_REF_GET, 10, 1));
	ASSERT_OK(refs(HMT_REF_GET, 11, 2));
	ASSERT_OK(refs(HMT_REF_GET, 13, 3));
	ASSERT_OK(untold(HMT_CLASS_HMM, u));
	ASSERT_STREQ(there_is(), "hmm@10#1");
	/* They began in a life before this one: what was heard last has to do. */
	u.first = 9;
	u.last = 12;
	ASSERT_OK(refs(HMT_REF_GET, 30, 5));
	ASSERT_OK(untold(HMT_CLASS_HMM, u));
	ASSERT_STREQ(there_is(), "hmm@10~5");
	/* All of them did. */
	u.last = 9;
	ASSERT_OK(untold(HMT_CLASS_HMM, u));
	ASSERT_STREQ(there_is(), "hmm@10~5");
	done();
}

/* Was begun untold, and what is on record since counts on top of that. */
static void test_known__counted_since(void)
{
	struct untold_val u = {
		.state = UNTOLD_BORN, .val = { .born = 10, .count = 1 }, .first = 12, .last = 12, .by = 1,
		.count = 2,
	};

	known__keep_ended(&known);
	ASSERT_OK(refs(HMT_REF_GET, 20, 3));
	/* Another took one at the same time, and saw neither. */
	ASSERT_OK(refs(HMT_REF_GET, 21, 3));
	ASSERT_STREQ(there_is(), "hmm@0~3");
	ASSERT_OK(untold(HMT_CLASS_HMM, u));
	ASSERT_STREQ(there_is(), "hmm@10#4");
	/* It ended, untold, and began: which of those are whose nobody knows. */
	ASSERT_OK(refs(HMT_REF_GET, 40, 2));
	u = (struct untold_val){
		.state = UNTOLD_BORN, .val = { .born = 30, .count = 1 }, .ended = 25,
	};
	ASSERT_OK(untold(HMT_CLASS_HMM, u));
	ASSERT_STREQ(there_is(), "hmm@30~2");
	done();
}

/* A put of what has none: the kernel takes none then. */
static void test_known__put_of_none(void)
{
	ASSERT_OK(refs(HMT_REF_GET, 10, 1));
	ASSERT_OK(refs(HMT_REF_PUT, 11, 0));
	ASSERT_OK(refs(HMT_REF_PUT, 12, ~0ULL));
	ASSERT_STREQ(there_is(), "hmm@10#0");
	done();
}

/* One reference is found by the first get, and by one after which others put theirs. */
static void test_known__first_get(void)
{
	struct untold_val u = { .state = UNTOLD_BORN, .val = { .born = 20, .count = 1 } };

	known__keep_ended(&known);
	ASSERT_OK(refs(HMT_REF_GET, 10, 1));
	ASSERT_OK(refs(HMT_REF_GET, 11, 2));
	/* It has not ended: so this is no beginning, and one more. */
	ASSERT_OK(untold(HMT_CLASS_HMM, u));
	ASSERT_STREQ(there_is(), "hmm@10#3");
	/* It ended in between, and that was lost: so the get on record was the first. */
	ASSERT_OK(refs(HMT_REF_GET, 40, 1));
	ASSERT_OK(refs(HMT_REF_GET, 41, 2));
	u = (struct untold_val){ .state = UNTOLD_ENDED, .val.born = 30 };
	ASSERT_OK(untold(HMT_CLASS_HMM, u));
	ASSERT_STREQ(there_is(), "hmm@40~2");
	/* It ended on record, and the next one began untold, behind a count of the one before. */
	ASSERT_OK(ends(HMT_FREE, 50));
	ASSERT_OK(refs(HMT_REF_GET, 53, 2));
	u = (struct untold_val){
		.state = UNTOLD_COUNTED, .first = 45, .last = 52, .count = 1, .got_first = 52, .got = 52,
	};
	ASSERT_OK(untold(HMT_CLASS_HMM, u));
	ASSERT_STREQ(there_is(), "hmm@52~2");
	done();
}

/* --- two tables ------------------------------------------------------------------------ */

static struct untold_set set;

static int table(enum hmt_class class, struct untold_val val)
{
	const __u64 addr = class == HMT_CLASS_HMM ? HMM : class == HMT_CLASS_MIRROR ? MIRROR : RANGE;
	const struct live_key key = { .class = class, .addr = addr };

	val.val.mm = MM;
	*(class == HMT_CLASS_HMM ? &val.val.hmm : class == HMT_CLASS_MIRROR ? &val.val.mirror :
	  &val.val.range) = addr;
	return untold__add(&set, &key, &val);
}

/*
 * The second had to wait for the third of what came with it: that record says two
 * that are in the tables, and is counted with neither.
 */
static void test_known__two_tables(void)
{
	const struct untold_val born = { .state = UNTOLD_BORN, .val = { .born = 10, .count = 1 } };
	const struct untold_val put = {
		.state = UNTOLD_COUNTED, .first = 20, .last = 20, .by = -1, .count = 1,
	};

	known__keep_ended(&known);
	ASSERT_OK(refs(HMT_REF_GET, 15, 2));
	ASSERT_OK(table(HMT_CLASS_HMM, born));
	ASSERT_OK(refs(HMT_REF_GET, 25, 2));
	ASSERT_OK(table(HMT_CLASS_HMM, put));
	ASSERT_OK(untold__tell(&set, &known));
	ASSERT_STREQ(there_is(), "hmm@10#2");
	ASSERT_EQ(set.nr, 0);
	done();
}

/* As one table would have it: the youngest beginning and end, and when it ended before. */
static void test_known__tables_of_lives(void)
{
	const struct untold_val born = { .state = UNTOLD_BORN, .val.born = 30 };

	known__keep_ended(&known);
	ASSERT_OK(range_begins(10));
	ASSERT_OK(table(HMT_CLASS_RANGE, (struct untold_val){ .state = UNTOLD_ENDED, .val.born = 20 }));
	ASSERT_OK(table(HMT_CLASS_RANGE, born));
	ASSERT_OK(table(HMT_CLASS_RANGE, (struct untold_val){ .state = UNTOLD_NOTHING }));
	ASSERT_EQ(set.list[0].val.ended, 20);
	ASSERT_OK(table(HMT_CLASS_MIRROR, born));
	ASSERT_OK(table(HMT_CLASS_MIRROR, (struct untold_val){ .state = UNTOLD_ENDED, .val.born = 40 }));
	ASSERT_OK(untold__tell(&set, &known));
	ASSERT_STREQ(there_is(), "range@30#0");
	done();
}

/* A get that finds one reference in the second is no beginning if the first says that it is there. */
static void test_known__tables_of_gets(void)
{
	const struct untold_val got = { .state = UNTOLD_BORN, .val = { .born = 20, .count = 1 } };
	struct untold_val u = { .state = UNTOLD_BORN, .val = { .born = 10, .count = 1 } };

	known__keep_ended(&known);
	ASSERT_OK(table(HMT_CLASS_HMM, u));
	ASSERT_OK(table(HMT_CLASS_HMM, got));
	ASSERT_OK(untold__tell(&set, &known));
	ASSERT_STREQ(there_is(), "hmm@10#2");
	/* It ended, and began on record: that is what was put behind the end. */
	ASSERT_OK(refs(HMT_REF_GET, 35, 1));
	u = (struct untold_val){
		.state = UNTOLD_ENDED, .val.born = 30, .first = 40, .last = 40, .by = -1, .count = 0,
	};
	ASSERT_OK(table(HMT_CLASS_HMM, u));
	u = got;
	u.val.born = 50;
	ASSERT_OK(table(HMT_CLASS_HMM, u));
	ASSERT_EQ(set.list[0].val.by, 0);
	ASSERT_OK(untold__tell(&set, &known));
	ASSERT_STREQ(there_is(), "hmm@35~1");
	done();
}

static int many(void)
{
	int err = refs(HMT_REF_GET, 10, 1);

	known__keep_ended(&known);
	err = err ? err : range_begins(11);
	err = err ? err : ends(HMT_MIRROR_UNREGISTER, 12);
	err = err ? err : ends(HMT_FREE, 13);
	err = err ? err : refs(HMT_REF_PUT, 14, 0);
	err = err ? err : untold_range(UNTOLD_ENDED, 15);
	err = err ? err : untold_range(UNTOLD_BORN, 16);
	err = err ? err : untold(HMT_CLASS_MIRROR, (struct untold_val){ .state = UNTOLD_BORN,
								     .val.born = 17 });
	err = err ? err : table(HMT_CLASS_HMM, (struct untold_val){ .state = UNTOLD_NOTHING });
	if (err)
		untold__free(&set);
	err = err ? err : untold__tell(&set, &known);
	known__forget_ended(&known);
	return err;
}

static void test_known__no_memory(void)
{
	int err = -ENOMEM;

	for (unsigned long n = 1; err; n++) {
		hmt_mem_fail_at(n);
		err = many();
		hmt_mem_fail_at(0);
		if (err)
			ASSERT_EQ(err, -ENOMEM);
		else
			ASSERT_STREQ(there_is(), "mirror@17#0 range@16#0");
		done();
	}
}

TEST_MAIN(TEST(test_known__records), TEST(test_known__first_seen), TEST(test_known__found),
	  TEST(test_known__untold_lives), TEST(test_known__untold_counts),
	  TEST(test_known__counted_since), TEST(test_known__put_of_none),
	  TEST(test_known__first_get), TEST(test_known__two_tables),
	  TEST(test_known__tables_of_lives), TEST(test_known__tables_of_gets),
	  TEST(test_known__no_memory))
