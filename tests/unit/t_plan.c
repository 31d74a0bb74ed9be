// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <errno.h>
#include <jansson.h>

#include "base/mem.h"
#include "capture/plan.h"
#include "capture/switches.h"

static struct features f;
static struct plan p;
static struct plan_opts opts;

/* A patched kernel where everything is as it should be. */
static void good(void)
{
	memset(&f, 0, sizeof(f));
	memset(&opts, 0, sizeof(opts));
	for (int i = 0; i < FEAT_NR; i++)
		f.f[i].state = FEATURE_OK;
	for (int i = 0; i < TP_NR; i++)
		f.tp[i].in_btf = f.tp[i].in_tracefs = true;
	for (int i = 0; i < FIELD_NR; i++)
		f.field[i] = 8 * i;
	f.exit_btf = f.exit_tracefs = true;
}

static void without(enum feature_id id, const char *reason)
{
	f.f[id].state = FEATURE_MISSING;
	snprintf(f.f[id].reason, sizeof(f.f[id].reason), "%s", reason);
}

static void without_tp(int i, const char *reason)
{
	f.tp[i].in_btf = f.tp[i].in_tracefs = false;
	snprintf(f.tp[i].reason, sizeof(f.tp[i].reason), "%s", reason);
	without(FEAT_HMM_TP, "some are missing");
}

static void stock(void)
{
	for (int i = 0; i < TP_NR; i++)
		without_tp(i, "this kernel has no such event");
	without(FEAT_HMM_TP, "this kernel has none");
}

static void test_plan__everything(void)
{
	good();
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.tier, TIER_FULL);
	ASSERT_EQ(p.code, 0);
	ASSERT_EQ(p.source, CAPTURE_TRACEPOINT);
	ASSERT_EQ(p.rows[TP_RANGE_REGISTER].state, PLAN_ON);
	ASSERT_EQ(p.rows[TP_RANGE_REGISTER].mech, MECH_RAW_TP);
	ASSERT_STREQ(p.rows[TP_RANGE_REGISTER].program, "hmt_range_register");
	ASSERT_STREQ(p.rows[TP_RANGE_REGISTER].event, "range-register");
	ASSERT_STREQ(p.rows[TP_RANGE_REGISTER].tracepoint, "hmm:hmm_range_register");
	ASSERT_STREQ(p.rows[PLAN_EXIT].event, "task-exit");
	ASSERT_STREQ(p.rows[PLAN_EXIT].program, "hmt_task_exit");
	ASSERT_EQ(p.rows[TP_FAULT_BEGIN].state, PLAN_OFF);
	ASSERT_EQ(p.rows[TP_CALLBACK_END].state, PLAN_OFF);
	ASSERT_NULL(p.rows[TP_FAULT_BEGIN].program);
}

/* Without iterators nothing is claimed of who holds what, and the plan says so. */
static void test_plan__holders(void)
{
	const struct plan_row *row = &p.rows[PLAN_HOLDER];

	good();
	plan_build(&f, &opts, &p);
	ASSERT_EQ(row->state, PLAN_ON);
	ASSERT_EQ(row->mech, MECH_ITER);
	ASSERT_NULL(row->program);

	plan_no_holders(&p);
	ASSERT_EQ(row->state, PLAN_MISSING);
	ASSERT_EQ(p.tier, TIER_PARTIAL);

	good();
	without(FEAT_ITER, "the kernel said: Invalid argument");
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, 0);
	ASSERT_EQ(p.tier, TIER_PARTIAL);
	ASSERT_EQ(row->state, PLAN_MISSING);
	ASSERT(*row->undecidable && strstr(row->why, "iterators"));

	/* It is the exit that tells which files there were. */
	good();
	f.exit_btf = f.exit_tracefs = false;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(row->state, PLAN_MISSING);
}

