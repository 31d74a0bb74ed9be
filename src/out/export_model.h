/* SPDX-License-Identifier: GPL-2.0 */
/*
 * export_model.h - the lives of a trace, put together from what the engine says
 * of them and what the records say: whose child each is, and its stacks under
 * numbers that are not used twice.
 */
#ifndef OUT_EXPORT_MODEL_H
#define OUT_EXPORT_MODEL_H

#include "base/map64.h"
#include "engine/engine.h"
#include "stream/symtab.h"

#define NO_LIFE ((size_t)-1)
#define NO_STACK (-1)

/* Stacks of the trace get ids of ours: its own may stand for another stack later. */
struct model_stack {
	__u32 nr;
	__u64 ips[];
};

struct model_life {
	struct object_view o;	/* o.owner: also where only its address space tells */
	struct moment end;	/* ts 0: it was alive when the trace ended */
	__u64 mirror;		/* ranges: cookie of the mirror they were registered through */
	size_t parent;		/* ranges: the mirror; mirrors: the struct hmm; NO_LIFE */
	__s32 born_stack, end_stack;
	bool leaked;		/* a certain finding calls it a leak */
};

/* A finding, as far as it outlives its callback. */
struct model_finding {
	enum rule_id rule;
	enum severity severity;
	bool certain;
	__u32 serial;
	__u64 flagged_ts, released_ts;
	struct object_view o;
	__u64 count;		/* references nobody accounts for */
	__s32 stack;		/* of the event that is wrong */
	size_t life;		/* NO_LIFE: no life of this object was seen */
};

struct model {
	const struct symtab *symtab;
	struct model_life *lives;	/* in order of their end */
	size_t nr_lives, cap_lives;
	struct model_finding *flagged;
	size_t nr_flagged, cap_flagged;
	struct model_stack **stacks;
	size_t nr_stacks, cap_stacks;
	struct map64 stack_now;	/* id in the trace -> ours + 1 */
	struct map64 births[2];	/* what is registered: mirrors, ranges */
	struct map64 owners;	/* mm -> tgid */
	size_t *by_addr;	/* lives by class, address and birth; once finished */
	__u64 first_ts, last_ts;
	bool any, failed;
};

struct model *model__new(const struct symtab *t);
void model__free(struct model *m);

/* Around engine__feed(): what a record names before, what it begins after. */
void model__before(struct model *m, const struct hmt_hdr *rec);
void model__after(struct model *m, const struct hmt_hdr *rec);
void model__life(struct model *m, const struct object_view *o, const struct moment *end);
void model__finding(struct model *m, const struct finding *f);
void model__released(struct model *m, const struct finding *f, const struct moment *moment);
/* No more of all that: parents are looked up. Return: 0, or -ENOMEM if anything is missing. */
int model__finish(struct model *m);

/* Our number for a stack of the trace as of now, NO_STACK when it is not known. */
__s32 model__stack(const struct model *m, __s32 id);
/* Once finished: the life of class at addr that ts is in, NO_LIFE if there is none. */
size_t model__find(const struct model *m, enum hmt_class class, __u64 addr, __u64 ts);
/* The process an address space belongs to, 0 when nobody said. */
__u32 model__owner(const struct model *m, __u64 mm);

/* Is it about a thing that should be gone and is not? */
bool rule_is_leak(enum rule_id rule);

#endif /* OUT_EXPORT_MODEL_H */
