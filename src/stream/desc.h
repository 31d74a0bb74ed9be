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
	SHOW_hot, SHOW_comm, SHOW_text32, SHOW_text64, SHOW_pad
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
/* Bytes that a packed string has room for, in this member and those behind; 0: it is a number. */
size_t field_text_size(const struct field_desc *f);
/* Return: the string, which ends behind its last byte or by a NUL. *ret_len: its length. */
const char *field_text(const struct hmt_hdr *rec, const struct field_desc *f, size_t *ret_len);
/* What it is called: the first member of a packed string may have a number. */
const char *field_name(const struct field_desc *f);

const char *cause_name(unsigned int cause);	/* "?" when unknown */
unsigned int cause_by_name(const char *name);	/* 0 when unknown */
const char *cause_help(unsigned int cause);	/* "" when unknown */
/* True when a verdict may rest on what was lost for this cause; unknown causes do. */
bool cause_overturns(unsigned int cause);
const char *class_name(unsigned int class);
unsigned int class_by_name(const char *name);
/* Sorts of hot-count records; "?" and 0 when unknown. */
const char *hot_name(unsigned int what);
unsigned int hot_by_name(const char *name);

/*
 * STACK and SYMBOL tails; the record must be valid. name_len and module_len do
 * not count the NUL that ends each string.
 */
const __u64 *stack_ips(const struct hmt_stack *s);
const char *symbol_name(const struct hmt_symbol *s);
const char *symbol_module(const struct hmt_symbol *s);
/* The comm of a TASK record, with a NUL behind: buf holds HMT_COMM_LEN + 1 bytes. */
void task_comm(const struct hmt_task *t, char *buf);

/* Room for any record, aligned for all of them. */
union record_buf {
	struct hmt_hdr h;
	char bytes[HMT_RECORD_MAX];
};

/*
 * Whole records with a tail or a packed name, in a buffer of HMT_RECORD_MAX
 * bytes. What is too long is cut. cpu is HMT_CPU_NONE. Return: the size.
 */
size_t stack_build(struct hmt_stack *s, __u64 ts, __s32 id, const __u64 *ips, unsigned int nr);
size_t symbol_build(struct hmt_symbol *s, __u64 ts, __u64 addr, __u64 offset, const char *name,
		    const char *module);
/* Name and build-id are cut to 64 bytes. */
size_t module_build(struct hmt_module *m, __u64 ts, const char *name, const char *build_id);
size_t task_build(struct hmt_task *t, __u64 ts, __u32 tgid, __u32 parent, const char *comm);

/* Bytes of the fixed part of each kind, 0 of those this build does not know. */
extern const __u16 record_sizes[HMT_KIND_MAX];

static inline bool record_is_known(const struct hmt_hdr *rec)
{
	return rec->kind < HMT_KIND_MAX && record_sizes[rec->kind];
}

/* The same, but 0 of kinds that have a tail, too. */
extern const __u16 record_plain_sizes[HMT_KIND_MAX];

/*
 * Is rec, of at most avail bytes, what this version writes of a kind without a tail?
 * Then it is valid and as long as its struct; of the others record_validate() knows.
 */
static inline bool record_is_plain(const struct hmt_hdr *rec, size_t avail)
{
	return avail >= sizeof(*rec) && rec->kind < HMT_KIND_MAX && rec->size &&
	       rec->size == record_plain_sizes[rec->kind] && rec->size <= avail;
}

/*
 * Is rec, of at most avail bytes, a record that may be delivered?
 * Return: 0, or -EINVAL; *ret_why is then a static clause saying what is wrong.
 */
int record_validate(const struct hmt_hdr *rec, size_t avail, const char **ret_why);

/*
 * A valid record that an older version wrote shorter, zero-extended to what
 * this build knows. Return: rec itself when it is long enough, else &buf->h.
 */
const struct hmt_hdr *record_lengthen(const struct hmt_hdr *rec, union record_buf *buf);

static inline const struct hmt_hdr *record_extend(const struct hmt_hdr *rec,
						  union record_buf *buf)
{
	if (rec->kind >= HMT_KIND_MAX || rec->size >= record_sizes[rec->kind])
		return rec;
	return record_lengthen(rec, buf);
}

#endif /* STREAM_DESC_H */
