/* SPDX-License-Identifier: GPL-2.0 */
/*
 * opt.h - command-line options as typed rows.
 *
 * A table of struct opt says everything there is to say about the options of a
 * command: how they are spelled, what they take, where the value goes, what
 * the help and the manual print. Rows are written with the OPT_* macros, which
 * refuse at compile time a member of the wrong type; opt_check() refuses at
 * test time what the compiler cannot see.
 */
#ifndef CMD_OPT_H
#define CMD_OPT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

enum opt_kind {
	OPT_END_,
	OPT_GROUP_,	/* a heading: only help is used */
	OPT_FLAG_,	/* bool, set */
	OPT_COUNT_,	/* int, incremented */
	OPT_STRING_,	/* const char *: the argument itself */
	OPT_TIME_,	/* __u64, nanoseconds: 500ms, 2s, 1.5s, 1m */
	OPT_SIZE_,	/* __u64, bytes: 512K, 16M, 1G */
	OPT_CHOICE_,	/* int: index into choices */
	OPT_CALL_,	/* fn decides, called once per occurrence */
};

struct opt {
	enum opt_kind kind;
	char letter;		/* 0: none */
	const char *name;	/* long name without the dashes */
	const char *arg;	/* what the help calls the value; NULL: takes none */
	const char *help;	/* one clause, lower case, no full stop */
	size_t offset;		/* of the member in the options struct */
	const char *const *choices;	/* NULL-terminated */
	/* Return: 0, or -EINVAL with *err a clause about value ("is not a process id"). */
	int (*fn)(void *dst, const char *value, struct errmsg *err);
};

/* Evaluates to 0, and to a warning when the member is not of that type. */
#define OPT_TYPED(strct, member, type) \
	(0 * sizeof((type *)NULL == &((strct *)NULL)->member))
#define OPT_AT(strct, member, type) \
	.offset = offsetof(strct, member) + OPT_TYPED(strct, member, type)

#define OPT_GROUP(text) { .kind = OPT_GROUP_, .help = text }
#define OPT_FLAG(l, n, strct, member, h) \
	{ .kind = OPT_FLAG_, .letter = l, .name = n, .help = h, OPT_AT(strct, member, bool) }
#define OPT_COUNT(l, n, strct, member, h) \
	{ .kind = OPT_COUNT_, .letter = l, .name = n, .help = h, OPT_AT(strct, member, int) }
#define OPT_STRING(l, n, strct, member, a, h) \
	{ .kind = OPT_STRING_, .letter = l, .name = n, .arg = a, .help = h, \
	  OPT_AT(strct, member, const char *) }
#define OPT_TIME(l, n, strct, member, a, h) \
	{ .kind = OPT_TIME_, .letter = l, .name = n, .arg = a, .help = h, \
	  OPT_AT(strct, member, __u64) }
#define OPT_SIZE(l, n, strct, member, a, h) \
	{ .kind = OPT_SIZE_, .letter = l, .name = n, .arg = a, .help = h, \
	  OPT_AT(strct, member, __u64) }
#define OPT_CHOICE(l, n, strct, member, a, list, h) \
	{ .kind = OPT_CHOICE_, .letter = l, .name = n, .arg = a, .choices = list, .help = h, \
	  OPT_AT(strct, member, int) }
#define OPT_CALL(l, n, strct, member, a, func, h) \
	{ .kind = OPT_CALL_, .letter = l, .name = n, .arg = a, .fn = func, .help = h, \
	  .offset = offsetof(strct, member) }
#define OPT_END() { .kind = OPT_END_ }

/* What is on a command line beside options. Strings belong to argv. */
struct opt_rest {
	char **args;		/* the positional arguments, reordered within argv */
	int nr_args;
	char **after;		/* what follows "--", NULL when there is no "--" */
	int nr_after;
};

/*
 * Parses argv[0..argc), which has no command name in front. Options and
 * positional arguments may be mixed; "--" ends both. argv is reordered.
 *
 * Return: 0, or -EINVAL, for an option that is in no row and like none -ENOENT,
 * with *err a complete sentence.
 */
int opt_parse(const struct opt *table, void *dst, int argc, char **argv,
	      struct opt_rest *ret_rest, struct errmsg *err);

/*
 * Is the table sound: spelled right, no name or letter twice, arguments and
 * help where they belong, members inside a struct of that size?
 *
 * Return: 0, or -EINVAL with *err naming the row.
 */
int opt_check(const struct opt *table, size_t size, struct errmsg *err);

/* The option list as `--help` prints it, and as the manual has it. */
void opt_help(const struct opt *table, FILE *out);
void opt_markdown(const struct opt *table, FILE *out);

/* How many letters differ, for "did you mean"; la: the length of a. Names are short. */
size_t opt_distance(const char *a, size_t la, const char *b);

#endif /* CMD_OPT_H */
