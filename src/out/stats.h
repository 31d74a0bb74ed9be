/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stats.h - a distribution and a curve, in memory that does not grow with what
 * is put into them, so that a trace of ten million events costs what one of ten
 * thousand does.
 */
#ifndef OUT_STATS_H
#define OUT_STATS_H

#include <linux/types.h>
#include <stddef.h>

/*
 * A histogram whose buckets are 1/64 of a power of two wide: a percentile is
 * off by at most 0.8 %. Below 128, and min and max always, it is exact. An
 * octave is allocated when something falls into it. A zeroed one is empty.
 */
#define HIST_SUB	64
#define HIST_OCTAVES	59

struct hist {
	__u64 nr, sum, min, max;
	__u64 *octaves[HIST_OCTAVES];
};

/* Return: 0, or -ENOMEM with h as it was. */
int hist__add(struct hist *h, __u64 value);
/* All that is in from comes into h as well. Return: 0, or -ENOMEM with h of no use. */
int hist__merge(struct hist *h, const struct hist *from);
/*
 * The smallest value that at least permille/1000 of all do not exceed (nearest
 * rank), 0 when there is none. 500: the median; 990: the 99th percentile.
 */
__u64 hist__percentile(const struct hist *h, unsigned int permille);
/* Walks the buckets that hold something, from *at = 0. Return: how many are in it, 0: the end. */
__u64 hist__next(const struct hist *h, size_t *at, __u64 *ret_low, __u64 *ret_high);
void hist__free(struct hist *h);

/*
 * How many there were at a time. Each of the bins covers width_ns from t0 on
 * and holds the most there were within; when time runs out of the last one,
 * two become one. Curves that begin at the same time and were brought to the
 * same end have the same bins.
 */
#define CURVE_BINS	512
#define CURVE_WIDTH_NS	1000

struct curve {
	__u64 t0, width_ns;	/* width 0: not begun */
	__u64 live, most;	/* now, and ever: exact */
	__u64 most_ts;		/* when it first was */
	size_t at;		/* the bin of the last change */
	__u64 until;		/* when it ends */
	__u64 bins[CURVE_BINS];
};

void curve__begin(struct curve *c, __u64 t0);
/* What curve__move() is when ts is behind the bin of the last change. */
void curve_advance(struct curve *c, __u64 ts);

/* Time goes on to ts. What lies before the last change happens there. */
static inline void curve__move(struct curve *c, __u64 ts)
{
	if (ts >= c->until)
		curve_advance(c, ts);
}

static inline void curve__add(struct curve *c, __u64 ts, __s64 delta)
{
	curve__move(c, ts);
	c->live = delta < 0 && (__u64)-delta > c->live ? 0 : c->live + (__u64)delta;
	if (c->live > c->bins[c->at])
		c->bins[c->at] = c->live;
	if (c->live > c->most) {
		c->most = c->live;
		c->most_ts = ts;
	}
}

#endif /* OUT_STATS_H */
