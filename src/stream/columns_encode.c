// SPDX-License-Identifier: GPL-2.0
/*
 * Records into a block of columns. Two passes: the first turns every record
 * into an opcode and notes which numbers changed, the second puts these where
 * they belong, because only then it is known how long each stream is.
 *
 * Which words share a register is a matter of how well it compresses, and of
 * this file only: the block says it, and a reader needs no list of kinds.
 */
#include <hmmtrace/event.h>
#include <string.h>

#include "base/mem.h"
#include "stream/columns.h"
#include "stream/desc.h"

#define LAYOUTS_MAX 512
/* Of kinds whose size says how long their tail is, many layouts share registers. */
#define KINDS (2 * HMT_KIND_MAX)
#define NONE 0xffffffffU
#define TABLE_MIN 64U

struct task {
	__u32 cpu, tgid, tid, identity;
};

struct identity {
	__u64 word[5];
};

struct layout {
	__u16 kind, size, base, nr;
	bool variant;			/* at the mirror API */
	__u64 last_mask;
	__u32 last_op;
	__u32 next;			/* another layout of this kind and variant */
	__u16 reg[COLUMNS_MAX];
	bool rel[COLUMNS_MAX];
};

struct opcode {
	__u64 mask;
	__u32 layout;
};

/* How the words of a kind are grouped; the same for every frame. */
struct plan {
	__u8 nr;
	bool known;
	bool rel[COLUMNS_MAX];
	__u8 group[COLUMNS_MAX];	/* 0: a register of its own */
};

enum group {
	GROUP_NONE, GROUP_MM_USERS, GROUP_MM_COUNT, GROUP_COUNT, GROUP_SEQ, GROUP_START,
	GROUP_END, GROUP_WINDOW_START, GROUP_WINDOW_END, GROUP_NR
};

/* Open addressing; entries are indexes + 1. */
struct table {
	__u32 *slot;
	__u32 mask;
};

struct columns_encoder {
	size_t raw_max;
	struct plan plans[HMT_KIND_MAX];

	struct layout *layouts;
	struct opcode *opcodes;
	struct task *tasks;
	struct identity *identities;
	__u32 nr_layouts, nr_opcodes, nr_tasks, nr_identities, nr_regs;
	__u32 first_layout[KINDS];
	struct table by_task, by_identity, by_opcode;

	__u32 value[REGISTERS_MAX];	/* of the registers */
	__u32 reg_bytes[REGISTERS_MAX];
	__u16 shared[GROUP_NR][2][2];	/* register + 1 of group, variant, half */
	__u16 own[KINDS][COLUMNS_MAX];	/* register + 1 of a kind's word */

	__u32 *ops;
	__u64 *ts;
	__u32 *task_refs, *identity_refs;
	__u32 nr_task_refs, nr_identity_refs;
	struct { __u32 value; __u32 reg; } *log;
	__u32 nr_log;
	unsigned char *raw, *block;
	size_t raw_len;
};

static unsigned int varint_len(__u64 v)
{
	unsigned int n = 1;

	for (; v >= 0x80; v >>= 7)
		n++;
	return n;
}

static unsigned char *put(unsigned char *p, __u64 v)
{
	for (; v >= 0x80; v >>= 7)
		*p++ = (unsigned char)(v | 0x80);
	*p++ = (unsigned char)v;
	return p;
}

/* --- which words belong together --------------------------------------------------- */

static enum group group_of(unsigned int kind, const char *name)
{
	static const struct { const char *name; enum group group; } groups[] = {
		{ "mm_users", GROUP_MM_USERS }, { "mm_count", GROUP_MM_COUNT },
		{ "count", GROUP_COUNT }, { "refs", GROUP_COUNT }, { "seq", GROUP_SEQ },
		{ "start", GROUP_START }, { "end", GROUP_END },
	};
	bool window = kind >= HMT_INVALIDATE_BEGIN && kind <= HMT_CALLBACK_END;

	if (kind >= HMT_TASK)
		return GROUP_NONE;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (!strcmp(groups[i].name, name))
			return groups[i].group + (window && groups[i].group >= GROUP_START ? 2 : 0);
	return GROUP_NONE;
}

