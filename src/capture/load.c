// SPDX-License-Identifier: GPL-2.0
/*
 * load.c - the life of a capture: plan, load, attach, switch on, take off.
 * The only file that knows the skeleton of the main object.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "hmmtrace.skel.h"

#include "base/mem.h"
#include "capture/capture.h"
#include "capture/legacy.h"
#include "capture/mapcall.h"
#include "capture/reader.h"
#include "capture/shared.h"
#include "capture/shortcut.h"
#include "capture/snapshot_source.h"
#include "stream/file.h"

struct capture {
	struct capture_opts opts;
	struct features features;
	struct plan plan;
	struct hmmtrace_bpf *skel;	/* one of the two is loaded */
	struct legacy *legacy;
	struct bpf_link *links[PLAN_PROGS];
	struct trace_meta *meta;
	size_t ring_bytes;
	bool active;
	struct reader reader;
};

/*
 * What libbpf says while it works, to explain a failure with. Its callback has
 * no context argument, hence the one static in this directory.
 */
static struct {
	char text[4096];
	size_t len;
} bpf_log;

static int log_print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	size_t room = sizeof(bpf_log.text) - bpf_log.len;
	int n;

	if (level != LIBBPF_WARN || room <= 1)
		return 0;
	n = vsnprintf(bpf_log.text + bpf_log.len, room, fmt, ap);
	if (n > 0)
		bpf_log.len += (size_t)n < room ? (size_t)n : room - 1;
	return 0;
}

static void log_reset(void)
{
	bpf_log.len = 0;
	bpf_log.text[0] = '\0';
}

/* The first line of what libbpf said: the rest follows from it. Return: "" if it said nothing. */
static const char *log_first_line(char *buf, size_t size)
{
	static const char prefix[] = "libbpf: ";
	const char *text = bpf_log.text;
	int n;

	if (!strncmp(text, prefix, sizeof(prefix) - 1))
		text += sizeof(prefix) - 1;
	n = strcspn(text, "\n");
	snprintf(buf, size, "%s%.*s", n ? ": " : "", n, text);
	return buf;
}

static size_t round_ring(size_t want)
{
	size_t bytes = sysconf(_SC_PAGESIZE);

	if (!want)
		want = RING_BYTES_DEFAULT;
	while (bytes < want && bytes < 1U << 30)
		bytes *= 2;
	return bytes;
}

/* --- description ------------------------------------------------------------------ */

static int meta_set(char **field, const char *value)
{
	char *copy = hmt_strdup(value ? value : "");

	if (!copy)
		return -ENOMEM;
	hmt_free(*field);
	*field = copy;
	return 0;
}

static void read_boot_id(char *buf, size_t size)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	buf[n < 0 ? 0 : n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
}

static int meta_fill(struct capture *c)
{
	struct trace_meta *m = c->meta;
	char boot_id[64], uname_text[512];
	struct utsname u;
	int err;

	if (uname(&u))
		return -errno;
	snprintf(uname_text, sizeof(uname_text), "%s %s %s %s %s", u.sysname, u.nodename,
		 u.release, u.version, u.machine);
	read_boot_id(boot_id, sizeof(boot_id));
	err = meta_set(&m->uname, uname_text);
	err = err ? err : meta_set(&m->boot_id, boot_id);
	err = err ? err : meta_set(&m->version, c->opts.version);
	err = err ? err : meta_set(&m->command_line, c->opts.command_line);
	err = err ? err : meta_set(&m->filters, c->opts.filters);
	return err;
}

/* After attaching, which may have changed what there is. */
static int meta_fill_plan(struct capture *c)
{
	char *json = plan_json(&c->plan);
	int err = json ? meta_set(&c->meta->plan, json) : -ENOMEM;

	hmt_free(json);
	return err ? err : meta_set(&c->meta->tier, plan_tier_name(c->plan.tier));
}

/* --- open, load, attach, activate ------------------------------------------------- */

