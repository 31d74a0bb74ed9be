/* SPDX-License-Identifier: GPL-2.0 */
/* record_json.h - one record as one JSON object, walked from its descriptor. */
#ifndef OUT_RECORD_JSON_H
#define OUT_RECORD_JSON_H

#include <hmmtrace/event.h>

#include "base/strbuf.h"

/*
 * Appends {"type":"record","event":"range-register","ts_ns":...} without a
 * newline. A kind this build does not know gives "event":null and its number.
 */
void record_json(const struct hmt_hdr *rec, struct strbuf *sb);

#endif /* OUT_RECORD_JSON_H */
