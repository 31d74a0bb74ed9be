/* SPDX-License-Identifier: GPL-2.0 */
/*
 * desc.h - what a record looks like, expanded from event.h: the one thing text,
 * JSON, the file reader and the manual all walk.
 */
#ifndef STREAM_DESC_H
#define STREAM_DESC_H

#include <hmmtrace/event.h>
#include <stdbool.h>
#include <stddef.h>

enum field_type { FIELD_u32, FIELD_s32, FIELD_u64, FIELD_s64 };
enum field_show {
	SHOW_dec, SHOW_hex, SHOW_sym, SHOW_ns, SHOW_stack, SHOW_cause, SHOW_class,
	SHOW_comm, SHOW_pad
};

struct field_desc {
	const char *name;
	__u16 offset;
	__u8 type;	/* enum field_type */
	__u8 show;	/* enum field_show */
};

struct record_desc {
	const char *name;	/* NULL: no such kind */
	__u16 kind;
	__u16 size;		/* of the fixed part */
	__u16 nr_fields;
	const struct field_desc *fields;
	bool has_tail;		/* stack, symbol */
};

/* Return: the descriptor, or NULL for a kind this build does not know. */
const struct record_desc *record_desc(unsigned int kind);
/* Return: the kind, or 0. */
unsigned int record_kind_by_name(const char *name);
__u64 field_value(const struct hmt_hdr *rec, const struct field_desc *f);
void field_set(struct hmt_hdr *rec, const struct field_desc *f, __u64 value);

const char *cause_name(unsigned int cause);	/* "?" when unknown */
unsigned int cause_by_name(const char *name);	/* 0 when unknown */
/* True when a verdict may rest on what was lost for this cause; unknown causes do. */
bool cause_overturns(unsigned int cause);
const char *class_name(unsigned int class);
unsigned int class_by_name(const char *name);

/* STACK and SYMBOL tails; the record must be valid. */
const __u64 *stack_ips(const struct hmt_stack *s);
const char *symbol_name(const struct hmt_symbol *s);
const char *symbol_module(const struct hmt_symbol *s);

/*
 * Is rec, of at most avail bytes, a record that may be delivered?
 * Return: 0, or -EINVAL; *ret_why is then a static clause saying what is wrong.
 */
int record_validate(const struct hmt_hdr *rec, size_t avail, const char **ret_why);

#endif /* STREAM_DESC_H */
