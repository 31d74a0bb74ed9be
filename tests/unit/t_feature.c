// SPDX-License-Identifier: GPL-2.0
/* The machine is a directory of files, and the kernel a table of answers. */
#include "test.h"

#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/feature.h"
#include "capture/plan.h"

static char root[64];
static struct features f;
static int refuse[FEAT_NR];		/* what try_bpf() answers */
static const char *btf_lacks;		/* a tracepoint the BTF does not have */
static const char *btf_short;		/* one that has an argument too few */
static bool btf_patched;
static bool btf_built[BUILT_NR];	/* options whose functions the BTF has */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void drop_root(void)
{
	if (root[0])
		nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	root[0] = '\0';
}

static void put(const char *path, const char *text)
{
	char full[256];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *s = full + strlen(root) + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		mkdir(full, 0755);
		*s = '/';
	}
	file = fopen(full, "w");
	ASSERT_NOT_NULL(file);
	fputs(text, file);
	fclose(file);
}

static void take(const char *path)
{
	char full[256];

	snprintf(full, sizeof(full), "%s%s", root, path);
	ASSERT_OK(remove(full));
}

/* As the kernel prints it; skip: a field to leave out, NULL: none. */
static void put_format(const char *name, const char *fields, const char *skip)
{
	char text[4096], path[128], all[128], *field, *rest = all;
	int off = 8, n;

	n = snprintf(text, sizeof(text), "name: %s\nID: 99\nformat:\n"
		     "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
		     "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n", name);
	snprintf(all, sizeof(all), "%s %s", TP_ID_FIELDS, fields);
	while ((field = strsep(&rest, " "))) {
		if (!*field || (skip && !strcmp(field, skip)))
			continue;
		n += snprintf(text + n, sizeof(text) - n,
			      "\tfield:u64 %s;\toffset:%d;\tsize:8;\tsigned:0;\n", field, off);
		off += 8;
	}
	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/hmm/%s/format", name);
	put(path, text);
}