static void test_plan__rows_are_complete(void)
{
	good();
	plan_build(&f, &opts, &p);
	for (int i = 0; i < PLAN_ROWS; i++) {
		ASSERT_MSG(p.rows[i].event && p.rows[i].tracepoint && p.rows[i].observes &&
			   p.rows[i].undecidable, "row %d", i);
		ASSERT_MSG(p.rows[i].observes[0], "row %d", i);
	}
}

static void test_plan__hot_events(void)
{
	good();
	opts.hot_fault = true;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.rows[TP_FAULT_BEGIN].state, PLAN_ON);
	ASSERT_EQ(p.rows[TP_READ_BEGIN].state, PLAN_ON);
	ASSERT_EQ(p.rows[TP_INVALIDATE_BEGIN].state, PLAN_OFF);
	opts.hot_invalidate = true;
	plan_build(&f, &opts, &p);
	for (int i = 0; i < PLAN_ROWS; i++)
		ASSERT_EQ(p.rows[i].state, PLAN_ON);
}

/* Counted is on, and what needs each event says so all the same. */
static void test_plan__counted_events(void)
{
	char *text;

	good();
	opts.hot_fault = opts.count_fault = opts.hot_invalidate = true;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.tier, TIER_FULL);
	ASSERT_EQ(p.rows[TP_FAULT_BEGIN].state, PLAN_ON);
	ASSERT(p.rows[TP_FAULT_BEGIN].counted);
	ASSERT(p.rows[TP_READ_BEGIN].counted);
	ASSERT_HAS(p.rows[TP_FAULT_BEGIN].why, "counted");
	ASSERT(!p.rows[TP_INVALIDATE_BEGIN].counted);
	ASSERT(!p.rows[TP_RANGE_REGISTER].counted);
	text = plan_json(&p);
	ASSERT_HAS(text, "\"counted\":true,\"undecidable\":\"use-of-unregistered-range, "
			 "range-used-during-unregister, range-fault-with-stale-sequence, "
			 "range-livelock\"");
	hmt_free(text);
	opts.count_fault = false;
	opts.count_invalidate = true;
	plan_build(&f, &opts, &p);
	ASSERT(!p.rows[TP_FAULT_BEGIN].counted);
	ASSERT(p.rows[TP_CALLBACK_END].counted);
	/* the legacy object tells one by one */
	opts.force_legacy = true;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.kit, KIT_LEGACY);
	ASSERT(!p.rows[TP_CALLBACK_END].counted);
	opts.force_legacy = false;
	/* what is not there is not counted either */
	without_tp(TP_FAULT_END, "this kernel has no such event");
	opts.count_fault = true;
	plan_build(&f, &opts, &p);
	ASSERT(!p.rows[TP_FAULT_END].counted);
}

static void test_plan__classic_twins(void)
{
	good();
	without(FEAT_TP_BTF, "the kernel said: Invalid argument");
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.tier, TIER_FULL);
	ASSERT_EQ(p.rows[TP_FREE].mech, MECH_TP);
	ASSERT_STREQ(p.rows[TP_FREE].program, "hmt_free_tp");
	ASSERT_STREQ(p.rows[PLAN_EXIT].program, "hmt_task_exit_tp");

	good();
	opts.force_classic = true;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.tier, TIER_FULL);
	ASSERT_EQ(p.rows[TP_FREE].mech, MECH_TP);
}

static void test_plan__no_tracefs(void)
{
	good();
	without(FEAT_TRACEFS, "not mounted");
	for (int i = 0; i < TP_NR; i++)
		f.tp[i].in_tracefs = false;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.tier, TIER_FULL);

	/* ... but then there is no way without typed tracepoints. */
	without(FEAT_TP_BTF, "the kernel said: Invalid argument");
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.tier, TIER_NONE);
	ASSERT_EQ(p.code, -EOPNOTSUPP);
	ASSERT_HAS(p.why.text, "not mounted");
}

