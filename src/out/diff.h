/* SPDX-License-Identifier: GPL-2.0 */
/*
 * diff.h - two runs side by side: findings by signature, lives by class, driver
 * and birth stack. Nothing of an address is compared. Fed with one run, then
 * with the other; what is kept grows with the places in drivers, not with time.
 */
#ifndef OUT_DIFF_H
#define OUT_DIFF_H

#include "out/baseline.h"
#include "out/stats.h"

enum diff_side { DIFF_A, DIFF_B, DIFF_SIDES };
enum diff_state {
	DIFF_SAME, DIFF_NEW, DIFF_MAYBE_NEW, DIFF_MORE, DIFF_FEWER, DIFF_GONE, DIFF_MAYBE_GONE,
};

struct diff_finding {
	__u64 certain[DIFF_SIDES], open[DIFF_SIDES];
	char *example[DIFF_SIDES];	/* the first one, in a line */
	enum diff_state state;
};

struct diff_lives {
	struct hist lifetime[DIFF_SIDES];
	__u64 alive[DIFF_SIDES];	/* at the end */
};

struct diff {
	const char *name[DIFF_SIDES];
	bool lossy[DIFF_SIDES];
	struct baseline signatures;	/* of findings[], in the same order */
	struct diff_finding *findings;
	size_t cap_findings;
	struct baseline groups;		/* of lives[] */
	struct diff_lives *lives;
	size_t cap_lives;
	/* after diff__finish() */
	size_t nr_new, nr_maybe;
	int verdict;		/* 0 nothing new, 1 something, 3 inconclusive */
};

/* Findings below warn are of no interest. Return: 0 or -ENOMEM. */
int diff__finding(struct diff *d, enum diff_side s, const struct symtab *t,
		  const struct finding *f);
/* first, last: of the run, for lives that were not seen whole. Return: 0 or -ENOMEM. */
int diff__life(struct diff *d, enum diff_side s, const struct symtab *t,
	       const struct object_view *o, const struct moment *end, __u64 first, __u64 last);
void diff__finish(struct diff *d);
void diff__free(struct diff *d);

void diff__text(const struct diff *d, bool quiet, struct strbuf *sb);
void diff__json(const struct diff *d, struct strbuf *sb);

#endif /* OUT_DIFF_H */
