/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hmm-tests-select.h - the option -t NAME for upstream's hmm-tests, where the
 * harness of its kernel tree takes no options yet. Included before the
 * unmodified source, it gives the harness another main(): tests that are not
 * named are skipped.
 */
#include "kselftest_harness.h"

static void not_chosen(struct __test_metadata *t, struct __fixture_variant_metadata *variant)
{
	(void)variant;
	t->skip = 1;
}

static int is_chosen(const char *name, int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i += 2)
		if (!strcmp(argv[i], "-t") && !strcmp(argv[i + 1], name))
			return 1;
	return argc < 2;
}

static void choose(int argc, char **argv)
{
	for (struct __fixture_metadata *f = __fixture_list; f; f = f->next)
		for (struct __test_metadata *t = f->tests; t; t = t->next)
			if (!is_chosen(t->name, argc, argv))
				t->fn = not_chosen;
}

#undef TEST_HARNESS_MAIN
#define TEST_HARNESS_MAIN \
	static void __attribute__((constructor)) __constructor_order_last(void) \
	{ \
		if (!__constructor_order) \
			__constructor_order = _CONSTRUCTOR_ORDER_BACKWARD; \
	} \
	int main(int argc, char **argv) \
	{ \
		choose(argc, argv); \
		return test_harness_run(1, argv); \
	}