static void test_plan__no_privilege(void)
{
	good();
	without(FEAT_PRIVILEGE, "this process has neither");
	/* Without it nothing else can be asked either: one sentence, the first reason. */
	without(FEAT_BPF, "the kernel said: Operation not permitted");
	without(FEAT_RINGBUF, "the kernel said: Operation not permitted");
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, -EPERM);
	ASSERT_EQ(p.tier, TIER_NONE);
	ASSERT_HAS(p.why.text, "run as root, or grant CAP_BPF and CAP_PERFMON");
	for (int i = 0; i < PLAN_ROWS; i++) {
		ASSERT_NE(p.rows[i].state, PLAN_ON);
		ASSERT_NULL(p.rows[i].program);
		ASSERT(p.rows[i].why[0]);
	}
}

static void test_plan__not_supported(void)
{
	static const enum feature_id ids[] = { FEAT_LOCKDOWN, FEAT_BPF, FEAT_EVENTS };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		good();
		without(ids[i], "for a reason");
		plan_build(&f, &opts, &p);
		ASSERT_EQ(p.code, -EOPNOTSUPP);
		ASSERT_EQ(p.tier, TIER_NONE);
		ASSERT_HAS(p.why.text, "for a reason");
		ASSERT_HAS(p.why.text, feature_descs[ids[i]].remedy);
	}
}

/* --- a patched kernel of old ----------------------------------------------------- */

/* Never full: there are no iterators for it. */
static void assert_legacy(void)
{
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, 0);
	ASSERT_EQ(p.kit, KIT_LEGACY);
	ASSERT_EQ(p.source, CAPTURE_TRACEPOINT);
	ASSERT_EQ(p.tier, TIER_PARTIAL);
	ASSERT_EQ(p.nr, PLAN_LEGACY_ROWS);
	ASSERT_EQ(p.rows[PLAN_HOLDER].state, PLAN_MISSING);
	ASSERT_EQ(p.rows[TP_FREE].mech, MECH_TP);
	ASSERT_STREQ(p.rows[TP_FREE].program, "hmt_free_tp");
}

/* Each of what the main object takes for granted, alone and all together. */
static void test_plan__legacy(void)
{
	good();
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.kit, KIT_MAIN);
	opts.force_legacy = true;
	assert_legacy();

	good();
	without(FEAT_RINGBUF, "the kernel said: Invalid argument");
	assert_legacy();

	good();
	without(FEAT_BTF, "the kernel was built without it");
	without(FEAT_TP_BTF, "no tracepoint in the kernel's type information");
	without(FEAT_ITER, "no task iterator in the kernel's type information");
	assert_legacy();
	without(FEAT_RINGBUF, "the kernel said: Invalid argument");
	assert_legacy();
	ASSERT_EQ(p.rows[PLAN_EXIT].state, PLAN_ON);
	ASSERT_EQ(p.rows[PLAN_FIELDS].state, PLAN_ON);
	ASSERT_NULL(p.rows[PLAN_FIELDS].program);
}

/* What it reads of the kernel is all there, or none of it is believed. */
static void test_plan__legacy_without_fields(void)
{
	good();
	without(FEAT_BTF, "the kernel was built without it");
	without(FEAT_FIELDS, "there is no type information of this kernel");
	f.field[FIELD_SIGNAL_LIVE] = FIELD_UNKNOWN;
	assert_legacy();
	ASSERT_EQ(p.rows[PLAN_FIELDS].state, PLAN_MISSING);
	ASSERT_HAS(p.rows[PLAN_FIELDS].undecidable, "what an orphan pins");
	ASSERT_EQ(p.rows[PLAN_EXIT].state, PLAN_MISSING);
	ASSERT_HAS(p.rows[PLAN_EXIT].why, "no type information");
	ASSERT_EQ(p.rows[TP_RANGE_REGISTER].state, PLAN_ON);

	/* An owner is not kept by every kernel: the rest stands without it. */
	good();
	without(FEAT_RINGBUF, "the kernel said: Invalid argument");
	f.field[FIELD_MM_OWNER] = f.field[FIELD_MM_RSS] = FIELD_UNKNOWN;
	assert_legacy();
	ASSERT_EQ(p.rows[PLAN_FIELDS].state, PLAN_ON);
}

