/* SPDX-License-Identifier: GPL-2.0 */
/* input.h - the FILE of the reading commands, and the filters all commands know. */
#ifndef CMD_INPUT_H
#define CMD_INPUT_H

#include "cmd/cmd.h"
#include "stream/source.h"

/*
 * Puts --pid, --comm and --driver in front of *s, which changes when there are
 * any. inv has to outlive it.
 * Return: 0, or negative with *err a sentence and *s as it was.
 */
int input_filter(const struct invocation *inv, struct source **s, struct errmsg *err);
/* The same as they are typed: "--pid 17 --comm a*"; "" for none. To be freed; NULL without memory. */
char *input_filter_words(const struct invocation *inv);

struct input {
	struct source *source;
	FILE *text;		/* what the text source reads, NULL otherwise */
};

/* Return: 0, or negative with *err a sentence. */
int input__open(struct input *in, const struct invocation *inv, struct errmsg *err);
void input__close(struct input *in);

#endif /* CMD_INPUT_H */
