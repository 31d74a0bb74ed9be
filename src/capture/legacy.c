// SPDX-License-Identifier: GPL-2.0
/*
 * legacy.c - knows the skeleton of the legacy object.
 *
 * Before 5.5 the globals of an object cannot be mapped: what is constant is set
 * before it is loaded, and the rest is read and written by system call, each
 * section as the one value of an array it is.
 */
#include "capture/legacy.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "legacy.skel.h"

#include "base/mem.h"

struct legacy {
	struct legacy_bpf *skel;
	size_t ring_bytes;
};

static void set_knobs(struct legacy_bpf *skel, const struct legacy_conf *conf)
{
	struct bpf_program *prog;

	bpf_map__set_max_entries(skel->maps.hmt_untold_0, conf->table_entries);
	bpf_map__set_max_entries(skel->maps.hmt_untold_1, conf->table_entries);
	bpf_map__set_max_entries(skel->maps.hmt_mms, conf->table_entries);
	skel->rodata->cfg_stacks = conf->stacks;
	skel->rodata->cfg_rss_stride = conf->features->rss_stride;
	for (int i = 0; i < FIELD_NR; i++)
		skel->rodata->cfg_fields[i] = conf->features->field[i];

	bpf_object__for_each_program(prog, skel->obj)
		bpf_program__set_autoload(prog, false);
	for (int i = 0; i < conf->plan->nr; i++) {
		const char *name = conf->plan->rows[i].program;

		prog = name ? bpf_object__find_program_by_name(skel->obj, name) : NULL;
		if (prog)
			bpf_program__set_autoload(prog, true);
	}
}

int legacy__load(const struct legacy_conf *conf, struct legacy **ret_l)
{
	struct legacy *l = hmt_calloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	l->ring_bytes = conf->ring_bytes;
	l->skel = legacy_bpf__open();
	if (!l->skel) {
		err = -errno;
		goto err_free;
	}
	set_knobs(l->skel, conf);
	err = legacy_bpf__load(l->skel);
	if (err)
		goto err_free;
	*ret_l = l;
	return 0;

err_free:
	legacy__free(l);
	return err;
}

struct bpf_object *legacy__object(const struct legacy *l)
{
	return l->skel->obj;
}

void legacy__reader_conf(const struct legacy *l, struct reader_conf *ret_conf)
{
	const struct legacy_bpf *s = l->skel;

	*ret_conf = (struct reader_conf){
		.stats_fd = bpf_map__fd(s->maps.hmt_stats),
		.untold_fds = { bpf_map__fd(s->maps.hmt_untold_0), bpf_map__fd(s->maps.hmt_untold_1) },
		.turn_fd = bpf_map__fd(s->maps.data_turn),
		.stacks_fd = bpf_map__fd(s->maps.hmt_stacks),
		.mms_fd = bpf_map__fd(s->maps.hmt_mms),
		.hot_fd = -1,
		.owners_fd = bpf_map__fd(s->maps.hmt_owners),
		.notifiers_fd = -1,
		.calls_fd = -1,
		/* No iterators: what was before is not known, nor who has which file. */
		.snap = { .prog_fd = -1 },
		.holders = { .prog_fd = -1 },
		.perf = {
			.perf_fd = bpf_map__fd(s->maps.hmt_perf),
			.state_fd = bpf_map__fd(s->maps.bss),
			.state_off = offsetof(struct legacy_bpf__bss, hmt_ring_lost),
			.state_size = bpf_map__value_size(s->maps.bss),
			.bytes = l->ring_bytes,
		},
	};
}

void legacy__switch(const struct legacy *l, bool on)
{
	struct legacy_bpf__data_on section = { .hmt_on = on };
	__u32 zero = 0;

	/* Nothing else is in that section, and an array always has its element. */
	bpf_map_update_elem(bpf_map__fd(l->skel->maps.data_on), &zero, &section, BPF_ANY);
}

void legacy__free(struct legacy *l)
{
	if (!l)
		return;
	legacy_bpf__destroy(l->skel);
	hmt_free(l);
}
