// SPDX-License-Identifier: GPL-2.0
#include "out/stats.h"

#include <errno.h>
#include <stdbool.h>

#include "base/mem.h"

/* Values below 2 * HIST_SUB fill the octave 0 one by one; octave n > 0 begins at HIST_SUB << n. */
#define FIRST_SUB	(2 * HIST_SUB)

static unsigned int octave_of(__u64 value)
{
	return value < FIRST_SUB ? 0 : 63 - (unsigned int)__builtin_clzll(value) - 6;
}

static size_t slots(unsigned int octave)
{
	return octave ? HIST_SUB : FIRST_SUB;
}

static size_t slot_of(__u64 value, unsigned int octave)
{
	return octave ? (size_t)(value >> octave) - HIST_SUB : (size_t)value;
}

static __u64 low_of(unsigned int octave, size_t slot)
{
	return octave ? (__u64)(slot + HIST_SUB) << octave : slot;
}

static __u64 high_of(unsigned int octave, size_t slot)
{
	return low_of(octave, slot) + (octave ? (1ULL << octave) - 1 : 0);
}

int hist__add(struct hist *h, __u64 value)
{
	unsigned int octave = octave_of(value);

	if (!h->octaves[octave]) {
		h->octaves[octave] = hmt_calloc(slots(octave), sizeof(*h->octaves[octave]));
		if (!h->octaves[octave])
			return -ENOMEM;
	}
	h->octaves[octave][slot_of(value, octave)]++;
	if (!h->nr || value < h->min)
		h->min = value;
	if (value > h->max)
		h->max = value;
	h->nr++;
	h->sum += value;
	return 0;
}

int hist__merge(struct hist *h, const struct hist *from)
{
	for (unsigned int octave = 0; octave < HIST_OCTAVES; octave++) {
		if (!from->octaves[octave])
			continue;
		if (!h->octaves[octave])
			h->octaves[octave] = hmt_calloc(slots(octave), sizeof(*h->octaves[octave]));
		if (!h->octaves[octave])
			return -ENOMEM;
		for (size_t i = 0; i < slots(octave); i++)
			h->octaves[octave][i] += from->octaves[octave][i];
	}
	if (from->nr && (!h->nr || from->min < h->min))
		h->min = from->min;
	if (from->max > h->max)
		h->max = from->max;
	h->nr += from->nr;
	h->sum += from->sum;
	return 0;
}

__u64 hist__next(const struct hist *h, size_t *at, __u64 *ret_low, __u64 *ret_high)
{
	for (; *at < HIST_OCTAVES * FIRST_SUB; ++*at) {
		unsigned int octave = (unsigned int)(*at / FIRST_SUB);
		size_t slot = *at % FIRST_SUB;

		if (!h->octaves[octave] || slot >= slots(octave)) {
			*at += FIRST_SUB - 1 - slot;
			continue;
		}
		if (!h->octaves[octave][slot])
			continue;
		*ret_low = low_of(octave, slot);
		*ret_high = high_of(octave, slot);
		++*at;
		return h->octaves[octave][slot];
	}
	return 0;
}

__u64 hist__percentile(const struct hist *h, unsigned int permille)
{
	/* In this order nothing overflows before 2^54 values. */
	__u64 rank = (h->nr * permille + 999) / 1000, low = 0, high = 0, mid;
	size_t at = 0;

	if (rank <= 1)
		return h->min;
	if (rank >= h->nr)
		return h->max;
	for (__u64 seen = 0; seen < rank;) {
		__u64 nr = hist__next(h, &at, &low, &high);

		if (!nr)
			return h->max;
		seen += nr;
	}
	mid = low + (high - low) / 2;
	return mid < h->min ? h->min : mid > h->max ? h->max : mid;
}

void hist__free(struct hist *h)
{
	for (size_t i = 0; i < HIST_OCTAVES; i++)
		hmt_free(h->octaves[i]);
	*h = (struct hist){ 0 };
}

void curve__begin(struct curve *c, __u64 t0)
{
	*c = (struct curve){ .t0 = t0, .width_ns = CURVE_WIDTH_NS, .until = t0 + CURVE_WIDTH_NS };
}

static void halve(struct curve *c)
{
	for (size_t i = 0; i < CURVE_BINS / 2; i++) {
		__u64 a = c->bins[2 * i], b = c->bins[2 * i + 1];

		c->bins[i] = a > b ? a : b;
	}
	for (size_t i = CURVE_BINS / 2; i < CURVE_BINS; i++)
		c->bins[i] = 0;
	c->width_ns *= 2;
	c->at /= 2;
}

void curve_advance(struct curve *c, __u64 ts)
{
	__u64 since = ts > c->t0 ? ts - c->t0 : 0;
	size_t bin;

	while (since / c->width_ns >= CURVE_BINS)
		halve(c);
	bin = (size_t)(since / c->width_ns);
	while (c->at < bin)
		c->bins[++c->at] = c->live;
	c->until = c->t0 + (c->at + 1) * c->width_ns;
}