static void plan_kind(struct plan *p, unsigned int kind)
{
	const struct record_desc *d = record_desc(kind);
	unsigned int base, nr;

	if (!d)
		return;
	base = kind < HMT_TASK || kind == HMT_SYNC_OBJECT ? 64 : 32;
	nr = (unsigned int)(d->size - base) / 4;
	p->known = true;
	/* A longer kind has the rest of its words written as they are. */
	p->nr = (__u8)(nr < COLUMNS_MAX ? nr : COLUMNS_MAX);
	for (unsigned int i = 0; i < d->nr_fields; i++) {
		const struct field_desc *f = &d->fields[i];
		unsigned int halves = f->type == FIELD_u64 || f->type == FIELD_s64 ? 2 : 1;
		enum group group = group_of(kind, f->name);

		for (unsigned int h = 0; h < halves && f->offset >= base; h++) {
			unsigned int at = (f->offset - base) / 4 + h;

			if (at >= p->nr)
				return;
			/* Windows are as long as others; where they begin is another matter. */
			p->rel[at] = group == GROUP_END || group == GROUP_WINDOW_END;
			p->group[at] = group ? (__u8)(group << 1 | h) : 0;
		}
	}
}

static unsigned int kind_slot(unsigned int kind, bool variant)
{
	return (kind < HMT_KIND_MAX ? kind : 0) * 2 + variant;
}

static __u16 take_register(struct columns_encoder *e, __u16 *reg)
{
	if (!*reg) {
		e->value[e->nr_regs] = 0;
		e->reg_bytes[e->nr_regs] = 0;
		*reg = (__u16)++e->nr_regs;
	}
	return *reg - 1;
}

static struct layout *add_layout(struct columns_encoder *e, const struct hmt_hdr *rec, bool variant)
{
	const unsigned int slot = kind_slot(rec->kind, variant);
	const struct plan *p = &e->plans[rec->kind < HMT_KIND_MAX ? rec->kind : 0];
	struct layout *l = &e->layouts[e->nr_layouts];
	unsigned int nr;

	if (e->nr_layouts == LAYOUTS_MAX || e->nr_regs + COLUMNS_MAX > REGISTERS_MAX)
		return NULL;
	*l = (struct layout){ .kind = rec->kind, .size = rec->size, .variant = variant,
			      .last_op = NONE, .next = e->first_layout[slot] };
	l->base = (rec->kind < HMT_TASK || rec->kind == HMT_SYNC_OBJECT) && rec->size >= 64 ?
		  64 : 32;
	nr = (unsigned int)(rec->size - l->base) / 4;
	/* What is behind the members of a known kind is text or addresses. */
	if (p->known && nr > p->nr)
		nr = p->nr;
	l->nr = (__u16)(nr < COLUMNS_MAX ? nr : COLUMNS_MAX);
	for (unsigned int i = 0; i < l->nr; i++) {
		__u8 group = p->known && l->base + 4 * i < rec->size ? p->group[i] : 0;

		l->rel[i] = p->known && p->rel[i] && i >= 2;
		l->reg[i] = take_register(e, group ? &e->shared[group >> 1][variant][group & 1] :
					  &e->own[slot][i]);
	}
	e->first_layout[slot] = ++e->nr_layouts;
	return l;
}

static struct layout *find_layout(struct columns_encoder *e, const struct hmt_hdr *rec)
{
	bool variant = rec->kind < HMT_TASK && rec->size >= 64 && ((const __u64 *)rec)[4];
	__u32 i = e->first_layout[kind_slot(rec->kind, variant)];

	for (; i; i = e->layouts[i - 1].next) {
		struct layout *l = &e->layouts[i - 1];

		if (l->size == rec->size && l->kind == rec->kind)
			return l;
	}
	return add_layout(e, rec, variant);
}

/* --- interning ----------------------------------------------------------------------- */

static __u32 hash(__u64 a, __u64 b)
{
	__u64 h = (a ^ (b << 29 | b >> 35)) * 0x9e3779b97f4a7c15ULL;

	h ^= h >> 32;
	return (__u32)((h * 0x9e3779b97f4a7c15ULL) >> 32);
}

