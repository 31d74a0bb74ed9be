// SPDX-License-Identifier: GPL-2.0
/*
 * A block of columns back into records. The block is not trusted: every number
 * that selects something is compared with how many there are, every stream has
 * an end, and what is left over at the end of one is an error as well.
 */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "stream/columns.h"

struct cursor {
	const unsigned char *p, *end;
};

struct task {
	__u32 cpu, tgid, tid;
	__u32 identity;		/* the last one it used */
};

struct identity {
	__u64 word[5];		/* mm, hmm, mirror, range, ops */
};

struct column {
	__u32 reg;
	__u32 rel;		/* relative to the word two before */
};

struct layout {
	__u16 kind, size, base, nr;	/* base: where the columns begin */
	struct column *cols;
};

struct opcode {
	__u64 mask;
	struct layout *layout;
};

struct block {
	struct cursor s[STREAM_FIXED], raw;
	struct cursor *reg;
	__u32 *value;		/* of the registers */
	struct layout *layouts;
	struct column *cols;
	struct opcode *opcodes;
	struct task *tasks;
	struct identity *identities;
	__u32 nr_layouts, nr_opcodes, nr_tasks, nr_identities, nr_regs;
};

static bool get_slow(struct cursor *c, __u64 *ret_v)
{
	__u64 v = 0;

	for (unsigned int shift = 0; shift < 70 && c->p < c->end; shift += 7) {
		__u8 b = *c->p++;

		if (shift == 63 && b > 1)
			return false;
		v |= (__u64)(b & 0x7f) << shift;
		if (!(b & 0x80)) {
			*ret_v = v;
			return true;
		}
	}
	return false;
}

static inline bool get(struct cursor *c, __u64 *ret_v)
{
	if (c->p < c->end && *c->p < 0x80) {
		*ret_v = *c->p++;
		return true;
	}
	return get_slow(c, ret_v);
}

/* A number below limit. */
static inline bool get_below(struct cursor *c, __u64 limit, __u32 *ret_v)
{
	__u64 v;

	if (!get(c, &v) || v >= limit)
		return false;
	*ret_v = (__u32)v;
	return true;
}

/* Byte k of a time's number is in plane k, all from the fourth on in the last. */
static inline bool get_ts(struct cursor *plane, __u64 *ret_v)
{
	__u64 v = 0;

	for (unsigned int k = 0; k < 10; k++) {
		struct cursor *c = &plane[k < COLUMNS_TS_PLANES ? k : COLUMNS_TS_PLANES - 1];
		__u8 b;

		if (c->p == c->end)
			return false;
		b = *c->p++;
		if (k == 9 && b > 1)
			return false;
		v |= (__u64)(b & 0x7f) << (7 * k);
		if (!(b & 0x80)) {
			*ret_v = v;
			return true;
		}
	}
	return false;
}

/* --- the tables ----------------------------------------------------------------- */

static bool take(struct cursor *from, __u64 len, struct cursor *ret_c)
{
	if (len > (size_t)(from->end - from->p))
		return false;
	*ret_c = (struct cursor){ from->p, from->p + len };
	from->p += len;
	return true;
}

/* Every entry of a table, and every stream, takes a byte of the block at least. */
static bool read_counts(struct cursor *c, struct block *b, size_t len)
{
	return get_below(c, len, &b->nr_layouts) && get_below(c, len, &b->nr_opcodes) &&
	       get_below(c, len, &b->nr_tasks) && get_below(c, len, &b->nr_identities) &&
	       get_below(c, REGISTERS_MAX + 1, &b->nr_regs) && b->nr_tasks && b->nr_identities;
}

static bool split(struct cursor *c, struct block *b)
{
	const unsigned int nr = STREAM_FIXED + b->nr_regs;
	struct cursor lengths = *c;
	__u64 len;

	for (unsigned int i = 0; i < nr; i++)
		if (!get(c, &len))
			return false;
	for (unsigned int i = 0; i < nr; i++)
		if (!get(&lengths, &len) ||
		    !take(c, len, i < STREAM_FIXED ? &b->s[i] : &b->reg[i - STREAM_FIXED]))
			return false;
	b->raw = *c;
	return true;
}

static bool read_columns(struct cursor *c, struct block *b, struct layout *l, __u32 *taken)
{
	for (__u32 i = 0; i < l->nr; i++) {
		__u64 code;

		if (!get(c, &code) || code >> 1 > b->nr_regs)
			return false;
		l->cols[i].rel = code & 1;
		l->cols[i].reg = code >> 1 ? (__u32)(code >> 1) - 1 : (*taken)++;
		if (l->cols[i].reg >= b->nr_regs || (l->cols[i].rel && i < 2))
			return false;
	}
	return true;
}

