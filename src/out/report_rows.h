/* SPDX-License-Identifier: GPL-2.0 */
/* report_rows.h - the rows of a report: found or made, and capped. Internal to report_*.c. */
#ifndef OUT_REPORT_ROWS_H
#define OUT_REPORT_ROWS_H

#include "out/report_model.h"

int report_rows_init(struct report *r);
/* r->t0 is known. */
void report_rows_begin(struct report *r);
void report_rows_free(struct report *r);
void report_rows_finish(struct report *r);

struct report_driver *report_driver(struct report *r, __u64 ops, __u64 ops_fn);
/* Index of what o hangs on: up, or o itself when it is a mirror. */
__u32 report_lane(struct report *r, const struct object_view *o, const struct object_view *up);
__u32 report_holder(struct report *r, const struct object_view *o);
/* NULL: no memory. */
struct report_cause *report_cause(struct report *r, const struct finding *f);
/* The cause of what is released after all. Return: NULL when that cannot be told. */
struct report_cause *report_cause_released(struct report *r, const struct finding *f);
void report_count_finding(struct report *r, const struct finding *f);

#endif /* OUT_REPORT_ROWS_H */
