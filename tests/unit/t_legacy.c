// SPDX-License-Identifier: GPL-2.0
/*
 * The same program runs on 5.2 and on the newest kernel: nothing that is not
 * everywhere is required, and the object for old kernels is made of what Linux
 * 5.2 has. Looked at, not tried: the kernels themselves are in tests/vm.
 */
#include "test.h"

#ifndef HMT_NO_BPF
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gelf.h>
#include <linux/bpf.h>
#include <string.h>

#include "hmmtrace.skel.h"
#include "legacy.skel.h"

#include "capture/feature.h"
#include "capture/plan.h"

static struct bpf_object *open_legacy(void)
{
	size_t size;
	const void *bytes = legacy_bpf__elf_bytes(&size);
	struct bpf_object *obj = bpf_object__open_mem(bytes, size, NULL);

	ASSERT_NOT_NULL(obj);
	return obj;
}

/* As of Linux 5.2; what is newer has a number beyond, but for the one libbpf knows a way around. */
static bool helper_is_old(int id)
{
	switch (id) {
	case BPF_FUNC_map_lookup_elem:
	case BPF_FUNC_map_update_elem:
	case BPF_FUNC_map_delete_elem:
	case BPF_FUNC_ktime_get_ns:
	case BPF_FUNC_get_smp_processor_id:
	case BPF_FUNC_get_current_pid_tgid:
	case BPF_FUNC_get_current_comm:
	case BPF_FUNC_get_current_task:
	case BPF_FUNC_perf_event_output:
	case BPF_FUNC_get_stackid:
	case BPF_FUNC_probe_read_kernel:	/* 5.5; probe_read before, and libbpf does that */
		return true;
	default:
		return false;
	}
}

static void check_insn(const char *prog, const struct bpf_insn *insn, size_t at)
{
	__u8 class = BPF_CLASS(insn->code), op = BPF_OP(insn->code);

	if (class == BPF_JMP && op == BPF_CALL) {
		ASSERT_MSG(insn->src_reg == 0, "%s, %zu: calls a function of its own", prog, at);
		ASSERT_MSG(helper_is_old(insn->imm), "%s, %zu: helper %d", prog, at, insn->imm);
	} else if (class == BPF_JMP32) {
		ASSERT_MSG(false, "%s, %zu: what is compiled for v2 has no 32-bit jump", prog, at);
	} else if (class == BPF_STX && BPF_MODE(insn->code) == BPF_ATOMIC) {
		/* since 5.12, 5ffa25502b5a: with anything but an addition, or with a result */
		ASSERT_MSG(insn->imm == BPF_ADD, "%s, %zu: atomic %x", prog, at, insn->imm);
	}
}

/* Where the instruction at can go: up to two. Return: how many. */
static int next_insns(const struct bpf_insn *insns, size_t at, size_t *ret)
{
	const struct bpf_insn *insn = &insns[at];
	__u8 op = BPF_OP(insn->code);

	if (BPF_CLASS(insn->code) != BPF_JMP || op == BPF_CALL) {
		/* An address takes two. */
		ret[0] = at + 1 + (insn->code == (BPF_LD | BPF_IMM | BPF_DW));
		return 1;
	}
	if (op == BPF_EXIT)
		return 0;
	ret[0] = at + 1 + insn->off;
	ret[1] = at + 1;
	return op == BPF_JA ? 1 : 2;
}

/*
 * Loops are since 5.3, 2589726d12a1 ("bpf: introduce bounded loops"). A jump
 * back to what is not on the way here is none: the verifier looks at it as this does.
 */
static bool has_loop(const struct bpf_insn *insns, size_t cnt)
{
	enum { NEW, ON_THE_WAY, DONE };
	char *state = calloc(cnt, 1), *tried = calloc(cnt, 1);
	size_t *way = calloc(cnt, sizeof(*way)), depth = 1, to[2];
	bool loop = false;

	state[0] = ON_THE_WAY;
	while (depth && !loop) {
		size_t at = way[depth - 1];

		if (tried[at] == next_insns(insns, at, to)) {
			state[at] = DONE;
			depth--;
			continue;
		}
		at = to[(int)tried[at]++];
		loop = at >= cnt || state[at] == ON_THE_WAY;
		if (!loop && state[at] == NEW) {
			state[at] = ON_THE_WAY;
			way[depth++] = at;
		}
	}
	free(state);
	free(tried);
	free(way);
	return loop;
}

/* The check is one. */
static void test_legacy__loops_are_seen(void)
{
	const struct bpf_insn loop[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .off = -2 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const struct bpf_insn back[] = {
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .off = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
		{ .code = BPF_JMP | BPF_JA, .off = -2 },
	};

	ASSERT(has_loop(loop, 3));
	ASSERT(!has_loop(back, 3));
}

static void test_legacy__instructions(void)
{
	struct bpf_object *obj = open_legacy();
	struct bpf_program *prog;
	int nr = 0;

	bpf_object__for_each_program(prog, obj) {
		const struct bpf_insn *insns = bpf_program__insns(prog);
		size_t cnt = bpf_program__insn_cnt(prog);

		ASSERT_GT(cnt, 0);
		ASSERT_MSG(!has_loop(insns, cnt), "%s has a loop", bpf_program__name(prog));
		for (size_t i = 0; i < cnt; i++) {
			check_insn(bpf_program__name(prog), &insns[i], i);
			/* An address takes two. */
			i += insns[i].code == (BPF_LD | BPF_IMM | BPF_DW);
		}
		nr++;
	}
	ASSERT_EQ(nr, TP_NR + 1);
	bpf_object__close(obj);
}

static void test_legacy__maps(void)
{
	struct bpf_object *obj = open_legacy();
	struct bpf_map *map;
	bool perf = false;

	bpf_object__for_each_map(map, obj) {
		enum bpf_map_type type = bpf_map__type(map);

		perf |= type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
		ASSERT_MSG(type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
			   type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_LRU_HASH ||
			   type == BPF_MAP_TYPE_STACK_TRACE ||
			   type == BPF_MAP_TYPE_PERF_EVENT_ARRAY, "%s: type %d",
			   bpf_map__name(map), type);
	}
	ASSERT(perf);
	bpf_object__close(obj);
}

static void test_legacy__programs(void)
{
	struct bpf_object *obj = open_legacy();
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) {
		ASSERT_EQ(bpf_program__type(prog), BPF_PROG_TYPE_TRACEPOINT);
		ASSERT_MSG(!strncmp(bpf_program__section_name(prog), "tp/", 3), "%s",
			   bpf_program__section_name(prog));
	}
	bpf_object__close(obj);
}

