// SPDX-License-Identifier: GPL-2.0
#include "tracefile.h"

#include <errno.h>

#include "stream/filter.h"

static struct errmsg err;

/* What passes of the lines of text. */
static void filter_text(const char *text, const struct filter_opts *o, struct strbuf *sb)
{
	struct source *inner, *s;
	FILE *f;

	inner = text_open(&f, text);
	ASSERT_OK(filter_source__open(inner, o, &s, &err));
	ASSERT_OK(dump_source(s, sb));
	source__free(s);
	fclose(f);
}

/*
 * Each line of text begins with "+", "-" or, for a line that must come out but
 * is not in, "!": with the filter, exactly the + and ! lines come out, in order.
 */
static void expect(const char *marked, const struct filter_opts *o)
{
	struct strbuf in = STRBUF_INIT, want = STRBUF_INIT, got = STRBUF_INIT, all = STRBUF_INIT;
	static const struct filter_opts none;

	while (*marked) {
		size_t len = strcspn(marked, "\n") + 1;

		if (*marked != '!')
			strbuf__add(&in, marked + 1, len - 1);
		if (*marked != '-')
			strbuf__add(&want, marked + 1, len - 1);
		marked += len;
	}
	filter_text(strbuf__str(&in), o, &got);
	filter_text(strbuf__str(&want), &none, &all);
	ASSERT_STREQ(strbuf__str(&got), strbuf__str(&all));
	strbuf__free(&in);
	strbuf__free(&want);
	strbuf__free(&got);
	strbuf__free(&all);
}

static const __u32 pid7[] = { 7 };
static const struct filter_opts by_pid = { .pids = pid7, .nr_pids = 1 };
static const char *const exer[] = { "exer*" };
static const struct filter_opts by_comm = { .comms = exer, .nr_comms = 1 };
static const struct filter_opts by_driver = { .drivers = exer, .nr_drivers = 1 };

static void test_filter__nothing_set_is_the_source_itself(void)
{
	static const struct filter_opts none;
	struct source *inner, *s;
	FILE *f;

	inner = text_open(&f, "1 end\n");
	ASSERT_OK(filter_source__open(inner, &none, &s, &err));
	ASSERT(s == inner);
	source__free(s);
	fclose(f);
}

/* The kref_init comes before anything names the owner: held back, then passed or not. */
static void test_filter__by_owner_not_by_who_ran(void)
{
	expect("+0 start flags=0x1\n"
	       "+0.1 ref-get mm=0xa hmm=0x1 count=1 tgid=50\n"
	       "-0.1 ref-get mm=0xb hmm=0x2 count=1 tgid=7\n"
	       "+0.1 lost cause=ring-full count=1\n"
	       "+0.101 mirror-register mm=0xa mirror=0x1 owner=7\n"
	       "-0.101 mirror-register mm=0xb mirror=0x2 owner=8\n"
	       "+0.102 mirror-register mm=0xa hmm=0x1 mirror=0x3 owner=7\n"
	       "-0.103 range-register mm=0xb hmm=0x2 range=0x9 owner=8\n"
	       "-0.2 mm-release mm=0xb tgid=7\n"
	       "+0.2 mm-release mm=0xa tgid=8\n"
	       "-0.3 mm-destroy mm=0xb tgid=7\n"
	       "+0.3 mm-destroy mm=0xa\n"
	       "+0.4 kind-23 mm=0xb\n"
	       "+0.4 range-register range=0x77\n"
	       "+0.5 tick\n+0.6 end\n", &by_pid);
}

static void test_filter__address_reused_by_another(void)
{
	expect("-1 mirror-register mm=0xa mirror=0x1 owner=8\n"
	       "-2 mm-destroy mm=0xa\n"
	       "+3 mirror-register mm=0xa mirror=0x1 owner=7\n"
	       "+4 mm-destroy mm=0xa\n"
	       "-5 mirror-register mm=0xa mirror=0x1 owner=9\n"
	       "+6 end\n", &by_pid);
	/* the destroy was lost: it begins to pass, and says what is missing */
	expect("-1 mirror-register mm=0xa mirror=0x1 owner=8\n"
	       "-1.5 mirror-unregister mm=0xa mirror=0x1\n"
	       "!3 lost cause=filtered prog=-1 count=2 since=1\n"
	       "+3 mirror-register mm=0xa mirror=0x1 owner=7\n"
	       "+6 end\n", &by_pid);
}

