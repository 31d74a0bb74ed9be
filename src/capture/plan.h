/* SPDX-License-Identifier: GPL-2.0 */
/*
 * plan.h - which programs to load on this kernel, and what cannot be decided
 * without the ones that are missing. A pure function of features and options,
 * so that every kernel that ever was can be tested from a table.
 */
#ifndef CAPTURE_PLAN_H
#define CAPTURE_PLAN_H

#include <stdbool.h>

#include "base/err.h"
#include "capture/feature.h"

/* Where the events come from. auto: the best there is. */
enum capture_source { CAPTURE_AUTO, CAPTURE_TRACEPOINT, CAPTURE_NOTIFIER };

/*
 * Which object is loaded. legacy: classic programs, perf buffers and no need of
 * type information, for kernels that miss what the main one takes for granted.
 */
enum plan_kit { KIT_MAIN, KIT_LEGACY };

enum plan_mech { MECH_NONE, MECH_RAW_TP, MECH_TP, MECH_FENTRY, MECH_KPROBE, MECH_ITER };
/* off: not asked for; on: will be loaded; missing: asked for and not possible */
enum plan_state { PLAN_OFF, PLAN_ON, PLAN_MISSING };
enum plan_tier { TIER_NONE, TIER_PARTIAL, TIER_FULL };

/* With tracepoints: all of HMT_TRACEPOINTS in that order, the exit, who holds what it left. */
#define PLAN_EXIT TP_NR
#define PLAN_HOLDER (TP_NR + 1)
#define PLAN_ROWS (TP_NR + 2)
/* With the legacy object one more: what it reads of the kernel's structs. */
enum { PLAN_FIELDS = PLAN_ROWS, PLAN_LEGACY_ROWS };
/* With the notifier source: all of HMT_FUNCTIONS, these two, and what it cannot see. */
enum {
	PLAN_FN_EXIT = FN_NR, PLAN_FN_HOLDER, PLAN_FN_RELEASE, PLAN_FN_INVALIDATE,
	PLAN_FN_MIRROR_API, PLAN_FN_ROWS
};
#define PLAN_MAX \
	((int)PLAN_LEGACY_ROWS > (int)PLAN_FN_ROWS ? (int)PLAN_LEGACY_ROWS : (int)PLAN_FN_ROWS)
/* A row has up to two: 2 * row and the one behind it. */
#define PLAN_PROGS (2 * PLAN_MAX)

struct plan_row {
	const char *event;		/* "mirror-register"; notifier source: the function */
	const char *tracepoint;		/* "hmm:hmm_mirror_register"; the function; "" */
	const char *observes;
	const char *undecidable;	/* what goes without saying if this is missing; "" nothing */
	const char *program;		/* BPF program to load, NULL unless state is on */
	const char *program_out;	/* a second one, for the return of the function; NULL */
	int group;			/* rows that fail together; negative: on its own */
	bool essential;			/* without it nothing is worth saying */
	bool counted;			/* on, but what needs each event goes without saying */
	enum plan_mech mech;
	enum plan_state state;
	char why[192];			/* why it is not on */
};

struct plan {
	struct plan_row rows[PLAN_MAX];
	int nr;
	enum plan_tier tier;
	enum capture_source source;
	enum plan_kit kit;
	bool shield_calls;		/* see mapcall.h: its programs would be skipped */
	int code;			/* 0, or what capture__open() fails with: -EPERM, -EOPNOTSUPP */
	struct errmsg why;		/* tier none: the sentence with the remedy; else "" */
};

struct plan_opts {
	enum capture_source source;
	bool hot_fault, hot_invalidate;
	bool count_fault, count_invalidate;	/* of those: counted, not told one by one */
	bool force_classic;		/* tp or kprobe where raw_tp or fentry would do */
	bool force_legacy;		/* the legacy object where the main one would do */
};

void plan_build(const struct features *f, const struct plan_opts *opts, struct plan *ret_p);

/*
 * A row that was on could not be attached after all; rows of its group go with
 * it. Return: 0: the tier is partial now; -EOPNOTSUPP or code: nothing is worth
 * saying without it.
 */
int plan_row_failed(struct plan *p, int row, int code);
/* Is a program of it attached like that? */
bool plan_uses(const struct plan *p, enum plan_mech mech);
/* 1 << enum switch_id: what has to stay on for its programs to run. */
unsigned int plan_switches(const struct plan *p);
/* The iterators could not be loaded after all: nobody can be named who holds anything. */
void plan_no_holders(struct plan *p);

/* Is every return of an unregister, and every free of a notifier, on record or counted as lost? */
bool plan_sees_returns(const struct plan *p);

const char *plan_tier_name(enum plan_tier tier);	/* "full", "partial", "none" */
const char *plan_state_name(enum plan_state state);	/* "on", "off", "missing" */
const char *plan_mech_name(enum plan_mech mech);	/* "raw_tp", "fentry", "iter", .., "-" */
const char *plan_kit_name(enum plan_kit kit);		/* "main", "legacy" */
const char *plan_source_name(enum capture_source source);
/* Return: the source of that name, negative if there is none. */
int plan_source_parse(const char *name);

/* Return: compact JSON for the trace file and `doctor --json`, to be freed; NULL without memory. */
char *plan_json(const struct plan *p);

#endif /* CAPTURE_PLAN_H */
