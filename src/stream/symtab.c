// SPDX-License-Identifier: GPL-2.0
#include "stream/symtab.h"

#include <errno.h>

#include "base/map64.h"
#include "base/mem.h"
#include "stream/desc.h"

struct sym_entry {
	__u64 offset;
	const char *module;	/* into text, behind the name */
	char text[];		/* name NUL module NUL */
};

struct stack_entry {
	__u32 nr;
	__u64 ips[];
};

struct task_entry {
	__u64 exited;
	char comm[HMT_COMM_LEN + 1];
};

struct symtab {
	struct map64 symbols;	/* by address */
	struct map64 stacks;	/* by id */
	struct map64 tasks;	/* by tgid */
};

struct symtab *symtab__new(void)
{
	return hmt_calloc(1, sizeof(struct symtab));
}

void symtab__free(struct symtab *t)
{
	if (!t)
		return;
	map64__free_values(&t->symbols);
	map64__free_values(&t->stacks);
	map64__free_values(&t->tasks);
	hmt_free(t);
}

/* Puts entry in the place of an earlier one, which goes; entry goes when that fails. */
static int replace(struct map64 *m, __u64 key, void *entry)
{
	void *old = map64__get(m, key);
	int err = map64__put(m, key, entry);

	hmt_free(err ? entry : old);
	return err;
}

static int feed_symbol(struct symtab *t, const struct hmt_symbol *rec)
{
	size_t len = (size_t)rec->name_len + 1 + rec->module_len + 1;
	struct sym_entry *e = hmt_calloc(1, sizeof(*e) + len);

	if (!e)
		return -ENOMEM;
	memcpy(e->text, symbol_name(rec), len);
	e->module = e->text + rec->name_len + 1;
	e->offset = rec->offset;
	return replace(&t->symbols, rec->addr, e);
}

/* A stack map reuses ids: the last record before a use is the one that counts. */
static int feed_stack(struct symtab *t, const struct hmt_stack *rec)
{
	struct stack_entry *e;

	if (rec->stack < 0)
		return 0;
	e = hmt_calloc(1, sizeof(*e) + rec->nr * sizeof(e->ips[0]));
	if (!e)
		return -ENOMEM;
	e->nr = rec->nr;
	memcpy(e->ips, stack_ips(rec), rec->nr * sizeof(e->ips[0]));
	return replace(&t->stacks, (__u64)rec->stack, e);
}

static struct task_entry *get_task(struct symtab *t, __u32 tgid)
{
	struct task_entry *e = map64__get(&t->tasks, tgid);

	if (e)
		return e;
	e = hmt_calloc(1, sizeof(*e));
	if (e && map64__put(&t->tasks, tgid, e)) {
		hmt_free(e);
		e = NULL;
	}
	return e;
}

static int feed_task(struct symtab *t, const struct hmt_task *rec)
{
	struct task_entry *e = get_task(t, rec->h.tgid);

	if (!e)
		return -ENOMEM;
	/*
	 * A name that follows an exit can belong to the next process of this
	 * number or, where the name was late, to the one that is gone. Only a
	 * later time tells: a late name carries the time of the event it is for.
	 */
	if (e->exited && rec->h.ts > e->exited)
		e->exited = 0;
	task_comm(rec, e->comm);
	return 0;
}

static int feed_exit(struct symtab *t, const struct hmt_task_exit *rec)
{
	struct task_entry *e = get_task(t, rec->h.tgid);

	if (!e)
		return -ENOMEM;
	e->exited = rec->h.ts;
	return 0;
}

int symtab__feed(struct symtab *t, const struct hmt_hdr *rec)
{
	switch (rec->kind) {
	case HMT_SYMBOL:
		return feed_symbol(t, (const struct hmt_symbol *)rec);
	case HMT_STACK:
		return feed_stack(t, (const struct hmt_stack *)rec);
	case HMT_TASK:
		return rec->tgid ? feed_task(t, (const struct hmt_task *)rec) : 0;
	case HMT_TASK_EXIT:
		return rec->tgid ? feed_exit(t, (const struct hmt_task_exit *)rec) : 0;
	default:
		return 0;
	}
}

bool symtab__lookup(const struct symtab *t, __u64 addr, struct symbol *ret_sym)
{
	const struct sym_entry *e = map64__get(&t->symbols, addr);

	if (!e)
		return false;
	ret_sym->name = e->text;
	ret_sym->module = e->module;
	ret_sym->offset = e->offset;
	return true;
}

size_t symtab__format(const struct symtab *t, __u64 addr, char *buf, size_t size)
{
	struct symbol sym;
	int n;

	if (!symtab__lookup(t, addr, &sym) || !sym.name[0])
		n = snprintf(buf, size, "0x%llx", (unsigned long long)addr);
	else if (sym.module[0])
		n = snprintf(buf, size, "%s+0x%llx [%s]", sym.name,
			     (unsigned long long)sym.offset, sym.module);
	else
		n = snprintf(buf, size, "%s+0x%llx", sym.name, (unsigned long long)sym.offset);
	return n < 0 ? 0 : (size_t)n;
}

const __u64 *symtab__stack(const struct symtab *t, __s32 id, __u32 *ret_nr)
{
	const struct stack_entry *e = id < 0 ? NULL : map64__get(&t->stacks, (__u64)id);

	*ret_nr = e ? e->nr : 0;
	return e ? e->ips : NULL;
}

const char *symtab__comm(const struct symtab *t, __u32 tgid)
{
	const struct task_entry *e = map64__get(&t->tasks, tgid);

	return e ? e->comm : "";
}

__u64 symtab__exited(const struct symtab *t, __u32 tgid)
{
	const struct task_entry *e = map64__get(&t->tasks, tgid);

	return e ? e->exited : 0;
}

const char *symtab__driver(const struct symtab *t, __u64 ops, __u64 ops_fn)
{
	const __u64 addrs[] = { ops, ops_fn };
	struct symbol sym[2] = { { .name = "", .module = "" }, { .name = "", .module = "" } };

	for (int i = 0; i < 2; i++)
		if (addrs[i] && symtab__lookup(t, addrs[i], &sym[i]) && sym[i].module[0])
			return sym[i].module;
	/* Where kallsyms has no data, the nearest symbol before a table is not its name. */
	if (sym[0].name[0] && (!sym[0].offset || !sym[1].name[0]))
		return sym[0].name;
	return sym[1].name[0] ? sym[1].name : "?";
}
