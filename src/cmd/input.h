/* SPDX-License-Identifier: GPL-2.0 */
/* input.h - the FILE of the reading commands. */
#ifndef CMD_INPUT_H
#define CMD_INPUT_H

#include "cmd/cmd.h"
#include "stream/source.h"

struct input {
	struct source *source;
	FILE *text;		/* what the text source reads, NULL otherwise */
};

/* Return: 0, or negative with *err a sentence. */
int input__open(struct input *in, const struct invocation *inv, struct errmsg *err);
void input__close(struct input *in);

#endif /* CMD_INPUT_H */
