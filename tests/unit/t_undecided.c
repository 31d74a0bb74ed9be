// SPDX-License-Identifier: GPL-2.0
/* What a recording cannot tell, from the plan in its header; and prose in lines. */
#include "test.h"

#include "out/undecided.h"
#include "out/words.h"

#define ROW(event, state, what) \
	"{\"event\":\"" event "\",\"observes\":\"of \\\"event\\\":\\\"x\\\"\",\"state\":\"" state \
	"\",\"counted\":false,\"undecidable\":\"" what "\"}"

static const char plan[] = "{\"tier\":\"partial\",\"rows\":["
	ROW("mirror-register", "on", "") ","
	ROW("fault-begin", "off", "range-livelock, range-used-during-unregister") ","
	ROW("fault-end", "off", "range-livelock") ","
	ROW("callback-begin", "on", "callback-stuck") ","
	ROW("holder", "missing", "who else has the file that an orphan may live through") "]}";

static const char *text_of(struct strbuf *sb, const char *p)
{
	strbuf__reset(sb);
	undecided__text(p, sb);
	return strbuf__str(sb);
}

static void test_undecided__each_rule_once_by_reason(void)
{
	struct strbuf sb = STRBUF_INIT;

	ASSERT_STREQ(text_of(&sb, plan),
		     "  undecided   who else has the file that an orphan may live through: that\n"
		     "              kernel does not show it, see hmmtrace-doctor(1)\n"
		     "              callback-stuck: the events were only counted, see --events\n"
		     "              range-livelock, range-used-during-unregister: not asked for, see\n"
		     "              --events\n");
	strbuf__free(&sb);
}

static void test_undecided__json_names_the_events(void)
{
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;

	jsonw__init(&j, &sb);
	undecided__json(plan, &j);
	ASSERT_HAS(strbuf__str(&sb), "{\"event\":\"fault-end\",\"state\":\"off\",\"what\":\"range-livelock\"}");
	ASSERT_HAS(strbuf__str(&sb), "{\"event\":\"callback-begin\",\"state\":\"counted\",");
	ASSERT(!strstr(strbuf__str(&sb), "mirror-register"));
	strbuf__free(&sb);
}

/* A header that was damaged or made up may hold anything. */
static void test_undecided__what_is_no_plan_says_nothing(void)
{
	static const char *const plans[] = {
		"", "{}", "{\"rows\":[1,2]}", "\"event\":\"", "{\"event\":\"a\"}",
		"{\"undecidable\":\"all\"}", "{\"event\":\"a\",\"undecidable\":\"",
	};
	struct strbuf sb = STRBUF_INIT;

	ASSERT_STREQ(text_of(&sb, NULL), "");
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++)
		ASSERT_STREQ(text_of(&sb, plans[i]), "");
	strbuf__free(&sb);
}

static void test_undecided__every_prefix_of_a_plan_is_survived(void)
{
	struct strbuf sb = STRBUF_INIT;
	char cut[sizeof(plan)];

	for (size_t n = 0; n < sizeof(plan); n++) {
		snprintf(cut, sizeof(cut), "%.*s", (int)n, plan);
		text_of(&sb, cut);
		ASSERT_OK(strbuf__err(&sb));
	}
	strbuf__free(&sb);
}

static void test_words__wrap(void)
{
	static const char word[] = "a_function_whose_name_is_longer_than_any_line_of_a_terminal_has_"
				   "room_for_so_that_it_stands_alone()";
	struct strbuf sb = STRBUF_INIT;
	char text[256];

	words_wrap(&sb, "short", 4);
	ASSERT_STREQ(strbuf__str(&sb), "short\n");
	strbuf__reset(&sb);
	snprintf(text, sizeof(text), "nobody called %s \033[1m", word);
	words_wrap(&sb, text, 4);
	snprintf(text, sizeof(text), "nobody called\n    %s\n    ?[1m\n", word);
	ASSERT_STREQ(strbuf__str(&sb), text);
	strbuf__free(&sb);
}

TEST_MAIN(TEST(test_undecided__each_rule_once_by_reason),
	  TEST(test_undecided__json_names_the_events),
	  TEST(test_undecided__what_is_no_plan_says_nothing),
	  TEST(test_undecided__every_prefix_of_a_plan_is_survived), TEST(test_words__wrap))
