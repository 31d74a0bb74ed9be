// SPDX-License-Identifier: GPL-2.0
#include "stream/desc.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/banned.h"

/*
 * One function per kind, because only a scope of its own gives every F() of the
 * field lists the same name, `rec`, for the struct it belongs to.
 */
#define FIELD(ftype, fname, fshow) {			\
	.name = #fname,					\
	.offset = offsetof(rec, fname),			\
	.type = FIELD_##ftype,				\
	.show = SHOW_##fshow,				\
},
#define HMT_X(NAME, value, xname, text)						\
	static const struct record_desc *desc_##xname(void)			\
	{									\
		typedef struct hmt_##xname rec;					\
		static const struct field_desc fields[] = {			\
			HMT_FIELDS_##xname(FIELD)				\
		};								\
		static const struct record_desc desc = {			\
			.name = text,						\
			.kind = value,						\
			.size = sizeof(rec),					\
			.nr_fields = sizeof(fields) / sizeof(fields[0]),	\
			.fields = fields,					\
			.has_tail = value == HMT_STACK || value == HMT_SYMBOL,	\
		};								\
										\
		return &desc;							\
	}
HMT_EVENTS(HMT_X)
#undef HMT_X

static const struct record_desc *(*const descs[HMT_KIND_MAX])(void) = {
#define HMT_X(NAME, value, xname, text) [value] = desc_##xname,
	HMT_EVENTS(HMT_X)
#undef HMT_X
};

const __u16 record_sizes[HMT_KIND_MAX] = {
#define HMT_X(NAME, value, xname, text) [value] = sizeof(struct hmt_##xname),
	HMT_EVENTS(HMT_X)
#undef HMT_X
};