static void test_filter__unknown_owner_passes_for_good(void)
{
	expect("+1 ref-get mm=0xa hmm=0x1\n"
	       "+1.1 tick\n"
	       "+1.3 tick\n"
	       "+1.4 mirror-register mm=0xa hmm=0x1 mirror=0x2 owner=8\n"
	       "+1.5 mirror-unregister mm=0xa hmm=0x1 mirror=0x2\n"
	       "+1.6 ref-get mm=0xb hmm=0x2\n"
	       "+1.6 end\n", &by_pid);
}

static void test_filter__exit_names_the_owner(void)
{
	expect("-1 read-begin mm=0xa range=0x1\n"
	       "+1 read-begin mm=0xb range=0x2\n"
	       "+1.1 task-exit mm=0xa tgid=9\n"
	       "+1.1 task-exit mm=0xb tgid=7\n"
	       "-1.2 mm-destroy mm=0xa\n"
	       "+1.2 mm-destroy mm=0xb\n", &by_pid);
}

static void test_filter__by_comm(void)
{
	expect("+1 ref-get mm=0xa hmm=0x1\n"
	       "-1 ref-get mm=0xb hmm=0x2\n"
	       "+1 mirror-register mm=0xa hmm=0x1 mirror=0x3 owner=7\n"
	       "-1 mirror-register mm=0xb hmm=0x2 mirror=0x4 owner=8\n"
	       "+1.05 task tgid=8 comm=other\n"
	       "+1.06 task tgid=7 comm=exerciser\n"
	       "-1.1 mirror-unregister mm=0xb hmm=0x2 mirror=0x4\n"
	       "+1.1 mirror-unregister mm=0xa hmm=0x1 mirror=0x3\n"
	       /* no name comes for this one */
	       "+1.2 mirror-register mm=0xc mirror=0x5 owner=9\n"
	       "+2 end\n", &by_comm);
}

/* The number belonged to somebody else before: the old name must not decide. */
static void test_filter__comm_of_a_reused_pid(void)
{
	expect("+1 task tgid=7 comm=exerciser\n"
	       "+2 task-exit tgid=7\n"
	       "-3 mirror-register mm=0xa mirror=0x1 owner=7\n"
	       "+3.1 task tgid=7 comm=other\n"
	       "-4 mirror-unregister mm=0xa mirror=0x1\n", &by_comm);
}

static void test_filter__pid_and_comm_both_choose(void)
{
	static const __u32 pids[] = { 5, 7 };
	struct filter_opts o = { .pids = pids, .nr_pids = 2, .comms = exer, .nr_comms = 1 };

	expect("+0 task tgid=5 comm=other\n+0 task tgid=7 comm=exerciser\n"
	       "+0 task tgid=9 comm=exerciser\n"
	       "-1 mirror-register mm=0xa mirror=0x1 owner=5\n"
	       "+1 mirror-register mm=0xb mirror=0x2 owner=7\n"
	       "-1 mirror-register mm=0xc mirror=0x3 owner=9\n", &o);
}

#define SYMBOLS \
	"+0 symbol addr=0x100 name=exer_ops module=exerciser\n" \
	"+0 symbol addr=0x200 name=other_ops module=other\n"

static void test_filter__by_driver_at_the_notifier_layer(void)
{
	expect(SYMBOLS
	       "-1 mirror-register mm=0xa mirror=0x1 ops=0x200 owner=7\n"
	       "+1 mirror-register mm=0xa mirror=0x2 ops=0x100 owner=7\n"
	       "+1 range-register mm=0xa range=0x3 ops=0x100 owner=7\n"
	       "-1 range-register mm=0xa range=0x4 ops=0x200 owner=7\n"
	       "-2 ref-get mm=0xa mirror=0x1\n"
	       "+2 ref-get mm=0xa mirror=0x2\n"
	       "+2 mm-release mm=0xa\n"
	       "-3 range-unregister-begin mm=0xa range=0x4\n"
	       "-3 range-unregister-end mm=0xa range=0x4\n"
	       "+3 range-unregister-begin mm=0xa range=0x3\n"
	       "+3 range-unregister-end mm=0xa range=0x3\n"
	       /* the same addresses the other way round */
	       "+4 range-register mm=0xa range=0x4 ops=0x100 owner=7\n"
	       "-4 range-register mm=0xa range=0x3 ops=0x200 owner=7\n"
	       "-5 range-unregister-begin mm=0xa range=0x3\n"
	       /* twice without an end: the other's fault, but half of it passed */
	       "+5 range-register mm=0xa range=0x4 ops=0x200 owner=7\n"
	       "+5 range-unregister-begin mm=0xa range=0x4\n"
	       "+6 mm-destroy mm=0xa\n", &by_driver);
}

