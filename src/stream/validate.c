// SPDX-License-Identifier: GPL-2.0
/*
 * The trust boundary: what record_validate() lets through, nothing behind it
 * has to doubt again.
 */
#include <errno.h>
#include <string.h>

#include "base/banned.h"
#include "stream/desc.h"

static int bad(const char **ret_why, const char *why)
{
	if (ret_why)
		*ret_why = why;
	return -EINVAL;
}

static int validate_stack(const struct hmt_stack *s, const char **ret_why)
{
	if (s->nr > HMT_STACK_DEPTH)
		return bad(ret_why, "a stack has more frames than there can be");
	if (s->h.size != sizeof(*s) + s->nr * sizeof(__u64))
		return bad(ret_why, "a stack's size and its number of frames disagree");
	return 0;
}

static int validate_symbol(const struct hmt_symbol *s, const char **ret_why)
{
	size_t need;

	/* Each by itself first: the sum of two u32 must not wrap on any machine. */
	if (s->name_len > HMT_RECORD_MAX || s->module_len > HMT_RECORD_MAX)
		return bad(ret_why, "a symbol's name is longer than a record");
	need = sizeof(*s) + s->name_len + 1 + s->module_len + 1;
	if (((need + 7) & ~(size_t)7) != s->h.size)
		return bad(ret_why, "a symbol's size and the lengths of its names disagree");
	if (strnlen(symbol_name(s), s->name_len + 1) != s->name_len ||
	    strnlen(symbol_module(s), s->module_len + 1) != s->module_len)
		return bad(ret_why, "a symbol's name does not end where it says");
	return 0;
}

/* What every version of a kind has had: events their identity, the rest the header. */
static size_t min_size(unsigned int kind)
{
	if (kind == HMT_STACK || kind == HMT_SYMBOL)
		return record_sizes[kind];
	if (kind < HMT_TASK || kind == HMT_SYNC_OBJECT)
		return sizeof(struct hmt_id);
	return sizeof(struct hmt_hdr);
}

int record_validate(const struct hmt_hdr *rec, size_t avail, const char **ret_why)
{
	if (avail < sizeof(*rec))
		return bad(ret_why, "there is less than a record header");
	if (rec->size < sizeof(*rec))
		return bad(ret_why, "a record is smaller than its header");
	if (rec->size % 8)
		return bad(ret_why, "a record's size is not a multiple of 8");
	if (rec->size > HMT_RECORD_MAX)
		return bad(ret_why, "a record is larger than any may be");
	if (rec->size > avail)
		return bad(ret_why, "a record is longer than what holds it");
	if (!rec->kind)
		return bad(ret_why, "a record is of kind 0, which does not exist");
	if (!record_is_known(rec))
		return 0;	/* of a newer version: to be stepped over */
	if (rec->size < min_size(rec->kind))
		return bad(ret_why, "a record is too small for its kind");
	if (rec->kind == HMT_STACK)
		return validate_stack((const struct hmt_stack *)rec, ret_why);
	if (rec->kind == HMT_SYMBOL)
		return validate_symbol((const struct hmt_symbol *)rec, ret_why);
	return 0;
}

const struct hmt_hdr *record_lengthen(const struct hmt_hdr *rec, union record_buf *buf)
{
	__u16 size = record_sizes[rec->kind];

	memcpy(buf, rec, rec->size);
	memset(buf->bytes + rec->size, 0, size - rec->size);
	buf->h.size = size;
	return &buf->h;
}