static void test_plan__legacy_not_supported(void)
{
	good();
	without(FEAT_RINGBUF, "the kernel said: Invalid argument");
	without(FEAT_PERFBUF, "for a reason");
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, -EOPNOTSUPP);
	ASSERT_HAS(p.why.text, "for a reason");
	ASSERT_HAS(p.why.text, feature_descs[FEAT_PERFBUF].remedy);
	/* ... which is no matter where there is a ring buffer. */
	f.f[FEAT_RINGBUF].state = FEATURE_OK;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, 0);
	ASSERT_EQ(p.kit, KIT_MAIN);

	good();
	without(FEAT_BTF, "the kernel was built without it");
	without(FEAT_TRACEFS, "not mounted");
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, -EOPNOTSUPP);
	ASSERT_HAS(p.why.text, "not mounted");
}

/* Functions are probed by the main object alone: the sentence says what it lacks. */
static void test_plan__no_legacy_for_functions(void)
{
	static const enum feature_id ids[] = { FEAT_BTF, FEAT_RINGBUF };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		good();
		stock();
		without(ids[i], "for a reason");
		plan_build(&f, &opts, &p);
		ASSERT_EQ(p.code, -EOPNOTSUPP);
		ASSERT_EQ(p.tier, TIER_NONE);
		ASSERT_HAS(p.why.text, "this kernel has no hmm:* tracepoints");
		ASSERT_HAS(p.why.text, "for a reason");
		opts.source = CAPTURE_NOTIFIER;
		plan_build(&f, &opts, &p);
		ASSERT_EQ(p.kit, KIT_MAIN);
		ASSERT_HAS(p.why.text, feature_descs[ids[i]].remedy);
	}
}

static void test_plan__stock_kernel(void)
{
	good();
	stock();
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, -EOPNOTSUPP);
	ASSERT_EQ(p.tier, TIER_NONE);
	ASSERT_HAS(p.why.text, "this kernel has no hmm:* tracepoints");
	ASSERT_HAS(p.why.text, "kernel/patches");
	ASSERT_HAS(p.rows[TP_REF_GET].why, "no such event");
}

static void test_plan__foreign_tracepoints(void)
{
	good();
	stock();
	without(FEAT_HMM_TP, "19 of 20: hmm_free has 2 arguments, not 6");
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, -EOPNOTSUPP);
	ASSERT_HAS(p.why.text, "hmm_free has 2 arguments");
}

static void test_plan__returns(void)
{
	good();
	plan_build(&f, &opts, &p);
	ASSERT(plan_sees_returns(&p));
	good();
	without_tp(TP_RANGE_UNREGISTER_END, "not there");
	plan_build(&f, &opts, &p);
	ASSERT(!plan_sees_returns(&p));
}

static void test_plan__partial(void)
{
	good();
	without_tp(TP_MM_RELEASE, "this kernel has no hmm:hmm_mm_release");
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.tier, TIER_PARTIAL);
	ASSERT_EQ(p.code, 0);
	ASSERT_EQ(p.rows[TP_MM_RELEASE].state, PLAN_MISSING);
	ASSERT_HAS(p.rows[TP_MM_RELEASE].undecidable, "mirror-orphaned-by-mm");
	ASSERT_EQ(p.rows[TP_RANGE_REGISTER].state, PLAN_ON);

	/* A hot event that is missing matters to those who asked for it. */
	good();
	without_tp(TP_READ_BEGIN, "this kernel has no hmm:hmm_read_begin");
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.tier, TIER_FULL);
	opts.hot_fault = true;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.tier, TIER_PARTIAL);
}

