// SPDX-License-Identifier: GPL-2.0
/* doctor.c - what this machine can and cannot do, for people and for programs. */
#include "capture/capture.h"

#include "base/jsonw.h"
#include "base/mem.h"
#include "base/strbuf.h"

void capture_doctor(const struct capture_opts *opts, struct features *ret_f, struct plan *ret_p)
{
	struct plan_opts po = {
		.source = opts->source,
		.hot_fault = opts->hot & (HMT_START_HOT_FAULT | HMT_START_COUNT_FAULT),
		.hot_invalidate = opts->hot & (HMT_START_HOT_INVALIDATE |
					       HMT_START_COUNT_INVALIDATE),
		.count_fault = opts->hot & HMT_START_COUNT_FAULT,
		.count_invalidate = opts->hot & HMT_START_COUNT_INVALIDATE,
		.force_classic = opts->force_classic,
		.force_legacy = opts->force_legacy,
	};
	struct feature_env env = opts->hasty ? feature_env_hasty : feature_env_real;

	env.btf = opts->btf;
	features_probe(&env, ret_f);
	plan_build(ret_f, &po, ret_p);
	if (plan_uses(ret_p, MECH_KPROBE) && !features_try_kprobe(&env, ret_f))
		plan_build(ret_f, &po, ret_p);
}

static void feature_json(struct jsonw *j, const struct features *f, enum feature_id id)
{
	const struct feature_desc *d = &feature_descs[id];
	const struct feature_result *r = &f->f[id];

	jsonw__object(j);
	jsonw__kstr(j, "id", d->id);
	jsonw__kstr(j, "what", d->what);
	jsonw__kstr(j, "since", d->since);
	jsonw__kbool(j, "required", d->required);
	jsonw__kstr(j, "state", r->state == FEATURE_OK ? "ok" : "missing");
	jsonw__kstr(j, "reason", r->reason);
	jsonw__kstr(j, "remedy", r->state == FEATURE_OK ? "" : feature_remedy(f, id));
	jsonw__end(j);
}

char *capture_doctor_json(const struct features *f, const struct plan *p)
{
	struct strbuf sb = STRBUF_INIT;
	char *plan = plan_json(p);
	struct jsonw j;

	if (!plan)
		return NULL;
	jsonw__init(&j, &sb);
	jsonw__object(&j);
	jsonw__kstr(&j, "type", "doctor");
	jsonw__kstr(&j, "tier", plan_tier_name(p->tier));
	jsonw__key(&j, "features");
	jsonw__array(&j);
	for (int i = 0; i < FEAT_NR; i++)
		feature_json(&j, f, i);
	jsonw__end(&j);
	jsonw__key(&j, "plan");
	jsonw__raw(&j, plan);
	jsonw__end(&j);
	hmt_free(plan);
	return strbuf__detach(&sb);
}
