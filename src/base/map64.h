/* SPDX-License-Identifier: GPL-2.0 */
/*
 * map64.h - a hash map from any 64-bit key to a pointer. Open addressing,
 * linear probing, deletion by shifting back: no tombstones, so a map with much
 * coming and going stays as fast as a fresh one. The order of iteration depends
 * on what was put and deleted, in which order, and on nothing else.
 *
 *	struct map64 m;
 *	struct map64_iter it;
 *
 *	map64__init(&m);
 *	err = map64__put(&m, key, obj);
 *	obj = map64__get(&m, key);
 *	map64__for_each(&m, &it)
 *		use(it.key, it.val);
 *	map64__free(&m);
 */
#ifndef BASE_MAP64_H
#define BASE_MAP64_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct map64_slot {
	__u64 key;
	void *val;		/* NULL: the slot is empty */
};

struct map64 {
	struct map64_slot *slots;
	size_t mask;		/* number of slots - 1; 0: none allocated yet */
	unsigned int shift;	/* 64 - log2(number of slots) */
	size_t nr;		/* entries */
};

/* Allocates nothing: the first put does. A zeroed map is an initialized one. */
void map64__init(struct map64 *m);
/* Frees the table, not what the values point to. The map is empty and usable afterwards. */
void map64__free(struct map64 *m);
/* The same, and hmt_free() of every value. */
void map64__free_values(struct map64 *m);

/* Fibonacci hashing; the fold brings in the high half of keys that differ only there. */
static inline size_t map64__home(const struct map64 *m, __u64 key)
{
	key ^= key >> 32;
	return (size_t)((key * 0x9e3779b97f4a7c15ULL) >> m->shift);
}

/* Return: the value, NULL when there is none. */
static inline void *map64__get(const struct map64 *m, __u64 key)
{
	if (!m->nr)
		return NULL;
	for (size_t i = map64__home(m, key); m->slots[i].val; i = (i + 1) & m->mask)
		if (m->slots[i].key == key)
			return m->slots[i].val;
	return NULL;
}

/*
 * Where the value is, to be replaced in place by another that is not NULL: good
 * until the next put or del. Return: NULL when there is none.
 */
static inline void **map64__at(const struct map64 *m, __u64 key)
{
	if (!m->nr)
		return NULL;
	for (size_t i = map64__home(m, key); m->slots[i].val; i = (i + 1) & m->mask)
		if (m->slots[i].key == key)
			return &m->slots[i].val;
	return NULL;
}

/*
 * Puts or replaces; val must not be NULL.
 * Return: 0; -ENOMEM or -EINVAL with the map as it was.
 */
int map64__put(struct map64 *m, __u64 key, void *val);

/* Return: the value that was there, NULL when there was none. Never fails. */
void *map64__del(struct map64 *m, __u64 key);

/* A key for what is no number: FNV-1a. Different bytes can have the same. */
__u64 map64_hash(const void *p, size_t len);

/* Iteration. The map must not be changed meanwhile, the values may be. */
struct map64_iter {
	size_t pos;
	__u64 key;
	void *val;
};

bool map64__next(const struct map64 *m, struct map64_iter *it);

#define map64__for_each(m, it) \
	for (*(it) = (struct map64_iter){ 0 }; map64__next(m, it);)

#endif /* BASE_MAP64_H */