static __u32 intern_task(struct columns_encoder *e, const struct hmt_hdr *rec)
{
	struct table *t = &e->by_task;
	__u32 i = hash((__u64)rec->tgid << 32 | rec->tid, rec->cpu) & t->mask;

	for (; t->slot[i]; i = (i + 1) & t->mask) {
		const struct task *k = &e->tasks[t->slot[i] - 1];

		if (k->tid == rec->tid && k->cpu == rec->cpu && k->tgid == rec->tgid)
			return t->slot[i] - 1;
	}
	e->tasks[e->nr_tasks] = (struct task){ rec->cpu, rec->tgid, rec->tid, 0 };
	t->slot[i] = ++e->nr_tasks;
	return e->nr_tasks - 1;
}

static __u32 intern_identity(struct columns_encoder *e, const __u64 *word)
{
	struct table *t = &e->by_identity;
	__u32 i = hash(word[0] + word[2], word[3] + word[1] + word[4]) & t->mask;

	for (; t->slot[i]; i = (i + 1) & t->mask)
		if (!memcmp(e->identities[t->slot[i] - 1].word, word, sizeof(struct identity)))
			return t->slot[i] - 1;
	memcpy(e->identities[e->nr_identities].word, word, sizeof(struct identity));
	t->slot[i] = ++e->nr_identities;
	return e->nr_identities - 1;
}

static __u32 intern_opcode(struct columns_encoder *e, struct layout *l, __u64 mask)
{
	const __u32 layout = (__u32)(l - e->layouts);
	struct table *t = &e->by_opcode;
	__u32 i;

	if (l->last_op != NONE && l->last_mask == mask)
		return l->last_op;
	for (i = hash(mask, layout) & t->mask; t->slot[i]; i = (i + 1) & t->mask) {
		const struct opcode *o = &e->opcodes[t->slot[i] - 1];

		if (o->mask == mask && o->layout == layout)
			break;
	}
	if (!t->slot[i]) {
		e->opcodes[e->nr_opcodes] = (struct opcode){ mask, layout };
		t->slot[i] = ++e->nr_opcodes;
	}
	l->last_mask = mask;
	l->last_op = t->slot[i] - 1;
	return l->last_op;
}

/* --- the first pass -------------------------------------------------------------------- */

/* As many slots as nr entries need: a small frame clears no more than that. */
static void clear_table(struct table *t, size_t nr)
{
	__u32 slots = TABLE_MIN;

	while (slots < 2 * nr)
		slots *= 2;
	t->mask = slots - 1;
	memset(t->slot, 0, slots * sizeof(*t->slot));
}

static void reset(struct columns_encoder *e, __u32 nr)
{
	clear_table(&e->by_task, nr);
	clear_table(&e->by_identity, nr);
	clear_table(&e->by_opcode, nr);
	memset(e->first_layout, 0, sizeof(e->first_layout));
	memset(e->shared, 0, sizeof(e->shared));
	memset(e->own, 0, sizeof(e->own));
	e->nr_layouts = e->nr_opcodes = e->nr_tasks = e->nr_identities = e->nr_regs = 0;
	e->nr_task_refs = e->nr_identity_refs = e->nr_log = 0;
	e->raw_len = 0;
}

static __u64 note_names(struct columns_encoder *e, const struct layout *l,
			const struct hmt_hdr *rec, __u32 *task)
{
	__u64 word[5] = { rec->mm }, mask = 0;
	const struct task *t = &e->tasks[*task];

	if (!e->nr_tasks) {
		intern_task(e, rec);
	} else if (t->tid != rec->tid || t->cpu != rec->cpu || t->tgid != rec->tgid) {
		*task = intern_task(e, rec);
		e->task_refs[e->nr_task_refs++] = *task;
		mask = MASK_TASK;
	}
	t = &e->tasks[*task];
	if (l->base == 64)
		memcpy(word + 1, rec + 1, 32);
	if (!e->nr_identities) {
		intern_identity(e, word);
	} else if (memcmp(e->identities[t->identity].word, word, sizeof(word))) {
		e->tasks[*task].identity = intern_identity(e, word);
		e->identity_refs[e->nr_identity_refs++] = t->identity;
		mask |= MASK_IDENTITY;
	}
	return mask;
}