static void test_plan__essential(void)
{
	static const int essential[] = {
		TP_MIRROR_REGISTER, TP_MIRROR_UNREGISTER, TP_RANGE_REGISTER,
		TP_RANGE_UNREGISTER_BEGIN,
	};

	for (size_t i = 0; i < sizeof(essential) / sizeof(essential[0]); i++) {
		good();
		without_tp(essential[i], "gone");
		plan_build(&f, &opts, &p);
		ASSERT_EQ(p.tier, TIER_NONE);
		ASSERT_EQ(p.code, -EOPNOTSUPP);
	}
}

static void test_plan__other_source(void)
{
	good();
	opts.source = CAPTURE_NOTIFIER;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.tier, TIER_NONE);
	ASSERT_EQ(p.code, -EOPNOTSUPP);
	ASSERT_HAS(p.why.text, "cannot be probed");
}

static void test_plan__row_failed(void)
{
	good();
	plan_build(&f, &opts, &p);
	ASSERT_OK(plan_row_failed(&p, TP_MM_DESTROY, -ENOENT));
	ASSERT_EQ(p.tier, TIER_PARTIAL);
	ASSERT_EQ(p.rows[TP_MM_DESTROY].state, PLAN_MISSING);
	ASSERT_HAS(p.rows[TP_MM_DESTROY].why, "No such file");
	ASSERT_EQ(plan_row_failed(&p, TP_RANGE_REGISTER, -ENOENT), -EOPNOTSUPP);
	ASSERT_EQ(p.tier, TIER_NONE);
	plan_build(&f, &opts, &p);
	ASSERT_EQ(plan_row_failed(&p, TP_RANGE_REGISTER, -EACCES), -EPERM);
}

static void test_plan__names(void)
{
	for (int i = CAPTURE_AUTO; i <= CAPTURE_NOTIFIER; i++)
		ASSERT_EQ(plan_source_parse(plan_source_name(i)), i);
	ASSERT_LT(plan_source_parse("tracepoints"), 0);
	ASSERT_LT(plan_source_parse(""), 0);
	ASSERT_STREQ(plan_tier_name(TIER_PARTIAL), "partial");
	ASSERT_STREQ(plan_state_name(PLAN_MISSING), "missing");
	ASSERT_STREQ(plan_mech_name(MECH_NONE), "-");
}

static void test_plan__json(void)
{
	json_t *root, *rows, *row;
	char *text;

	good();
	without_tp(TP_MM_RELEASE, "say \"why\"");
	plan_build(&f, &opts, &p);
	text = plan_json(&p);
	ASSERT_NOT_NULL(text);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	ASSERT_NOT_NULL(root);
	ASSERT_STREQ(json_string_value(json_object_get(root, "tier")), "partial");
	ASSERT_STREQ(json_string_value(json_object_get(root, "source")), "tracepoint");
	ASSERT_STREQ(json_string_value(json_object_get(root, "kit")), "main");
	rows = json_object_get(root, "rows");
	ASSERT_EQ(json_array_size(rows), PLAN_ROWS);
	row = json_array_get(rows, TP_MM_RELEASE);
	ASSERT_STREQ(json_string_value(json_object_get(row, "event")), "mm-release");
	ASSERT_STREQ(json_string_value(json_object_get(row, "state")), "missing");
	ASSERT_STREQ(json_string_value(json_object_get(row, "why")), "say \"why\"");
	ASSERT_HAS(json_string_value(json_object_get(row, "undecidable")), "orphaned-by-mm");
	row = json_array_get(rows, TP_REF_GET);
	ASSERT_STREQ(json_string_value(json_object_get(row, "mechanism")), "raw_tp");
	ASSERT_STREQ(json_string_value(json_object_get(row, "undecidable")), "");
	json_decref(root);
	hmt_free(text);
}

/* --- a stock kernel ------------------------------------------------------------ */