/* Bytes of relocations that need the kernel's type information. */
static __u32 core_relo_bytes(const void *bytes, size_t size)
{
	Elf *elf = elf_memory((char *)bytes, size);
	const struct {		/* struct btf_ext_header */
		__u16 magic;
		__u8 version, flags;
		__u32 hdr_len, func_info_off, func_info_len, line_info_off, line_info_len;
		__u32 core_relo_off, core_relo_len;
	} *ext = NULL;
	Elf_Scn *scn = NULL;
	__u32 len = 0;
	size_t names;

	ASSERT_NOT_NULL(elf);
	ASSERT_OK(elf_getshdrstrndx(elf, &names));
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr h;

		ASSERT_NOT_NULL(gelf_getshdr(scn, &h));
		if (strcmp(elf_strptr(elf, names, h.sh_name), ".BTF.ext"))
			continue;
		ext = elf_getdata(scn, NULL)->d_buf;
		ASSERT_EQ(ext->magic, 0xeb9f);
		len = ext->hdr_len >= sizeof(*ext) ? ext->core_relo_len : 0;
	}
	ASSERT_NOT_NULL(ext);
	elf_end(elf);
	return len;
}

static void test_legacy__needs_no_type_information(void)
{
	const void *bytes;
	size_t size;

	elf_version(EV_CURRENT);
	bytes = legacy_bpf__elf_bytes(&size);
	ASSERT_EQ(core_relo_bytes(bytes, size), 0);
	/* The check is one: the main object does. */
	bytes = hmmtrace_bpf__elf_bytes(&size);
	ASSERT_GT(core_relo_bytes(bytes, size), 0);
}

/* No program of either object is loaded because it is there: the plan decides. */
static void test_legacy__nothing_is_loaded_unasked(void)
{
	struct bpf_object *objs[2];
	size_t size;
	const void *bytes = hmmtrace_bpf__elf_bytes(&size);

	objs[0] = bpf_object__open_mem(bytes, size, NULL);
	objs[1] = open_legacy();
	for (int i = 0; i < 2; i++) {
		struct bpf_program *prog;

		ASSERT_NOT_NULL(objs[i]);
		bpf_object__for_each_program(prog, objs[i])
			ASSERT_MSG(!bpf_program__autoload(prog), "%s", bpf_program__name(prog));
		bpf_object__close(objs[i]);
	}
}

/* Where everything is missing that is younger than 5.2, there is a plan, and each program is there. */
static void test_legacy__nothing_newer_is_required(void)
{
	static const enum feature_id younger[] = {
		FEAT_BTF, FEAT_MEMLOCK, FEAT_RINGBUF, FEAT_FIELDS, FEAT_TP_BTF, FEAT_FENTRY,
		FEAT_STEADY, FEAT_KPROBE, FEAT_ITER, FEAT_KALLSYMS,
	};
	struct plan_opts opts = { .hot_fault = true, .hot_invalidate = true };
	struct bpf_object *obj = open_legacy();
	struct features f = { 0 };
	struct plan p;

	for (int i = 0; i < FEAT_NR; i++)
		f.f[i].state = FEATURE_OK;
	for (size_t i = 0; i < sizeof(younger) / sizeof(younger[0]); i++) {
		f.f[younger[i]].state = FEATURE_MISSING;
		ASSERT_MSG(!feature_descs[younger[i]].required, "%s",
			   feature_descs[younger[i]].id);
	}
	for (int i = 0; i < FIELD_NR; i++)
		f.field[i] = FIELD_UNKNOWN;
	for (int i = 0; i < TP_NR; i++)
		f.tp[i].in_tracefs = true;
	f.exit_tracefs = true;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, 0);
	ASSERT_EQ(p.kit, KIT_LEGACY);
	for (int i = 0; i < TP_NR; i++) {
		ASSERT_EQ(p.rows[i].state, PLAN_ON);
		ASSERT_NOT_NULL(bpf_object__find_program_by_name(obj, p.rows[i].program));
	}
	bpf_object__close(obj);
}

TEST_MAIN(TEST(test_legacy__loops_are_seen), TEST(test_legacy__instructions), TEST(test_legacy__maps), TEST(test_legacy__programs),
	  TEST(test_legacy__needs_no_type_information),
	  TEST(test_legacy__nothing_is_loaded_unasked),
	  TEST(test_legacy__nothing_newer_is_required))

#else

/* Its subject is not in this build. */
static void test_legacy__is_not_built(void)
{
}

TEST_MAIN(TEST(test_legacy__is_not_built))

#endif