static bool read_layouts(struct block *b, size_t max_cols)
{
	struct cursor *c = &b->s[STREAM_LAYOUTS];
	struct column *cols = b->cols;
	__u32 kind, size, has_identity, nr, taken = 0;

	for (__u32 i = 0; i < b->nr_layouts; i++) {
		struct layout *l = &b->layouts[i];

		if (!get_below(c, 1 << 16, &kind) || !get_below(c, 1 << 13, &size) ||
		    !get_below(c, 2, &has_identity) || !get_below(c, COLUMNS_MAX + 1, &nr))
			return false;
		*l = (struct layout){
			.kind = (__u16)kind, .size = (__u16)(size * 8),
			.base = has_identity ? 64 : 32, .nr = (__u16)nr, .cols = cols,
		};
		if (l->base + 4 * nr > l->size || nr > max_cols)
			return false;
		max_cols -= nr;
		cols += nr;
		if (!read_columns(c, b, l, &taken))
			return false;
	}
	return c->p == c->end;
}

static bool read_opcodes(struct block *b)
{
	struct cursor *c = &b->s[STREAM_OPCODES];

	for (__u32 i = 0; i < b->nr_opcodes; i++) {
		struct opcode *o = &b->opcodes[i];
		__u32 layout;

		if (!get_below(c, b->nr_layouts, &layout) || !get(c, &o->mask))
			return false;
		o->layout = &b->layouts[layout];
		if (o->layout->nr < COLUMNS_MAX && o->mask >> (o->layout->nr + 2))
			return false;
	}
	return c->p == c->end;
}

static bool read_tasks(struct block *b)
{
	struct cursor *c = &b->s[STREAM_TASKS];
	struct task t = { 0 };
	__u64 cpu, tgid, tid;

	for (__u32 i = 0; i < b->nr_tasks; i++) {
		if (!get(c, &cpu) || !get(c, &tgid) || !get(c, &tid))
			return false;
		t.cpu += (__u32)unzigzag(cpu);
		t.tgid += (__u32)unzigzag(tgid);
		t.tid += (__u32)unzigzag(tid);
		b->tasks[i] = t;
	}
	return c->p == c->end;
}

static bool read_identities(struct block *b)
{
	struct cursor *c = &b->s[STREAM_IDENTITIES];
	__u64 last[5] = { 0 }, codes, delta;

	for (__u32 i = 0; i < b->nr_identities; i++) {
		if (!get(c, &codes) || codes >> 10)
			return false;
		for (int k = 0; k < 5; k++) {
			unsigned int code = codes >> (2 * k) & 3;

			if (code == 3 || (code == 2 && !get(c, &delta)))
				return false;
			if (code == 2)
				last[k] += unzigzag(delta);
			b->identities[i].word[k] = code ? last[k] : 0;
		}
	}
	return c->p == c->end;
}

/* --- the records ---------------------------------------------------------------- */

static inline bool put_columns(struct block *b, const struct layout *l, __u64 mask, __u32 *out)
{
	for (__u32 i = 0; i < l->nr; i++) {
		const struct column *col = &l->cols[i];
		__u32 v = b->value[col->reg];

		if (mask & MASK_COLUMN(i)) {
			__u64 delta;

			if (!get(&b->reg[col->reg], &delta))
				return false;
			v += (__u32)unzigzag(delta);
			b->value[col->reg] = v;
		}
		out[i] = col->rel ? v + out[i - 2] : v;
	}
	return true;
}

/* The header and what names the objects. t: the task, changed when the mask says so. */
static inline bool put_head(struct block *b, const struct opcode *o, __u32 *t, __u64 *ts,
			    unsigned char *out)
{
	const struct layout *l = o->layout;
	const struct identity *id;
	struct task *task;
	__u64 delta;
	__u32 head[2];

	if (o->mask & MASK_TASK && !get_below(&b->s[STREAM_TASK_REFS], b->nr_tasks, t))
		return false;
	task = &b->tasks[*t];
	if (o->mask & MASK_IDENTITY &&
	    !get_below(&b->s[STREAM_IDENTITY_REFS], b->nr_identities, &task->identity))
		return false;
	id = &b->identities[task->identity];
	if (!get_ts(&b->s[STREAM_TS0], &delta))
		return false;
	*ts += unzigzag(delta);
	memcpy(out, &l->kind, 2);
	memcpy(out + 2, &l->size, 2);
	memcpy(out + 4, &task->cpu, 4);
	memcpy(out + 8, ts, 8);
	memcpy(out + 16, &id->word[0], 8);
	head[0] = task->tgid;
	head[1] = task->tid;
	memcpy(out + 24, head, 8);
	if (l->base == 64)
		memcpy(out + 32, &id->word[1], 32);
	return true;
}

