// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <errno.h>

#include "cmd/cmd.h"
#include "cmd/opt.h"
#include "cmd/options.h"

struct values {
	bool flag;
	int count, choice;
	const char *string;
	__u64 time, size;
	struct words words;
};

static const char *const colors[] = { "red", "green", NULL };

static const struct opt table[] = {
	OPT_GROUP("Things"),
	OPT_FLAG('f', "flag", struct values, flag, "set the flag"),
	OPT_COUNT('v', "verbose", struct values, count, "say more"),
	OPT_STRING('o', "output", struct values, string, "FILE", "write there"),
	OPT_TIME('g', "grace", struct values, time, "T", "wait so long"),
	OPT_SIZE('s', "size", struct values, size, "SIZE", "be so big"),
	OPT_CHOICE(0, "color", struct values, choice, "COLOR", colors, "paint it"),
	OPT_CALL('w', "word", struct values, words, "WORD", option_word, "a word more"),
	OPT_END(),
};

static struct errmsg err;
static struct opt_rest rest;

/* The words of a line, parsed; words are separated by one blank. */
static int parse(struct values *v, const char *line)
{
	static char copy[256];
	static char *argv[32];
	int argc = 0;
	char *p = copy;

	snprintf(copy, sizeof(copy), "%s", line);
	*v = (struct values){ 0 };
	err.text[0] = '\0';
	while (p && *p) {
		argv[argc++] = p;
		p = strchr(p, ' ');
		if (p)
			*p++ = '\0';
	}
	argv[argc] = NULL;
	return opt_parse(table, v, argc, argv, &rest, &err);
}

static void test_opt__long_and_short(void)
{
	struct values v;

	ASSERT_OK(parse(&v, "--flag --output=a --grace 2s --size 4K --color green -w x --word y"));
	ASSERT(v.flag);
	ASSERT_STREQ(v.string, "a");
	ASSERT_EQ(v.time, 2000000000);
	ASSERT_EQ(v.size, 4096);
	ASSERT_EQ(v.choice, 1);
	ASSERT_EQ(v.words.nr, 2);
	ASSERT_STREQ(v.words.v[1], "y");
	ASSERT_OK(parse(&v, "-vfvofile"));
	ASSERT_EQ(v.count, 2);
	ASSERT(v.flag);
	ASSERT_STREQ(v.string, "file");
	ASSERT_OK(parse(&v, "-o file"));
	ASSERT_STREQ(v.string, "file");
}

static void test_opt__words_and_dashes(void)
{
	struct values v;

	ASSERT_OK(parse(&v, "one -f two - -- -v three"));
	ASSERT(v.flag);
	ASSERT_EQ(v.count, 0);
	ASSERT_EQ(rest.nr_args, 3);
	ASSERT_STREQ(rest.args[0], "one");
	ASSERT_STREQ(rest.args[1], "two");
	ASSERT_STREQ(rest.args[2], "-");
	ASSERT_EQ(rest.nr_after, 2);
	ASSERT_STREQ(rest.after[0], "-v");
	ASSERT_STREQ(rest.after[1], "three");
	ASSERT_OK(parse(&v, "one"));
	ASSERT_NULL(rest.after);
	ASSERT_OK(parse(&v, "--"));
	ASSERT_NOT_NULL(rest.after);
	ASSERT_EQ(rest.nr_after, 0);
}

static void test_opt__refuses(void)
{
	static const struct { const char *line, *why; } bad[] = {
		{ "--nope", "unknown option --nope" },
		{ "--fleg", "unknown option --fleg; did you mean --flag?" },
		{ "--flags=1", "unknown option --flags; did you mean --flag?" },
		{ "-x", "unknown option -x" },
		{ "-fx", "unknown option -x" },
		{ "--flag=1", "option --flag takes no value" },
		{ "--output", "option --output needs a value: --output FILE" },
		{ "--output -- a", "option --output needs a value: --output FILE" },
		{ "-o", "option --output needs a value: --output FILE" },
		{ "--output=", "option --output: '' is empty" },
		{ "--grace 2", "option --grace: '2' is not a duration like 500ms, 1.5s or 2m" },
		{ "--grace soon", "option --grace: 'soon' is not a duration" },
		{ "--grace -1s", "option --grace: '-1s' is not a duration" },
		{ "--size big", "option --size: 'big' is not a size like 512K, 16M or 1G" },
		{ "--color blue", "option --color: 'blue' is none of red, green" },
	};
	struct values v;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ASSERT_MSG(parse(&v, bad[i].line) < 0, "%s", bad[i].line);
		ASSERT_HAS(err.text, bad[i].why);
	}
}

