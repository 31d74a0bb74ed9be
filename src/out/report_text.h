/* SPDX-License-Identifier: GPL-2.0 */
/* report_text.h - a finished report in words and columns, and as NDJSON lines. */
#ifndef OUT_REPORT_TEXT_H
#define OUT_REPORT_TEXT_H

#include "out/report_model.h"
#include "out/sink.h"

/* What is wrong, whose, where: one paragraph for all findings that say the same. */
void report_text_causes(const struct report *r, const struct sink *s);
/* Drivers, mirrors, lifetimes, the live count over time, who holds most. */
void report_text_tables(const struct report *r, const struct sink *s);
/* The same as lines of type cause, driver, mirror, holder and curve. */
void report_json_lines(const struct report *r, struct sink *s);

/* Copies of the rows in the order to show them, to be freed; NULL when there are none. */
const struct report_cause **report_sorted_causes(const struct report *r, size_t *ret_nr);
const struct report_driver **report_sorted_drivers(const struct report *r, size_t *ret_nr);
const struct report_lane **report_sorted_lanes(const struct report *r, size_t *ret_nr);
const struct report_holder **report_sorted_holders(const struct report *r, size_t *ret_nr);

/* "M3", "A2", "others" */
char *report_lane_id(const struct report_lane *lane, char *buf, size_t size);

#endif /* OUT_REPORT_TEXT_H */
