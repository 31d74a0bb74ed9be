// SPDX-License-Identifier: GPL-2.0
/*
 * What is loaded by the shortcut is what libbpf makes of it by itself, and libbpf
 * does not read the kernel's types for it.
 */
#include "test.h"

#ifndef HMT_NO_BPF
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hmmtrace.skel.h"

#include "base/mem.h"
#include "capture/feature.h"
#include "capture/ktypes.h"
#include "capture/shortcut.h"

static const char types_path[] = "/sys/kernel/btf/vmlinux";
static int types_read;

static int on_print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char text[512];

	(void)level;
	vsnprintf(text, sizeof(text), fmt, ap);
	types_read += !!strstr(text, "loading kernel BTF");
	return 0;
}

/* Those that every kernel with types loads, and that use most of them. */
static void choose(struct hmmtrace_bpf *skel)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, skel->obj)
		bpf_program__set_autoload(prog, prog == skel->progs.hmt_snapshot ||
					  prog == skel->progs.hmt_holders ||
					  prog == skel->progs.hmt_task_exit ||
					  prog == skel->progs.hmt_range_register);
}

/* A load of a map has its descriptor in it, which is another one each time. */
static bool names_a_map(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW) && insn->src_reg;
}

static void assert_same_program(const struct bpf_program *a, const struct bpf_program *b)
{
	size_t nr = bpf_program__insn_cnt(a);

	ASSERT_EQ(nr, bpf_program__insn_cnt(b));
	for (size_t i = 0; i < nr; i++) {
		const struct bpf_insn *x = &bpf_program__insns(a)[i];
		const struct bpf_insn *y = &bpf_program__insns(b)[i];

		if (names_a_map(x) && names_a_map(y))
			continue;
		ASSERT_MSG(!memcmp(x, y, sizeof(*x)), "%s, instruction %zu",
			   bpf_program__name(a), i);
	}
}

static struct hmmtrace_bpf *load_by_shortcut(struct features *f)
{
	struct hmmtrace_bpf *skel;
	struct shortcut s;
	int err;

	ASSERT_OK(shortcut__begin(&s, f));
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = s.path);
	skel = hmmtrace_bpf__open_opts(&opts);
	ASSERT_NOT_NULL(skel);
	choose(skel);
	ASSERT_OK(shortcut__fill(&s, f, skel->obj));
	err = hmmtrace_bpf__load(skel);
	shortcut__end(&s);
	if (err == -EPERM) {
		hmmtrace_bpf__destroy(skel);
		features_drop(f);
		SKIP("loading programs needs root");
	}
	ASSERT_EQ(err, 0);
	return skel;
}

static void test_shortcut__same_programs(void)
{
	struct hmmtrace_bpf *quick, *plain;
	struct bpf_program *prog;
	struct features f = { 0 };
	int exit_id, nr = 0;

	if (access(types_path, R_OK))
		SKIP("this kernel tells nothing of its types");
	libbpf_set_print(on_print);
	ASSERT_GT(feature_env_real.scan_btf(types_path, &f, &exit_id), 10000);
	quick = load_by_shortcut(&f);
	ASSERT_EQ(types_read, 0);
	plain = hmmtrace_bpf__open();
	ASSERT_NOT_NULL(plain);
	choose(plain);
	ASSERT_OK(hmmtrace_bpf__load(plain));
	ASSERT_GT(types_read, 0);

	bpf_object__for_each_program(prog, quick->obj) {
		if (!bpf_program__autoload(prog))
			continue;
		assert_same_program(prog, bpf_object__find_program_by_name(plain->obj,
									   bpf_program__name(prog)));
		nr++;
	}
	ASSERT_EQ(nr, 4);
	hmmtrace_bpf__destroy(quick);
	hmmtrace_bpf__destroy(plain);
	features_drop(&f);
}

/* Without types, or for what is not in them, it says so and leaves nothing behind. */
static void test_shortcut__long_way(void)
{
	struct features f = { 0 };
	long live = hmt_mem_live();
	struct shortcut s;

	ASSERT_EQ(shortcut__begin(&s, &f), -ENOENT);
	shortcut__end(&s);
	ASSERT_EQ(hmt_mem_live(), live);
}

#define SIZES 64

/* Once more, because it did not load: what was somebody else's meanwhile stays his. */
static void test_shortcut__twice(void)
{
	struct ktypes *types = hmt_calloc(1, sizeof(*types));
	struct features f = { .types = types };
	unsigned char *others[SIZES];
	struct shortcut s;

	for (int round = 0; round < 3; round++) {
		ASSERT_OK(shortcut__begin(&s, &f));
		ASSERT_EQ(s.nr_handlers, SHORTCUT_SECTIONS);
		shortcut__end(&s);
		ASSERT_EQ(s.nr_handlers, 0);
		for (size_t i = 0; i < SIZES; i++) {
			others[i] = malloc(16 * (i + 1));
			memset(others[i], 0x5a, 16 * (i + 1));
		}
		ASSERT_OK(shortcut__begin(&s, &f));
		for (size_t i = 0; i < SIZES; i++)
			for (size_t at = 0; at < 16 * (i + 1); at++)
				ASSERT_EQ(others[i][at], 0x5a);
		shortcut__end(&s);
		for (size_t i = 0; i < SIZES; i++)
			free(others[i]);
	}
	hmt_free(types);
}

TEST_MAIN(TEST(test_shortcut__same_programs), TEST(test_shortcut__long_way),
	  TEST(test_shortcut__twice))

#else

/* Its subject is not in this build. */
static void test_shortcut__is_not_built(void)
{
}

TEST_MAIN(TEST(test_shortcut__is_not_built))
#endif
