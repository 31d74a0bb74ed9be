// SPDX-License-Identifier: GPL-2.0
/* feature.c - asks the machine, one function per requirement. */
#include "capture/feature.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

const struct feature_desc feature_descs[FEAT_NR] = {
#define FEATURE_X(ID, id_, what_, since_, required_, remedy_) \
	[FEAT_##ID] = { .id = id_, .what = what_, .since = since_, \
			.required = required_, .remedy = remedy_ },
	CAPTURE_FEATURES(FEATURE_X)
#undef FEATURE_X
};

static const struct {
	const char *name;	/* "hmm_range_register" */
	int extras;
	const char *fields;	/* of the extras */
} tps[TP_NR] = {
#define TP_X(KIND, event, nr, names, group) \
	[TP_##KIND] = { .name = "hmm_" #event, .extras = nr, .fields = names },
	HMT_TRACEPOINTS(TP_X)
#undef TP_X
};

static const char *const field_names[FIELD_NR] = {
#define FIELD_X(ID, type, member) [FIELD_##ID] = #type "->" #member,
	HMT_KERNEL_FIELDS(FIELD_X)
#undef FIELD_X
};

static const char *const fns[FN_NR] = {
#define FN_X(ID, function, nr, in, out, group, kp) [FN_##ID] = #function,
	HMT_FUNCTIONS(FN_X)
#undef FN_X
};

static const struct {
	const char *option, *function;
} builts[BUILT_NR] = {
#define BUILT_X(ID, option_, function_) \
	[BUILT_##ID] = { .option = option_, .function = function_ },
	CAPTURE_BUILT(BUILT_X)
#undef BUILT_X
};

#define FTRACE_IS_OFF "it is switched off: sysctl kernel.ftrace_enabled=1"

struct probe {
	const struct feature_env *env;
	struct features *f;
	const char *tracefs;	/* NULL: not mounted or not readable */
	int exit_btf_id;
	bool ftrace_off;
};

static void set(struct probe *p, enum feature_id id, enum feature_state state, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static void set(struct probe *p, enum feature_id id, enum feature_state state, const char *fmt, ...)
{
	struct feature_result *r = &p->f->f[id];
	va_list ap;

	r->state = state;
	va_start(ap, fmt);
	vsnprintf(r->reason, sizeof(r->reason), fmt, ap);
	va_end(ap);
}

/* The beginning of a file, NUL-terminated. Return: its length, or a negative errno. */
static ssize_t read_head(const struct probe *p, const char *path, char *buf, size_t size)
{
	size_t len = 0;
	char full[512];
	ssize_t n;
	int fd;

	if ((size_t)snprintf(full, sizeof(full), "%s%s", p->env->root, path) >= sizeof(full))
		return -ENAMETOOLONG;
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (len < size - 1) {
		n = read(fd, buf + len, size - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			n = -errno;
			close(fd);
			return n;
		}
		if (!n)
			break;
		len += n;
	}
	close(fd);
	buf[len] = '\0';
	return len;
}

static int can_access(const struct probe *p, const char *path)
{
	char full[512];

	snprintf(full, sizeof(full), "%s%s", p->env->root, path);
	return access(full, R_OK | X_OK) ? -errno : 0;
}

#define CAP_BIT_SYS_ADMIN 21
#define CAP_BIT_PERFMON 38
#define CAP_BIT_BPF 39

static void probe_privilege(struct probe *p)
{
	unsigned long long caps;
	const char *at;
	char buf[4096];
	ssize_t n;

	n = read_head(p, "/proc/self/status", buf, sizeof(buf));
	at = n < 0 ? NULL : strstr(buf, "\nCapEff:");
	if (!at || sscanf(at, "\nCapEff: %llx", &caps) != 1) {
		set(p, FEAT_PRIVILEGE, FEATURE_MISSING, "/proc/self/status does not say: %s",
		    n < 0 ? strerror((int)-n) : "no CapEff line");
		return;
	}
	if (caps >> CAP_BIT_SYS_ADMIN & 1)
		set(p, FEAT_PRIVILEGE, FEATURE_OK, "CAP_SYS_ADMIN");
	else if ((caps >> CAP_BIT_BPF & 1) && (caps >> CAP_BIT_PERFMON & 1))
		set(p, FEAT_PRIVILEGE, FEATURE_OK, "CAP_BPF and CAP_PERFMON");
	else if (caps >> CAP_BIT_BPF & 1)
		set(p, FEAT_PRIVILEGE, FEATURE_MISSING, "it has CAP_BPF, but not CAP_PERFMON");
	else
		set(p, FEAT_PRIVILEGE, FEATURE_MISSING, "it has neither CAP_BPF nor CAP_PERFMON");
}

static void probe_lockdown(struct probe *p)
{
	char buf[128];
	ssize_t n = read_head(p, "/sys/kernel/security/lockdown", buf, sizeof(buf));

	if (n < 0)
		set(p, FEAT_LOCKDOWN, FEATURE_OK, "not locked down");
	else if (strstr(buf, "[confidentiality]"))
		set(p, FEAT_LOCKDOWN, FEATURE_MISSING, "lockdown=confidentiality");
	else
		set(p, FEAT_LOCKDOWN, FEATURE_OK, "%s",
		    strstr(buf, "[integrity]") ? "lockdown=integrity" : "not locked down");
}

void features_trace_type(struct features *f, const char *name, int nr_args)
{
	for (int i = 0; i < TP_NR; i++) {
		struct tp_result *r = &f->tp[i];

		if (strcmp(name, tps[i].name))
			continue;
		/* Append-only: more than expected is a newer kernel and fine. */
		if (nr_args >= TP_ID_WORDS + tps[i].extras)
			r->in_btf = true;
		else
			snprintf(r->reason, sizeof(r->reason), "%s has %d arguments, not %d",
				 tps[i].name, nr_args, TP_ID_WORDS + tps[i].extras);
		return;
	}
	if (!strcmp(name, "sched_process_exit"))
		f->exit_btf = true;
}

/* What ours begin with, for of the tens of thousands that there are most do not. */
static bool may_be_ours(const char *name)
{
	switch (name[0]) {
	case '_':
		return name[1] == '_' && name[2] == 'm';
	case 'b':
		return name[1] == 'p' && name[2] == 'f';
	case 'c':
	case 'r':
		return name[1] == 'r' || name[1] == 'e';
	case 'h':
	case 'm':
		return name[1] == 'm';
	default:
		return false;
	}
}

void features_fn_type(struct features *f, const char *name, int btf_id)
{
	if (!may_be_ours(name))
		return;
	for (int i = 0; i < FN_NR; i++)
		if (!strcmp(name, fns[i]))
			f->fn[i].btf_id = btf_id;
	for (int i = 0; i < BUILT_NR; i++)
		if (!strcmp(name, builts[i].function))
			f->built[i] = true;
	if (*name != 'b')
		return;
	if (!strcmp(name, "bpf_iter_task"))
		f->iter_btf_id = btf_id;
	else if (!strcmp(name, "bpf_iter_task_file"))
		f->iter_file_btf_id = btf_id;
	/* Since 6.1, fba1a1c6c912 ("bpf: Convert hash map to bpf_mem_alloc."). */
	else if (!strcmp(name, "bpf_mem_alloc_init"))
		f->map_alloc = true;
}

int features_fn_id(const struct features *f, const char *name)
{
	for (int i = 0; i < FN_NR; i++)
		if (!strcmp(name, fns[i]))
			return f->fn[i].btf_id;
	return 0;
}

static void probe_btf(struct probe *p)
{
	char full[512];
	int nr;

	snprintf(full, sizeof(full), "%s/sys/kernel/btf/vmlinux", p->env->root);
	if (access(full, R_OK)) {
		int err = errno;

		set(p, FEAT_BTF, FEATURE_MISSING, "%s",
		    err == ENOENT ? "the kernel was built without it" : strerror(err));
		return;
	}
	nr = p->env->scan_btf(full, p->f, &p->exit_btf_id);
	if (nr < 0)
		set(p, FEAT_BTF, FEATURE_MISSING, "it cannot be read: %s", strerror(-nr));
	else
		set(p, FEAT_BTF, FEATURE_OK, "%d types", nr);
}

/* mm->owner is for others than the process itself, and the resident pages are no verdict. */
static int first_unknown_field(const struct features *f)
{
	for (int i = 0; i < FIELD_NR; i++)
		if (f->field[i] == FIELD_UNKNOWN && i != FIELD_MM_OWNER && i != FIELD_MM_RSS)
			return i;
	return -1;
}

bool features_know_fields(const struct features *f)
{
	return first_unknown_field(f) < 0;
}

static void set_fields(struct probe *p, const char *path)
{
	int i = first_unknown_field(p->f);

	if (i < 0)
		set(p, FEAT_FIELDS, FEATURE_OK, "%.140s", path);
	else
		set(p, FEAT_FIELDS, FEATURE_MISSING, "%.100s does not have %s", path, field_names[i]);
}

/* Where distributions and builders leave the image with its type information. */
static const char *const image_paths[] = {
	"/boot/vmlinux-@", "/lib/modules/@/vmlinux", "/lib/modules/@/build/vmlinux",
	"/usr/lib/debug/boot/vmlinux-@", "/usr/lib/debug/lib/modules/@/vmlinux",
};

/* @ is the release. */
static void image_path(char *buf, size_t size, const char *pattern, const char *release)
{
	int before = strcspn(pattern, "@");

	snprintf(buf, size, "%.*s%s%s", before, pattern, release, pattern + before + 1);
}

/* The kernel does not say it itself, or somebody knows better. */
static void probe_fields(struct probe *p)
{
	char release[128], path[256], full[512];
	int err;

	if (p->env->btf) {
		err = p->env->scan_fields(p->env->btf, p->f);
		if (err < 0)
			set(p, FEAT_FIELDS, FEATURE_MISSING, "%.100s has no type information: %s",
			    p->env->btf, strerror(-err));
		else
			set_fields(p, p->env->btf);
		return;
	}
	if (p->f->f[FEAT_BTF].state == FEATURE_OK) {
		set_fields(p, "/sys/kernel/btf/vmlinux");
		return;
	}
	set(p, FEAT_FIELDS, FEATURE_MISSING, "there is no type information of this kernel");
	if (read_head(p, "/proc/sys/kernel/osrelease", release, sizeof(release)) <= 0)
		return;
	release[strcspn(release, "\n")] = '\0';
	for (size_t i = 0; i < sizeof(image_paths) / sizeof(image_paths[0]); i++) {
		image_path(path, sizeof(path), image_paths[i], release);
		snprintf(full, sizeof(full), "%s%s", p->env->root, path);
		if (access(full, R_OK) || p->env->scan_fields(full, p->f) < 0)
			continue;
		set_fields(p, path);
		return;
	}
}

/* ENOTSUPP is the kernel's own, and reaches user space although it should not. */
static const char *kernel_error(int err)
{
	return err == -524 ? "not supported" : strerror(-err);
}

const char *feature_remedy(const struct features *f, enum feature_id id)
{
	return f->f[id].remedy ? f->f[id].remedy : feature_descs[id].remedy;
}

/* Return: what the call did. */
static int probe_by_call(struct probe *p, enum feature_id id)
{
	int err = p->env->try_bpf(id, 0);

	if (!err)
		set(p, id, FEATURE_OK, "%s", "");
	else
		set(p, id, FEATURE_MISSING, "the kernel said: %s", kernel_error(err));
	return err;
}

/* A type of program that the kernel does not know is an invalid argument to it. */
static void probe_events(struct probe *p)
{
	if (probe_by_call(p, FEAT_EVENTS) == -EINVAL)
		set(p, FEAT_EVENTS, FEATURE_MISSING, "the kernel was built without CONFIG_BPF_EVENTS");
}

static void probe_on(struct probe *p, enum feature_id id, int btf_id, const char *what)
{
	int err;

	if (btf_id <= 0) {
		set(p, id, FEATURE_MISSING, "no %s in the kernel's type information", what);
		return;
	}
	err = p->env->try_bpf(id, btf_id);
	if (err >= 0)
		set(p, id, FEATURE_OK, "%s", "");
	else
		set(p, id, FEATURE_MISSING, "the kernel said: %s", kernel_error(err));
	if (err > 0)
		p->f->trial = err;
}

/* Any of our functions will do, so one that is seldom attached to. */
static int any_function(const struct features *f)
{
	for (int i = FN_NR; i--;)
		if (f->fn[i].btf_id)
			return f->fn[i].btf_id;
	return 0;
}

/*
 * The kernel's own word for it can be anything: "Device or resource busy" is that
 * the entry of a function is not what ftrace would have made of it. Which of the
 * two options, the first that others hang on first, explains that id is missing?
 */
static void blame_option(struct probe *p, enum feature_id id, enum built_id first,
			 enum built_id second, const char *remedy)
{
	const bool *built = p->f->built;

	/* Type information without functions says nothing about any. */
	if (p->f->f[id].state == FEATURE_OK || !any_function(p->f) ||
	    (built[first] && built[second]))
		return;
	set(p, id, FEATURE_MISSING, "the kernel was built without %s",
	    builts[built[first] ? second : first].option);
	p->f->f[id].remedy = remedy;
}

/*
 * While a program of a trampoline is preempted, the kernel skips it for whoever
 * comes by on that CPU: events are lost, and under load not a few. Kprobes do
 * not have this: their programs run with preemption off.
 */
static void probe_steady(struct probe *p)
{
	char buf[256];
	ssize_t n = read_head(p, "/proc/sys/kernel/version", buf, sizeof(buf));

	if (n > 0 && !strstr(buf, "PREEMPT")) {
		set(p, FEAT_STEADY, FEATURE_OK, "the kernel is not preemptible");
		return;
	}
	n = read_head(p, "/sys/kernel/debug/sched/preempt", buf, sizeof(buf));
	if (n <= 0)
		set(p, FEAT_STEADY, FEATURE_MISSING, "the kernel may be preemptible");
	else if (strstr(buf, "(none)") || strstr(buf, "(voluntary)"))
		set(p, FEAT_STEADY, FEATURE_OK, "preempt=%s",
		    strstr(buf, "(none)") ? "none" : "voluntary");
	else
		set(p, FEAT_STEADY, FEATURE_MISSING, "the kernel is preemptible: %.*s",
		    (int)strcspn(buf, "\n"), buf);
}

/*
 * Switched off, programs still attach and never run: every verdict would be
 * "clean". A kprobe at the entry of a function is ftrace's too.
 */
static bool ask_ftrace_off(const struct probe *p)
{
	char buf[16];

	return read_head(p, "/proc/sys/kernel/ftrace_enabled", buf, sizeof(buf)) > 0 &&
	       buf[0] == '0';
}

static void probe_fentry(struct probe *p)
{
	if (p->ftrace_off)
		set(p, FEAT_FENTRY, FEATURE_MISSING, "%s", FTRACE_IS_OFF);
	else
		probe_on(p, FEAT_FENTRY, any_function(p->f), "function of the mmu notifiers");
	/* Who may not trace has not learned what the kernel can do. */
	if (p->f->f[FEAT_PRIVILEGE].state == FEATURE_OK)
		blame_option(p, FEAT_FENTRY, BUILT_FUNCTION_TRACER, BUILT_DIRECT_CALLS,
			     "kprobes, which can miss a return, are used instead if there are any; "
			     "or boot a kernel built with CONFIG_FUNCTION_TRACER=y and "
			     "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS=y");
}

#define KPROBE_TYPE "/sys/bus/event_source/devices/kprobe/type"
#define KPROBE_SWITCH "/sys/kernel/debug/kprobes/enabled"

static void probe_kprobe(struct probe *p)
{
	char buf[16];
	ssize_t n = read_head(p, KPROBE_TYPE, buf, sizeof(buf));

	if (n <= 0)
		set(p, FEAT_KPROBE, FEATURE_MISSING, "%s",
		    n == -ENOENT || !n ? "this kernel has none" : strerror((int)-n));
	else if (p->ftrace_off)
		set(p, FEAT_KPROBE, FEATURE_MISSING, "%s", FTRACE_IS_OFF);
	else
		set(p, FEAT_KPROBE, FEATURE_OK, "%s", "");
	if (n == -ENOENT)
		blame_option(p, FEAT_KPROBE, BUILT_KPROBES, BUILT_KPROBE_EVENTS,
			     "boot a kernel built with CONFIG_KPROBES=y and CONFIG_KPROBE_EVENTS=y");
}

bool features_try_kprobe(const struct feature_env *env, struct features *f)
{
	struct probe p = { .env = env, .f = f };
	char type[16], on[16];
	bool off;

	if (f->f[FEAT_KPROBE].state != FEATURE_OK ||
	    read_head(&p, KPROBE_TYPE, type, sizeof(type)) <= 0)
		return false;
	/* Where debugfs can be read it says so. That it cannot be tried says nothing. */
	if (read_head(&p, KPROBE_SWITCH, on, sizeof(on)) > 0)
		off = *on == '0';
	else
		off = env->try_bpf(FEAT_KPROBE, (int)strtol(type, NULL, 10)) == -ENODATA;
	if (off)
		set(&p, FEAT_KPROBE, FEATURE_MISSING, "they are switched off: echo 1 >"
		    KPROBE_SWITCH);
	return !off;
}

/* Functions that the BTF does not name can still be symbols. */
static void probe_symbols(struct probe *p)
{
	char full[512], line[512];
	bool all = true;
	FILE *file;

	for (int i = 0; i < FN_NR; i++)
		all &= p->f->fn[i].btf_id > 0;
	if (all || p->f->f[FEAT_KPROBE].state != FEATURE_OK)
		return;
	snprintf(full, sizeof(full), "%s/proc/kallsyms", p->env->root);
	file = fopen(full, "re");
	while (file && fgets(line, sizeof(line), file)) {
		char name[128], module[2];

		/* A module's function of that name is another one. */
		if (sscanf(line, "%*s %*1[tT] %127s %1s", name, module) != 1)
			continue;
		for (int i = 0; i < FN_NR; i++)
			if (!strcmp(name, fns[i]))
				p->f->fn[i].in_kallsyms = true;
	}
	if (file)
		fclose(file);
}

static void probe_memlock(struct probe *p)
{
	int major = 0, minor = 0;
	char buf[64];

	if (read_head(p, "/proc/sys/kernel/osrelease", buf, sizeof(buf)) > 0 &&
	    sscanf(buf, "%d.%d", &major, &minor) == 2 &&
	    (major > 5 || (major == 5 && minor >= 11))) {
		/* since 5.11, d5299b67dd59 ("bpf: Memcg-based memory accounting for bpf maps") */
		set(p, FEAT_MEMLOCK, FEATURE_OK, "accounted to the cgroup, no limit applies");
	} else if (p->f->f[FEAT_PRIVILEGE].state == FEATURE_OK) {
		set(p, FEAT_MEMLOCK, FEATURE_OK, "the limit is raised when needed");
	} else {
		set(p, FEAT_MEMLOCK, FEATURE_MISSING, "Linux %d.%d counts maps against it",
		    major, minor);
	}
}

static void probe_tracefs(struct probe *p)
{
	static const char *const dirs[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	char path[64], fs[4096];
	int err = -ENOENT;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		int e;

		snprintf(path, sizeof(path), "%s/events", dirs[i]);
		e = can_access(p, path);
		if (!e) {
			p->tracefs = dirs[i];
			set(p, FEAT_TRACEFS, FEATURE_OK, "%s", dirs[i]);
			return;
		}
		if (e != -ENOENT)
			err = e;
	}
	set(p, FEAT_TRACEFS, FEATURE_MISSING, "%s",
	    err == -ENOENT ? "not mounted" : strerror(-err));
	if (err == -ENOENT && read_head(p, "/proc/filesystems", fs, sizeof(fs)) > 0 &&
	    !strstr(fs, "\ttracefs\n")) {
		set(p, FEAT_TRACEFS, FEATURE_MISSING, "the kernel was built without CONFIG_FTRACE");
		p->f->f[FEAT_TRACEFS].remedy = "boot a kernel built with CONFIG_FTRACE=y";
	}
}

/*
 * Is the word-th word of the event the field name? Lines look like
 *	field:u64 mm;	offset:8;	size:8;	signed:0;
 */
static bool format_has(const char *format, int word, const char *name, size_t name_len)
{
	char want[96];

	snprintf(want, sizeof(want), " %.*s;\toffset:%d;\tsize:8;", (int)name_len, name,
		 8 + 8 * word);
	return strstr(format, want);
}

/* Return: NULL, or the first name in fields that is not where it should be. */
static const char *format_check(const char *format, const char *fields, int *word, size_t *ret_len)
{
	while (*fields) {
		size_t len = strcspn(fields, " ");

		if (!format_has(format, *word, fields, len)) {
			*ret_len = len;
			return fields;
		}
		++*word;
		fields += len;
		fields += strspn(fields, " ");
	}
	return NULL;
}

static void probe_format(struct probe *p, int i)
{
	struct tp_result *r = &p->f->tp[i];
	char path[128], format[4096];
	const char *bad;
	size_t len = 0;
	int word = 0;
	ssize_t n;

	if (!p->tracefs)
		return;
	snprintf(path, sizeof(path), "%s/events/hmm/%s/format", p->tracefs, tps[i].name);
	n = read_head(p, path, format, sizeof(format));
	if (n < 0) {
		if (n != -ENOENT && !r->reason[0])
			snprintf(r->reason, sizeof(r->reason), "%s: %s", path, strerror((int)-n));
		return;
	}
	bad = format_check(format, TP_ID_FIELDS, &word, &len);
	if (!bad)
		bad = format_check(format, tps[i].fields, &word, &len);
	if (!bad) {
		r->in_tracefs = true;
		return;
	}
	/* The layout is not the one we know: tp_btf would read the same wrong words. */
	r->in_btf = false;
	snprintf(r->reason, sizeof(r->reason), "%s has no 8-byte field %.*s at offset %d",
		 tps[i].name, (int)len, bad, 8 + 8 * word);
}

static void probe_tracepoints(struct probe *p)
{
	int have = 0, first_missing = -1;
	char path[128], c[16];

	for (int i = 0; i < TP_NR; i++) {
		struct tp_result *r = &p->f->tp[i];

		probe_format(p, i);
		if (r->in_btf || r->in_tracefs) {
			have++;
			continue;
		}
		if (!r->reason[0])
			snprintf(r->reason, sizeof(r->reason), "this kernel has no hmm:%s",
				 tps[i].name);
		if (first_missing < 0)
			first_missing = i;
	}
	if (p->tracefs) {
		snprintf(path, sizeof(path), "%s/events/sched/sched_process_exit/id", p->tracefs);
		p->f->exit_tracefs = read_head(p, path, c, sizeof(c)) > 0;
	}
	if (have == TP_NR)
		set(p, FEAT_HMM_TP, FEATURE_OK, "all %d", TP_NR);
	else if (have)
		set(p, FEAT_HMM_TP, FEATURE_MISSING, "%d of %d: %.120s", have, TP_NR,
		    p->f->tp[first_missing].reason);
	else
		set(p, FEAT_HMM_TP, FEATURE_MISSING, "%.150s", strstr(p->f->tp[0].reason, "no hmm:") ?
		    "this kernel has none" : p->f->tp[0].reason);
}

/* Hidden addresses are all 0; the first few can be 0 anyway, they are per-CPU offsets. */
static void probe_kallsyms(struct probe *p)
{
	static const char digits[] = "0000000000000000";
	char buf[16384];
	ssize_t n = read_head(p, "/proc/kallsyms", buf, sizeof(buf));
	bool found = false;

	if (n <= 0) {
		set(p, FEAT_KALLSYMS, FEATURE_MISSING, "%s",
		    n < 0 ? strerror((int)-n) : "it is empty");
		return;
	}
	for (const char *line = buf; line && *line && !found; line = strchr(line, '\n')) {
		line += *line == '\n';
		found = *line && strncmp(line, digits, sizeof(digits) - 1);
	}
	if (found)
		set(p, FEAT_KALLSYMS, FEATURE_OK, "%s", "");
	else
		set(p, FEAT_KALLSYMS, FEATURE_MISSING, "addresses are hidden");
}

void features_probe(const struct feature_env *env, struct features *ret_f)
{
	struct probe p = { .env = env, .f = ret_f };

	memset(ret_f, 0, sizeof(*ret_f));
	for (int i = 0; i < FIELD_NR; i++)
		ret_f->field[i] = FIELD_UNKNOWN;
	probe_privilege(&p);
	probe_btf(&p);
	probe_lockdown(&p);
	probe_by_call(&p, FEAT_BPF);
	probe_events(&p);
	probe_memlock(&p);
	probe_by_call(&p, FEAT_RINGBUF);
	probe_by_call(&p, FEAT_PERFBUF);
	probe_fields(&p);
	probe_on(&p, FEAT_TP_BTF, p.exit_btf_id, "tracepoint");
	probe_tracefs(&p);
	probe_tracepoints(&p);
	/* Once, and first: who asks while a probe is being taken off waits for that. */
	p.ftrace_off = ask_ftrace_off(&p);
	probe_fentry(&p);
	probe_steady(&p);
	probe_kprobe(&p);
	probe_symbols(&p);
	probe_on(&p, FEAT_ITER, ret_f->iter_btf_id, "task iterator");
	probe_kallsyms(&p);
}