static bool put_records(struct block *b, __u64 ts, unsigned char *raw, size_t raw_bytes, __u32 nr)
{
	struct cursor ops = b->s[STREAM_OPS];
	unsigned char *out = raw, *end = raw + raw_bytes;
	__u32 t = 0, op;

	while (nr--) {
		const struct layout *l;
		struct cursor rest;

		if (!get_below(&ops, b->nr_opcodes, &op))
			return false;
		l = b->opcodes[op].layout;
		if (l->size > end - out || !put_head(b, &b->opcodes[op], &t, &ts, out) ||
		    !put_columns(b, l, b->opcodes[op].mask, (__u32 *)(out + l->base)))
			return false;
		if (l->base + 4 * l->nr < l->size) {
			size_t at = l->base + 4 * l->nr;

			if (!take(&b->raw, l->size - at, &rest))
				return false;
			memcpy(out + at, rest.p, l->size - at);
		}
		out += l->size;
	}
	b->s[STREAM_OPS] = ops;
	return out == end;
}

static bool all_used(const struct block *b)
{
	for (int i = STREAM_OPS; i < STREAM_FIXED; i++)
		if (b->s[i].p != b->s[i].end)
			return false;
	for (__u32 i = 0; i < b->nr_regs; i++)
		if (b->reg[i].p != b->reg[i].end)
			return false;
	return b->raw.p == b->raw.end;
}

/* --- memory --------------------------------------------------------------------- */

/* The next part of the arena; with a NULL base only counted. */
static void *part(void *arena, size_t *at, size_t nr, size_t size)
{
	void *p = arena ? (char *)arena + *at : NULL;

	*at += (nr * size + 15) & ~(size_t)15;
	return p;
}

static size_t lay_out(struct block *b, void *arena, size_t max_cols)
{
	size_t at = 0;

	b->layouts = part(arena, &at, b->nr_layouts, sizeof(*b->layouts));
	b->cols = part(arena, &at, max_cols, sizeof(*b->cols));
	b->opcodes = part(arena, &at, b->nr_opcodes, sizeof(*b->opcodes));
	b->tasks = part(arena, &at, b->nr_tasks, sizeof(*b->tasks));
	b->identities = part(arena, &at, b->nr_identities, sizeof(*b->identities));
	b->reg = part(arena, &at, b->nr_regs, sizeof(*b->reg));
	b->value = part(arena, &at, b->nr_regs, sizeof(*b->value));
	return at;
}

static int prepare(struct columns_decoder *d, struct block *b, size_t max_cols)
{
	size_t need = lay_out(b, NULL, max_cols);

	if (need > d->arena_bytes) {
		void *arena = hmt_realloc(d->arena, need, 1);

		if (!arena)
			return -ENOMEM;
		d->arena = arena;
		d->arena_bytes = need;
	}
	lay_out(b, d->arena, max_cols);
	memset(b->value, 0, b->nr_regs * sizeof(*b->value));
	return 0;
}

void columns_decoder__free(struct columns_decoder *d)
{
	hmt_free(d->arena);
	*d = (struct columns_decoder){ 0 };
}

int columns_decode(struct columns_decoder *d, const void *block, size_t len, __u64 first_ts,
		   void *raw, size_t raw_bytes, __u32 nr)
{
	struct cursor c = { block, (const unsigned char *)block + len };
	struct block b = { .nr_layouts = 0 };
	size_t max_cols;
	int err;

	if (!read_counts(&c, &b, len))
		return -EBADMSG;
	max_cols = (size_t)b.nr_layouts * COLUMNS_MAX < len ?
		   (size_t)b.nr_layouts * COLUMNS_MAX : len;
	err = prepare(d, &b, max_cols);
	if (err)
		return err;
	if (!split(&c, &b) || !read_layouts(&b, max_cols) || !read_opcodes(&b) ||
	    !read_tasks(&b) || !read_identities(&b))
		return -EBADMSG;
	if (!put_records(&b, first_ts, raw, raw_bytes, nr) || !all_used(&b))
		return -EBADMSG;
	return 0;
}
