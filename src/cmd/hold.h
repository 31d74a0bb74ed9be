/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hold.h - what is printed late: a stream that keeps what is written to it, the
 * first of it in memory, more of it in a file without a name.
 */
#ifndef CMD_HOLD_H
#define CMD_HOLD_H

#include <stdio.h>

struct hold;

/* Return: the stream to write to, closed by hold__close(); NULL without memory. */
FILE *hold__open(struct hold **ret_h);
/* Return: 0, or a negative errno when what was written is not whole. */
int hold__close(struct hold *h);
/* Closed: whether there is anything, and all of it to out. */
int hold__empty(const struct hold *h);
/* Return: 0, or a negative errno when it cannot be read back. */
int hold__copy(struct hold *h, FILE *out);
void hold__free(struct hold *h);

#endif /* CMD_HOLD_H */
