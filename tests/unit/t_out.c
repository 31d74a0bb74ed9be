// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <jansson.h>

#include "base/strbuf.h"
#include "out/record_json.h"
#include "out/sink.h"
#include "out/table.h"
#include "out/words.h"
#include "stream/desc.h"

static const struct finding range_finding = {
	.rule = RULE_RANGE_ORPHANED_BY_MIRROR,
	.severity = SEVERITY_ERROR,
	.serial = 3,
	.fact_ts = 2500000000,
	.flagged_ts = 3500000000,
	.object = {
		.class = HMT_CLASS_RANGE, .serial = 17, .generation = 2, .addr = 0xffff888000001000,
		.mm = 0xa0, .hmm = 0xb0, .ops = 0xc0, .owner = 412,
		.start = 0x7f0000000000, .end = 0x7f0000010000,
		.born = { .ts = 1500000000, .kind = HMT_RANGE_REGISTER, .tgid = 412, .tid = 413,
			  .stack = -1 },
	},
	.parent = { .class = HMT_CLASS_MIRROR, .serial = 3, .generation = 1, .addr = 0xd0 },
	.prior = { .ts = 2500000000, .kind = HMT_MIRROR_UNREGISTER, .tgid = 412, .stack = -1 },
	.offence = { .stack = -1 },
	.nr_siblings = 38, .nr_siblings_released = 37,
	.sibling_release = { .ts = 1, .kind = HMT_RANGE_UNREGISTER_BEGIN, .stack = -1,
			     .count = 35, .call_site = 0xffffffffc0001234 },
};

/* What a sink prints for f; to be freed. */
static char *render(const struct sink_ops *ops, const struct finding *f)
{
	struct sink sink = { .ops = ops, .t0 = 1000000000 };
	struct symtab *t = symtab__new();
	char *text = NULL;
	size_t len;

	ASSERT_NOT_NULL(t);
	sink.symtab = t;
	sink.f = open_memstream(&text, &len);
	ops->finding(&sink, f);
	fclose(sink.f);
	symtab__free(t);
	return text;
}

static void test_out__object_ids(void)
{
	struct object_view o = range_finding.object;
	char buf[32];

	ASSERT_STREQ(words_object(&o, buf, sizeof(buf)), "R17.2");
	o.generation = 1;
	ASSERT_STREQ(words_object(&o, buf, sizeof(buf)), "R17");
	o.class = HMT_CLASS_MIRROR;
	ASSERT_STREQ(words_object(&o, buf, sizeof(buf)), "M17");
	o.class = HMT_CLASS_HMM;
	ASSERT_STREQ(words_object(&o, buf, sizeof(buf)), "A17");
}

/* A report that says neither what is missing nor what is too much helps nobody. */
static void test_out__every_rule_says_what_to_do(void)
{
	for (unsigned int r = 1; r < RULE_NR; r++) {
		struct finding f = range_finding;

		f.rule = r;
		if (r == RULE_MIRROR_UNREGISTER_FROM_WRONG_MM)
			continue;
		ASSERT_MSG(words_missing(&f) || words_surplus(&f), "%s", rule_name(r));
		ASSERT_MSG(!words_missing(&f) || !words_surplus(&f), "%s", rule_name(r));
	}
}

static void test_out__doubt(void)
{
	struct finding f = range_finding;
	char buf[WORDS_LEN];

	ASSERT_STREQ(words_doubt(&f, buf, sizeof(buf)), "");
	f.confidence = CONFIDENCE_INCONCLUSIVE;
	f.doubt = DOUBT_LOST;
	f.lost = 12;
	f.lost_cpu = 1;
	f.lost_cause = HMT_CAUSE_RING_FULL;
	ASSERT_STREQ(words_doubt(&f, buf, sizeof(buf)),
		     "12 events (ring-full) lost on cpu 1, which could overturn it");
	f.lost_cause = HMT_CAUSE_CUT;
	f.lost_cpu = HMT_CPU_NONE;
	ASSERT_STREQ(words_doubt(&f, buf, sizeof(buf)),
		     "the end of the trace (cut) lost, which could overturn it");
	f.lost_cause = HMT_CAUSE_SWITCHED_OFF;
	ASSERT_STREQ(words_doubt(&f, buf, sizeof(buf)),
		     "all events while probes were switched off (switched-off) lost, "
		     "which could overturn it");
	f.doubt = DOUBT_CUT;
	f.grace_left_ns = 300000000;
	ASSERT_HAS(words_doubt(&f, buf, sizeof(buf)), "before the grace time did");
}

