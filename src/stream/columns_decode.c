// SPDX-License-Identifier: GPL-2.0
/*
 * A block of columns back into records. The block is not trusted: every number
 * that selects something is compared with how many there are, every stream has
 * an end, and what is left over at the end of one is an error as well.
 */
#include <errno.h>
#include <hmmtrace/event.h>
#include <string.h>

#include "base/mem.h"
#include "stream/columns.h"
#include "stream/desc.h"

struct cursor {
	const unsigned char *p, *end;
};

struct identity {
	__u64 word[5];		/* mm, hmm, mirror, range, ops */
};

struct task {
	__u32 cpu, tgid, tid;	/* tgid, tid: as they stand in a record */
	const struct identity *identity; /* the last one it used */
};

struct column {
	__u32 reg;
	__u32 rel;		/* all ones: relative to the word two before; else 0 */
};

struct layout {
	__u16 kind, size;	/* as they stand in a record */
	__u16 base, nr;		/* where the columns begin */
	__u16 rest;		/* bytes behind them */
	__u16 copied;		/* bytes of words, whole steps of COPY_BYTES */
	bool sequential;	/* a register serves two of its columns */
	__u64 rel;		/* which are relative, by bit */
	__u64 self;		/* its bit in block.stale and .users */
	struct column *cols;
	/* The columns as they stand: most records change few, or none, and are a copy of this. */
	__u32 *words;
};

struct opcode {
	__u64 columns;		/* of the mask: bit i: column i changes */
	struct layout *layout;
	bool task, identity;	/* of the mask: they change */
};

/* What nearly every record has, or more. */
#define COPY_WORDS 8U
/* All layouts from this one on have one bit: what makes one of them stale does it to all. */
#define LAST_BIT 63U
#define COPY_BYTES (COPY_WORDS * sizeof(__u32))

/* Whole steps, and at least one. */
static inline size_t copy_words(unsigned int nr)
{
	return nr ? (nr + COPY_WORDS - 1) & ~(size_t)(COPY_WORDS - 1) : COPY_WORDS;
}