static void functions(void)
{
	good();
	stock();
	for (int i = 0; i < FN_NR; i++)
		f.fn[i].btf_id = 100 + i;
}

static void without_fn(int i)
{
	f.fn[i].btf_id = 0;
	f.fn[i].in_kallsyms = false;
}

static void test_plan__functions(void)
{
	functions();
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, 0);
	ASSERT_EQ(p.source, CAPTURE_NOTIFIER);
	ASSERT_EQ(p.tier, TIER_PARTIAL);
	ASSERT_EQ(p.nr, PLAN_FN_ROWS);
	ASSERT_EQ(p.rows[FN_INSERT].mech, MECH_FENTRY);
	ASSERT_STREQ(p.rows[FN_INSERT].event, "mmu_interval_notifier_insert");
	ASSERT_STREQ(p.rows[FN_INSERT].program, "hmt_in_mmu_interval_notifier_insert");
	ASSERT_STREQ(p.rows[FN_INSERT].program_out, "hmt_out_mmu_interval_notifier_insert");
	ASSERT_STREQ(p.rows[FN_INSERT_LOCKED].program, "hmt_in_mmu_interval_notifier_insert_locked");
	/* Nothing is done at the entry: the program of the return is the only one. */
	ASSERT_STREQ(p.rows[FN_REGISTER].program, "hmt_out___mmu_notifier_register");
	ASSERT_NULL(p.rows[FN_REGISTER].program_out);
	ASSERT_NULL(p.rows[FN_MM_RELEASE].program_out);
	ASSERT_EQ(p.rows[FN_FAULT].state, PLAN_OFF);
	ASSERT_EQ(p.rows[PLAN_FN_EXIT].mech, MECH_RAW_TP);
	ASSERT_EQ(p.rows[PLAN_FN_RELEASE].state, PLAN_MISSING);
	ASSERT_EQ(p.rows[PLAN_FN_INVALIDATE].state, PLAN_OFF);
	ASSERT_EQ(p.rows[PLAN_FN_MIRROR_API].state, PLAN_OFF);
	ASSERT(plan_sees_returns(&p));
	p.rows[FN_FREE_RCU].state = PLAN_MISSING;
	ASSERT(!plan_sees_returns(&p));
	opts.hot_fault = opts.hot_invalidate = true;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.rows[FN_FAULT].state, PLAN_ON);
	ASSERT_EQ(p.rows[PLAN_FN_INVALIDATE].state, PLAN_MISSING);
	ASSERT(!p.rows[FN_FAULT].counted);
	opts.count_fault = opts.count_invalidate = true;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.rows[FN_FAULT].state, PLAN_ON);
	ASSERT(p.rows[FN_FAULT].counted && p.rows[FN_READ_BEGIN].counted);
	ASSERT(!p.rows[PLAN_FN_INVALIDATE].counted);
}