static __u64 note_columns(struct columns_encoder *e, const struct layout *l, const __u32 *in)
{
	__u64 mask = 0;

	for (unsigned int i = 0; i < l->nr; i++) {
		const __u32 reg = l->reg[i];
		const __u32 v = l->rel[i] ? in[i] - in[i - 2] : in[i];
		__u32 delta = v - e->value[reg];

		if (!delta)
			continue;
		delta = delta << 1 ^ (__u32)((__s32)delta >> 31);
		e->value[reg] = v;
		e->log[e->nr_log].reg = reg;
		e->log[e->nr_log++].value = delta;
		e->reg_bytes[reg] += varint_len(delta);
		mask |= MASK_COLUMN(i);
	}
	return mask;
}

static bool note_record(struct columns_encoder *e, const struct hmt_hdr *rec, __u32 nth, __u32 *task,
			__u64 *ts)
{
	struct layout *l = find_layout(e, rec);
	size_t at;
	__u64 mask;

	if (!l)
		return false;
	mask = note_names(e, l, rec, task);
	mask |= note_columns(e, l, (const __u32 *)((const char *)rec + l->base));
	e->ops[nth] = intern_opcode(e, l, mask);
	e->ts[nth] = zigzag(rec->ts - *ts);
	*ts = rec->ts;
	at = l->base + 4U * l->nr;
	memcpy(e->raw + e->raw_len, (const char *)rec + at, l->size - at);
	e->raw_len += l->size - at;
	return true;
}

/* --- the second ------------------------------------------------------------------------- */

static unsigned char *write_layouts(const struct columns_encoder *e, unsigned char *p)
{
	__u32 taken = 0;

	for (__u32 i = 0; i < e->nr_layouts; i++) {
		const struct layout *l = &e->layouts[i];

		p = put(p, l->kind);
		p = put(p, l->size / 8);
		p = put(p, l->base == 64);
		p = put(p, l->nr);
		/* Registers were taken in this very order: the next one needs no number. */
		for (unsigned int k = 0; k < l->nr; k++) {
			bool next = l->reg[k] == taken;

			p = put(p, (next ? 0U : (l->reg[k] + 1U) << 1) | l->rel[k]);
			taken += next;
		}
	}
	return p;
}

static unsigned char *write_opcodes(const struct columns_encoder *e, unsigned char *p)
{
	for (__u32 i = 0; i < e->nr_opcodes; i++)
		p = put(put(p, e->opcodes[i].layout), e->opcodes[i].mask);
	return p;
}

static __u64 zigzag32(__u32 delta)
{
	return zigzag((__u64)(__s64)(__s32)delta);
}

static unsigned char *write_tasks(const struct columns_encoder *e, unsigned char *p)
{
	struct task last = { 0 };

	for (__u32 i = 0; i < e->nr_tasks; i++) {
		const struct task *t = &e->tasks[i];

		p = put(p, zigzag32(t->cpu - last.cpu));
		p = put(p, zigzag32(t->tgid - last.tgid));
		p = put(p, zigzag32(t->tid - last.tid));
		last = *t;
	}
	return p;
}

static unsigned char *write_identities(const struct columns_encoder *e, unsigned char *p)
{
	__u64 last[5] = { 0 };

	for (__u32 i = 0; i < e->nr_identities; i++) {
		const __u64 *word = e->identities[i].word;
		unsigned int codes = 0;

		for (int k = 0; k < 5; k++)
			codes |= (!word[k] ? 0U : word[k] == last[k] ? 1U : 2U) << (2 * k);
		p = put(p, codes);
		for (int k = 0; k < 5; k++) {
			if ((codes >> (2 * k) & 3) == 2)
				p = put(p, zigzag(word[k] - last[k]));
			if (word[k])
				last[k] = word[k];
		}
	}
	return p;
}

/* Room for any number in a plane was left by the caller: one byte a record and plane. */
static void write_ts(const struct columns_encoder *e, __u32 nr, unsigned char **plane)
{
	for (__u32 i = 0; i < nr; i++) {
		__u64 v = e->ts[i];
		unsigned int k = 0;

		for (; v >= 0x80; v >>= 7) {
			*plane[k]++ = (unsigned char)(v | 0x80);
			k += k < COLUMNS_TS_PLANES - 1;
		}
		*plane[k]++ = (unsigned char)v;
	}
}

