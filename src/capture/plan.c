// SPDX-License-Identifier: GPL-2.0
/* plan.c - from what there is and what was asked to what will be loaded. Pure. */
#include "capture/plan.h"

#include <hmmtrace/event.h>

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/mem.h"

/* What cannot be done without. */
#define NO_VERDICT "every verdict"

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
};

static const char *const kind_names[HMT_KIND_MAX] = {
#define HMT_X(NAME, value, name, text) [value] = text,
	HMT_EVENTS(HMT_X)
#undef HMT_X
};

static const struct row_prose {
	const char *observes, *undecidable;
	bool essential;		/* without one of these nothing is worth saying */
} row_prose[PLAN_ROWS] = {
	[TP_MIRROR_REGISTER] = { "mirrors that come to be, and attempts that failed",
		NO_VERDICT, true },
	[TP_MIRROR_UNREGISTER] = { "mirrors that end", NO_VERDICT, true },
	[TP_MIRROR_UNREGISTER_END] = { "how long an unregister blocks", "" },
	[TP_RANGE_REGISTER] = { "ranges that come to be, and attempts that failed",
		NO_VERDICT, true },
	[TP_RANGE_UNREGISTER_BEGIN] = { "ranges that end", NO_VERDICT, true },
	[TP_RANGE_UNREGISTER_END] = { "how long an unregister blocks", "" },
	[TP_REF_GET] = { "references that are taken",
		"reference-unaccounted, reference-underflow, failed-register-kept-reference" },
	[TP_REF_PUT] = { "references that are given back",
		"reference-unaccounted, reference-underflow, failed-register-kept-reference" },
	[TP_FREE] = { "objects whose last reference went", "reference-unaccounted" },
	[TP_MM_RELEASE] = { "address spaces that are torn down",
		"range-orphaned-by-mm, mirror-orphaned-by-mm, range-register-on-dead-mm" },
	[TP_MM_DESTROY] = { "address spaces whose memory goes",
		"whether an address space at a known address is a new one" },
	[TP_RELEASE_BEGIN] = { "a driver's release callback, entered", "" },
	[TP_RELEASE_END] = { "a driver's release callback, returned", "" },
	[TP_FAULT_BEGIN] = { "device faults, begun", "use-of-unregistered-range" },
	[TP_FAULT_END] = { "device faults, done", "" },
	[TP_READ_BEGIN] = { "ranges a driver begins to read", "use-of-unregistered-range" },
	[TP_INVALIDATE_BEGIN] = { "invalidations of an address space, begun", "" },
	[TP_INVALIDATE_END] = { "invalidations of an address space, done", "" },
	[TP_CALLBACK_BEGIN] = { "a driver's invalidate callback, entered", "" },
	[TP_CALLBACK_END] = { "a driver's invalidate callback, returned", "" },
	[PLAN_EXIT] = { "processes that exit while something is registered on their memory",
		"when the owner of an orphan went" },
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

static void row_choose(const struct features *f, const struct plan_opts *o, int i,
		       struct plan_row *row)
{
	const struct row_text *t = &row_texts[i];
	bool in_btf = i == PLAN_EXIT ? f->exit_btf : f->tp[i].in_btf;
	bool in_tracefs = i == PLAN_EXIT ? f->exit_tracefs : f->tp[i].in_tracefs;

	if (in_btf && is_ok(f, FEAT_TP_BTF) && !o->force_classic) {
		row->mech = MECH_TP_BTF;
		row->program = t->program;
	} else if (in_tracefs && is_ok(f, FEAT_TRACEFS)) {
		row->mech = MECH_TP;
		row->program = t->program_tp;
	}
	if (row->program) {
		row->state = PLAN_ON;
		return;
	}
	row->state = PLAN_MISSING;
	if (in_btf && o->force_classic)
		snprintf(row->why, sizeof(row->why),
			 "classic programs were asked for and tracefs does not have %s",
			 row->tracepoint);
	else if (in_btf)
		snprintf(row->why, sizeof(row->why),
			 "typed tracepoints: %.60s; tracefs: %.60s",
			 f->f[FEAT_TP_BTF].reason, f->f[FEAT_TRACEFS].reason);
	else if (i == PLAN_EXIT)
		snprintf(row->why, sizeof(row->why), "this kernel does not show %s", t->tracepoint);
	else
		snprintf(row->why, sizeof(row->why), "%.159s", f->tp[i].reason);
}

static void rows_build(const struct features *f, const struct plan_opts *o, struct plan *p)
{
	for (int i = 0; i < PLAN_ROWS; i++) {
		struct plan_row *row = &p->rows[i];

		row->event = kind_names[row_texts[i].kind];
		row->tracepoint = row_texts[i].tracepoint;
		row->observes = row_prose[i].observes;
		row->undecidable = row_prose[i].undecidable;
		if (o->source == CAPTURE_NOTIFIER) {
			row->state = PLAN_MISSING;
			snprintf(row->why, sizeof(row->why), "another source was asked for");
		} else if (is_asked(o, row_texts[i].group)) {
			row_choose(f, o, i, row);
		} else {
			snprintf(row->why, sizeof(row->why), "not asked for: it is frequent");
		}
	}
}

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
	for (int i = 0; i < PLAN_ROWS; i++) {
		struct plan_row *row = &p->rows[i];

		if (row->state != PLAN_ON)
			continue;
		row->state = PLAN_MISSING;
		row->mech = MECH_NONE;
		row->program = NULL;
		snprintf(row->why, sizeof(row->why), "nothing can be loaded: %.130s", p->why.text);
	}
}