int capture__open(const struct capture_opts *opts, struct capture **ret_c, struct errmsg *err)
{
	struct capture *c = hmt_calloc(1, sizeof(*c));
	int code = -ENOMEM;

	if (!c)
		return err_set(err, code, "there is no memory to trace with");
	c->opts = *opts;
	libbpf_set_print(log_print);
	log_reset();
	c->meta = trace_meta__new();
	if (!c->meta || meta_fill(c)) {
		err_set(err, code, "there is no memory to trace with");
		goto err_free;
	}
	/* Borrowed, and copied above. */
	c->opts.version = c->opts.command_line = c->opts.filters = NULL;
	capture_doctor(opts, &c->features, &c->plan);
	if (c->plan.code) {
		code = err_set(err, c->plan.code, "%s", c->plan.why.text);
		goto err_free;
	}
	c->ring_bytes = round_ring(opts->ring_bytes);
	*ret_c = c;
	return 0;

err_free:
	capture__free(c);
	return code;
}

/* The i-th program: a row has up to two. Return: NULL if there is none. */
static struct bpf_program *prog_of(const struct capture *c, int i)
{
	const struct plan_row *row = &c->plan.rows[i / 2];
	const char *name = i % 2 ? row->program_out : row->program;

	if (!name)
		return NULL;
	return bpf_object__find_program_by_name(c->legacy ? legacy__object(c->legacy) :
						c->skel->obj, name);
}

static __u32 table_entries(const struct capture *c)
{
	return c->opts.table_entries ? c->opts.table_entries : TABLE_ENTRIES_DEFAULT;
}

/* What is counted, and the room for it: none where nothing is. */
static void set_hot(struct capture *c)
{
	int nr_cpus = libbpf_num_possible_cpus();

	c->skel->rodata->cfg_hot_count = c->opts.hot & HOT_COUNTED;
	if (c->opts.hot & HOT_COUNTED) {
		bpf_map__set_max_entries(c->skel->maps.hmt_hot,
					 hot_entries(nr_cpus > 0 ? (unsigned int)nr_cpus : 1));
		return;
	}
	bpf_map__set_max_entries(c->skel->maps.hmt_hot, 1);
	bpf_map__set_max_entries(c->skel->maps.hmt_hot_open, 1);
}

/*
 * Half of the memory to the CPUs that are there, half to the ring buffer for when
 * one of them has too little, and for CPUs that come later.
 */
static void set_rings(struct capture *c)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t lane = lanes_size(c->ring_bytes, cpus > 0 ? cpus : 1);
	size_t ring = lane ? c->ring_bytes / 2 : c->ring_bytes;

	if (lane) {
		bpf_map__set_value_size(c->skel->maps.hmt_lanes, LANE_VALUE(lane));
		bpf_map__set_max_entries(c->skel->maps.hmt_lanes, cpus > 0 ? cpus : 1);
	}
	c->skel->rodata->cfg_lane_bytes = lane;
	c->skel->rodata->cfg_lane_kick = lane / 8;
	bpf_map__set_max_entries(c->skel->maps.hmt_ring, ring);
	c->skel->rodata->cfg_wakeup_bytes = ring / 4;
	/* 64 records are at most 8 KiB: far below a quarter of this. */
	c->skel->rodata->cfg_wakeup_mask = ring >= 1 << 20 ? 63 : 0;
}

/*
 * What is written seldom begins empty where the kernel can add to it at any time: to
 * clear all of it takes as long as to attach to two functions. That there is no memory
 * for one more is the same to the programs as that there is no room.
 */
static void set_growing(struct capture *c)
{
	struct bpf_map *const maps[] = {
		c->skel->maps.hmt_mms, c->skel->maps.hmt_untold_0, c->skel->maps.hmt_untold_1,
		c->skel->maps.hmt_notifiers,
	};

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]) && c->features.map_alloc; i++)
		bpf_map__set_map_flags(maps[i], bpf_map__map_flags(maps[i]) | BPF_F_NO_PREALLOC);
}

