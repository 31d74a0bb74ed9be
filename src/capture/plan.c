// SPDX-License-Identifier: GPL-2.0
/* plan.c - from what there is and what was asked to what will be loaded. Pure. */
#include "capture/plan.h"

#include <hmmtrace/event.h>

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/mem.h"
#include "capture/switches.h"

/* What cannot be done without. */
#define NO_VERDICT "every verdict"
#define STUCK "callback-stuck, unregister-in-callback, hmm-freed-under-callback"
#define PAIRS "invalidation-never-ended, invalidation-never-begun, " STUCK
#define RETRIES "range-fault-with-stale-sequence, range-livelock"
#define USES "use-of-unregistered-range, range-used-during-unregister, " RETRIES

static const struct row_text {
	const char *event, *tracepoint, *program, *program_tp;
	enum tp_group group;
	unsigned int kind;
} row_texts[PLAN_ROWS] = {
#define TP_X(KIND, event_, nr, fields, group_) \
	[TP_##KIND] = { .tracepoint = "hmm:hmm_" #event_, .program = "hmt_" #event_, \
			.program_tp = "hmt_" #event_ "_tp", .group = TP_GROUP_##group_, \
			.kind = HMT_##KIND },
	HMT_TRACEPOINTS(TP_X)
#undef TP_X
	[PLAN_EXIT] = { .tracepoint = "sched:sched_process_exit", .program = "hmt_task_exit",
			.program_tp = "hmt_task_exit_tp", .group = TP_GROUP_LIFE,
			.kind = HMT_TASK_EXIT },
	[PLAN_HOLDER] = { .tracepoint = "iter/task_file", .group = TP_GROUP_LIFE,
			  .kind = HMT_HOLDER },
};

static const char *const kind_names[HMT_KIND_MAX] = {
#define HMT_X(NAME, value, name, text) [value] = text,
	HMT_EVENTS(HMT_X)
#undef HMT_X
};

#define HOLDER_OBSERVES "files of drivers that others have open when their owner has exited"
#define HOLDER_UNDECIDABLE "who else has the file that an orphan may live through"

static const struct row_prose {
	const char *observes, *undecidable;
	bool essential;		/* without one of these nothing is worth saying */
} row_prose[PLAN_ROWS] = {
	[TP_MIRROR_REGISTER] = { "mirrors that come to be, and attempts that failed",
		NO_VERDICT, true },
	[TP_MIRROR_UNREGISTER] = { "mirrors that end", NO_VERDICT, true },
	[TP_MIRROR_UNREGISTER_END] = { "how long an unregister blocks", "unregister-stuck" },
	[TP_RANGE_REGISTER] = { "ranges that come to be, and attempts that failed",
		NO_VERDICT, true },
	[TP_RANGE_UNREGISTER_BEGIN] = { "ranges that end", NO_VERDICT, true },
	[TP_RANGE_UNREGISTER_END] = { "how long an unregister blocks", "unregister-stuck" },
	[TP_REF_GET] = { "references that are taken",
		"reference-unaccounted, reference-underflow, failed-register-kept-reference" },
	[TP_REF_PUT] = { "references that are given back",
		"reference-unaccounted, reference-underflow, failed-register-kept-reference" },
	[TP_FREE] = { "objects whose last reference went",
		"reference-unaccounted, mirror-never-freed, mirror-freed-twice" },
	[TP_MM_RELEASE] = { "address spaces that are torn down",
		"range-orphaned-by-mm, mirror-orphaned-by-mm, range-register-on-dead-mm" },
	[TP_MM_DESTROY] = { "address spaces whose memory goes",
		"whether an address space at a known address is a new one" },
	[TP_RELEASE_BEGIN] = { "a driver's release callback, entered", STUCK },
	[TP_RELEASE_END] = { "a driver's release callback, returned", STUCK },
	[TP_FAULT_BEGIN] = { "device faults, begun", USES },
	[TP_FAULT_END] = { "device faults, done", RETRIES },
	[TP_READ_BEGIN] = { "ranges a driver begins to read", USES },
	[TP_INVALIDATE_BEGIN] = { "invalidations of an address space, begun", PAIRS },
	[TP_INVALIDATE_END] = { "invalidations of an address space, done", PAIRS },
	[TP_CALLBACK_BEGIN] = { "a driver's invalidate callback, entered", PAIRS },
	[TP_CALLBACK_END] = { "a driver's invalidate callback, returned", PAIRS },
	[PLAN_EXIT] = { "processes that exit while something is registered on their memory",
		"when the owner of an orphan went, mm-held-after-exit" },
	[PLAN_HOLDER] = { HOLDER_OBSERVES, HOLDER_UNDECIDABLE },
};

static const struct row_prose fields_prose = {
	"whose address space it is, its counters, and what its process had resident",
	"what an orphan pins, whether the process of an address space is dead, and names of "
	"processes that did not act themselves", false
};

static bool is_ok(const struct features *f, enum feature_id id)
{
	return f->f[id].state == FEATURE_OK;
}

static bool is_asked(const struct plan_opts *o, enum tp_group group)
{
	switch (group) {
	case TP_GROUP_FAULT:
		return o->hot_fault;
	case TP_GROUP_INVALIDATE:
		return o->hot_invalidate;
	default:
		return true;
	}
}

static const struct fn_text {
	const char *function, *program, *program_out, *program_kp, *program_out_kp;
	enum fn_group group;
	bool shared;		/* the programs for kprobes are those of the one before */
} fn_texts[FN_NR] = {
#define FN_KP_OWN false
#define FN_KP_SHARED true
#define FN_OUT_ON(name) "hmt_out_" name
#define FN_OUT_OFF(name) NULL
#define FN_OUT_KP_ON(name) "hmt_out_" name "_kp"
#define FN_OUT_KP_OFF(name) NULL
#define FN_IN_ON(name) "hmt_in_" name
#define FN_IN_OFF(name) NULL
#define FN_X(ID, function_, nr, in, out, group_, kp) \
	[FN_##ID] = { .function = #function_, .group = FN_GROUP_##group_, .shared = FN_KP_##kp, \
		      .program = FN_IN_##in(#function_), .program_out = FN_OUT_##out(#function_), \
		      .program_kp = "hmt_in_" #function_ "_kp", \
		      .program_out_kp = FN_OUT_KP_##out(#function_) },
	HMT_FUNCTIONS(FN_X)
#undef FN_X
};

#define NO_RANGES "every verdict on ranges"
#define NO_MIRRORS "every verdict on mirrors and their references"

static const struct row_prose fn_prose[PLAN_FN_ROWS] = {
	[FN_INSERT] = { "ranges that come to be, and attempts that failed", NO_RANGES, true },
	[FN_INSERT_LOCKED] = { "the same by callers that hold mmap_lock", NO_RANGES, true },
	[FN_REMOVE] = { "ranges that end", NO_RANGES, true },
	[FN_REGISTER] = { "mirrors that come to be, and attempts that failed", NO_MIRRORS, true },
	[FN_GET] = { "references that are taken", NO_MIRRORS, true },
	[FN_UNREGISTER] = { "mirrors that end", NO_MIRRORS, true },
	[FN_PUT] = { "references that are given back, and mirrors that end with the last",
		NO_MIRRORS, true },
	[FN_FREE_RCU] = { "notifiers whose memory goes", "mirror-never-freed, mirror-freed-twice" },
	[FN_MM_RELEASE] = { "address spaces that are torn down",
		"range-orphaned-by-mm, mirror-orphaned-by-mm, range-register-on-dead-mm" },
	[FN_MM_DESTROY] = { "address spaces whose memory goes",
		"whether an address space at a known address is a new one" },
	[FN_FAULT] = { "device faults", USES },
	[FN_READ_BEGIN] = { "ranges a driver begins to read", USES },
	[PLAN_FN_EXIT] = { "processes that exit while something is registered on their memory",
		"when the owner of an orphan went, mm-held-after-exit" },
	[PLAN_FN_HOLDER] = { HOLDER_OBSERVES, HOLDER_UNDECIDABLE },
	[PLAN_FN_RELEASE] = { "a driver's release callback, entered and returned", STUCK },
	[PLAN_FN_INVALIDATE] = { "invalidations and the callbacks of drivers for them", PAIRS },
	[PLAN_FN_MIRROR_API] = { "mirrors, ranges and references of the mirror API",
		"range-orphaned-by-mirror, reference-unaccounted, mirror-unregister-under-ranges, "
		"range-register-without-mirror, failed-register-kept-reference" },
};

static void row_missing(struct plan_row *row, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void row_missing(struct plan_row *row, const char *fmt, ...)
{
	va_list ap;

	row->state = PLAN_MISSING;
	row->mech = MECH_NONE;
	row->program = row->program_out = NULL;
	va_start(ap, fmt);
	vsnprintf(row->why, sizeof(row->why), fmt, ap);
	va_end(ap);
}

static void row_on(struct plan_row *row, enum plan_mech mech, const char *program,
		   const char *program_out)
{
	row->state = PLAN_ON;
	row->mech = mech;
	/* A row has a first program before it has a second. */
	row->program = program ? program : program_out;
	row->program_out = program ? program_out : NULL;
}

static struct plan_row *row_new(struct plan *p, const char *event, const char *target,
				const struct row_prose *prose)
{
	struct plan_row *row = &p->rows[p->nr++];

	row->event = event;
	row->tracepoint = target;
	row->observes = prose->observes;
	row->undecidable = prose->undecidable;
	row->essential = prose->essential;
	row->group = -1;
	return row;
}

/* On, but not one by one: what is undecidable without it stays so. */
static void row_count(struct plan_row *row)
{
	if (row->state != PLAN_ON)
		return;
	row->counted = true;
	snprintf(row->why, sizeof(row->why), "counted in the kernel, not told one by one");
}

/* --- tracepoints ------------------------------------------------------------------- */

/* Return: true if a row of the legacy object was decided. */
static bool row_choose_legacy(const struct features *f, int i, struct plan_row *row)
{
	if (i == PLAN_EXIT && !features_know_fields(f))
		row_missing(row, "how many threads a process has left is not known: %.100s",
			    f->f[FEAT_FIELDS].reason);
	else if (!is_ok(f, FEAT_TRACEFS))
		row_missing(row, "tracefs: %.120s", f->f[FEAT_TRACEFS].reason);
	else
		return false;
	return true;
}

static void row_choose(const struct features *f, const struct plan_opts *o, int i,
		       struct plan_row *row)
{
	const struct row_text *t = &row_texts[i];
	bool in_btf = i == PLAN_EXIT ? f->exit_btf : f->tp[i].in_btf;
	bool in_tracefs = i == PLAN_EXIT ? f->exit_tracefs : f->tp[i].in_tracefs;

	if (o->force_legacy && row_choose_legacy(f, i, row))
		return;
	if (in_btf && is_ok(f, FEAT_TP_BTF) && !o->force_classic)
		row_on(row, MECH_RAW_TP, t->program, NULL);
	else if (in_tracefs && is_ok(f, FEAT_TRACEFS))
		row_on(row, MECH_TP, t->program_tp, NULL);
	else if (in_btf && o->force_classic)
		row_missing(row, "classic programs were asked for and tracefs does not have %s",
			    row->tracepoint);
	else if (in_btf)
		row_missing(row, "typed tracepoints: %.60s; tracefs: %.60s",
			    f->f[FEAT_TP_BTF].reason, f->f[FEAT_TRACEFS].reason);
	else if (i == PLAN_EXIT)
		row_missing(row, "this kernel does not show %s", t->tracepoint);
	else
		row_missing(row, "%.159s", f->tp[i].reason);
}

/* No program to attach: the loader runs it when there is something to look for. */
static void holder_choose(const struct features *f, const struct plan_opts *o,
			  const struct plan_row *exit_row, struct plan_row *row)
{
	if (o->force_legacy)
		row_missing(row, "among the programs for old kernels there is no iterator");
	else if (!is_ok(f, FEAT_ITER))
		row_missing(row, "no iterators: %.130s", f->f[FEAT_ITER].reason);
	else if (exit_row->state != PLAN_ON)
		row_missing(row, "nothing can be said without %s", exit_row->event);
	else
		row_on(row, MECH_ITER, NULL, NULL);
}

/* No program: it is what all of them read. */
static void fields_row(const struct features *f, struct plan_row *row)
{
	if (features_know_fields(f))
		row_on(row, MECH_NONE, NULL, NULL);
	else
		row_missing(row, "%.159s", f->f[FEAT_FIELDS].reason);
}

static void rows_build(const struct features *f, const struct plan_opts *o, struct plan *p)
{
	for (int i = 0; i < PLAN_ROWS; i++) {
		struct plan_row *row = row_new(p, kind_names[row_texts[i].kind],
					       row_texts[i].tracepoint, &row_prose[i]);

		if (i == PLAN_HOLDER)
			holder_choose(f, o, &p->rows[PLAN_EXIT], row);
		else if (is_asked(o, row_texts[i].group))
			row_choose(f, o, i, row);
		else
			snprintf(row->why, sizeof(row->why), "not asked for: it is frequent");
		if (row_texts[i].group == TP_GROUP_FAULT ? o->count_fault :
		    row_texts[i].group == TP_GROUP_INVALIDATE && o->count_invalidate)
			row_count(row);
	}
	if (o->force_legacy)
		fields_row(f, row_new(p, "fields", "", &fields_prose));
}

/* --- functions --------------------------------------------------------------------- */

static void fn_choose(const struct features *f, const struct plan_opts *o, int i,
		      struct plan_row *row)
{
	const struct fn_text *t = &fn_texts[i], *kp = &fn_texts[t->shared ? i - 1 : i];
	bool in_btf = f->fn[i].btf_id > 0;
	bool fentry = in_btf && is_ok(f, FEAT_FENTRY) && !o->force_classic;
	bool kprobe = (in_btf || f->fn[i].in_kallsyms) && is_ok(f, FEAT_KPROBE);

	if (fentry && (is_ok(f, FEAT_STEADY) || !kprobe))
		row_on(row, MECH_FENTRY, t->program, t->program_out);
	else if (kprobe)
		row_on(row, MECH_KPROBE, kp->program_kp, kp->program_out_kp);
	else if (!in_btf && !f->fn[i].in_kallsyms)
		row_missing(row, "this kernel has no function of that name to probe");
	else
		row_missing(row, "fentry: %.72s; kprobes: %.72s",
			    o->force_classic ? "not asked for" : f->f[FEAT_FENTRY].reason,
			    f->f[FEAT_KPROBE].reason);
}

/* Who sees a part of a group would judge wrongly what the rest would have told. */
static bool group_drop(struct plan *p, int group, const char *because)
{
	bool dropped = false;

	for (int i = 0; i < p->nr; i++) {
		struct plan_row *row = &p->rows[i];

		if (row->group != group || row->state != PLAN_ON)
			continue;
		row_missing(row, "nothing can be said without %.60s", because);
		dropped = true;
	}
	return dropped;
}

static void groups_check(struct plan *p)
{
	for (int i = 0; i < p->nr; i++)
		if (p->rows[i].group >= 0 && p->rows[i].state == PLAN_MISSING)
			group_drop(p, p->rows[i].group, p->rows[i].event);
}

static void fn_rows_unseen(const struct features *f, const struct plan_opts *o, struct plan *p)
{
	static const char no_function[] = "there is no function that is called for just that";
	struct plan_row *row;

	row = row_new(p, "release", "", &fn_prose[PLAN_FN_RELEASE]);
	row_missing(row, "%s", no_function);
	row = row_new(p, "invalidate", "", &fn_prose[PLAN_FN_INVALIDATE]);
	if (o->hot_invalidate)
		row_missing(row, "%s", no_function);
	else
		snprintf(row->why, sizeof(row->why), "not asked for: it is frequent");
	row = row_new(p, "mirror-api", "", &fn_prose[PLAN_FN_MIRROR_API]);
	if (f->tp[TP_MIRROR_REGISTER].in_btf || f->tp[TP_MIRROR_REGISTER].in_tracefs)
		row_missing(row, "only the tracepoints show it");
	else
		snprintf(row->why, sizeof(row->why), "this kernel has no mirror API");
}

static void fn_rows_build(const struct features *f, const struct plan_opts *o, struct plan *p)
{
	struct plan_opts classic = *o, any = *o;
	struct plan_row *row;

	classic.force_classic |= !is_ok(f, FEAT_STEADY);
	any.force_classic = false;
	for (int i = 0; i < FN_NR; i++) {
		const struct fn_text *t = &fn_texts[i];

		row = row_new(p, t->function, t->function, &fn_prose[i]);
		if (t->group == FN_GROUP_RANGE || t->group == FN_GROUP_MIRROR)
			row->group = t->group;
		if (t->group != FN_GROUP_FAULT || o->hot_fault)
			fn_choose(f, o, i, row);
		else
			snprintf(row->why, sizeof(row->why), "not asked for: it is frequent");
		if (t->group == FN_GROUP_FAULT && o->count_fault)
			row_count(row);
	}
	row = row_new(p, kind_names[HMT_TASK_EXIT], row_texts[PLAN_EXIT].tracepoint,
		      &fn_prose[PLAN_FN_EXIT]);
	/* Since 7.x a raw program of a tracepoint is preempted like one of a trampoline. */
	row_choose(f, &classic, PLAN_EXIT, row);
	if (row->state == PLAN_MISSING)
		row_choose(f, &any, PLAN_EXIT, row);
	row = row_new(p, kind_names[HMT_HOLDER], row_texts[PLAN_HOLDER].tracepoint,
		      &fn_prose[PLAN_FN_HOLDER]);
	holder_choose(f, o, &p->rows[PLAN_FN_EXIT], row);
	fn_rows_unseen(f, o, p);
	groups_check(p);
}

/* --- the whole --------------------------------------------------------------------- */

static void plan_refuse(struct plan *p, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void plan_refuse(struct plan *p, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->why.text, sizeof(p->why.text), fmt, ap);
	va_end(ap);
	p->code = code;
	p->tier = TIER_NONE;
	/* Nothing is loaded: no row may say that it is on. */
	for (int i = 0; i < p->nr; i++)
		if (p->rows[i].state == PLAN_ON)
			row_missing(&p->rows[i], "nothing can be loaded: %.130s", p->why.text);
}

/* What one of the two objects cannot do without, and the other can. */
static bool is_required(const struct plan *p, int i)
{
	if (p->kit == KIT_LEGACY)
		return i == FEAT_PERFBUF;
	return i == FEAT_BTF || i == FEAT_RINGBUF;
}

/* What stands in the way of everything. Return: true if something does. */
static bool check_required(const struct features *f, struct plan *p)
{
	for (int i = 0; i < FEAT_NR; i++) {
		const struct feature_desc *d = &feature_descs[i];

		if ((!d->required && !is_required(p, i)) || is_ok(f, i))
			continue;
		if (i == FEAT_PRIVILEGE)
			plan_refuse(p, -EPERM, "this process has no privilege to trace: %s; %s",
				    f->f[i].reason, feature_remedy(f, i));
		else
			plan_refuse(p, -EOPNOTSUPP, "this kernel does not have what is needed: "
				    "%s (%s); %s", d->what, f->f[i].reason,
				    feature_remedy(f, i));
		return true;
	}
	return false;
}

static void refuse_tracepoints(const struct features *f, struct plan *p,
			       const struct plan_row *missing)
{
	const char *why = f->f[FEAT_HMM_TP].reason;

	if (is_ok(f, FEAT_HMM_TP))
		plan_refuse(p, -EOPNOTSUPP, "%s cannot be traced: %s", missing->tracepoint,
			    missing->why);
	else if (strcmp(why, "this kernel has none"))
		plan_refuse(p, -EOPNOTSUPP, "the hmm:* tracepoints of this kernel are not those "
			    "of this hmmtrace (%s): %s", why, feature_remedy(f, FEAT_HMM_TP));
	else
		plan_refuse(p, -EOPNOTSUPP, "this kernel has no hmm:* tracepoints: %s",
			    feature_remedy(f, FEAT_HMM_TP));
}

static void set_tier(const struct features *f, struct plan *p)
{
	const struct plan_row *missing = NULL;

	p->tier = TIER_FULL;
	for (int i = 0; i < p->nr; i++) {
		if (p->rows[i].state != PLAN_MISSING)
			continue;
		p->tier = TIER_PARTIAL;
		if (p->rows[i].essential && !missing)
			missing = &p->rows[i];
	}
	if (missing)
		refuse_tracepoints(f, p, missing);
}

/* One of the two groups is enough to have something to say. */
static bool fn_any_group(const struct plan *p)
{
	for (int i = 0; i < p->nr; i++)
		if (p->rows[i].group >= 0 && p->rows[i].state == PLAN_ON)
			return true;
	return false;
}

static void set_fn_tier(const struct features *f, struct plan *p)
{
	p->tier = TIER_PARTIAL;
	if (fn_any_group(p))
		return;
	plan_refuse(p, -EOPNOTSUPP, "the functions of the mmu notifiers cannot be probed on this "
		    "kernel (fentry: %s; kprobes: %s): %s",
		    is_ok(f, FEAT_FENTRY) ? p->rows[FN_INSERT].why : f->f[FEAT_FENTRY].reason,
		    is_ok(f, FEAT_KPROBE) ? p->rows[FN_REGISTER].why : f->f[FEAT_KPROBE].reason,
		    feature_remedy(f, FEAT_KPROBE));
}

/* Only the programs of the tracepoints are there twice. */
static bool needs_legacy(const struct features *f, const struct plan_opts *o,
			 enum capture_source source)
{
	return source == CAPTURE_TRACEPOINT &&
	       (o->force_legacy || !is_ok(f, FEAT_RINGBUF) || !is_ok(f, FEAT_BTF));
}

static void build(const struct features *f, const struct plan_opts *o, enum capture_source source,
		  struct plan *p)
{
	struct plan_opts legacy = *o;

	memset(p, 0, sizeof(*p));
	p->source = source;
	p->kit = needs_legacy(f, o, source) ? KIT_LEGACY : KIT_MAIN;
	legacy.force_legacy = p->kit == KIT_LEGACY;
	legacy.force_classic |= legacy.force_legacy;
	/* It has no table to count in. */
	if (legacy.force_legacy)
		legacy.count_fault = legacy.count_invalidate = false;
	if (source == CAPTURE_NOTIFIER)
		fn_rows_build(f, &legacy, p);
	else
		rows_build(f, &legacy, p);
	if (check_required(f, p))
		return;
	p->shield_calls = !is_ok(f, FEAT_STEADY) &&
			  (plan_uses(p, MECH_KPROBE) || plan_uses(p, MECH_TP));
	if (source == CAPTURE_NOTIFIER)
		set_fn_tier(f, p);
	else
		set_tier(f, p);
}

void plan_build(const struct features *f, const struct plan_opts *opts, struct plan *ret_p)
{
	struct plan other;

	if (opts->source != CAPTURE_AUTO) {
		build(f, opts, opts->source, ret_p);
		return;
	}
	/* The tracepoints win: they see more. */
	build(f, opts, CAPTURE_TRACEPOINT, ret_p);
	if (!ret_p->code)
		return;
	build(f, opts, CAPTURE_NOTIFIER, &other);
	if (!other.code) {
		*ret_p = other;
	} else if (ret_p->code == -EOPNOTSUPP && strcmp(ret_p->why.text, other.why.text)) {
		size_t len = strlen(ret_p->why.text);

		/* A remedy is enough. */
		snprintf(ret_p->why.text + len, sizeof(ret_p->why.text) - len, "; %.*s",
			 (int)strcspn(other.why.text, ")") + 1, other.why.text);
	}
}

/* A kretprobe that finds no room is missed without a word. */
bool plan_sees_returns(const struct plan *p)
{
	static const int tp_rows[] = { TP_MIRROR_UNREGISTER_END, TP_RANGE_UNREGISTER_END, TP_FREE };
	static const int fn_rows[] = { FN_REMOVE, FN_UNREGISTER, FN_PUT, FN_FREE_RCU };
	bool fn = p->source == CAPTURE_NOTIFIER;

	for (int i = 0; i < (fn ? 4 : 3); i++) {
		const struct plan_row *row = &p->rows[fn ? fn_rows[i] : tp_rows[i]];

		if (row->state != PLAN_ON || (fn && row->mech != MECH_FENTRY))
			return false;
	}
	return true;
}

int plan_row_failed(struct plan *p, int row, int code)
{
	struct plan_row *r = &p->rows[row];

	row_missing(r, "the kernel said: %s", code == -524 ? "not supported" : strerror(-code));
	p->tier = TIER_PARTIAL;
	if (r->group >= 0) {
		group_drop(p, r->group, r->event);
		if (fn_any_group(p))
			return 0;
	} else if (!r->essential) {
		return 0;
	}
	p->tier = TIER_NONE;
	return code == -EPERM || code == -EACCES ? -EPERM : -EOPNOTSUPP;
}

bool plan_uses(const struct plan *p, enum plan_mech mech)
{
	for (int i = 0; i < p->nr; i++)
		if (p->rows[i].state == PLAN_ON && p->rows[i].mech == mech)
			return true;
	return false;
}

unsigned int plan_switches(const struct plan *p)
{
	/* The entry of a function, where our kprobes are, is ftrace's too. */
	if (plan_uses(p, MECH_KPROBE))
		return 1U << SWITCH_FTRACE | 1U << SWITCH_KPROBES;
	return plan_uses(p, MECH_FENTRY) ? 1U << SWITCH_FTRACE : 0;
}

void plan_no_holders(struct plan *p)
{
	int i = p->source == CAPTURE_NOTIFIER ? (int)PLAN_FN_HOLDER : (int)PLAN_HOLDER;

	if (p->rows[i].state == PLAN_ON)
		plan_row_failed(p, i, -EOPNOTSUPP);
}

const char *plan_tier_name(enum plan_tier tier)
{
	static const char *const names[] = {
		[TIER_NONE] = "none", [TIER_PARTIAL] = "partial", [TIER_FULL] = "full",
	};

	return names[tier];
}

const char *plan_state_name(enum plan_state state)
{
	static const char *const names[] = {
		[PLAN_OFF] = "off", [PLAN_ON] = "on", [PLAN_MISSING] = "missing",
	};

	return names[state];
}

const char *plan_mech_name(enum plan_mech mech)
{
	static const char *const names[] = {
		[MECH_NONE] = "-", [MECH_RAW_TP] = "raw_tp", [MECH_TP] = "tp",
		[MECH_FENTRY] = "fentry", [MECH_KPROBE] = "kprobe",
		[MECH_ITER] = "iter",
	};

	return names[mech];
}

const char *plan_kit_name(enum plan_kit kit)
{
	return kit == KIT_LEGACY ? "legacy" : "main";
}

static const char *const source_names[] = {
	[CAPTURE_AUTO] = "auto",
	[CAPTURE_TRACEPOINT] = "tracepoint",
	[CAPTURE_NOTIFIER] = "notifier",
};

const char *plan_source_name(enum capture_source source)
{
	return source_names[source];
}

int plan_source_parse(const char *name)
{
	for (size_t i = 0; i < sizeof(source_names) / sizeof(source_names[0]); i++)
		if (!strcmp(name, source_names[i]))
			return i;
	return -EINVAL;
}

static void row_json(struct jsonw *j, const struct plan_row *row)
{
	jsonw__object(j);
	jsonw__kstr(j, "event", row->event);
	jsonw__kstr(j, "tracepoint", row->tracepoint);	/* or function */
	jsonw__kstr(j, "observes", row->observes);
	jsonw__kstr(j, "state", plan_state_name(row->state));
	jsonw__kstr(j, "mechanism", plan_mech_name(row->mech));
	jsonw__kstr(j, "program", row->program ? row->program : "");
	jsonw__kstr(j, "program_out", row->program_out ? row->program_out : "");
	jsonw__kstr(j, "why", row->why);
	jsonw__kbool(j, "counted", row->counted);
	jsonw__kstr(j, "undecidable",
		    row->state == PLAN_ON && !row->counted ? "" : row->undecidable);
	jsonw__end(j);
}

char *plan_json(const struct plan *p)
{
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;

	jsonw__init(&j, &sb);
	jsonw__object(&j);
	jsonw__kstr(&j, "source", plan_source_name(p->source));
	jsonw__kstr(&j, "tier", plan_tier_name(p->tier));
	jsonw__kstr(&j, "kit", plan_kit_name(p->kit));
	jsonw__kstr(&j, "why", p->why.text);
	jsonw__key(&j, "rows");
	jsonw__array(&j);
	for (int i = 0; i < p->nr; i++)
		row_json(&j, &p->rows[i]);
	jsonw__end(&j);
	jsonw__end(&j);
	return strbuf__detach(&sb);
}
