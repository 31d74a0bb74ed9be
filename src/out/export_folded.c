// SPDX-License-Identifier: GPL-2.0
/*
 * export_folded.c - what is held when the trace ends, by where it was taken:
 * one line per stack, outermost frame first, and how many references hang on it.
 *
 *	hmm_exerciser;exerciser_ioctl [hmm_exerciser];hmm_range_register 17
 *
 * A live mirror or range is a reference; so is what is held on a struct hmm
 * beyond these, once it was flagged.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "out/export_format.h"
#include "out/words.h"

struct folded {
	char **lines;		/* without their count */
	__u64 *counts;		/* of lines, before they are sorted and put together */
	size_t nr, cap;
};

static void folded_begin(struct export *x)
{
	x->priv = hmt_calloc(1, sizeof(struct folded));
	if (!x->priv)
		export_no_memory(x);
}

/* ';' separates frames and a newline stacks: no name may have them. */
static void add_name(struct strbuf *sb, const char *name)
{
	for (; *name; name++)
		strbuf__addc(sb, *name == ';' || *name < ' ' || *name == 0x7f ? '?' : *name);
}

static void add_frame(struct strbuf *sb, const struct symtab *t, __u64 addr)
{
	struct symbol sym;

	strbuf__addc(sb, ';');
	if (!symtab__lookup(t, addr, &sym) || !sym.name[0]) {
		strbuf__addf(sb, "0x%llx", (unsigned long long)addr);
		return;
	}
	add_name(sb, sym.name);
	if (!sym.module[0])
		return;
	strbuf__adds(sb, " [");
	add_name(sb, sym.module);
	strbuf__addc(sb, ']');
}

static void add_line(struct export *x, const char *root, __s32 stack, __u64 count)
{
	const struct model_stack *st = stack == NO_STACK ? NULL : x->model->stacks[stack];
	struct strbuf sb = STRBUF_INIT;
	struct folded *f = x->priv;

	if (f->nr == f->cap) {
		size_t cap = f->cap ? f->cap * 2 : 64;
		char **lines = hmt_realloc(f->lines, cap, sizeof(*lines));
		__u64 *counts;

		f->lines = lines ? lines : f->lines;
		counts = lines ? hmt_realloc(f->counts, cap, sizeof(*counts)) : NULL;
		f->counts = counts ? counts : f->counts;
		if (!counts) {
			export_no_memory(x);
			return;
		}
		f->cap = cap;
	}
	add_name(&sb, *root ? root : "[unknown driver]");
	for (__u32 i = st ? st->nr : 0; i--;)
		add_frame(&sb, x->symtab, st->ips[i]);
	if (!st)
		strbuf__adds(&sb, ";[no stack]");
	f->lines[f->nr] = strbuf__detach(&sb);
	f->counts[f->nr] = count;
	if (f->lines[f->nr])
		f->nr++;
	else
		export_no_memory(x);
}

static const char *driver_of(const struct export *x, const struct object_view *o)
{
	const char *driver = symtab__driver(x->symtab, o->ops, o->ops_fn);

	return strcmp(driver, "?") ? driver : "";
}

/* The module whose code took a reference that has no driver of its own. */
static const char *module_of(const struct export *x, __s32 stack)
{
	const struct model_stack *st = stack == NO_STACK ? NULL : x->model->stacks[stack];
	struct symbol sym;

	for (__u32 i = 0; st && i < st->nr; i++)
		if (symtab__lookup(x->symtab, st->ips[i], &sym) && sym.module[0])
			return sym.module;
	return "";
}

static void collect(struct export *x)
{
	const struct model *m = x->model;

	for (size_t i = 0; i < m->nr_lives && !x->failed; i++) {
		const struct model_life *l = &m->lives[i];

		if (l->end.ts || (x->leaked && !l->leaked) ||
		    (l->o.class != HMT_CLASS_MIRROR && l->o.class != HMT_CLASS_RANGE))
			continue;
		add_line(x, driver_of(x, &l->o), l->born_stack, 1);
	}
	for (size_t i = 0; i < m->nr_flagged && !x->failed; i++) {
		const struct model_finding *f = &m->flagged[i];

		if (f->o.class != HMT_CLASS_HMM || !f->certain || !rule_is_leak(f->rule) ||
		    f->released_ts)
			continue;
		add_line(x, module_of(x, f->stack), f->stack, f->count ? f->count : 1);
	}
}

static int by_line(const void *a, const void *b)
{
	char *const *const *la = a, *const *const *lb = b;

	return strcmp(**la, **lb);
}

static void folded_end(struct export *x, const struct summary *sum)
{
	struct folded *f = x->priv;
	char ***order, count[32];
	__u64 held = 0;

	collect(x);
	order = hmt_calloc(f->nr, sizeof(*order));
	if (!order) {
		export_no_memory(x);
		return;
	}
	for (size_t i = 0; i < f->nr; i++)
		order[i] = &f->lines[i];
	qsort(order, f->nr, sizeof(*order), by_line);
	for (size_t i = 0; i < f->nr; i++) {
		held += f->counts[order[i] - f->lines];
		if (i + 1 < f->nr && !strcmp(*order[i], *order[i + 1]))
			continue;
		export_write(x, *order[i], strlen(*order[i]));
		export_write(x, count, (size_t)snprintf(count, sizeof(count), " %llu\n",
							(unsigned long long)held));
		held = 0;
	}
	hmt_free(order);
}

static void folded_free(struct export *x)
{
	struct folded *f = x->priv;

	for (size_t i = 0; f && i < f->nr; i++)
		hmt_free(f->lines[i]);
	if (f) {
		hmt_free(f->lines);
		hmt_free(f->counts);
	}
	hmt_free(f);
}

const struct export_ops export_folded_ops = {
	.name = "folded", .shape = EXPORT_STREAM,
	.begin = folded_begin, .end = folded_end, .free = folded_free,
};
