// SPDX-License-Identifier: GPL-2.0
#include "capture/enrich.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "capture/buildid.h"
#include "stream/desc.h"

/* How often at most to ask whether modules came or went. */
#define MODULES_CHECK_NS 200000000ULL

/*
 * Modules came or went: what an address is called has to be said again.
 * Return: 1 if so, 0 if not or nobody knows, -ENOMEM.
 */
static int names_changed(struct enrich *e)
{
	int ret = kallsyms__refresh(e->ks);

	if (ret <= 0)
		return ret == -ENOMEM ? ret : 0;
	map64__free(&e->addrs);
	map64__free(&e->stacks);
	map64__free(&e->modules);
	return 1;
}

/* Two modules whose names have one hash: the id of the second is missing then. */
static int need_module(struct enrich *e, const char *module, __u64 ts)
{
	const __u64 key = map64_hash(module, strlen(module));
	char id[BUILDID_LEN];
	union record_buf buf;
	int err;

	if (map64__get(&e->modules, key))
		return 0;
	err = map64__put(&e->modules, key, e);
	if (err || buildid_read(e->sysfs ? e->sysfs : "", module, id))
		return err;
	module_build((struct hmt_module *)&buf, ts, *module ? module : "vmlinux", id);
	return outq__push(e->out, &buf.h);
}

static int need_symbol(struct enrich *e, __u64 addr, __u64 ts)
{
	const char *name, *module;
	union record_buf buf;
	__u64 offset;
	bool known;
	int err;

	if (!addr || map64__get(&e->addrs, addr))
		return 0;
	known = kallsyms__lookup(e->ks, addr, &name, &module, &offset);
	/* Asked once per address: it is remembered below. */
	err = known ? 0 : names_changed(e);
	if (err > 0)
		known = kallsyms__lookup(e->ks, addr, &name, &module, &offset);
	if (err < 0)
		return err;
	err = map64__put(&e->addrs, addr, e);
	if (err || !known)
		return err;
	err = need_module(e, module, ts);
	if (err)
		return err;
	symbol_build((struct hmt_symbol *)&buf, ts, addr, offset, name, module);
	return outq__push(e->out, &buf.h);
}