static void set_knobs(struct capture *c)
{
	__u32 entries = table_entries(c);
	struct bpf_program *prog;

	set_rings(c);
	bpf_map__set_max_entries(c->skel->maps.hmt_untold_0, entries);
	bpf_map__set_max_entries(c->skel->maps.hmt_untold_1, entries);
	bpf_map__set_max_entries(c->skel->maps.hmt_mms, entries);
	set_growing(c);
	c->skel->rodata->cfg_stacks = c->opts.stacks;
	c->skel->rodata->cfg_page_shift = __builtin_ctzl(sysconf(_SC_PAGESIZE));
	if (c->plan.source != CAPTURE_NOTIFIER) {
		bpf_map__set_autocreate(c->skel->maps.hmt_calls, false);
		bpf_map__set_autocreate(c->skel->maps.hmt_notifiers, false);
		bpf_map__set_autocreate(c->skel->maps.hmt_inserting, false);
	}

	set_hot(c);
	bpf_object__for_each_program(prog, c->skel->obj)
		bpf_program__set_autoload(prog, false);
	for (int i = 0; i < 2 * c->plan.nr; i++) {
		prog = prog_of(c, i);
		if (prog)
			bpf_program__set_autoload(prog, true);
	}
	if (c->features.f[FEAT_ITER].state == FEATURE_OK) {
		bpf_program__set_autoload(c->skel->progs.hmt_snapshot, true);
		bpf_program__set_autoload(c->skel->progs.hmt_holders, true);
	} else {
		bpf_map__set_autocreate(c->skel->maps.hmt_files, false);
		bpf_map__set_autocreate(c->skel->maps.hmt_snap_mms, false);
		bpf_map__set_autocreate(c->skel->maps.hmt_snap_ring, false);
	}
}

/* What would be counted is told one by one, and the stream says which it is. */
static __u32 one_by_one(__u32 hot)
{
	if (hot & HMT_START_COUNT_FAULT)
		hot |= HMT_START_HOT_FAULT;
	if (hot & HMT_START_COUNT_INVALIDATE)
		hot |= HMT_START_HOT_INVALIDATE;
	return hot & ~HOT_COUNTED;
}

static int load_legacy(struct capture *c)
{
	struct legacy_conf conf = {
		.plan = &c->plan, .features = &c->features, .stacks = c->opts.stacks,
		.table_entries = table_entries(c), .ring_bytes = c->ring_bytes,
	};

	c->opts.hot = one_by_one(c->opts.hot);
	return legacy__load(&conf, &c->legacy);
}

/* s: NULL, or begun. */
static int open_and_load(struct capture *c, const struct shortcut *s)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = s ? s->path : NULL);
	int code;

	log_reset();
	c->skel = hmmtrace_bpf__open_opts(&opts);
	if (!c->skel)
		return -errno;
	set_knobs(c);
	code = s ? shortcut__fill(s, &c->features, c->skel->obj) : 0;
	code = code ? code : hmmtrace_bpf__load(c->skel);
	if (!code)
		return 0;
	hmmtrace_bpf__destroy(c->skel);
	c->skel = NULL;
	return code;
}

static int load_once(struct capture *c)
{
	struct shortcut s;
	int code;

	if (c->plan.kit == KIT_LEGACY) {
		log_reset();
		return load_legacy(c);
	}
	code = shortcut__begin(&s, &c->features);
	if (!code) {
		code = open_and_load(c, &s);
		shortcut__end(&s);
		if (!code || code == -EPERM || code == -ENOMEM)
			return code;
		/* What libbpf makes of it by itself counts, also when it fails. */
	}
	return open_and_load(c, NULL);
}

/* A snapshot is worth less than a trace: what may stand in the way is left out. */
static int load_with_or_without(struct capture *c)
{
	struct feature_result *iter = &c->features.f[FEAT_ITER];
	int code = load_once(c);

	if (!code || code == -EPERM || code == -ENOMEM || iter->state != FEATURE_OK ||
	    c->plan.kit == KIT_LEGACY)
		return code;
	iter->state = FEATURE_MISSING;
	code = load_once(c);
	if (code)
		iter->state = FEATURE_OK;
	else
		plan_no_holders(&c->plan);
	return code;
}

/*
 * A plan that asks less of the kernel: classic programs, then those for old
 * kernels. Return: false if that is what it was, or is not possible.
 */
static bool plan_humbler(struct capture *c)
{
	struct capture_opts opts = c->opts;
	struct features f;
	struct plan p;

	if (opts.force_legacy || c->plan.kit == KIT_LEGACY)
		return false;
	if (opts.force_classic)
		opts.force_legacy = true;
	opts.force_classic = true;
	capture_doctor(&opts, &f, &p);
	features_drop(&f);
	if (p.code)
		return false;
	c->plan = p;
	c->opts.force_classic = true;
	c->opts.force_legacy = opts.force_legacy;
	return true;
}