static void test_opt__check_finds_flaws(void)
{
	const struct opt twice[] = { table[1], table[1], OPT_END() };
	const struct opt letter[] = {
		table[1],
		OPT_FLAG('f', "other", struct values, flag, "set it too"),
		OPT_END(),
	};
	const struct opt outside[] = {
		{ .kind = OPT_TIME_, .name = "far", .arg = "T", .help = "go", .offset = 4096 },
		OPT_END(),
	};
	const struct opt sentence[] = {
		OPT_FLAG(0, "loud", struct values, flag, "Shout."),
		OPT_END(),
	};
	const struct opt no_arg[] = {
		{ .kind = OPT_STRING_, .name = "file", .help = "read it" },
		OPT_END(),
	};
	const struct opt *all[] = { twice, letter, outside, sentence, no_arg };

	ASSERT_OK(opt_check(table, sizeof(struct values), &err));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		ASSERT_MSG(opt_check(all[i], sizeof(struct values), &err) == -EINVAL, "%zu", i);
}

static void test_opt__commands_are_sound(void)
{
	for (const struct command *c = commands; c->name; c++) {
		ASSERT_NOT_NULL(c->run);
		ASSERT_NOT_NULL(c->opts);
		ASSERT_NOT_NULL(c->synopsis);
		ASSERT_NOT_NULL(c->help);
		ASSERT_MSG(!opt_check(c->opts, sizeof(struct options), &err), "%s: %s", c->name,
			   err.text);
	}
}

static void test_opt__command_names(void)
{
	ASSERT_STREQ(command_find("report", &err)->name, "report");
	ASSERT_STREQ(command_find("rep", &err)->name, "report");
	ASSERT_NULL(command_find("re", &err));
	ASSERT_STREQ(err.text, "'re' could be record or report");
	ASSERT_NULL(command_find("frobnicate", &err));
	ASSERT_NULL(command_find("", &err));
}

static void test_opt__values_of_commands(void)
{
	struct options o = { 0 };

	ASSERT_OK(option_events(&o.hot, "fault", &err));
	ASSERT_EQ(o.hot, HMT_START_COUNT_FAULT);
	ASSERT_OK(option_events(&o.hot, "invalidate=each,fault=each", &err));
	ASSERT_EQ(o.hot, HMT_START_HOT_FAULT | HMT_START_HOT_INVALIDATE);
	ASSERT_OK(option_events(&o.hot, "fault=count", &err));
	ASSERT_EQ(o.hot, HMT_START_COUNT_FAULT | HMT_START_HOT_INVALIDATE);
	ASSERT_OK(option_events(&o.hot, "all", &err));
	ASSERT_EQ(o.hot, HMT_START_COUNT_FAULT | HMT_START_COUNT_INVALIDATE);
	ASSERT_OK(option_events(&o.hot, "all=each,fault", &err));
	ASSERT_EQ(o.hot, HMT_START_COUNT_FAULT | HMT_START_HOT_INVALIDATE);
	ASSERT_NE(option_events(&o.hot, "fault=every", &err), 0);
	ASSERT_STREQ(err.text, "has a group that is to be neither =each nor =count");
	ASSERT_NE(option_events(&o.hot, "fault=", &err), 0);
	ASSERT_NE(option_events(&o.hot, "fault,", &err), 0);
	ASSERT_NE(option_events(&o.hot, "", &err), 0);
	ASSERT_OK(option_severity(o.severity, "alive-at-end=off", &err));
	ASSERT_EQ(o.severity[RULE_ALIVE_AT_END], SEVERITY_OFF + 1);
	ASSERT_NE(option_severity(o.severity, "alive-at-end", &err), 0);
	ASSERT_NE(option_severity(o.severity, "alive-at-end=loud", &err), 0);
	ASSERT_NE(option_severity(o.severity, "nothing=off", &err), 0);
	ASSERT_OK(option_pid(&o.pids, "17", &err));
	ASSERT_NE(option_pid(&o.pids, "0", &err), 0);
	ASSERT_NE(option_pid(&o.pids, "x", &err), 0);
	ASSERT_OK(option_ring(&o.ring_bytes, "64K", &err));
	ASSERT_NE(option_ring(&o.ring_bytes, "1", &err), 0);
	ASSERT_OK(option_entries(&o.table_entries, "16", &err));
	ASSERT_NE(option_entries(&o.table_entries, "0", &err), 0);
}

TEST_MAIN(TEST(test_opt__long_and_short), TEST(test_opt__words_and_dashes),
	  TEST(test_opt__refuses), TEST(test_opt__check_finds_flaws),
	  TEST(test_opt__commands_are_sound), TEST(test_opt__command_names),
	  TEST(test_opt__values_of_commands))
