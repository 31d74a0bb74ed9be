/* SPDX-License-Identifier: GPL-2.0 */
/*
 * quantity.h - numbers with a name that an assertion can be about: what they
 * are, how loss can change them, and how they are taken from what the engine
 * said of a stream. Pure: lives, findings and statistics in, a number out.
 */
#ifndef OUT_QUANTITY_H
#define OUT_QUANTITY_H

#include "base/map64.h"
#include "engine/engine.h"
#include "out/ages.h"
#include "out/sink.h"
#include "stream/symtab.h"

#define QUANTITY_UNKNOWN (~0ULL)	/* as an upper bound: there is none */
#define SELECTOR_LEN 64

enum unit { UNIT_NONE, UNIT_COUNT, UNIT_NS, UNIT_BYTES };

/* What one can be narrowed down by: mirror(driver=rxe).live.max. */
enum select_bits {
	SELECT_DRIVER = 1, SELECT_COMM = 2, SELECT_PID = 4, SELECT_RULE = 8, SELECT_CAUSE = 16,
};

struct selector {
	unsigned int set;	/* SELECT_* */
	char driver[SELECTOR_LEN], comm[SELECTOR_LEN];	/* shell patterns */
	__u32 pid;
	enum rule_id rule;
	__u32 cause;
};

/* Which lives or findings count, and what of them. */
enum subject { SUBJECT_NONE, SUBJECT_RANGE, SUBJECT_MIRROR, SUBJECT_ANY, SUBJECT_EVENT };
enum metric {
	METRIC_NONE,
	/* of findings */
	METRIC_ORPHANS, METRIC_FINDINGS, METRIC_ERRORS, METRIC_WARNINGS, METRIC_INCONCLUSIVE,
	METRIC_UNACCOUNTED,
	/* of lives */
	METRIC_COUNT, METRIC_LIVE_MAX, METRIC_LIVE_END, METRIC_LIFETIME, METRIC_SIZE_MAX,
	/* of the stream */
	METRIC_LOST, METRIC_SEEN, METRIC_DURATION,
};

struct quantity {
	const char *name;
	enum subject subject;
	enum metric metric;
	unsigned int permille;	/* of METRIC_LIFETIME: 500 is the median, 0 the shortest */
	enum unit unit;
	unsigned int selectors;	/* SELECT_* it takes */
	const char *help;
};

/* Ends with a row without a name. */
extern const struct quantity quantities[];

/* Lives that no selector tells apart, and how many there were. */
struct life_group {
	struct life first;
	__u64 nr, largest;
};

enum standing { STANDING_NEW, STANDING_KNOWN, STANDING_SUPPRESSED };

struct evidence_finding {
	struct finding f;
	enum standing standing;
};

/* What a stream gave, kept until it is over. */
struct evidence {
	const struct symtab *symtab;
	const struct engine_stats *stats;
	const struct lost_row *lost;
	size_t nr_lost;
	/*
	 * few_lives: nobody asks how many there were at once. Then one by one there are
	 * only those that are alive at the end, and each that was larger than all before
	 * it; the groups count the rest, and ages knows how long they lasted if it was
	 * told of limits before the first.
	 */
	bool few_lives;
	struct life *lives;
	size_t nr_lives, cap_lives;
	struct life_group *groups;
	size_t nr_groups, cap_groups;
	struct map64 by_group;	/* a hash -> place in groups + 1 */
	struct ages ages;
	struct evidence_finding *findings;
	size_t nr_findings, cap_findings;
};

/* Return: 0 or -ENOMEM. */
int evidence__add_life(struct evidence *ev, const struct object_view *o, const struct moment *m);
int evidence__add_finding(struct evidence *ev, const struct finding *f, enum standing standing);
/* Events that a verdict may rest on were lost. */
bool evidence__lossy(const struct evidence *ev);
/* "hmm_exerciser, nouveau", "none" */
char *evidence__drivers(const struct evidence *ev, char *buf, size_t size);
void evidence__free(struct evidence *ev);

/*
 * A number as it was measured: it is value, and the truth is somewhere from low
 * to high. of: how many things were looked at; 0: nothing was, and why.
 */
struct measure {
	__u64 value, low, high;
	__u64 of;
	bool approximate;	/* value is not to the last digit: it is on its side of the limit */
	char what[64];		/* what was looked at: "38 ranges" */
	char worst[512];	/* what made it so large, "" where nothing did */
};

/* limit: what it will be compared with. Return: 0, or -ENOMEM. */
int quantity_measure(const struct quantity *q, const struct selector *sel, __u64 limit,
		     const struct evidence *ev, struct measure *ret_m);
/* Before the first life, of each that will be measured. Return: 0, or -ENOMEM. */
int quantity_prepare(const struct quantity *q, const struct selector *sel, __u64 limit,
		     struct evidence *ev);
const struct quantity *quantity_find(const char *name, size_t len);
/* "3", "3.50 s", "64.0 KiB" */
char *quantity_format(enum unit unit, __u64 value, char *buf, size_t size);
/* Does it take every life one by one? */
bool quantity_needs_lives(const struct quantity *q);
const char *unit_name(enum unit unit);
bool selector_life(const struct selector *sel, const struct symtab *t, const struct life *l);

/* "R17 of hmm_exerciser, pid 412 (session), born at exerciser_ioctl+0x1a0 [hmm_exerciser]" */
char *life_words(const struct symtab *t, const struct life *l, char *buf, size_t size);

#endif /* OUT_QUANTITY_H */