static struct snap_conf snap_conf_of(const struct hmmtrace_bpf *skel)
{
	return (struct snap_conf){
		.prog_fd = bpf_program__fd(skel->progs.hmt_snapshot),
		.ring_fd = bpf_map__fd(skel->maps.hmt_snap_ring),
		.round = &skel->bss->hmt_snap_round, .more = &skel->bss->hmt_snap_more,
	};
}

static void main_reader_conf(const struct capture *c, struct reader_conf *ret_conf)
{
	*ret_conf = (struct reader_conf){
		.stats_fd = bpf_map__fd(c->skel->maps.hmt_stats),
		.untold_fds = { bpf_map__fd(c->skel->maps.hmt_untold_0),
				bpf_map__fd(c->skel->maps.hmt_untold_1) },
		.turn_fd = bpf_map__fd(c->skel->maps.data_turn),
		.stacks_fd = bpf_map__fd(c->skel->maps.hmt_stacks),
		.mms_fd = bpf_map__fd(c->skel->maps.hmt_mms),
		.owners_fd = bpf_map__fd(c->skel->maps.hmt_owners),
		.notifiers_fd = c->plan.source == CAPTURE_NOTIFIER ?
				bpf_map__fd(c->skel->maps.hmt_notifiers) : -1,
		.calls_fd = c->plan.source == CAPTURE_NOTIFIER ?
			    bpf_map__fd(c->skel->maps.hmt_calls) : -1,
		.hot_fd = c->opts.hot & HOT_COUNTED ? bpf_map__fd(c->skel->maps.hmt_hot) : -1,
		.snap = snap_conf_of(c->skel),
		.holders = {
			.prog_fd = bpf_program__fd(c->skel->progs.hmt_holders),
			.files_fd = bpf_map__fd(c->skel->maps.hmt_files),
			.grace_ns = c->opts.grace_ns ? c->opts.grace_ns : GRACE_NS_DEFAULT,
		},
		.ring = {
			.ring_fd = bpf_map__fd(c->skel->maps.hmt_ring),
			.lanes_fd = bpf_map__fd(c->skel->maps.hmt_lanes),
			.ring_bytes = bpf_map__max_entries(c->skel->maps.hmt_ring),
			.lane_bytes = c->skel->rodata->cfg_lane_bytes,
			.nr_lanes = bpf_map__max_entries(c->skel->maps.hmt_lanes),
			.ring_lost = &c->skel->bss->hmt_ring_lost,
		},
	};
}

static int open_reader(struct capture *c, struct errmsg *err)
{
	struct reader_conf conf;

	if (c->legacy)
		legacy__reader_conf(c->legacy, &conf);
	else
		main_reader_conf(c, &conf);
	for (int i = 0; i < PLAN_PROGS; i++) {
		const struct bpf_program *prog = i < 2 * c->plan.nr ? prog_of(c, i) : NULL;

		/* What two rows share is counted once. */
		conf.prog_fds[i] = prog && (i < 2 || prog != prog_of(c, i - 2)) ?
				   bpf_program__fd(prog) : -1;
	}
	conf.switches = plan_switches(&c->plan);
	mapcall__shield(c->plan.shield_calls);
	return reader__open(&c->reader, &conf, err);
}

static void switch_trace(struct capture *c, bool on)
{
	if (c->legacy)
		legacy__switch(c->legacy, on);
	else
		__atomic_store_n(&c->skel->bss->hmt_on, on, __ATOMIC_SEQ_CST);
}

int capture__load(struct capture *c, struct errmsg *err)
{
	char why[256];
	int code = load_with_or_without(c);

	/* A kernel that has typed tracepoints may still refuse ours: the twins may do. */
	while (code && code != -EPERM && code != -ENOMEM && plan_humbler(c))
		code = load_with_or_without(c);
	if (code == -EPERM)
		return err_set(err, code, "the kernel does not let this process load BPF programs%s; "
			       "run as root, or grant CAP_BPF and CAP_PERFMON",
			       log_first_line(why, sizeof(why)));
	if (code == -ENOMEM)
		return err_set(err, code, "there is no memory for the BPF maps: try a smaller "
			       "ring (now %zu bytes) or table", c->ring_bytes);
	if (code)
		return err_set(err, code, "the kernel does not load the BPF programs: %s%s",
			       strerror(-code), log_first_line(why, sizeof(why)));
	return open_reader(c, err);
}