static unsigned char *write_u32s(const __u32 *v, __u32 nr, unsigned char *p)
{
	for (__u32 i = 0; i < nr; i++)
		p = put(p, v[i]);
	return p;
}

static size_t u32s_len(const __u32 *v, __u32 nr)
{
	size_t n = 0;

	for (__u32 i = 0; i < nr; i++)
		n += varint_len(v[i]);
	return n;
}

struct lengths {
	size_t stream[STREAM_FIXED];
	size_t regs, head, total;
};

static void measure(const struct columns_encoder *e, __u32 nr, struct lengths *n)
{
	memset(n, 0, sizeof(*n));
	n->stream[STREAM_LAYOUTS] = (size_t)(write_layouts(e, e->block) - e->block);
	n->stream[STREAM_OPCODES] = (size_t)(write_opcodes(e, e->block) - e->block);
	n->stream[STREAM_TASKS] = (size_t)(write_tasks(e, e->block) - e->block);
	n->stream[STREAM_IDENTITIES] = (size_t)(write_identities(e, e->block) - e->block);
	n->stream[STREAM_OPS] = u32s_len(e->ops, nr);
	n->stream[STREAM_TASK_REFS] = u32s_len(e->task_refs, e->nr_task_refs);
	n->stream[STREAM_IDENTITY_REFS] = u32s_len(e->identity_refs, e->nr_identity_refs);
	for (__u32 i = 0; i < nr; i++) {
		unsigned int len = varint_len(e->ts[i]);

		for (unsigned int k = 0; k < len; k++)
			n->stream[STREAM_TS0 + (k < COLUMNS_TS_PLANES ? k : COLUMNS_TS_PLANES - 1)]++;
	}
	n->head = varint_len(e->nr_layouts) + varint_len(e->nr_opcodes) + varint_len(e->nr_tasks) +
		  varint_len(e->nr_identities) + varint_len(e->nr_regs);
	for (int i = 0; i < STREAM_FIXED; i++) {
		n->head += varint_len(n->stream[i]);
		n->total += n->stream[i];
	}
	for (__u32 i = 0; i < e->nr_regs; i++) {
		n->head += varint_len(e->reg_bytes[i]);
		n->regs += e->reg_bytes[i];
	}
	n->total += n->head + n->regs + e->raw_len;
}

static unsigned char *write_head(const struct columns_encoder *e, const struct lengths *n,
				 unsigned char *p)
{
	p = put(put(p, e->nr_layouts), e->nr_opcodes);
	p = put(put(put(p, e->nr_tasks), e->nr_identities), e->nr_regs);
	for (int i = 0; i < STREAM_FIXED; i++)
		p = put(p, n->stream[i]);
	for (__u32 i = 0; i < e->nr_regs; i++)
		p = put(p, e->reg_bytes[i]);
	return p;
}

static unsigned char *write_registers(struct columns_encoder *e, unsigned char *p)
{
	__u32 at = 0;

	/* The lengths are written: from here on they are where each stream goes on. */
	for (__u32 i = 0; i < e->nr_regs; i++) {
		__u32 len = e->reg_bytes[i];

		e->reg_bytes[i] = at;
		at += len;
	}
	for (__u32 i = 0; i < e->nr_log; i++) {
		__u32 *to = &e->reg_bytes[e->log[i].reg];

		*to = (__u32)(put(p + *to, e->log[i].value) - p);
	}
	return p + at;
}

static void write_block(struct columns_encoder *e, __u32 nr, const struct lengths *n,
			struct columns_cuts *cuts)
{
	unsigned char *plane[COLUMNS_TS_PLANES], *p = write_head(e, n, e->block);

