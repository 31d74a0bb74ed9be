// SPDX-License-Identifier: GPL-2.0
/* feature_bpf.c - the part of the probing that asks the kernel through libbpf. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/thread.h"
#include "capture/feature.h"
#include "capture/ktypes.h"

static const struct {
	const char *type, *member;
} fields[FIELD_NR] = {
#define FIELD_X(ID, type_, member_) [FIELD_##ID] = { .type = #type_, .member = #member_ },
	HMT_KERNEL_FIELDS(FIELD_X)
#undef FIELD_X
};

/* The BTF of the kernel that runs, and among how many it is looked for by its id. */
#define OWN_BTF "/sys/kernel/btf/vmlinux"
#define OWN_BTF_AMONG 16

/*
 * Finds a member, also in structs and unions without a name, of which mm_struct
 * and task_struct are made. Return: its offset in bytes, *ret_type its type;
 * negative: it is not there.
 */
static int member_offset(const struct btf *btf, const struct btf_type *t, const char *name,
			 __u32 *ret_type, int depth)
{
	const struct btf_member *m = btf_members(t);

	for (__u16 i = 0; i < btf_vlen(t); i++, m++) {
		const char *has = btf__name_by_offset(btf, m->name_off);
		int off = btf_member_bit_offset(t, i) / 8, inner;
		const struct btf_type *mt;

		if (has && !strcmp(has, name)) {
			*ret_type = m->type;
			return off;
		}
		mt = has && *has ? NULL : btf__type_by_id(btf, m->type);
		if (!mt || !btf_is_composite(mt) || depth >= 4)
			continue;
		inner = member_offset(btf, mt, name, ret_type, depth + 1);
		if (inner >= 0)
			return off + inner;
	}
	return -ENOENT;
}

/*
 * The counters of resident pages: plain ones in a struct until 6.1, an array of
 * percpu_counter since 6.2 (f1a7941243c1), of which the common part is read.
 */
static int rss_counters(const struct btf *btf, __u32 type_id, int *ret_stride)
{
	const struct btf_type *t = btf__type_by_id(btf, type_id);
	__u32 ignored;

	*ret_stride = sizeof(__s64);
	if (!t || !btf_is_array(t))
		return 0;
	t = btf__type_by_id(btf, btf_array(t)->type);
	if (!t || !btf_is_struct(t))
		return -ENOENT;
	*ret_stride = t->size;
	return member_offset(btf, t, "count", &ignored, 0);
}

/* t: a struct of that name. Fills what of it is asked for. */
static void take_fields(const struct btf *btf, const struct btf_type *t, const char *name,
			struct features *f)
{
	for (int i = 0; i < FIELD_NR; i++) {
		__u32 type = 0;
		int off;

		if (strcmp(fields[i].type, name))
			continue;
		off = member_offset(btf, t, fields[i].member, &type, 0);
		if (off >= 0 && i == FIELD_MM_RSS) {
			int in = rss_counters(btf, type, &f->rss_stride);

			off = in < 0 ? in : off + in;
		}
		f->field[i] = off < 0 ? FIELD_UNKNOWN : off;
	}
}

static void take_all_fields(const struct btf *btf, struct features *f)
{
	for (__u32 id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_struct(t) && t->name_off)
			take_fields(btf, t, btf__name_by_offset(btf, t->name_off), f);
	}
}

static int scan_fields(const char *path, struct features *f)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	struct btf *btf = btf__parse(path, NULL);
	int err = libbpf_get_error(btf);

	libbpf_set_print(print);
	if (err)
		return err;
	take_all_fields(btf, f);
	btf__free(btf);
	return 0;
}

/* Return: arguments of the tracepoint behind a btf_trace_ typedef, negative if it is not one. */
static int trace_nr_args(const struct ktypes *types, const struct btf_type *t)
{
	t = ktypes__get(types, t->type);
	if (!t || !btf_is_ptr(t))
		return -EINVAL;
	t = ktypes__get(types, t->type);
	if (!t || !btf_is_func_proto(t))
		return -EINVAL;
	return btf_vlen(t) - 1;		/* the first is the private pointer */
}

