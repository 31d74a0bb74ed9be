// SPDX-License-Identifier: GPL-2.0
/* feature_bpf.c - the part of the probing that asks the kernel through libbpf. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

#include "capture/feature.h"

/* Return: arguments of the tracepoint behind a btf_trace_ typedef, negative if it is not one. */
static int trace_nr_args(const struct btf *btf, const struct btf_type *t)
{
	t = btf__type_by_id(btf, t->type);
	if (!t || !btf_is_ptr(t))
		return -EINVAL;
	t = btf__type_by_id(btf, t->type);
	if (!t || !btf_is_func_proto(t))
		return -EINVAL;
	return btf_vlen(t) - 1;		/* the first is the private pointer */
}

/* One pass over all types: a look-up by name is a pass each. */
static int scan_types(const struct btf *btf, struct features *f, int *ret_exit_id)
{
	static const char prefix[] = "btf_trace_";
	__u32 nr = btf__type_cnt(btf);

	for (__u32 id = 1; id < nr; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name;

		if (!btf_is_typedef(t) && !btf_is_func(t))
			continue;
		name = btf__name_by_offset(btf, t->name_off);
		if (name && btf_is_func(t))
			features_fn_type(f, name, id);
		if (!name || btf_is_func(t) || strncmp(name, prefix, sizeof(prefix) - 1))
			continue;
		name += sizeof(prefix) - 1;
		if (!strcmp(name, "sched_process_exit"))
			*ret_exit_id = id;
		else if (strncmp(name, "hmm_", 4))
			continue;
		features_trace_type(f, name, trace_nr_args(btf, t));
	}
	return nr - 1;
}

static int scan_btf(const char *path, struct features *f, int *ret_exit_id)
{
	/* Being refused is an answer here, nothing to be told about. */
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	struct btf *btf = btf__parse(path, NULL);
	int err = libbpf_get_error(btf);

	if (!err) {
		err = scan_types(btf, f, ret_exit_id);
		btf__free(btf);
	}
	libbpf_set_print(print);
	return err;
}

static int load_nothing(enum bpf_attach_type type, int btf_id)
{
	static const struct bpf_insn ret0[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = type,
		    .attach_btf_id = btf_id);

	return bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", ret0,
			     sizeof(ret0) / sizeof(ret0[0]), &opts);
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

static int try_bpf(enum feature_id id, int btf_id)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	int fd;

	switch (id) {
	case FEAT_BPF:
		fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 8, 1, NULL);
		break;
	case FEAT_RINGBUF:
		fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, NULL, 0, 0, sysconf(_SC_PAGESIZE), NULL);
		break;
	case FEAT_TP_BTF:
		fd = load_nothing(BPF_TRACE_RAW_TP, btf_id);
		break;
	case FEAT_FENTRY:
		fd = try_fentry(btf_id);
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
	close(fd);
	return 0;
}

const struct feature_env feature_env_real = {
	.root = "", .try_bpf = try_bpf, .scan_btf = scan_btf,
};