struct block {
	struct cursor s[STREAM_FIXED], raw;
	struct cursor *reg;
	__u32 *value;		/* of the registers */
	__u32 *user;		/* the layout + 1 that was the last to take each */
	__u64 *users;		/* of those that several have: which layouts, by bit */
	__u64 stale;		/* the layouts whose words are not those of their registers */
	struct layout *layouts;
	struct column *cols;
	__u32 *words;
	struct opcode *opcodes;
	struct task *tasks;
	struct identity *identities;
	__u32 nr_layouts, nr_opcodes, nr_tasks, nr_identities, nr_regs;
	struct columns_facts facts;
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
static bool get_ts_rest(struct cursor *plane, __u64 v, __u64 *ret_v)
{
	for (unsigned int k = 2; k < 10; k++) {
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

struct times {
	struct cursor first, second; /* the planes that nearly every record uses */
	struct cursor *planes;	/* all of them; of these two as they were */
};

/* Each record has a byte of the first plane, so there is one. */
static inline bool get_ts(struct times *t, __u64 *ret_v)
{
	__u8 first = *t->first.p++, second;
	__u64 v;

	*ret_v = first;
	if (first < 0x80)
		return true;
	if (t->second.p == t->second.end)
		return false;
	second = *t->second.p++;
	v = (first & 0x7f) | (__u64)(second & 0x7f) << 7;
	/* Through a copy: what has its address taken is not kept in a register. */
	if (second >= 0x80 && !get_ts_rest(t->planes, v, &v))
		return false;
	*ret_v = v;
	return true;
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

/* Who shares a register, with whom? */
static void note_user(struct block *b, struct layout *l, __u32 reg)
{
	__u32 self = (__u32)(l - b->layouts) + 1;

	l->sequential |= b->user[reg] == self;
	if (b->user[reg] && b->user[reg] != self)
		b->users[reg] |= l->self | b->layouts[b->user[reg] - 1].self;
	b->user[reg] = self;
}

static bool read_columns(struct cursor *c, struct block *b, struct layout *l, __u32 *taken)
{
	for (__u32 i = 0; i < l->nr; i++) {
		__u64 code;

		if (!get(c, &code) || code >> 1 > b->nr_regs)
			return false;
		l->cols[i].rel = -(__u32)(code & 1);
		l->cols[i].reg = code >> 1 ? (__u32)(code >> 1) - 1 : (*taken)++;
		if (l->cols[i].reg >= b->nr_regs || (l->cols[i].rel && i < 2))
			return false;
		l->rel |= (code & 1) << i;
		note_user(b, l, l->cols[i].reg);
	}
	return true;
}

static bool is_plain(const struct layout *l)
{
	const struct hmt_hdr like = { .kind = l->kind, .size = l->size };

	return record_is_plain(&like, l->size);
}

static bool read_layouts(struct block *b, size_t max_cols)
{
	struct cursor *c = &b->s[STREAM_LAYOUTS];
	struct column *cols = b->cols;
	__u32 *words = b->words;
	__u32 kind, size, has_identity, nr, taken = 0;

	b->facts.plain = true;
	for (__u32 i = 0; i < b->nr_layouts; i++) {
		struct layout *l = &b->layouts[i];

		if (!get_below(c, 1 << 16, &kind) || !get_below(c, 1 << 13, &size) ||
		    !get_below(c, 2, &has_identity) || !get_below(c, COLUMNS_MAX + 1, &nr))
			return false;
		*l = (struct layout){
			.kind = (__u16)kind, .size = (__u16)(size * 8),
			.base = has_identity ? 64 : 32, .nr = (__u16)nr, .cols = cols,
			.words = words, .self = 1ULL << (i < LAST_BIT ? i : LAST_BIT),
			.copied = (__u16)(copy_words(nr) * sizeof(*words)),
		};
		if (l->base + 4 * nr > l->size || nr > max_cols)
			return false;
		b->facts.plain &= is_plain(l);
		/* As all registers are. */
		memset(words, 0, l->copied);
		l->rest = (__u16)(l->size - l->base - 4 * nr);
		max_cols -= nr;
		cols += nr;
		words += copy_words(nr);
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
		__u64 mask;

		if (!get_below(c, b->nr_layouts, &layout) || !get(c, &mask))
			return false;
		*o = (struct opcode){
			.layout = &b->layouts[layout],
			.task = mask & MASK_TASK, .identity = mask & MASK_IDENTITY,
			.columns = mask / MASK_COLUMN(0),
		};
		if (o->layout->nr < COLUMNS_MAX && o->columns >> o->layout->nr)
			return false;
	}
	return c->p == c->end;
}

static bool read_tasks(struct block *b)
{
	struct cursor *c = &b->s[STREAM_TASKS];
	struct task t = { .identity = b->identities };
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

static inline bool change(struct block *b, __u32 reg, __u32 *ret_delta)
{
	__u64 delta;

	if (!get(&b->reg[reg], &delta))
		return false;
	*ret_delta = (__u32)unzigzag(delta);
	b->value[reg] += *ret_delta;
	b->stale |= b->users[reg];
	return true;
}

/* Column by column: where two have one register, the first is of its value before the second. */
static bool put_in_turn(struct block *b, const struct opcode *o, unsigned char *out)
{
	const struct layout *l = o->layout;
	__u32 word[COLUMNS_MAX], delta;

	for (__u32 i = 0; i < l->nr; i++) {
		const struct column *col = &l->cols[i];

		if (o->columns >> i & 1 && !change(b, col->reg, &delta))
			return false;
		word[i] = b->value[col->reg] + (col->rel ? word[i - 2] : 0);
	}
	memcpy(out, word, l->nr * sizeof(*word));
	return true;
}

/*
 * All of them from the registers, for once into out as well as into words: a copy,
 * which takes several at a time, would wait until each is stored.
 */
static void put_anew(struct block *b, struct layout *l, unsigned char *out)
{
	const __u32 *value = b->value;
	__u32 *words = l->words;

	for (__u32 i = 0, nr = l->nr; i < nr; i++) {
		const struct column *col = &l->cols[i];

		/* Without a branch: one that is foreseen for one layout is not for the next. */
		words[i] = value[col->reg] + (words[i - (col->rel & 2)] & col->rel);
		memcpy(out + i * sizeof(*words), &words[i], sizeof(*words));
	}
	if (l->self != 1ULL << LAST_BIT)
		b->stale &= ~l->self;
}

/* What changes, and what is relative to that. */
static bool put_changes(struct block *b, const struct opcode *o, unsigned char *out)
{
	struct layout *l = o->layout;
	__u64 stale = b->stale & l->self;

	for (__u64 left = o->columns; left; left &= left - 1) {
		unsigned int i = (unsigned int)__builtin_ctzll(left);
		__u32 delta;

		if (!change(b, l->cols[i].reg, &delta))
			return false;
		do {
			l->words[i] += delta;
			memcpy(out + i * sizeof(delta), &l->words[i], sizeof(delta));
			i += 2;
		} while (i < l->nr && l->rel >> i & 1);
	}
	/* Its own words are up to date, if they were. */
	if (l->self != 1ULL << LAST_BIT)
		b->stale = (b->stale & ~l->self) | stale;
	return true;
}

static inline void put_again(const struct layout *l, unsigned char *out, const unsigned char *end)
{
	const unsigned char *from = (const unsigned char *)l->words;

	if (end - out < l->copied) {
		memcpy(out, from, l->nr * sizeof(*l->words));
		return;
	}
	/* What it writes too much is overwritten by what comes next. */
	memcpy(out, from, COPY_BYTES);
	for (size_t i = COPY_BYTES; i < l->copied; i += COPY_BYTES)
		memcpy(out + i, from + i, COPY_BYTES);
}

static inline bool put_columns(struct block *b, const struct opcode *o, unsigned char *out,
			       const unsigned char *end)
{
	struct layout *l = o->layout;

	if (l->sequential)
		return put_in_turn(b, o, out);
	if (b->stale & l->self)
		put_anew(b, l, out);
	else
		put_again(l, out, end);
	return !o->columns || put_changes(b, o, out);
}

/* The header and what names the objects. */
static inline void put_head(const struct layout *l, const struct task *t, __u64 ts,
			    unsigned char *out)
{
	const struct identity *id = t->identity;

	memcpy(out, &l->kind, 4);
	memcpy(out + 4, &t->cpu, 4);
	memcpy(out + 8, &ts, 8);
	memcpy(out + 16, &id->word[0], 8);
	memcpy(out + 24, &t->tgid, 8);
	if (l->base == 64)
		memcpy(out + 32, &id->word[1], 32);
}

static inline bool put_rest(struct block *b, const struct layout *l, unsigned char *out)
{
	struct cursor rest;

	if (!l->rest)
		return true;
	if (!take(&b->raw, l->rest, &rest))
		return false;
	memcpy(out + l->size - l->rest, rest.p, l->rest);
	return true;
}

/* Who does it, and to what, from here on. */
static inline bool change_task(struct block *b, const struct opcode *o, struct task **t)
{
	__u32 at;

	if (o->task) {
		if (!get_below(&b->s[STREAM_TASK_REFS], b->nr_tasks, &at))
			return false;
		*t = &b->tasks[at];
	}
	if (o->identity) {
		if (!get_below(&b->s[STREAM_IDENTITY_REFS], b->nr_identities, &at))
			return false;
		(*t)->identity = &b->identities[at];
	}
	return true;
}

/* Through copies: what has its address taken is not kept in a register. */
static bool get_op(const unsigned char **p, const unsigned char *end, __u32 *ret_op)
{
	struct cursor c = { *p, end };

	if (!get_below(&c, 1ULL << 32, ret_op))
		return false;
	*p = c.p;
	return true;
}

static bool put_records(struct block *b, __u64 ts, unsigned char *raw, size_t raw_bytes, __u32 nr)
{
	struct times times = { b->s[STREAM_TS0], b->s[STREAM_TS1], &b->s[STREAM_TS0] };
	unsigned char *out = raw, *end = raw + raw_bytes;
	struct cursor ops = b->s[STREAM_OPS];
	const struct layout *l = NULL;
	struct task *t = b->tasks;
	__u64 delta, latest = 0;
	__u32 op;

	if (times.first.end - times.first.p != nr)
		return false;
	while (times.first.p < times.first.end) {
		const struct opcode *o;

		/* One byte, nearly always. */
		if (ops.p < ops.end && *ops.p < 0x80)
			op = *ops.p++;
		else if (!get_op(&ops.p, ops.end, &op))
			return false;
		if (op >= b->nr_opcodes)
			return false;
		o = &b->opcodes[op];
		l = o->layout;
		if (l->size > end - out || !change_task(b, o, &t) || !get_ts(&times, &delta))
			return false;
		ts += unzigzag(delta);
		latest = ts > latest ? ts : latest;
		put_head(l, t, ts, out);
		if (!put_columns(b, o, out + l->base, end) || !put_rest(b, l, out))
			return false;
		out += l->size;
	}
	b->s[STREAM_OPS] = ops;
	b->s[STREAM_TS0] = times.first;
	b->s[STREAM_TS1] = times.second;
	b->facts.last_kind = l ? l->kind : 0;
	b->facts.latest = latest;
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
	b->words = part(arena, &at, max_cols + b->nr_layouts * COPY_WORDS,
			sizeof(*b->words));
	b->opcodes = part(arena, &at, b->nr_opcodes, sizeof(*b->opcodes));
	b->tasks = part(arena, &at, b->nr_tasks, sizeof(*b->tasks));
	b->identities = part(arena, &at, b->nr_identities, sizeof(*b->identities));
	b->reg = part(arena, &at, b->nr_regs, sizeof(*b->reg));
	b->value = part(arena, &at, b->nr_regs, sizeof(*b->value));
	b->user = part(arena, &at, b->nr_regs, sizeof(*b->user));
	b->users = part(arena, &at, b->nr_regs, sizeof(*b->users));
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
	memset(b->user, 0, b->nr_regs * sizeof(*b->user));
	memset(b->users, 0, b->nr_regs * sizeof(*b->users));
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
	if (!split(&c, &b) || !read_layouts(&b, max_cols))
		return -EBADMSG;
	if (!read_opcodes(&b) || !read_identities(&b) || !read_tasks(&b))
		return -EBADMSG;
	if (!put_records(&b, first_ts, raw, raw_bytes, nr) || !all_used(&b))
		return -EBADMSG;
	d->facts = b.facts;
	return 0;
}