/* One pass over all types: a look-up by name is a pass each. */
static void scan_types(const struct ktypes *types, struct features *f, int *ret_exit_id)
{
	static const char prefix[] = "btf_trace_";

	for (__u32 id = 1; id < types->nr; id++) {
		const struct btf_type *t = ktypes__get(types, id);
		const char *name;

		if (btf_is_func(t))
			features_fn_type(f, ktypes__name(types, t), (int)id);
		if (!btf_is_typedef(t))
			continue;
		name = ktypes__name(types, t);
		if (strncmp(name, prefix, sizeof(prefix) - 1))
			continue;
		name += sizeof(prefix) - 1;
		if (!strcmp(name, "sched_process_exit"))
			*ret_exit_id = (int)id;
		else if (strncmp(name, "hmm_", 4))
			continue;
		features_trace_type(f, name, trace_nr_args(types, t));
	}
}

/* The fields are those of a few structs: what libbpf is given is these alone. */
static int scan_own_fields(const struct ktypes *types, struct features *f)
{
	struct ktypes_names names;
	void *data = NULL;
	size_t len = 0;
	struct btf *btf;
	int err = 0;

	ktypes_names__init(&names);
	for (int i = 0; i < FIELD_NR && !err; i++)
		err = ktypes_names__add(&names, fields[i].type, strlen(fields[i].type));
	err = err ? err : ktypes__cut(types, &names, &data, &len);
	ktypes_names__free(&names);
	if (err)
		return err;
	btf = btf__new(data, (__u32)len);
	err = libbpf_get_error(btf);
	hmt_free(data);
	if (err)
		return err;
	take_all_fields(btf, f);
	btf__free(btf);
	return 0;
}

/* Return: 0 and what the BTF of that id is, if it is the kernel's own; or a negative errno. */
static int take_own_btf(__u32 id, void **ret_data, __u32 *ret_len)
{
	char name[16] = "";
	struct bpf_btf_info info = { .name = (uintptr_t)name, .name_len = sizeof(name) };
	__u32 len = sizeof(info);
	int fd = bpf_btf_get_fd_by_id(id), err;
	void *data = NULL;

	if (fd < 0)
		return fd;
	err = bpf_obj_get_info_by_fd(fd, &info, &len);
	if (!err && (!info.kernel_btf || strcmp(name, "vmlinux")))
		err = -ENOENT;
	if (!err) {
		*ret_len = info.btf_size;
		data = hmt_calloc(1, *ret_len);
		info = (struct bpf_btf_info){ .btf = (uintptr_t)data, .btf_size = *ret_len };
		len = sizeof(info);
		err = data ? bpf_obj_get_info_by_fd(fd, &info, &len) : -ENOMEM;
	}
	close(fd);
	if (err)
		hmt_free(data);
	else
		*ret_data = data;
	return err;
}

/*
 * The same as in sysfs, whose file is read a page at a time. It is there once the
 * kernel has had a use for it, among the first as a rule; since 5.11, 5329722057d4
 * ("bpf: Assign ID to vmlinux BTF and return extra info for BTF in GET_OBJ_INFO").
 */
static int take_btf(struct ktypes *t)
{
	void *data = NULL;
	__u32 id = 0, len;

	for (int i = 0; i < OWN_BTF_AMONG && !bpf_btf_get_next_id(id, &id); i++)
		if (!take_own_btf(id, &data, &len))
			return ktypes__init(t, data, len);
	return -ENOENT;
}

static int scan_btf(const char *path, struct features *f, int *ret_exit_id)
{
	/* Being refused is an answer here, nothing to be told about. */
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	struct ktypes *types = hmt_calloc(1, sizeof(*types));
	int err = -ENOMEM;

	if (types)
		err = strcmp(path, OWN_BTF) || take_btf(types) ? ktypes__read(types, path) : 0;

	if (!err)
		err = scan_own_fields(types, f);
	libbpf_set_print(print);
	if (err) {
		if (types)
			ktypes__free(types);
		hmt_free(types);
		return err;
	}
	scan_types(types, f, ret_exit_id);
	f->types = types;
	return (int)types->nr - 1;
}

static const struct bpf_insn ret0[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static int load_nothing(enum bpf_attach_type type, int btf_id)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = type,
		    .attach_btf_id = btf_id);

	return bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", ret0,
			     sizeof(ret0) / sizeof(ret0[0]), &opts);
}

static void *close_later(void *fd)
{
	close((int)(intptr_t)fd);
	return NULL;
}