static void test_filter__driver_named_late(void)
{
	expect("+1 mirror-register mm=0xa mirror=0x1 ops=0x100 ops_fn=0x101 owner=7\n"
	       "-1 mirror-register mm=0xa mirror=0x2 ops=0x200 ops_fn=0x201 owner=7\n"
	       "+1 symbol addr=0x200 name=other_ops\n"
	       "+1 symbol addr=0x100 name=anonymous_ops\n"
	       "+1.1 symbol addr=0x201 name=other_release module=other\n"
	       "+1.1 symbol addr=0x101 name=exer_release module=exerciser\n"
	       "-2 ref-put mm=0xa mirror=0x2\n"
	       "+2 ref-put mm=0xa mirror=0x1\n"
	       /* nobody ever names this one */
	       "+3 mirror-register mm=0xa mirror=0x3 ops=0x300 owner=7\n"
	       "+4 mirror-unregister mm=0xa mirror=0x3\n", &by_driver);
}

/* One struct hmm, one fate: its references are not one driver's alone. */
static void test_filter__by_driver_at_the_mirror_api(void)
{
	expect(SYMBOLS
	       "+1 ref-get mm=0xa hmm=0x10 count=1\n"
	       "-1 ref-get mm=0xb hmm=0x20 count=1\n"
	       "+1 mirror-register mm=0xa mirror=0x10 ops=0x999 owner=7\n"
	       "-1 mirror-register mm=0xb mirror=0x20 ops=0x999 owner=8\n"
	       "+1 mirror-register mm=0xa hmm=0x10 mirror=0x11 ops=0x100 owner=7\n"
	       "-1 mirror-register mm=0xb hmm=0x20 mirror=0x21 ops=0x200 owner=8\n"
	       "+2 mirror-register mm=0xa hmm=0x10 mirror=0x12 ops=0x200 owner=7\n"
	       "+2 range-register mm=0xa hmm=0x10 mirror=0x12 range=0x13 owner=7\n"
	       "-2 range-register mm=0xb hmm=0x20 mirror=0x21 range=0x23 owner=8\n"
	       "-3 mirror-unregister mm=0xb mirror=0x20\n"
	       "-3 free mm=0xb hmm=0x20 stage=0\n"
	       "-3 free mm=0xb hmm=0x20 stage=1\n"
	       /* a new one at the address of the old */
	       "+4 ref-get mm=0xa hmm=0x20 count=1\n"
	       "+4 mirror-register mm=0xa hmm=0x20 mirror=0x24 ops=0x100 owner=7\n"
	       "+5 end\n", &by_driver);
}

static void test_filter__chosen_driver_joins_late(void)
{
	expect(SYMBOLS
	       "-1 ref-get mm=0xa hmm=0x10 count=1\n"
	       "-1 mirror-register mm=0xa hmm=0x10 mirror=0x11 ops=0x200 owner=7\n"
	       "-2 ref-get mm=0xa hmm=0x10 count=2\n"
	       "!3 lost cause=filtered prog=-1 count=3 since=1\n"
	       "+3 mirror-register mm=0xa hmm=0x10 mirror=0x12 ops=0x100 owner=7\n"
	       "+4 mirror-unregister mm=0xa hmm=0x10 mirror=0x11\n", &by_driver);
}

static void test_filter__holds_a_bounded_number(void)
{
	struct strbuf in = STRBUF_INIT, got = STRBUF_INIT;
	unsigned int nr = 0;

	for (int i = 0; i < 2 * FILTER_HOLD_MAX; i++)
		strbuf__addf(&in, "1.%09d read-begin mm=0xa range=0x1 seq=%d\n", i, i);
	strbuf__adds(&in, "1.1 mirror-register mm=0xa mirror=0x1 owner=8\n");
	filter_text(strbuf__str(&in), &by_pid, &got);
	for (const char *p = strbuf__str(&got); *p; p++)
		nr += *p == '\n';
	ASSERT_EQ(nr, 2 * FILTER_HOLD_MAX + 1);
	strbuf__free(&in);
	strbuf__free(&got);
}

