/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ktypes.h - the kernel's type information, in one pass and without libbpf.
 *
 * There are a hundred thousand types and more. libbpf goes through all of them for
 * each name that it is asked for, and for each struct of ours that it looks for
 * the kernel's of. Here they are gone through once, and what libbpf is to know
 * of them is cut out: a few hundred.
 *
 * Ids are those of the kernel. Not for what modules add.
 */
#ifndef CAPTURE_KTYPES_H
#define CAPTURE_KTYPES_H

#include <linux/btf.h>
#include <linux/types.h>
#include <stddef.h>

#include "base/map64.h"

#define KTYPES_BEGINS 2048

struct ktypes {
	void *data;			/* the file */
	const char *types, *strs;	/* into it */
	__u32 str_len, nr;		/* ids are 1..nr - 1 */
	__u32 *at;			/* by id: offset from types */
};

/*
 * Reads a file as /sys/kernel/btf/vmlinux is. Return: 0, or negative errno:
 * -EBADMSG is no such file, or has kinds of types that are not known here.
 */
int ktypes__read(struct ktypes *t, const char *path);
/* Takes data over, also when it fails. */
int ktypes__init(struct ktypes *t, void *data, size_t len);
void ktypes__free(struct ktypes *t);

/* Return: NULL if there is no such type. */
const struct btf_type *ktypes__get(const struct ktypes *t, __u32 id);
/* Return: "" for none. */
const char *ktypes__name(const struct ktypes *t, const struct btf_type *type);

/* Names, of which most that are asked for begin as none of them does. */
struct ktypes_names {
	struct map64 hashes;
	unsigned char begins[KTYPES_BEGINS / 8];
};

void ktypes_names__init(struct ktypes_names *n);
void ktypes_names__free(struct ktypes_names *n);
/* The first len bytes of name. Return: 0 or -ENOMEM. */
int ktypes_names__add(struct ktypes_names *n, const char *name, size_t len);

/*
 * The structs, unions, enums and typedefs of these names, and all that they are
 * made of. What a pointer points to is not a
 * part: all are pointers to void. Return: 0 or -ENOMEM; *ret_data a file of the
 * same kind with ids of its own, to be freed.
 */
int ktypes__cut(const struct ktypes *t, const struct ktypes_names *names, void **ret_data,
		size_t *ret_len);

#endif /* CAPTURE_KTYPES_H */