static struct {
	pthread_t thread;
	bool running;
} aside;

static void join_aside(void)
{
	if (aside.running)
		pthread_join(aside.thread, NULL);
	aside.running = false;
}

/* Taking a probe off waits for every CPU to have passed by; there is enough to do meanwhile. */
static void close_aside(int fd)
{
	join_aside();
	aside.running = !thread_start(&aside.thread, close_later, (void *)(intptr_t)fd);
	if (!aside.running)
		close(fd);
}

static int try_fentry(int btf_id)
{
	int fd = load_nothing(BPF_TRACE_FENTRY, btf_id), link;

	if (fd < 0)
		return fd;
	link = bpf_raw_tracepoint_open(NULL, fd);
	close(fd);
	return link;
}

/*
 * A counter of passes through a function that we go through. Return: -ENODATA: it stays 0.
 * It is gone before a command runs (features_drop): a kprobe that is taken off while ftrace is
 * switched off takes all of ftrace with it until the next boot (seen on 5.10 and 6.1).
 */
static int try_kprobe(int type)
{
	struct perf_event_attr attr = {
		.type = type, .size = sizeof(attr), .kprobe_func = (uintptr_t)"vfs_read",
	};
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	__u64 passes = 0;

	if (fd < 0)
		return -errno;
	/* Reading the counter is a pass by itself: the second time it shows. */
	for (int i = 0; i < 2; i++)
		if (read(fd, &passes, sizeof(passes)) != sizeof(passes))
			passes = 1;
	close_aside(fd);
	return passes ? 0 : -ENODATA;
}

/*
 * With the last program goes the memory that holds the code of all, to be set up
 * again for the next: so one of those that are tried stays until others are there.
 */
static int kept = -1;

/* attach: whether fentry can be attached to, too, and not only loaded */
static int try_one(enum feature_id id, int btf_id, bool attach)
{
	libbpf_print_fn_t print;
	int fd;

	if (id == FEAT_KPROBE)
		return try_kprobe(btf_id);
	print = libbpf_set_print(NULL);
	switch (id) {
	case FEAT_FENTRY:
		if (!attach) {
			fd = load_nothing(BPF_TRACE_FENTRY, btf_id);
			break;
		}
		fd = try_fentry(btf_id);
		libbpf_set_print(print);
		return fd;
	case FEAT_BPF:
		fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 8, 1, NULL);
		break;
	case FEAT_EVENTS:
		fd = bpf_prog_load(BPF_PROG_TYPE_TRACEPOINT, NULL, "GPL", ret0,
				   sizeof(ret0) / sizeof(ret0[0]), NULL);
		break;
	case FEAT_RINGBUF:
		fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, sysconf(_SC_PAGESIZE), NULL);
		break;
	case FEAT_PERFBUF:
		fd = bpf_map_create(BPF_MAP_TYPE_PERF_EVENT_ARRAY, NULL, 4, 4, 1, NULL);
		break;
	case FEAT_TP_BTF:
		fd = load_nothing(BPF_TRACE_RAW_TP, btf_id);
		break;
	case FEAT_ITER:
		fd = load_nothing(BPF_TRACE_ITER, btf_id);
		break;
	default:
		fd = -EINVAL;
		break;
	}
	libbpf_set_print(print);
	if (fd < 0)
		return fd;
	if (id == FEAT_EVENTS && kept < 0)
		kept = fd;
	else
		close(fd);
	return 0;
}

static int try_bpf(enum feature_id id, int btf_id)
{
	return try_one(id, btf_id, true);
}

const struct feature_env feature_env_real = {
	.root = "", .try_bpf = try_bpf, .scan_btf = scan_btf, .scan_fields = scan_fields,
};

static int try_loading(enum feature_id id, int btf_id)
{
	return try_one(id, btf_id, false);
}

const struct feature_env feature_env_hasty = {
	.root = "", .try_bpf = try_loading, .scan_btf = scan_btf, .scan_fields = scan_fields,
};

void features_drop(struct features *f)
{
	if (f->types)
		ktypes__free(f->types);
	hmt_free(f->types);
	f->types = NULL;
	if (f->trial > 0)
		close(f->trial);
	f->trial = 0;
	if (kept >= 0)
		close(kept);
	kept = -1;
	join_aside();
}