/* Takes off what the plan no longer has on. */
static void detach_dropped(struct capture *c)
{
	for (int i = 0; i < 2 * c->plan.nr; i++) {
		if (c->plan.rows[i / 2].state == PLAN_ON)
			continue;
		bpf_link__destroy(c->links[i]);
		c->links[i] = NULL;
	}
}

static struct bpf_link *attach_one(const struct plan_row *row, struct bpf_program *prog, bool out)
{
	/* Not of its section: two functions may share it. */
	if (row->mech == MECH_KPROBE)
		return bpf_program__attach_kprobe(prog, out, row->tracepoint);
	/* One that was loaded by the shortcut has no section any more. */
	return bpf_program__type(prog) == BPF_PROG_TYPE_TRACING ?
	       bpf_program__attach_trace(prog) : bpf_program__attach(prog);
}

int capture__attach(struct capture *c, struct errmsg *err)
{
	for (int i = 0; i < 2 * c->plan.nr; i++) {
		struct plan_row *row = &c->plan.rows[i / 2];
		struct bpf_program *prog;
		int code;

		if (row->state != PLAN_ON || !(i % 2 ? row->program_out : row->program))
			continue;
		prog = prog_of(c, i);
		if (!prog)
			return err_set(err, -EINVAL, "the BPF object has no program %s: "
				       "hmmtrace was built wrong",
				       i % 2 ? row->program_out : row->program);
		c->links[i] = attach_one(row, prog, i % 2);
		code = libbpf_get_error(c->links[i]);
		if (!code)
			continue;
		c->links[i] = NULL;
		if (c->opts.hasty && row->mech == MECH_FENTRY)
			return err_set(err, -EAGAIN, "%s cannot be attached to", row->tracepoint);
		code = plan_row_failed(&c->plan, i / 2, code);
		if (code)
			return err_set(err, code, "%s cannot be attached to: %s", row->tracepoint,
				       row->why);
		detach_dropped(c);
	}
	return 0;
}

int capture__activate(struct capture *c, struct errmsg *err)
{
	__u64 ts, returns = plan_sees_returns(&c->plan) ? HMT_START_RETURNS : 0;

	if (meta_fill_plan(c))
		return err_set(err, -ENOMEM, "there is no memory to trace with");
	c->meta->wall_start_ns = clock_ns(CLOCK_REALTIME);
	/* Before the switch: no record is older than the stream. */
	ts = clock_ns(CLOCK_MONOTONIC);
	c->meta->mono_start_ns = ts;
	c->reader.src.meta = c->meta;
	if (reader__start(&c->reader, ts, c->opts.hot | returns))
		return err_set(err, -ENOMEM, "there is no memory to trace with");
	switch_trace(c, true);
	c->active = true;
	/* Only now: what is born during the walk tells so itself. */
	if (reader__snapshot(&c->reader))
		return err_set(err, -ENOMEM, "there is no memory to trace with");
	return 0;
}

static int start(const struct capture_opts *opts, struct capture **ret_c, struct errmsg *err)
{
	struct capture *c;
	int code;

	code = capture__open(opts, &c, err);
	if (code)
		return code;
	code = capture__load(c, err);
	code = code ? code : capture__attach(c, err);
	code = code ? code : capture__activate(c, err);
	if (code) {
		capture__free(c);
		return code;
	}
	features_drop(&c->features);
	*ret_c = c;
	return 0;
}

/* To attach a program that is of no use costs as much as one that is. */
int capture__start(const struct capture_opts *opts, struct capture **ret_c, struct errmsg *err)
{
	struct capture_opts o = *opts;
	int code;

	o.hasty = true;
	code = start(&o, ret_c, err);
	if (code != -EAGAIN)
		return code;
	o.hasty = false;
	return start(&o, ret_c, err);
}

/* --- a snapshot alone ------------------------------------------------------------- */