const __u16 record_plain_sizes[HMT_KIND_MAX] = {
#define HMT_X(NAME, value, xname, text) \
	[value] = value == HMT_STACK || value == HMT_SYMBOL ? 0 : sizeof(struct hmt_##xname),
	HMT_EVENTS(HMT_X)
#undef HMT_X
};

const struct record_desc *record_desc(unsigned int kind)
{
	return kind < HMT_KIND_MAX && descs[kind] ? descs[kind]() : NULL;
}

unsigned int record_kind_by_name(const char *name)
{
	for (unsigned int kind = 1; kind < HMT_KIND_MAX; kind++)
		if (descs[kind] && !strcmp(descs[kind]()->name, name))
			return kind;
	return 0;
}

__u64 field_value(const struct hmt_hdr *rec, const struct field_desc *f)
{
	const char *p = (const char *)rec + f->offset;
	__u64 v64;
	__u32 v32;

	switch (f->type) {
	case FIELD_u64:
	case FIELD_s64:
		memcpy(&v64, p, sizeof(v64));
		return v64;
	default:
		memcpy(&v32, p, sizeof(v32));
		return f->type == FIELD_s32 ? (__u64)(__s64)(__s32)v32 : v32;
	}
}

void field_set(struct hmt_hdr *rec, const struct field_desc *f, __u64 value)
{
	char *p = (char *)rec + f->offset;
	__u32 v32 = (__u32)value;

	if (f->type == FIELD_u64 || f->type == FIELD_s64)
		memcpy(p, &value, sizeof(value));
	else
		memcpy(p, &v32, sizeof(v32));
}

size_t field_text_size(const struct field_desc *f)
{
	switch (f->show) {
	case SHOW_comm:
		return HMT_COMM_LEN;
	case SHOW_text32:
		return 32;
	case SHOW_text64:
		return 64;
	default:
		return 0;
	}
}

const char *field_text(const struct hmt_hdr *rec, const struct field_desc *f, size_t *ret_len)
{
	const char *text = (const char *)rec + f->offset;

	*ret_len = strnlen(text, field_text_size(f));
	return text;
}

const char *field_name(const struct field_desc *f)
{
	return f->show == SHOW_comm ? "comm" : f->name;
}

/* --- names -------------------------------------------------------------------- */

static const struct {
	const char *name, *help;
	bool overturns;
} causes[HMT_CAUSE_NR] = {
#define HMT_X(NAME, value, text, over, what) \
	[value] = { .name = text, .help = what, .overturns = over },
	HMT_CAUSES(HMT_X)
#undef HMT_X
};

const char *cause_name(unsigned int cause)
{
	return cause < HMT_CAUSE_NR && causes[cause].name ? causes[cause].name : "?";
}

const char *cause_help(unsigned int cause)
{
	return cause < HMT_CAUSE_NR && causes[cause].help ? causes[cause].help : "";
}

unsigned int cause_by_name(const char *name)
{
	for (unsigned int i = 1; i < HMT_CAUSE_NR; i++)
		if (causes[i].name && !strcmp(causes[i].name, name))
			return i;
	return 0;
}

bool cause_overturns(unsigned int cause)
{
	return cause >= HMT_CAUSE_NR || !causes[cause].name || causes[cause].overturns;
}

static const char *const classes[] = {
	[HMT_CLASS_NONE] = "none",
	[HMT_CLASS_HMM] = "hmm",
	[HMT_CLASS_MIRROR] = "mirror",
	[HMT_CLASS_RANGE] = "range",
};

const char *class_name(unsigned int class)
{
	return class < sizeof(classes) / sizeof(classes[0]) ? classes[class] : "?";
}

unsigned int class_by_name(const char *name)
{
	for (unsigned int i = 1; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (!strcmp(classes[i], name))
			return i;
	return HMT_CLASS_NONE;
}

static const char *const hots[HMT_HOT_NR] = {
#define HMT_X(NAME, value, text) [value] = text,
	HMT_HOTS(HMT_X)
#undef HMT_X
};

const char *hot_name(unsigned int what)
{
	return what < HMT_HOT_NR && hots[what] ? hots[what] : "?";
}

unsigned int hot_by_name(const char *name)
{
	for (unsigned int i = 1; i < HMT_HOT_NR; i++)
		if (hots[i] && !strcmp(hots[i], name))
			return i;
	return 0;
}

/* --- tails -------------------------------------------------------------------- */

const __u64 *stack_ips(const struct hmt_stack *s)
{
	return (const __u64 *)(s + 1);
}

const char *symbol_name(const struct hmt_symbol *s)
{
	return (const char *)(s + 1);
}

const char *symbol_module(const struct hmt_symbol *s)
{
	return symbol_name(s) + s->name_len + 1;
}

static size_t align8(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

size_t stack_build(struct hmt_stack *s, __u64 ts, __s32 id, const __u64 *ips, unsigned int nr)
{
	size_t size;

	if (nr > HMT_STACK_DEPTH)
		nr = HMT_STACK_DEPTH;
	size = sizeof(*s) + nr * sizeof(*ips);
	memset(s, 0, sizeof(*s));
	s->h.kind = HMT_STACK;
	s->h.size = (__u16)size;
	s->h.cpu = HMT_CPU_NONE;
	s->h.ts = ts;
	s->stack = id;
	s->nr = nr;
	if (nr)
		memcpy(s + 1, ips, nr * sizeof(*ips));
	return size;
}

size_t symbol_build(struct hmt_symbol *s, __u64 ts, __u64 addr, __u64 offset, const char *name,
		    const char *module)
{
	const size_t room = HMT_RECORD_MAX - sizeof(*s) - 2;
	size_t name_len = strnlen(name, room);
	size_t module_len = strnlen(module, room - name_len);
	size_t size = align8(sizeof(*s) + name_len + 1 + module_len + 1);

	memset(s, 0, size);
	s->h.kind = HMT_SYMBOL;
	s->h.size = (__u16)size;
	s->h.cpu = HMT_CPU_NONE;
	s->h.ts = ts;
	s->addr = addr;
	s->offset = offset;
	s->name_len = (__u32)name_len;
	s->module_len = (__u32)module_len;
	memcpy((char *)(s + 1), name, name_len);
	memcpy((char *)(s + 1) + name_len + 1, module, module_len);
	return size;
}

size_t module_build(struct hmt_module *m, __u64 ts, const char *name, const char *build_id)
{
	memset(m, 0, sizeof(*m));
	m->h = (struct hmt_hdr){ .kind = HMT_MODULE, .size = sizeof(*m), .cpu = HMT_CPU_NONE,
				 .ts = ts };
	memcpy(&m->name, name, strnlen(name, 64));
	memcpy(&m->build_id, build_id, strnlen(build_id, 64));
	return sizeof(*m);
}

size_t task_build(struct hmt_task *t, __u64 ts, __u32 tgid, __u32 parent, const char *comm)
{
	char padded[HMT_COMM_LEN] = "";

	memcpy(padded, comm, strnlen(comm, sizeof(padded) - 1));
	memset(t, 0, sizeof(*t));
	t->h.kind = HMT_TASK;
	t->h.size = sizeof(*t);
	t->h.cpu = HMT_CPU_NONE;
	t->h.ts = ts;
	t->h.tgid = tgid;
	t->parent = parent;
	memcpy(&t->comm0, padded, 8);
	memcpy(&t->comm1, padded + 8, 8);
	return sizeof(*t);
}

void task_comm(const struct hmt_task *t, char *buf)
{
	memcpy(buf, &t->comm0, 8);
	memcpy(buf + 8, &t->comm1, 8);
	buf[HMT_COMM_LEN] = '\0';
}