/* A patched kernel, tracefs mounted, root. */
static void good(void)
{
	drop_root();
	snprintf(root, sizeof(root), "/tmp/t_feature.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(root));
	memset(refuse, 0, sizeof(refuse));
	btf_lacks = btf_short = NULL;
	btf_patched = true;
	for (int i = 0; i < BUILT_NR; i++)
		btf_built[i] = true;
	put("/proc/self/status", "Name:\tt_feature\nCapEff:\t000001ffffffffff\n");
	put("/proc/sys/kernel/osrelease", "6.12.1\n");
	put("/proc/sys/kernel/version", "#1 SMP Tue Jan 1 00:00:00 UTC 2030\n");
	put("/proc/kallsyms", "ffffffff81000000 T _text\n");
	put("/sys/kernel/btf/vmlinux", "x");
	put("/sys/bus/event_source/devices/kprobe/type", "8\n");
	put("/sys/kernel/tracing/events/sched/sched_process_exit/id", "300\n");
#define TP_X(KIND, event, nr, fields, group) put_format("hmm_" #event, fields, NULL);
	HMT_TRACEPOINTS(TP_X)
#undef TP_X
}

static const char *const fns[] = {
#define FN_X(ID, function, nr, in, out, group, kp) #function,
	HMT_FUNCTIONS(FN_X)
#undef FN_X
};

static const char *image;		/* where type information of this kernel lies */
static int image_lacks = -1;		/* a field it does not have */

static int scan_fields(const char *path, struct features *ret_f)
{
	if (!image || !strstr(path, image))
		return -EINVAL;
	for (int i = 0; i < FIELD_NR; i++)
		if (i != image_lacks)
			ret_f->field[i] = 16 * i;
	return 0;
}

static int try_bpf(enum feature_id id, int btf_id)
{
	(void)btf_id;
	return refuse[id];
}

static int scan_btf(const char *path, struct features *ret_f, int *ret_exit_id)
{
	static const struct {
		const char *name;
		int nr;
	} tps[] = {
#define TP_X(KIND, event, extras, fields, group) { "hmm_" #event, TP_ID_WORDS + extras },
		HMT_TRACEPOINTS(TP_X)
#undef TP_X
	};

	static const char *const built[BUILT_NR] = {
#define BUILT_X(ID, option, function) [BUILT_##ID] = function,
		CAPTURE_BUILT(BUILT_X)
#undef BUILT_X
	};

	ASSERT_HAS(path, root);
	for (int i = 0; i < BUILT_NR; i++)
		if (btf_built[i])
			features_fn_type(ret_f, built[i], 200 + i);
	for (size_t i = 0; btf_patched && i < sizeof(tps) / sizeof(tps[0]); i++) {
		if (btf_lacks && !strcmp(tps[i].name, btf_lacks))
			continue;
		features_trace_type(ret_f, tps[i].name, tps[i].nr -
				    (btf_short && !strcmp(tps[i].name, btf_short)));
	}
	for (size_t i = 0; i < sizeof(fns) / sizeof(fns[0]); i++)
		if (!btf_lacks || strcmp(fns[i], btf_lacks))
			features_fn_type(ret_f, fns[i], 100 + (int)i);
	for (int i = 0; i < FIELD_NR; i++)
		ret_f->field[i] = 8 * i;
	features_fn_type(ret_f, "bpf_iter_task", 99);
	features_fn_type(ret_f, "mmu_notifier_synchronize", 98);
	features_trace_type(ret_f, "hmm_something_newer", 3);
	features_trace_type(ret_f, "sched_process_exit", 1);
	*ret_exit_id = 17;
	return 1000;
}

static const char *given_btf;		/* --btf */
static struct feature_env env;

static void probe(void)
{
	env = (struct feature_env){
		.root = root, .btf = given_btf, .try_bpf = try_bpf, .scan_btf = scan_btf,
		.scan_fields = scan_fields,
	};
	features_probe(&env, &f);
}

static void assert_missing(enum feature_id id, const char *reason)
{
	probe();
	ASSERT_EQ(f.f[id].state, FEATURE_MISSING);
	ASSERT_HAS(f.f[id].reason, reason);
	drop_root();
}

static void test_feature__table(void)
{
	for (int i = 0; i < FEAT_NR; i++) {
		const struct feature_desc *d = &feature_descs[i];

		ASSERT_MSG(d->id && d->what && d->since && d->remedy, "feature %d", i);
		ASSERT_MSG(d->id[0] && d->remedy[0], "feature %d", i);
	}
}

static void test_feature__everything(void)
{
	good();
	probe();
	for (int i = 0; i < FEAT_NR; i++)
		ASSERT_MSG(f.f[i].state == FEATURE_OK, "%s: %s", feature_descs[i].id,
			   f.f[i].reason);
	for (int i = 0; i < TP_NR; i++)
		ASSERT_MSG(f.tp[i].in_btf && f.tp[i].in_tracefs, "tracepoint %d: %s", i,
			   f.tp[i].reason);
	ASSERT(f.exit_btf && f.exit_tracefs);
	drop_root();
}

static void test_feature__privilege(void)
{
	good();
	put("/proc/self/status", "Name:\tx\nCapEff:\t000000c000000000\n");
	probe();
	ASSERT_EQ(f.f[FEAT_PRIVILEGE].state, FEATURE_OK);
	put("/proc/self/status", "Name:\tx\nCapEff:\t0000008000000000\n");
	probe();
	ASSERT_EQ(f.f[FEAT_PRIVILEGE].state, FEATURE_MISSING);
	ASSERT_HAS(f.f[FEAT_PRIVILEGE].reason, "but not CAP_PERFMON");
	put("/proc/self/status", "Name:\tx\nCapEff:\t0000000000000000\n");
	probe();
	ASSERT_EQ(f.f[FEAT_PRIVILEGE].state, FEATURE_MISSING);
	put("/proc/self/status", "Name:\tx\n");
	assert_missing(FEAT_PRIVILEGE, "no CapEff");
}

static void test_feature__btf(void)
{
	good();
	take("/sys/kernel/btf/vmlinux");
	assert_missing(FEAT_BTF, "built without");
}

/* The offsets come from the kernel itself, from its image, or from whoever knows better. */
static void test_feature__fields(void)
{
	good();
	probe();
	ASSERT_EQ(f.f[FEAT_FIELDS].state, FEATURE_OK);
	ASSERT_EQ(f.field[FIELD_MM_USERS], 8 * FIELD_MM_USERS);
	ASSERT(features_know_fields(&f));

	take("/sys/kernel/btf/vmlinux");
	probe();
	ASSERT_EQ(f.f[FEAT_FIELDS].state, FEATURE_MISSING);
	ASSERT_HAS(f.f[FEAT_FIELDS].reason, "no type information of this kernel");
	ASSERT_EQ(f.field[FIELD_MM_USERS], FIELD_UNKNOWN);
	ASSERT(!features_know_fields(&f));

	/* An image of another release is not looked at. */
	put("/usr/lib/debug/boot/vmlinux-6.12.2", "x");
	put("/usr/lib/debug/boot/vmlinux-6.12.1", "x");
	image = "vmlinux-6.12";
	probe();
	ASSERT_EQ(f.f[FEAT_FIELDS].state, FEATURE_OK);
	ASSERT_STREQ(f.f[FEAT_FIELDS].reason, "/usr/lib/debug/boot/vmlinux-6.12.1");
	ASSERT_EQ(f.field[FIELD_MM_USERS], 16 * FIELD_MM_USERS);

	given_btf = "/elsewhere/image";
	probe();
	ASSERT_EQ(f.f[FEAT_FIELDS].state, FEATURE_MISSING);
	ASSERT_HAS(f.f[FEAT_FIELDS].reason, "/elsewhere/image has no type information");
	image = "elsewhere";
	image_lacks = FIELD_MM_OWNER;
	probe();
	ASSERT_EQ(f.f[FEAT_FIELDS].state, FEATURE_OK);
	image_lacks = FIELD_MM_COUNT;
	assert_missing(FEAT_FIELDS, "/elsewhere/image does not have mm_struct->mm_count");
	given_btf = image = NULL;
	image_lacks = -1;
}

static void test_feature__lockdown(void)
{
	good();
	put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	probe();
	ASSERT_EQ(f.f[FEAT_LOCKDOWN].state, FEATURE_OK);
	put("/sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
	assert_missing(FEAT_LOCKDOWN, "confidentiality");
}

static void test_feature__calls(void)
{
	good();
	refuse[FEAT_BPF] = -ENOSYS;
	assert_missing(FEAT_BPF, "Function not implemented");
	good();
	refuse[FEAT_RINGBUF] = -EINVAL;
	assert_missing(FEAT_RINGBUF, "Invalid argument");
	good();
	refuse[FEAT_PERFBUF] = -EPERM;
	assert_missing(FEAT_PERFBUF, "Operation not permitted");
	good();
	refuse[FEAT_TP_BTF] = -EACCES;
	assert_missing(FEAT_TP_BTF, "Permission denied");
}

static void test_feature__memlock(void)
{
	good();
	put("/proc/sys/kernel/osrelease", "5.10.0-30-amd64\n");
	probe();
	ASSERT_EQ(f.f[FEAT_MEMLOCK].state, FEATURE_OK);
	ASSERT_HAS(f.f[FEAT_MEMLOCK].reason, "raised");
	put("/proc/self/status", "Name:\tx\nCapEff:\t0\n");
	assert_missing(FEAT_MEMLOCK, "5.10");
}

static void test_feature__kallsyms(void)
{
	good();
	put("/proc/kallsyms", "0000000000000000 A per_cpu_start\n0000000000001000 A next\n");
	probe();
	ASSERT_EQ(f.f[FEAT_KALLSYMS].state, FEATURE_OK);
	put("/proc/kallsyms", "0000000000000000 A per_cpu_start\n0000000000000000 T _text\n");
	assert_missing(FEAT_KALLSYMS, "hidden");
	good();
	take("/proc/kallsyms");
	assert_missing(FEAT_KALLSYMS, "No such file");
}

static void test_feature__tracefs(void)
{
	good();
	drop_root();
	snprintf(root, sizeof(root), "/tmp/t_feature.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(root));
	put("/sys/kernel/btf/vmlinux", "x");
	probe();
	ASSERT_EQ(f.f[FEAT_TRACEFS].state, FEATURE_MISSING);
	ASSERT_STREQ(f.f[FEAT_TRACEFS].reason, "not mounted");
	/* The type information alone is enough to know that they are there. */
	ASSERT_EQ(f.f[FEAT_HMM_TP].state, FEATURE_OK);
	ASSERT(f.tp[TP_FREE].in_btf && !f.tp[TP_FREE].in_tracefs);

	/* There is none that could be mounted, as far as the kernel tells. */
	put("/proc/filesystems", "nodev\tsysfs\nnodev\ttracefs\n\text4\n");
	probe();
	ASSERT_STREQ(f.f[FEAT_TRACEFS].reason, "not mounted");
	ASSERT_HAS(feature_remedy(&f, FEAT_TRACEFS), "mount -t tracefs");
	put("/proc/filesystems", "nodev\tsysfs\n\text4\n");
	probe();
	ASSERT_STREQ(f.f[FEAT_TRACEFS].reason, "the kernel was built without CONFIG_FTRACE");
	ASSERT_HAS(feature_remedy(&f, FEAT_TRACEFS), "CONFIG_FTRACE=y");

	put("/sys/kernel/debug/tracing/events/enable", "0\n");
	probe();
	ASSERT_EQ(f.f[FEAT_TRACEFS].state, FEATURE_OK);
	ASSERT_HAS(f.f[FEAT_TRACEFS].reason, "debug");
	drop_root();
}

static void test_feature__stock_kernel(void)
{
	good();
	drop_root();
	snprintf(root, sizeof(root), "/tmp/t_feature.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(root));
	put("/sys/kernel/btf/vmlinux", "x");
	put("/sys/kernel/tracing/events/sched/sched_process_exit/id", "300\n");
	btf_patched = false;
	assert_missing(FEAT_HMM_TP, "this kernel has none");
	ASSERT_STREQ(f.tp[TP_FREE].reason, "this kernel has no hmm:hmm_free");
}

static void test_feature__some_tracepoints(void)
{
	good();
	btf_lacks = "hmm_free";
	take("/sys/kernel/tracing/events/hmm/hmm_free/format");
	assert_missing(FEAT_HMM_TP, "19 of 20: this kernel has no hmm:hmm_free");
}

static void test_feature__too_few_arguments(void)
{
	good();
	btf_short = "hmm_ref_get";
	take("/sys/kernel/tracing/events/hmm/hmm_ref_get/format");
	assert_missing(FEAT_HMM_TP, "hmm_ref_get has 6 arguments, not 7");
	ASSERT(!f.tp[TP_REF_GET].in_btf);
}

/* The words would be read in the wrong places, by either kind of program. */
static void test_feature__foreign_fields(void)
{
	good();
	put_format("hmm_ref_get", "count call_site", "mirror");
	assert_missing(FEAT_HMM_TP, "hmm_ref_get has no 8-byte field mirror at offset 24");
	ASSERT(!f.tp[TP_REF_GET].in_btf && !f.tp[TP_REF_GET].in_tracefs);

	good();
	put_format("hmm_range_register", "start end page_shift", NULL);
	assert_missing(FEAT_HMM_TP, "no 8-byte field ret at offset 72");
}

/* Append-only: a newer kernel that says more is fine. */
static void test_feature__newer_fields(void)
{
	good();
	put_format("hmm_ref_get", "count call_site why", NULL);
	probe();
	ASSERT_EQ(f.f[FEAT_HMM_TP].state, FEATURE_OK);
	drop_root();
}

static void test_feature__functions(void)
{
	good();
	probe();
	ASSERT_EQ(f.f[FEAT_FENTRY].state, FEATURE_OK);
	ASSERT_EQ(f.f[FEAT_KPROBE].state, FEATURE_OK);
	ASSERT_EQ(f.fn[FN_PUT].btf_id, 100 + FN_PUT);
	ASSERT_EQ(f.iter_btf_id, 99);
	drop_root();

	/* What is not in the type information is looked for among the symbols. */
	good();
	btf_lacks = "mmu_notifier_put";
	put("/proc/kallsyms", "ffffffff81000000 T _text\nffffffff81000010 t mmu_notifier_put\n"
	    "ffffffffc0000000 t mmu_notifier_get_locked\t[foreign]\n");
	probe();
	ASSERT_EQ(f.fn[FN_PUT].btf_id, 0);
	ASSERT(f.fn[FN_PUT].in_kallsyms);
	ASSERT(!f.fn[FN_GET].in_kallsyms);
	drop_root();

	good();
	put("/proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC\n");
	assert_missing(FEAT_STEADY, "may be preemptible");
	good();
	put("/proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC\n");
	put("/sys/kernel/debug/sched/preempt", "none voluntary full (lazy)\n");
	assert_missing(FEAT_STEADY, "(lazy)");
	good();
	put("/proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC\n");
	put("/sys/kernel/debug/sched/preempt", "none (voluntary) full\n");
	probe();
	ASSERT_EQ(f.f[FEAT_STEADY].state, FEATURE_OK);
	drop_root();

	good();
	refuse[FEAT_FENTRY] = -524;
	assert_missing(FEAT_FENTRY, "the kernel said: not supported");
	good();
	take("/sys/bus/event_source/devices/kprobe/type");
	assert_missing(FEAT_KPROBE, "this kernel has none");
}

static void assert_built_without(enum feature_id id, const char *option)
{
	probe();
	ASSERT_EQ(f.f[id].state, FEATURE_MISSING);
	ASSERT_HAS(f.f[id].reason, "the kernel was built without CONFIG_");
	ASSERT_STREQ(strstr(f.f[id].reason, "CONFIG_"), option);
	drop_root();
}

/* A refusal that the kernel's configuration explains is not left as its errno. */
static void test_feature__built_without(void)
{
	good();
	refuse[FEAT_FENTRY] = -EBUSY;
	btf_built[BUILT_FUNCTION_TRACER] = btf_built[BUILT_DIRECT_CALLS] = false;
	assert_built_without(FEAT_FENTRY, "CONFIG_FUNCTION_TRACER");
	ASSERT_HAS(feature_remedy(&f, FEAT_FENTRY), "CONFIG_FUNCTION_TRACER=y");
	good();
	refuse[FEAT_FENTRY] = -524;
	btf_built[BUILT_DIRECT_CALLS] = false;
	assert_built_without(FEAT_FENTRY, "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS");
	/* What works, works; and what is there explains nothing. */
	good();
	btf_built[BUILT_DIRECT_CALLS] = false;
	probe();
	ASSERT_EQ(f.f[FEAT_FENTRY].state, FEATURE_OK);
	drop_root();
	good();
	refuse[FEAT_FENTRY] = -EBUSY;
	assert_missing(FEAT_FENTRY, "the kernel said: Device or resource busy");
	ASSERT_STREQ(feature_remedy(&f, FEAT_FENTRY), feature_descs[FEAT_FENTRY].remedy);
	/* Without privilege nothing was learned. */
	good();
	put("/proc/self/status", "Name:\tx\nCapEff:\t0\n");
	refuse[FEAT_FENTRY] = -EPERM;
	btf_built[BUILT_DIRECT_CALLS] = false;
	assert_missing(FEAT_FENTRY, "Operation not permitted");

	good();
	take("/sys/bus/event_source/devices/kprobe/type");
	btf_built[BUILT_KPROBES] = btf_built[BUILT_KPROBE_EVENTS] = false;
	assert_built_without(FEAT_KPROBE, "CONFIG_KPROBES");
	good();
	take("/sys/bus/event_source/devices/kprobe/type");
	btf_built[BUILT_KPROBE_EVENTS] = false;
	assert_built_without(FEAT_KPROBE, "CONFIG_KPROBE_EVENTS");

	good();
	refuse[FEAT_EVENTS] = -EINVAL;
	assert_built_without(FEAT_EVENTS, "CONFIG_BPF_EVENTS");
	good();
	refuse[FEAT_EVENTS] = -EPERM;
	assert_missing(FEAT_EVENTS, "the kernel said: Operation not permitted");
}

/* What attaches and never fires would find everything clean. */
static void test_feature__switched_off(void)
{
	good();
	put("/proc/sys/kernel/ftrace_enabled", "0\n");
	probe();
	ASSERT_EQ(f.f[FEAT_FENTRY].state, FEATURE_MISSING);
	ASSERT_EQ(f.f[FEAT_KPROBE].state, FEATURE_MISSING);
	ASSERT_HAS(f.f[FEAT_FENTRY].reason, "kernel.ftrace_enabled");
	ASSERT_HAS(f.f[FEAT_KPROBE].reason, "kernel.ftrace_enabled");
	drop_root();

	good();
	put("/proc/sys/kernel/ftrace_enabled", "1\n");
	probe();
	ASSERT_EQ(f.f[FEAT_FENTRY].state, FEATURE_OK);
	ASSERT_EQ(f.f[FEAT_KPROBE].state, FEATURE_OK);
	drop_root();

	good();
	refuse[FEAT_KPROBE] = -ENODATA;
	probe();
	ASSERT_EQ(f.f[FEAT_KPROBE].state, FEATURE_OK);
	ASSERT(!features_try_kprobe(&env, &f));
	ASSERT_EQ(f.f[FEAT_KPROBE].state, FEATURE_MISSING);
	ASSERT_HAS(f.f[FEAT_KPROBE].reason, "switched off");
	/* That it cannot be tried says nothing. */
	refuse[FEAT_KPROBE] = -EACCES;
	probe();
	ASSERT(features_try_kprobe(&env, &f));
	ASSERT_EQ(f.f[FEAT_KPROBE].state, FEATURE_OK);
	drop_root();
}

/* Who can read the switch need not try; a trial would say the opposite here. */
static void test_feature__kprobe_switch(void)
{
	good();
	put("/sys/kernel/debug/kprobes/enabled", "1\n");
	refuse[FEAT_KPROBE] = -ENODATA;
	probe();
	ASSERT(features_try_kprobe(&env, &f));
	ASSERT_EQ(f.f[FEAT_KPROBE].state, FEATURE_OK);
	put("/sys/kernel/debug/kprobes/enabled", "0\n");
	refuse[FEAT_KPROBE] = 0;
	ASSERT(!features_try_kprobe(&env, &f));
	ASSERT_EQ(f.f[FEAT_KPROBE].state, FEATURE_MISSING);
	ASSERT_HAS(f.f[FEAT_KPROBE].reason, "kprobes/enabled");
	drop_root();
}

#ifndef HMT_NO_BPF
#include <bpf/btf.h>

static void add_tracepoint(struct btf *btf, const char *name, int nr_args)
{
	int proto = btf__add_func_proto(btf, 0);

	for (int i = 0; i < nr_args + 1; i++)
		ASSERT_OK(btf__add_func_param(btf, "", 1));
	ASSERT_GT(btf__add_typedef(btf, name, btf__add_ptr(btf, proto)), 0);
}

/* A kernel's type information, as far as it matters here. */
static void test_feature__scan_btf(void)
{
	struct btf *btf = btf__new_empty();
	int exit_id = 0, nr, want;
	const void *raw;
	char path[96];
	FILE *file;
	__u32 size;

	good();
	ASSERT_EQ(btf__add_int(btf, "u64", 8, 0), 1);
	add_tracepoint(btf, "btf_trace_hmm_free", 6);
	add_tracepoint(btf, "btf_trace_hmm_ref_get", 6);
	add_tracepoint(btf, "btf_trace_sched_process_exit", 1);
	add_tracepoint(btf, "trace_hmm_ref_put", 7);
	ASSERT_GT(btf__add_typedef(btf, "btf_trace_hmm_ref_put", 1), 0);	/* not a function */
	want = btf__type_cnt(btf) - 1;
	raw = btf__raw_data(btf, &size);
	snprintf(path, sizeof(path), "%s/sys/kernel/btf/vmlinux", root);
	file = fopen(path, "w");
	ASSERT_EQ(fwrite(raw, 1, size, file), size);
	fclose(file);
	btf__free(btf);

	memset(&f, 0, sizeof(f));
	nr = feature_env_real.scan_btf(path, &f, &exit_id);
	ASSERT_EQ(nr, want);
	ASSERT(f.exit_btf);
	ASSERT_GT(exit_id, 0);
	ASSERT(f.tp[TP_FREE].in_btf);
	ASSERT(!f.tp[TP_REF_GET].in_btf);
	ASSERT_HAS(f.tp[TP_REF_GET].reason, "has 6 arguments, not 7");
	ASSERT(!f.tp[TP_REF_PUT].in_btf);

	put("/sys/kernel/btf/vmlinux", "this is not BTF");
	ASSERT_LT(feature_env_real.scan_btf(path, &f, &exit_id), 0);
	drop_root();
}

/* mm_struct and task_struct are made of structs without a name; rss_stat has had two shapes. */
static int add_mm(struct btf *btf, int u32, int rss)
{
	int outer, inner = btf__add_struct(btf, "", 64);

	ASSERT_OK(btf__add_field(btf, "mm_users", u32, 8 * 40, 0));
	ASSERT_OK(btf__add_field(btf, "rss_stat", rss, 8 * 48, 0));
	outer = btf__add_struct(btf, "mm_struct", 128);
	ASSERT_OK(btf__add_field(btf, "mm_count", u32, 8 * 4, 0));
	ASSERT_OK(btf__add_field(btf, "", inner, 8 * 16, 0));
	return outer;
}

static void scan_mm(bool percpu)
{
	struct btf *btf = btf__new_empty();
	int u32 = btf__add_int(btf, "u32", 4, 0), u64 = btf__add_int(btf, "u64", 8, 0), rss;
	const void *raw;
	char path[96];
	__u32 size;
	FILE *file;

	rss = btf__add_struct(btf, percpu ? "percpu_counter" : "mm_rss_stat", 40);
	ASSERT_OK(btf__add_field(btf, "count", u64, percpu ? 8 * 8 : 0, 0));
	add_mm(btf, u32, percpu ? btf__add_array(btf, u32, rss, 4) : rss);
	ASSERT_GT(btf__add_struct(btf, "mm_struct_of_another_name", 8), 0);
	ASSERT_OK(btf__add_field(btf, "owner", u64, 0, 0));
	raw = btf__raw_data(btf, &size);
	snprintf(path, sizeof(path), "%s/image", root);
	file = fopen(path, "w");
	ASSERT_EQ(fwrite(raw, 1, size, file), size);
	fclose(file);
	btf__free(btf);
	memset(&f, 0, sizeof(f));
	for (int i = 0; i < FIELD_NR; i++)
		f.field[i] = FIELD_UNKNOWN;
	ASSERT_OK(feature_env_real.scan_fields(path, &f));
}

static void test_feature__scan_fields(void)
{
	good();
	scan_mm(false);
	ASSERT_EQ(f.field[FIELD_MM_COUNT], 4);
	ASSERT_EQ(f.field[FIELD_MM_USERS], 16 + 40);
	ASSERT_EQ(f.field[FIELD_MM_RSS], 16 + 48);
	ASSERT_EQ(f.rss_stride, 8);
	ASSERT_EQ(f.field[FIELD_MM_OWNER], FIELD_UNKNOWN);
	ASSERT_EQ(f.field[FIELD_TASK_COMM], FIELD_UNKNOWN);
	scan_mm(true);
	ASSERT_EQ(f.field[FIELD_MM_USERS], 16 + 40);
	ASSERT_EQ(f.field[FIELD_MM_RSS], 16 + 48 + 8);
	ASSERT_EQ(f.rss_stride, 40);
	ASSERT_LT(feature_env_real.scan_fields("/bin/true", &f), 0);
	drop_root();
}
#define TESTS_WITH_BPF TEST(test_feature__scan_btf), TEST(test_feature__scan_fields),
#else
#define TESTS_WITH_BPF
#endif

TEST_MAIN(TESTS_WITH_BPF
	  TEST(test_feature__table), TEST(test_feature__everything), TEST(test_feature__privilege),
	  TEST(test_feature__btf), TEST(test_feature__fields), TEST(test_feature__lockdown), TEST(test_feature__calls),
	  TEST(test_feature__memlock), TEST(test_feature__kallsyms), TEST(test_feature__tracefs),
	  TEST(test_feature__stock_kernel), TEST(test_feature__some_tracepoints),
	  TEST(test_feature__too_few_arguments), TEST(test_feature__foreign_fields),
	  TEST(test_feature__newer_fields),
	  TEST(test_feature__functions), TEST(test_feature__switched_off),
	  TEST(test_feature__kprobe_switch),
	  TEST(test_feature__built_without))
