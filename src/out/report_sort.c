// SPDX-License-Identifier: GPL-2.0
/* report_sort.c - which rows are shown, the most important first. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "out/report_text.h"
#include "out/words.h"

#define DESCENDING(a, b) do { if ((a) != (b)) return (a) < (b) ? 1 : -1; } while (0)
#define ASCENDING(a, b) DESCENDING(b, a)

static int by_cause(const void *pa, const void *pb)
{
	const struct report_cause *a = *(const struct report_cause *const *)pa;
	const struct report_cause *b = *(const struct report_cause *const *)pb;

	ASCENDING(a->is_rest, b->is_rest);
	DESCENDING(a->severity, b->severity);
	DESCENDING(a->certain > 0, b->certain > 0);
	DESCENDING(a->certain + a->inconclusive, b->certain + b->inconclusive);
	ASCENDING(a->first.serial, b->first.serial);
	return 0;
}

static int by_driver(const void *pa, const void *pb)
{
	const struct report_driver *a = *(const struct report_driver *const *)pa;
	const struct report_driver *b = *(const struct report_driver *const *)pb;

	DESCENDING(a->certain, b->certain);
	DESCENDING(a->inconclusive, b->inconclusive);
	DESCENDING(a->ranges, b->ranges);
	DESCENDING(a->mirrors, b->mirrors);
	return strcmp(a->name, b->name);
}

static int by_lane(const void *pa, const void *pb)
{
	const struct report_lane *a = *(const struct report_lane *const *)pa;
	const struct report_lane *b = *(const struct report_lane *const *)pb;

	ASCENDING(a->is_rest, b->is_rest);
	DESCENDING(a->certain, b->certain);
	DESCENDING(a->inconclusive, b->inconclusive);
	DESCENDING(a->live.live, b->live.live);
	DESCENDING(a->ranges, b->ranges);
	DESCENDING(a->class, b->class);
	ASCENDING(a->serial, b->serial);
	ASCENDING(a->generation, b->generation);
	return strcmp(a->driver->name, b->driver->name);
}

static int by_holder(const void *pa, const void *pb)
{
	const struct report_holder *a = *(const struct report_holder *const *)pa;
	const struct report_holder *b = *(const struct report_holder *const *)pb;

	ASCENDING(a->is_rest, b->is_rest);
	DESCENDING(a->live, b->live);
	DESCENDING(a->most, b->most);
	DESCENDING(a->born, b->born);
	ASCENDING(a->owner, b->owner);
	ASCENDING(a->place, b->place);
	return strcmp(a->driver->name, b->driver->name);
}

/* Row 0 is the rest: it is shown when something is in it. */
#define SORTED(what, in_use) \
	const struct report_##what **report_sorted_##what##s(const struct report *r, \
							     size_t *ret_nr) \
	{ \
		const struct report_##what **rows = hmt_calloc(r->nr_##what##s + 1, \
							       sizeof(*rows)); \
		size_t nr = 0; \
		\
		for (size_t i = 0; rows && i < r->nr_##what##s; i++) { \
			const struct report_##what *row = r->what##s[i]; \
			\
			if (in_use) \
				rows[nr++] = row; \
		} \
		if (nr) \
			qsort(rows, nr, sizeof(*rows), by_##what); \
		*ret_nr = nr; \
		return rows; \
	}

SORTED(cause, row->certain + row->inconclusive)
SORTED(driver, row->mirrors + row->ranges + row->certain + row->inconclusive)
SORTED(lane, !row->is_rest || row->ranges)
SORTED(holder, row->born)

char *report_lane_id(const struct report_lane *lane, char *buf, size_t size)
{
	const struct object_view o = {
		.class = lane->class, .serial = lane->serial, .generation = lane->generation,
	};

	if (lane->class != HMT_CLASS_NONE)
		return words_object(&o, buf, size);
	snprintf(buf, size, "%s", lane->is_rest ? "others" : "?");
	return buf;
}