/* The frames of our own program and of the tracepoint say nothing about the event. */
static bool is_tracing_frame(const struct enrich *e, __u64 addr)
{
	static const char *const prefixes[] = {
		"bpf_prog_", "bpf_trace_run", "bpf_get_stackid", "bpf_trampoline_",
		"__bpf_trace_", "__traceiter_", "trace_call_bpf", "perf_trace_",
		"trace_hmm_", "hmm_trace_",
	};
	const char *name, *module;
	__u64 offset;

	if (!kallsyms__lookup(e->ks, addr, &name, &module, &offset))
		return false;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static int need_stack(struct enrich *e, __s32 id, const struct hmt_hdr *rec)
{
	__u64 ips[HMT_STACK_DEPTH], *first = ips;
	union record_buf buf;
	int nr, err;

	if (id < 0 || map64__get(&e->stacks, (__u64)id))
		return 0;
	nr = e->read_stack(e->ctx, id, ips);
	if (nr < 0)
		return loss__report_one(e->loss, HMT_CAUSE_STACK_MISS, rec->cpu, -1, 1, rec->ts,
					e->out);
	err = map64__put(&e->stacks, (__u64)id, e);
	/* Not the last one: a stack that is all ours would be a stack of nothing. */
	for (; nr > 1 && is_tracing_frame(e, *first); nr--)
		first++;
	for (int i = 0; i < nr && !err; i++)
		err = need_symbol(e, first[i], rec->ts);
	if (err)
		return err;
	stack_build((struct hmt_stack *)&buf, rec->ts, id, first, nr);
	return outq__push(e->out, &buf.h);
}

/*
 * A module may be where another was: its addresses are not unknown, and wrong.
 * A driver is loaded before it registers, so that is the moment to look.
 */
static int check_modules(struct enrich *e, const struct hmt_hdr *rec)
{
	int ret;

	if (rec->kind != HMT_MIRROR_REGISTER && rec->kind != HMT_RANGE_REGISTER &&
	    rec->kind != HMT_REF_GET)
		return 0;
	if (rec->ts - e->checked < MODULES_CHECK_NS)
		return 0;
	e->checked = rec->ts;
	ret = names_changed(e);
	return ret < 0 ? ret : 0;
}

/* The first frame that is neither ours nor the call itself. Return: 0 if there is none. */
static __u64 caller(struct enrich *e, __s32 stack)
{
	__u64 ips[HMT_STACK_DEPTH], offset;
	const char *name, *module;
	int nr = stack < 0 ? 0 : e->read_stack(e->ctx, stack, ips);

	for (int i = 0; i < nr; i++) {
		if (is_tracing_frame(e, ips[i]))
			continue;
		if (!kallsyms__lookup(e->ks, ips[i], &name, &module, &offset) ||
		    strncmp(name, "hmm_range_", strlen("hmm_range_")))
			return ips[i];
	}
	return 0;
}

/*
 * Until 5.3 took the mirror, a range was registered with nothing that names a
 * driver. Who called does. Return: rec, or its copy in buf with that filled in.
 */
static const struct hmt_hdr *name_driver(struct enrich *e, const struct hmt_hdr *rec,
					 union record_buf *buf)
{
	struct hmt_range_register *r = (void *)buf;
	struct hmt_sync_object *s = (void *)buf;
	const struct hmt_id *id = (const void *)rec;
	bool is_range = rec->kind == HMT_RANGE_REGISTER ||
			(rec->kind == HMT_SYNC_OBJECT &&
			 ((const struct hmt_sync_object *)rec)->class == HMT_CLASS_RANGE);

	if (!is_range || id->ops)
		return rec;
	memcpy(buf, rec, rec->size);
	if (rec->kind == HMT_RANGE_REGISTER)
		r->ops_fn = caller(e, r->stack);
	else
		s->ops_fn = caller(e, s->stack);
	return &buf->h;
}

/* Looked for once a kind. Return: a bit for each field that refers to something. */
static __u64 refs_of(struct enrich *e, const struct record_desc *d, __u16 kind)
{
	__u64 refs = 0;

	if (!d)
		return 0;
	if (e->refs[kind])
		return e->refs[kind] & ~ENRICH_KNOWN;
	for (unsigned int i = 0; i < d->nr_fields; i++)
		if (d->fields[i].show == SHOW_sym ||
		    (d->fields[i].show == SHOW_stack && kind != HMT_STACK))
			refs |= 1ULL << i;
	e->refs[kind] = refs | ENRICH_KNOWN;
	return refs;
}

bool enrich__refers(struct enrich *e, const struct hmt_hdr *rec)
{
	return refs_of(e, record_desc(rec->kind), rec->kind);
}

int enrich__deliver(struct enrich *e, const struct hmt_hdr *rec)
{
	const struct record_desc *d = record_desc(rec->kind);
	__u64 refs = refs_of(e, d, rec->kind);
	union record_buf buf;
	int err;

	if (!refs)
		return outq__push(e->out, rec);
	/* Who asks for a name cannot be told that there was no memory for it. */
	err = kallsyms__load(e->ks);
	if (err)
		return err;
	rec = name_driver(e, rec, &buf);
	err = check_modules(e, rec);
	for (; refs && !err; refs &= refs - 1) {
		const struct field_desc *f = &d->fields[__builtin_ctzll(refs)];

		if (f->show == SHOW_sym)
			err = need_symbol(e, field_value(rec, f), rec->ts);
		else
			err = need_stack(e, (__s32)field_value(rec, f), rec);
	}
	return err ? err : outq__push(e->out, rec);
}

void enrich__free(struct enrich *e)
{
	map64__free(&e->addrs);
	map64__free(&e->stacks);
	map64__free(&e->modules);
}
