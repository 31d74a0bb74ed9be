// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>

#include "cmd/session.h"

#ifdef HMT_NO_BPF

int cmd_doctor(struct invocation *inv)
{
	complainf("this hmmtrace was built without BPF and can only read files: build it "
		  "without NO_BPF=1");
	return EXIT_UNSUPPORTED;
}

#else

#include "base/mem.h"
#include "base/strbuf.h"
#include "capture/capture.h"
#include "out/table.h"

static const char *state_word(const struct feature_desc *d, const struct feature_result *r)
{
	switch (r->state) {
	case FEATURE_OK:
		return "ok";
	case FEATURE_MISSING:
		return d->required ? "MISSING" : "missing";
	default:
		return "unknown";
	}
}

static void add_features(struct strbuf *sb, const struct features *f)
{
	struct table t = TABLE_INIT("lll");

	for (unsigned int i = 0; i < FEAT_NR; i++) {
		const struct feature_desc *d = &feature_descs[i];
		const struct feature_result *r = &f->f[i];
		char text[512];

		if (r->state == FEATURE_OK)
			snprintf(text, sizeof(text), "%s", d->what);
		else
			snprintf(text, sizeof(text), "%s%s%s. %s", d->what,
				 *r->reason ? ": " : "", r->reason, feature_remedy(f, i));
		table__row(&t, state_word(d, r), d->id, text);
	}
	table__print(&t, "", sb);
}

static void add_programs(struct strbuf *sb, const struct plan *p)
{
	struct table t = TABLE_INIT("llll");

	for (int i = 0; i < p->nr; i++) {
		const struct plan_row *r = &p->rows[i];

		char text[512];

		snprintf(text, sizeof(text), "%s%s%s", r->why,
			 *r->undecidable ? "; undecidable: " : "", r->undecidable);
		if (r->state == PLAN_MISSING)
			table__row(&t, "missing", r->event, plan_mech_name(r->mech), text);
		else if (r->counted)
			table__row(&t, "counted", r->event, plan_mech_name(r->mech), text);
		else
			table__row(&t, r->state == PLAN_ON ? "ok" : plan_state_name(r->state),
				   r->event, plan_mech_name(r->mech), r->observes);
	}
	table__print(&t, "", sb);
}

/* What can be observed decides; no privilege is trouble, not a property of the kernel. */
static int doctor_status(const struct plan *p)
{
	if (p->tier != TIER_NONE)
		return EXIT_CLEAN;
	return p->code == -EPERM ? EXIT_TROUBLE : EXIT_UNSUPPORTED;
}

static int print_json(const struct features *f, const struct plan *p)
{
	char *json = capture_doctor_json(f, p);

	if (!json)
		return complainf("out of memory");
	puts(json);
	hmt_free(json);
	return doctor_status(p);
}

int cmd_doctor(struct invocation *inv)
{
	struct capture_opts opts = { 0 };
	struct strbuf sb = STRBUF_INIT;
	struct features f;
	struct plan p;
	int status;

	session_source(&inv->o, &opts);
	opts.hot = inv->o.hot;
	capture_doctor(&opts, &f, &p);
	features_drop(&f);
	if (inv->o.json)
		return print_json(&f, &p);
	status = doctor_status(&p);
	strbuf__addf(&sb, "tier %s", plan_tier_name(p.tier));
	if (p.tier == TIER_NONE)
		strbuf__addf(&sb, ": %s\n\n", p.why.text);
	else
		strbuf__addf(&sb, ", source %s%s\n\n", plan_source_name(p.source),
			     p.kit == KIT_LEGACY ? ", with the programs for old kernels" : "");
	add_features(&sb, &f);
	/* Thirty lines that all say the same are no help. */
	if (p.tier != TIER_NONE) {
		strbuf__addc(&sb, '\n');
		add_programs(&sb, &p);
	}
	if (strbuf__err(&sb))
		status = complainf("out of memory");
	else
		fputs(strbuf__str(&sb), stdout);
	strbuf__free(&sb);
	return status;
}

#endif