static void test_plan__kprobes(void)
{
	functions();
	without(FEAT_FENTRY, "the kernel said: Invalid argument");
	without_fn(FN_FREE_RCU);
	f.fn[FN_FREE_RCU].in_kallsyms = true;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.tier, TIER_PARTIAL);
	ASSERT_EQ(p.rows[FN_REGISTER].mech, MECH_KPROBE);
	/* A kretprobe has no arguments: the entry is needed. */
	ASSERT_STREQ(p.rows[FN_REGISTER].program, "hmt_in___mmu_notifier_register_kp");
	ASSERT_STREQ(p.rows[FN_REGISTER].program_out, "hmt_out___mmu_notifier_register_kp");
	/* Both ways to insert do the same. */
	ASSERT_STREQ(p.rows[FN_INSERT_LOCKED].tracepoint, "mmu_interval_notifier_insert_locked");
	ASSERT_STREQ(p.rows[FN_INSERT_LOCKED].program, p.rows[FN_INSERT].program);
	ASSERT_STREQ(p.rows[FN_INSERT_LOCKED].program_out, p.rows[FN_INSERT].program_out);
	ASSERT_EQ(p.rows[FN_FREE_RCU].mech, MECH_KPROBE);
	/* One that finds no room misses a return without a word. */
	ASSERT(!plan_sees_returns(&p));

	functions();
	opts.force_classic = true;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.rows[FN_INSERT].mech, MECH_KPROBE);
	ASSERT(!p.shield_calls);
	opts.force_classic = false;

	/* Fentry programs that are preempted lose events: second best, but better than nothing. */
	functions();
	without(FEAT_STEADY, "lazy");
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.rows[FN_INSERT].mech, MECH_KPROBE);
	ASSERT_EQ(p.rows[PLAN_FN_EXIT].mech, MECH_TP);
	ASSERT(p.shield_calls);
	without(FEAT_KPROBE, "this kernel has none");
	f.exit_tracefs = false;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.rows[PLAN_FN_EXIT].mech, MECH_RAW_TP);
	ASSERT_EQ(p.rows[FN_INSERT].mech, MECH_FENTRY);

	/* Only one function has no type information: only that one falls back. */
	functions();
	without_fn(FN_MM_DESTROY);
	f.fn[FN_MM_DESTROY].in_kallsyms = true;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.rows[FN_MM_DESTROY].mech, MECH_KPROBE);
	ASSERT_EQ(p.rows[FN_MM_RELEASE].mech, MECH_FENTRY);
}

/* A missing function narrows what is seen. Half a group would be worse than none. */
static void test_plan__function_missing(void)
{
	functions();
	without_fn(FN_MM_DESTROY);
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, 0);
	ASSERT_EQ(p.rows[FN_MM_DESTROY].state, PLAN_MISSING);
	ASSERT_HAS(p.rows[FN_MM_DESTROY].why, "no function of that name");
	ASSERT_EQ(p.rows[FN_MM_RELEASE].state, PLAN_ON);

	functions();
	without_fn(FN_INSERT_LOCKED);
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, 0);
	ASSERT_EQ(p.rows[FN_INSERT].state, PLAN_MISSING);
	ASSERT_EQ(p.rows[FN_REMOVE].state, PLAN_MISSING);
	ASSERT_NULL(p.rows[FN_REMOVE].program);
	ASSERT_HAS(p.rows[FN_REMOVE].why, "mmu_interval_notifier_insert_locked");
	ASSERT_HAS(p.rows[FN_REMOVE].undecidable, "every verdict on ranges");
	ASSERT_EQ(p.rows[FN_REGISTER].state, PLAN_ON);

	without_fn(FN_PUT);
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, -EOPNOTSUPP);
	ASSERT_EQ(p.tier, TIER_NONE);
	for (int i = 0; i < p.nr; i++)
		ASSERT_NULL(p.rows[i].program);
}

static void test_plan__function_failed(void)
{
	functions();
	plan_build(&f, &opts, &p);
	ASSERT_OK(plan_row_failed(&p, FN_FREE_RCU, -ENOENT));
	ASSERT_OK(plan_row_failed(&p, FN_REMOVE, -524));
	ASSERT_HAS(p.rows[FN_REMOVE].why, "not supported");
	ASSERT_EQ(p.rows[FN_INSERT].state, PLAN_MISSING);
	ASSERT_EQ(p.rows[FN_PUT].state, PLAN_ON);
	ASSERT_EQ(plan_row_failed(&p, FN_PUT, -ENOENT), -EOPNOTSUPP);
}

/* Where both exist the tracepoints win, unless told otherwise. */
/* What has to stay on while it traces. */
static void test_plan__switches(void)
{
	good();
	plan_build(&f, &opts, &p);
	ASSERT_EQ(plan_switches(&p), 0);
	functions();
	plan_build(&f, &opts, &p);
	ASSERT_EQ(plan_switches(&p), 1 << SWITCH_FTRACE);
	opts.force_classic = true;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(plan_switches(&p), 1 << SWITCH_FTRACE | 1 << SWITCH_KPROBES);
}