static void test_out__clean(void)
{
	char buf[8];

	ASSERT_STREQ(words_clean("a\033[2J\n", buf, sizeof(buf)), "a?[2J?");
	ASSERT_STREQ(words_clean("too long for it", buf, sizeof(buf)), "too lon");
}

static void test_out__text_finding(void)
{
	char *text = render(&sink_text_ops, &range_finding);

	ASSERT_EQ(strncmp(text, "error: R17.2: range is still registered", 39), 0);
	ASSERT_HAS(text, "range-orphaned-by-mirror");
	ASSERT_HAS(text, "pid 412");
	ASSERT_HAS(text, "0x7f0000000000-0x7f0000010000, 64.0 KiB, of mirror M3");
	ASSERT_HAS(text, "0.500000 s by pid 412, 2.00 s before this was flagged");
	ASSERT_HAS(text, "mirror-unregister by pid 412");
	ASSERT_HAS(text, "hmm_range_unregister()");
	ASSERT_HAS(text, "37 of 38 born there were released, 35 of them at");
	free(text);
}

static void test_out__json_finding(void)
{
	static const char *const members[] = {
		"type", "serial", "rule", "title", "severity", "confidence", "doubt", "fact_ns",
		"flagged_ns", "object", "parent", "prior", "offence", "count", "expected",
		"failed_registers", "last_failed_ret", "last_failed_text", "failed_attempts",
		"sites", "mm_counters", "missing", "surplus", "siblings", "holders", "nr_holders", "recent",
	};
	struct finding bare = { .rule = RULE_ALIVE_AT_END, .severity = SEVERITY_NOTE,
				.object.class = HMT_CLASS_MIRROR };
	const struct finding *all[] = { &range_finding, &bare };

	for (int i = 0; i < 2; i++) {
		char *text = render(&sink_json_ops, all[i]);
		json_t *root = json_loads(text, 0, NULL);

		ASSERT_MSG(root, "%s", text);
		ASSERT_EQ(json_object_size(root), sizeof(members) / sizeof(members[0]));
		for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++)
			ASSERT_MSG(json_object_get(root, members[m]), "%s", members[m]);
		ASSERT_EQ(strchr(text, '\n') - text, strlen(text) - 1);
		json_decref(root);
		free(text);
	}
}

/* Every kind gives an object with a member for each field that is shown. */
static void test_out__record_json(void)
{
	union { struct hmt_hdr h; __u64 room[HMT_RECORD_MAX / 8]; } rec;
	struct strbuf sb = STRBUF_INIT;

	for (unsigned int kind = 1; kind < HMT_KIND_MAX; kind++) {
		const struct record_desc *d = record_desc(kind);
		json_t *root;

		memset(&rec, 0, sizeof(rec));
		rec.h.kind = kind;
		rec.h.size = d ? d->size : sizeof(rec.h);
		if (kind == HMT_SYMBOL)
			rec.h.size += 8;
		strbuf__reset(&sb);
		record_json(&rec.h, &sb);
		root = json_loads(strbuf__str(&sb), 0, NULL);
		ASSERT_MSG(root, "%s", strbuf__str(&sb));
		for (unsigned int i = 0; d && i < d->nr_fields; i++)
			if (d->fields[i].show != SHOW_pad)
				ASSERT_MSG(json_object_get(root, field_name(&d->fields[i])),
					   "%s of %s", field_name(&d->fields[i]), d->name);
		json_decref(root);
	}
	strbuf__free(&sb);
}