static int snapshot_load(struct hmmtrace_bpf **ret_skel, struct errmsg *err)
{
	struct hmmtrace_bpf *skel;
	struct bpf_program *prog;
	struct bpf_map *map;
	char why[256];
	int code;

	log_reset();
	skel = hmmtrace_bpf__open();
	if (!skel)
		return err_set(err, -errno, "the BPF object cannot be opened: %s", strerror(errno));
	bpf_object__for_each_program(prog, skel->obj)
		bpf_program__set_autoload(prog, prog == skel->progs.hmt_snapshot);
	bpf_object__for_each_map(map, skel->obj)
		bpf_map__set_autocreate(map, bpf_map__is_internal(map) ||
					map == skel->maps.hmt_snap_mms ||
					map == skel->maps.hmt_snap_ring ||
					map == skel->maps.hmt_stats);
	code = hmmtrace_bpf__load(skel);
	if (code) {
		hmmtrace_bpf__destroy(skel);
		return err_set(err, code, "the kernel does not load the BPF program: %s%s",
			       strerror(-code), log_first_line(why, sizeof(why)));
	}
	*ret_skel = skel;
	return 0;
}

/* Is there what it needs? Tracing needs more. */
static int snapshot_check(struct errmsg *err)
{
	static const enum feature_id needs[] = {
		FEAT_PRIVILEGE, FEAT_BTF, FEAT_LOCKDOWN, FEAT_BPF, FEAT_EVENTS,
		FEAT_RINGBUF, FEAT_ITER,
	};
	struct features f;

	features_probe(&feature_env_real, &f);
	features_drop(&f);
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		const struct feature_desc *d = &feature_descs[needs[i]];

		if (f.f[needs[i]].state == FEATURE_OK)
			continue;
		return err_set(err, needs[i] == FEAT_PRIVILEGE ? -EPERM : -EOPNOTSUPP,
			       "no snapshot can be taken without %s (%s); %s", d->what,
			       f.f[needs[i]].reason, feature_remedy(&f, needs[i]));
	}
	return 0;
}

int capture_snapshot(struct source **ret_s, struct errmsg *err)
{
	struct hmmtrace_bpf *skel = NULL;
	struct snap_conf conf;
	int code;

	libbpf_set_print(log_print);
	code = snapshot_check(err);
	code = code ? code : snapshot_load(&skel, err);
	if (code)
		return code;
	conf = snap_conf_of(skel);
	code = snapshot_source__open(&conf, ret_s, err);
	hmmtrace_bpf__destroy(skel);
	return code;
}

/* --- while it runs, and the end --------------------------------------------------- */

const struct plan *capture__plan(const struct capture *c)
{
	return &c->plan;
}

const struct trace_meta *capture__meta(const struct capture *c)
{
	return c->meta;
}

struct source *capture__source(struct capture *c)
{
	return &c->reader.src;
}

static void detach(struct capture *c)
{
	for (int i = 0; i < PLAN_PROGS; i++) {
		bpf_link__destroy(c->links[i]);
		c->links[i] = NULL;
	}
}

void capture__stop(struct capture *c)
{
	if (!c->active)
		return;
	c->active = false;
	reader__stopping(&c->reader);
	switch_trace(c, false);
	/* Who saw the switch on still writes: then the ring holds all there will be. */
	reader_quiesce();
	detach(c);
	reader__stop(&c->reader);
}

void capture__stats(const struct capture *c, struct capture_stats *ret_st)
{
	const struct reader *r = &c->reader;

	memset(ret_st, 0, sizeof(*ret_st));
	ret_st->records = r->records;
	memcpy(ret_st->lost, r->loss.total, sizeof(ret_st->lost));
	ret_st->lost_overturning = r->loss.overturning;
	ret_st->resyncs = r->resyncs;
	ret_st->live_hmms = r->live[HMT_CLASS_HMM];
	ret_st->live_mirrors = r->live[HMT_CLASS_MIRROR];
	ret_st->live_ranges = r->live[HMT_CLASS_RANGE];
}

void capture__free(struct capture *c)
{
	if (!c)
		return;
	capture__stop(c);
	detach(c);
	reader__close(&c->reader);
	hmmtrace_bpf__destroy(c->skel);
	legacy__free(c->legacy);
	features_drop(&c->features);
	trace_meta__free(c->meta);
	hmt_free(c);
}