static void test_plan__both_sources(void)
{
	good();
	for (int i = 0; i < FN_NR; i++)
		f.fn[i].btf_id = 100 + i;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.source, CAPTURE_TRACEPOINT);
	ASSERT_EQ(p.tier, TIER_FULL);
	opts.source = CAPTURE_NOTIFIER;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, 0);
	ASSERT_EQ(p.source, CAPTURE_NOTIFIER);
	ASSERT_EQ(p.rows[PLAN_FN_MIRROR_API].state, PLAN_MISSING);
	ASSERT_HAS(p.rows[PLAN_FN_MIRROR_API].undecidable, "reference-unaccounted");
	opts.source = CAPTURE_TRACEPOINT;
	stock();
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, -EOPNOTSUPP);
}

static void test_plan__no_way(void)
{
	functions();
	without(FEAT_FENTRY, "the kernel said: not supported");
	without(FEAT_KPROBE, "this kernel has none");
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, -EOPNOTSUPP);
	ASSERT_HAS(p.why.text, "no hmm:* tracepoints");
	ASSERT_HAS(p.why.text, "kprobes: this kernel has none");
}

/* The options that are missing are named, once, and what to do is what helps there. */
static void test_plan__built_without(void)
{
	functions();
	without(FEAT_FENTRY, "the kernel was built without CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS");
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, 0);
	ASSERT_EQ(p.rows[FN_PUT].mech, MECH_KPROBE);
	ASSERT(!plan_sees_returns(&p));

	without(FEAT_KPROBE, "the kernel was built without CONFIG_KPROBE_EVENTS");
	f.f[FEAT_KPROBE].remedy = "boot another one";
	opts.source = CAPTURE_NOTIFIER;
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, -EOPNOTSUPP);
	ASSERT_HAS(p.why.text, "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS; kprobes: ");
	ASSERT_HAS(p.why.text, "CONFIG_KPROBE_EVENTS): boot another one");
	ASSERT_HAS(p.rows[FN_PUT].why, "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS; ");
	ASSERT_HAS(p.rows[FN_PUT].why, "CONFIG_KPROBE_EVENTS");

	/* Nothing to attach to at all: from no source, and said once. */
	opts.source = CAPTURE_AUTO;
	without(FEAT_EVENTS, "the kernel was built without CONFIG_BPF_EVENTS");
	plan_build(&f, &opts, &p);
	ASSERT_EQ(p.code, -EOPNOTSUPP);
	ASSERT_HAS(p.why.text, "CONFIG_BPF_EVENTS); boot a kernel");
	ASSERT(!strstr(p.why.text, "hmm:*") && !strstr(p.why.text, "kprobes:"));
}

TEST_MAIN(TEST(test_plan__everything), TEST(test_plan__holders), TEST(test_plan__rows_are_complete),
	  TEST(test_plan__hot_events), TEST(test_plan__counted_events),
	  TEST(test_plan__classic_twins), TEST(test_plan__no_tracefs),
	  TEST(test_plan__no_privilege), TEST(test_plan__not_supported),
	  TEST(test_plan__legacy), TEST(test_plan__legacy_without_fields),
	  TEST(test_plan__legacy_not_supported), TEST(test_plan__no_legacy_for_functions),
	  TEST(test_plan__stock_kernel), TEST(test_plan__foreign_tracepoints),
	  TEST(test_plan__partial), TEST(test_plan__returns), TEST(test_plan__essential), TEST(test_plan__other_source),
	  TEST(test_plan__row_failed), TEST(test_plan__names), TEST(test_plan__json), TEST(test_plan__functions),
	  TEST(test_plan__kprobes), TEST(test_plan__function_missing),
	  TEST(test_plan__function_failed), TEST(test_plan__both_sources), TEST(test_plan__switches),
	  TEST(test_plan__no_way), TEST(test_plan__built_without))
