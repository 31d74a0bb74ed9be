/* SPDX-License-Identifier: GPL-2.0 */
/* report_json.h - the rows of a report as members of JSON objects; for lines and for the page. */
#ifndef OUT_REPORT_JSON_H
#define OUT_REPORT_JSON_H

#include "base/jsonw.h"
#include "out/report_model.h"

/* Members only: the object around them is the caller's. */
void report_json_cause(struct jsonw *j, const struct report *r, const struct report_cause *c);
void report_json_driver(struct jsonw *j, const struct report *r, const struct report_driver *d);
void report_json_lane(struct jsonw *j, const struct report *r, const struct report_lane *l);
void report_json_holder(struct jsonw *j, const struct report *r, const struct report_holder *h);
void report_json_lifetime(struct jsonw *j, const char *key, const struct hist *h);
void report_json_curve(struct jsonw *j, const char *key, const struct curve *c);

#endif /* OUT_REPORT_JSON_H */