static void test_filter__passes_errors_on(void)
{
	const struct hmt_hdr *rec;
	struct source *inner, *s;
	FILE *f;

	inner = text_open(&f, "1 tick\n1 nonsense\n");
	ASSERT_OK(filter_source__open(inner, &by_pid, &s, &err));
	ASSERT_EQ(source__next(s, &rec), 1);
	ASSERT_EQ(source__next(s, &rec), -EINVAL);
	ASSERT_HAS(s->err.text, "text:2: ");
	source__free(s);
	fclose(f);
}

static void test_filter__no_memory(void)
{
	static const char text[] = "0 symbol addr=0x100 name=x module=exerciser\n"
		"1 task tgid=7 comm=exerciser\n1 ref-get mm=0xa hmm=0x1\n"
		"1 mirror-register mm=0xa hmm=0x1 mirror=0x2 ops=0x100 owner=7\n"
		"1 range-register mm=0xa range=0x3 ops=0x100 owner=7\n1 free mm=0xa hmm=0x1\n"
		"1 mm-destroy mm=0xa\n";
	struct filter_opts o = { .pids = pid7, .nr_pids = 1, .comms = exer, .nr_comms = 1,
				 .drivers = exer, .nr_drivers = 1 };
	long live = hmt_mem_live();
	unsigned long n = 0;

	do {
		const struct hmt_hdr *rec;
		struct source *inner, *s;
		FILE *f;
		int code;

		inner = text_open(&f, text);
		hmt_mem_fail_at(++n);
		code = filter_source__open(inner, &o, &s, &err);
		if (code) {
			ASSERT_EQ(code, -ENOMEM);
			source__free(inner);
		} else {
			while ((code = source__next(s, &rec)) == 1)
				;
			ASSERT_EQ(code, hmt_mem_failed() ? -ENOMEM : 0);
			if (code)
				ASSERT_HAS(s->err.text, "no memory");
			source__free(s);
		}
		ASSERT_EQ(hmt_mem_live(), live);
		fclose(f);
	} while (hmt_mem_failed());
	hmt_mem_fail_at(0);
	ASSERT_GT(n, 15);
}

/* What was counted is of an address space and a driver, and may be told when both are gone. */
static void test_filter__counts(void)
{
	expect("+1 mirror-register mm=0xa mirror=0x1 owner=7\n"
	       "-1 mirror-register mm=0xb mirror=0x2 owner=8\n"
	       "+2 hot-count mm=0xa what=fault count=3\n"
	       "-2 hot-count mm=0xb what=fault count=4\n"
	       "+2 hot-count what=fault count=5\n"
	       "+3 mm-destroy mm=0xa\n"
	       "-3 mm-destroy mm=0xb\n"
	       "+3.1 hot-count mm=0xa what=read count=6\n"
	       "-3.1 hot-count mm=0xb what=read count=7\n"
	       /* a dropped count is no dropped event: nothing is said to be missing */
	       "+4 mirror-register mm=0xb mirror=0x2 owner=7\n"
	       "+5 hot-count mm=0xb what=read count=8\n"
	       "+6 end\n", &by_pid);
	expect("+0 symbol addr=0x100 name=exer_ops module=exerciser\n"
	       "+0 symbol addr=0x200 name=kvm_ops module=kvm\n"
	       "+2 hot-count mm=0xa ops=0x100 what=fault count=3\n"
	       "-2 hot-count mm=0xa ops=0x200 what=fault count=4\n"
	       "+2 hot-count mm=0xa ops=0x300 what=fault count=5\n"
	       "+2 hot-count mm=0xa what=invalidate count=6\n"
	       "+6 end\n", &by_driver);
}

TEST_MAIN(TEST(test_filter__counts),
	  TEST(test_filter__nothing_set_is_the_source_itself),
	  TEST(test_filter__by_owner_not_by_who_ran), TEST(test_filter__address_reused_by_another),
	  TEST(test_filter__unknown_owner_passes_for_good), TEST(test_filter__exit_names_the_owner),
	  TEST(test_filter__by_comm), TEST(test_filter__comm_of_a_reused_pid),
	  TEST(test_filter__pid_and_comm_both_choose),
	  TEST(test_filter__by_driver_at_the_notifier_layer), TEST(test_filter__driver_named_late),
	  TEST(test_filter__by_driver_at_the_mirror_api),
	  TEST(test_filter__chosen_driver_joins_late), TEST(test_filter__holds_a_bounded_number),
	  TEST(test_filter__passes_errors_on), TEST(test_filter__no_memory))