/* Who has the file is said in both, with what is known of it and no more. */
static void test_out__holders(void)
{
	struct finding f = range_finding;
	json_t *root, *first;
	char *text;

	text = render(&sink_text_ops, &f);
	ASSERT_NULL(strstr(text, "still open"));
	free(text);
	f.nr_holders = 6;
	f.holders_ts = 3250000000;
	for (int i = 0; i < FINDING_HOLDERS; i++)
		f.holders[i] = (struct file_holder){ .file = 0xf1, .tgid = 500 + i, .fd = 3,
						     .path = "/dev/a\x1b[2J" };
	text = render(&sink_text_ops, &f);
	ASSERT_NOT_NULL(strstr(text, "  still open  /dev/a"));
	ASSERT_NOT_NULL(strstr(text, ", fd 3 of pid 500\n"));
	ASSERT_NOT_NULL(strstr(text, ", fd 3 of pid 503\n"));
	ASSERT_NOT_NULL(strstr(text, "and 2 more, which had that open too\n"));
	ASSERT_NULL(strchr(text, '\x1b'));
	free(text);

	text = render(&sink_json_ops, &f);
	root = json_loads(text, 0, NULL);
	ASSERT_NOT_NULL(root);
	ASSERT_EQ(json_integer_value(json_object_get(root, "nr_holders")), 6);
	ASSERT_EQ(json_array_size(json_object_get(root, "holders")), FINDING_HOLDERS);
	first = json_array_get(json_object_get(root, "holders"), 0);
	ASSERT_EQ(json_integer_value(json_object_get(first, "pid")), 500);
	ASSERT_EQ(json_integer_value(json_object_get(first, "seen_ns")), 3250000000);
	json_decref(root);
	free(text);
}

static void test_out__verdicts(void)
{
	struct lost_row lost[] = { { .cause = HMT_CAUSE_RING_FULL, .cpu = 1, .count = 12 },
				   { .cause = HMT_CAUSE_CUT, .count = 1 } };
	struct summary sum = { .lost = lost };
	char buf[256];

	summary_verdict(&sum, buf, sizeof(buf));
	ASSERT_STREQ(buf, "clean: nothing is orphaned");
	sum.verdict = 3;
	sum.nr_lost = 1;
	summary_verdict(&sum, buf, sizeof(buf));
	ASSERT_STREQ(buf, "inconclusive: 12 lost events");
	sum.verdict = 1;
	sum.by_severity[SEVERITY_ERROR] = 1;
	sum.by_severity[SEVERITY_WARN] = 2;
	sum.nr_inconclusive = 1;
	summary_verdict(&sum, buf, sizeof(buf));
	ASSERT_STREQ(buf, "1 error, 2 warnings, 1 inconclusive finding; 12 lost events");
	sum.nr_lost = 2;
	sum.cut = true;
	sum.by_severity[SEVERITY_WARN] = sum.nr_inconclusive = 0;
	summary_verdict(&sum, buf, sizeof(buf));
	ASSERT_STREQ(buf, "1 error; 12 lost events; the trace is cut");
	/* How often it happened is no number of events. */
	lost[0].cause = HMT_CAUSE_SWITCHED_OFF;
	sum.nr_lost = 1;
	sum.cut = false;
	summary_verdict(&sum, buf, sizeof(buf));
	ASSERT_STREQ(buf, "1 error; probes were switched off");
}

static void test_out__table(void)
{
	struct table t = TABLE_INIT("lrl");
	struct strbuf sb = STRBUF_INIT;

	table__row(&t, "a", "1", "x");
	table__row(&t, "long", "1000", "");
	table__print(&t, "> ", &sb);
	ASSERT_STREQ(strbuf__str(&sb), "> a        1  x\n> long  1000\n");
	strbuf__free(&sb);
}

TEST_MAIN(TEST(test_out__object_ids), TEST(test_out__every_rule_says_what_to_do),
	  TEST(test_out__doubt), TEST(test_out__clean), TEST(test_out__text_finding),
	  TEST(test_out__json_finding), TEST(test_out__record_json), TEST(test_out__verdicts),
	  TEST(test_out__table), TEST(test_out__holders))
