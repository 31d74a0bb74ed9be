// SPDX-License-Identifier: GPL-2.0
#include "out/record_json.h"

#include <string.h>

#include "base/jsonw.h"
#include "stream/desc.h"

static void add_header(struct jsonw *j, const struct hmt_hdr *rec, const char *name)
{
	jsonw__kstr(j, "type", "record");
	jsonw__kstr_or_null(j, "event", name);
	jsonw__ku64(j, "ts_ns", rec->ts);
	jsonw__ku64_or_null(j, "cpu", rec->cpu != HMT_CPU_NONE, rec->cpu);
	jsonw__ku64(j, "pid", rec->tgid);
	jsonw__ku64(j, "tid", rec->tid);
	jsonw__khex(j, "mm", rec->mm);
}

/* It and the pads behind it are one string. */
static void add_text(struct jsonw *j, const struct hmt_hdr *rec, const struct field_desc *f)
{
	size_t len;
	const char *text = field_text(rec, f, &len);

	jsonw__key(j, field_name(f));
	jsonw__strn(j, text, len);
}

static void add_field(struct jsonw *j, const struct hmt_hdr *rec, const struct field_desc *f)
{
	__u64 v = field_value(rec, f);

	switch (f->show) {
	case SHOW_pad:
		break;
	case SHOW_comm:
	case SHOW_text32:
	case SHOW_text64:
		add_text(j, rec, f);
		break;
	case SHOW_hex:
	case SHOW_sym:
		jsonw__khex(j, f->name, v);
		break;
	case SHOW_cause:
		jsonw__kstr(j, f->name, cause_name((unsigned int)v));
		break;
	case SHOW_class:
		jsonw__kstr(j, f->name, class_name((unsigned int)v));
		break;
	case SHOW_hot:
		jsonw__kstr(j, f->name, hot_name((unsigned int)v));
		break;
	default:
		if (f->type == FIELD_s32 || f->type == FIELD_s64)
			jsonw__ks64(j, f->name, (__s64)v);
		else
			jsonw__ku64(j, f->name, v);
		break;
	}
}

static void add_tail(struct jsonw *j, const struct hmt_hdr *rec)
{
	const struct hmt_stack *stack = (const void *)rec;
	const __u64 *ips;

	if (rec->kind == HMT_SYMBOL) {
		jsonw__kstr(j, "name", symbol_name((const void *)rec));
		jsonw__kstr(j, "module", symbol_module((const void *)rec));
		return;
	}
	ips = stack_ips(stack);
	jsonw__key(j, "ips");
	jsonw__array(j);
	for (__u32 i = 0; i < stack->nr; i++)
		jsonw__hex(j, ips[i]);
	jsonw__end(j);
}

void record_json(const struct hmt_hdr *rec, struct strbuf *sb)
{
	const struct record_desc *d = record_desc(rec->kind);
	struct jsonw j;

	jsonw__init(&j, sb);
	jsonw__object(&j);
	add_header(&j, rec, d ? d->name : NULL);
	if (!d)
		jsonw__ku64(&j, "kind", rec->kind);
	for (unsigned int i = 0; d && i < d->nr_fields; i++)
		add_field(&j, rec, &d->fields[i]);
	if (d && d->has_tail)
		add_tail(&j, rec);
	jsonw__end(&j);
}
