/* SPDX-License-Identifier: GPL-2.0 */
/*
 * window.h - a part of a stream that stands alone: what was before is carried
 * over (carry.h), what comes after is left out and the stream ends in good
 * order. Times count from the first record, as every report counts them.
 */
#ifndef CMD_WINDOW_H
#define CMD_WINDOW_H

#include "stream/source.h"

/*
 * Puts the window [from, to] in front of *s and owns it; to 0: up to the end.
 * Return: 0, or -ENOMEM with *err a sentence and *s as it was.
 */
int window_source__open(struct source **s, __u64 from_ns, __u64 to_ns, struct errmsg *err);

#endif /* CMD_WINDOW_H */