	p = write_opcodes(e, write_layouts(e, p));
	p = write_identities(e, write_tasks(e, p));
	cuts->nr = 0;
	cuts->at[cuts->nr++] = (size_t)(p - e->block);
	p = write_u32s(e->ops, nr, p);
	cuts->at[cuts->nr++] = (size_t)(p - e->block);
	for (int k = 0; k < COLUMNS_TS_PLANES; k++) {
		plane[k] = p;
		p += n->stream[STREAM_TS0 + k];
		if (k < 2)
			cuts->at[cuts->nr++] = (size_t)(p - e->block);
	}
	write_ts(e, nr, plane);
	p = write_u32s(e->task_refs, e->nr_task_refs, p);
	cuts->at[cuts->nr++] = (size_t)(p - e->block);
	p = write_u32s(e->identity_refs, e->nr_identity_refs, p);
	cuts->at[cuts->nr++] = (size_t)(p - e->block);
	p = write_registers(e, p);
	memcpy(p, e->raw, e->raw_len);
}

size_t columns_encode(struct columns_encoder *e, const void *raw, size_t raw_bytes, __u32 nr,
		      __u64 first_ts, const void **ret_block, struct columns_cuts *ret_cuts)
{
	const char *p = raw;
	struct lengths n;
	__u64 ts = first_ts;
	__u32 task = 0;

	if (raw_bytes > e->raw_max || !nr)
		return 0;
	reset(e, nr);
	for (__u32 i = 0; i < nr; i++) {
		const struct hmt_hdr *rec = (const struct hmt_hdr *)p;

		if (!note_record(e, rec, i, &task, &ts))
			return 0;
		p += rec->size;
	}
	measure(e, nr, &n);
	if (n.total >= raw_bytes)
		return 0;
	write_block(e, nr, &n, ret_cuts);
	*ret_block = e->block;
	return n.total;
}

/* --- memory ----------------------------------------------------------------------------- */

static bool alloc_table(struct table *t, size_t nr)
{
	size_t slots = TABLE_MIN;

	while (slots < 2 * nr)
		slots *= 2;
	t->slot = hmt_calloc(slots, sizeof(*t->slot));
	return t->slot;
}

struct columns_encoder *columns_encoder__new(size_t raw_max)
{
	struct columns_encoder *e = hmt_calloc(1, sizeof(*e));
	size_t nr = raw_max / sizeof(struct hmt_hdr) + 1;

	if (!e)
		return NULL;
	e->raw_max = raw_max;
	for (unsigned int kind = 0; kind < HMT_KIND_MAX; kind++)
		plan_kind(&e->plans[kind], kind);
	e->layouts = hmt_calloc(LAYOUTS_MAX, sizeof(*e->layouts));
	e->opcodes = hmt_calloc(nr, sizeof(*e->opcodes));
	e->tasks = hmt_calloc(nr, sizeof(*e->tasks));
	e->identities = hmt_calloc(nr, sizeof(*e->identities));
	e->ops = hmt_calloc(nr, sizeof(*e->ops));
	e->ts = hmt_calloc(nr, sizeof(*e->ts));
	e->task_refs = hmt_calloc(nr, sizeof(*e->task_refs));
	e->identity_refs = hmt_calloc(nr, sizeof(*e->identity_refs));
	e->log = hmt_calloc(raw_max / 4 + 1, sizeof(*e->log));
	e->raw = hmt_calloc(1, raw_max + 1);
	/* A table is tried here before its length is known: longer than its entries it is not. */
	e->block = hmt_calloc(1, raw_max * 2 + LAYOUTS_MAX * (COLUMNS_MAX + 4) * 3);
	if (!e->layouts || !e->opcodes || !e->tasks || !e->identities || !e->ops || !e->ts ||
	    !e->task_refs || !e->identity_refs || !e->log || !e->raw || !e->block ||
	    !alloc_table(&e->by_task, nr) || !alloc_table(&e->by_identity, nr) ||
	    !alloc_table(&e->by_opcode, nr)) {
		columns_encoder__free(e);
		return NULL;
	}
	return e;
}

void columns_encoder__free(struct columns_encoder *e)
{
	if (!e)
		return;
	hmt_free(e->layouts);
	hmt_free(e->opcodes);
	hmt_free(e->tasks);
	hmt_free(e->identities);
	hmt_free(e->ops);
	hmt_free(e->ts);
	hmt_free(e->task_refs);
	hmt_free(e->identity_refs);
	hmt_free(e->log);
	hmt_free(e->raw);
	hmt_free(e->block);
	hmt_free(e->by_task.slot);
	hmt_free(e->by_identity.slot);
	hmt_free(e->by_opcode.slot);
	hmt_free(e);
}
