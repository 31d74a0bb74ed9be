/* SPDX-License-Identifier: GPL-2.0 */
/*
 * undecided.h - what a recording cannot tell, from the plan in its header: a rule
 * that was not broken because nobody looked is not one that holds.
 */
#ifndef OUT_UNDECIDED_H
#define OUT_UNDECIDED_H

#include "base/jsonw.h"
#include "base/strbuf.h"

/* plan: as plan_json() writes it; NULL, "" and what is no plan have nothing to say. */
void undecided__text(const char *plan, struct strbuf *sb);
/* The value of a key: [{"event":...,"state":...,"what":...},...] */
void undecided__json(const char *plan, struct jsonw *j);

#endif /* OUT_UNDECIDED_H */