/* What stands in the way of everything. Return: true if something does. */
static bool check_required(const struct features *f, struct plan *p)
{
	/* hmm:* has rows of its own: some may be there. */
	for (int i = 0; i < FEAT_NR; i++) {
		const struct feature_desc *d = &feature_descs[i];

		if (!d->required || i == FEAT_HMM_TP || is_ok(f, i))
			continue;
		if (i == FEAT_PRIVILEGE)
			plan_refuse(p, -EPERM, "this process has no privilege to trace: %s; %s",
				    f->f[i].reason, d->remedy);
		else
			plan_refuse(p, -EOPNOTSUPP, "this kernel does not have what is needed: "
				    "%s (%s); %s", d->what, f->f[i].reason, d->remedy);
		return true;
	}
	return false;
}

static void set_tier(const struct features *f, const struct plan_opts *o, struct plan *p)
{
	const struct plan_row *missing = NULL;
	const char *why;

	p->tier = TIER_FULL;
	for (int i = 0; i < PLAN_ROWS; i++) {
		if (p->rows[i].state != PLAN_MISSING)
			continue;
		p->tier = TIER_PARTIAL;
		if (row_prose[i].essential && !missing)
			missing = &p->rows[i];
	}
	if (!missing)
		return;
	why = f->f[FEAT_HMM_TP].reason;
	if (o->source == CAPTURE_NOTIFIER)
		plan_refuse(p, -EOPNOTSUPP, "this build of hmmtrace has no notifier source: "
			    "use --source tracepoint on a patched kernel");
	else if (is_ok(f, FEAT_HMM_TP))
		plan_refuse(p, -EOPNOTSUPP, "%s cannot be traced: %s", missing->tracepoint,
			    missing->why);
	else if (strcmp(why, "this kernel has none"))
		plan_refuse(p, -EOPNOTSUPP, "the hmm:* tracepoints of this kernel are not those "
			    "of this hmmtrace (%s): %s", why, feature_descs[FEAT_HMM_TP].remedy);
	else
		plan_refuse(p, -EOPNOTSUPP, "this kernel has no hmm:* tracepoints: %s",
			    feature_descs[FEAT_HMM_TP].remedy);
}

void plan_build(const struct features *f, const struct plan_opts *opts, struct plan *ret_p)
{
	memset(ret_p, 0, sizeof(*ret_p));
	/* The tracepoints win; there is nothing else to choose from yet. */
	ret_p->source = opts->source == CAPTURE_AUTO ? CAPTURE_TRACEPOINT : opts->source;
	rows_build(f, opts, ret_p);
	if (!check_required(f, ret_p))
		set_tier(f, opts, ret_p);
}

int plan_row_failed(struct plan *p, int row, int code)
{
	struct plan_row *r = &p->rows[row];

	r->state = PLAN_MISSING;
	r->mech = MECH_NONE;
	r->program = NULL;
	snprintf(r->why, sizeof(r->why), "the kernel said: %s", strerror(-code));
	p->tier = TIER_PARTIAL;
	if (!row_prose[row].essential)
		return 0;
	p->tier = TIER_NONE;
	return code == -EPERM || code == -EACCES ? -EPERM : -EOPNOTSUPP;
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
		[MECH_NONE] = "-", [MECH_TP_BTF] = "tp_btf", [MECH_TP] = "tp",
	};

	return names[mech];
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
	jsonw__kstr(j, "tracepoint", row->tracepoint);
	jsonw__kstr(j, "observes", row->observes);
	jsonw__kstr(j, "state", plan_state_name(row->state));
	jsonw__kstr(j, "mechanism", plan_mech_name(row->mech));
	jsonw__kstr(j, "program", row->program ? row->program : "");
	jsonw__kstr(j, "why", row->why);
	jsonw__kstr(j, "undecidable", row->state == PLAN_ON ? "" : row->undecidable);
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
	jsonw__kstr(&j, "why", p->why.text);
	jsonw__key(&j, "rows");
	jsonw__array(&j);
	for (int i = 0; i < PLAN_ROWS; i++)
		row_json(&j, &p->rows[i]);
	jsonw__end(&j);
	jsonw__end(&j);
	return strbuf__detach(&sb);
}
