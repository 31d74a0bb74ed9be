// SPDX-License-Identifier: GPL-2.0
#include "capture/calls.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "capture/mapcall.h"
#include "capture/shared.h"

/* As the kernel numbers it (PROC_PID_INIT_INO): where threads have the numbers that programs see. */
#define FIRST_PID_NS "pid:[4026531836]"

struct keys {
	struct call_key *list;
	size_t nr, cap;
};

static bool sees_threads(void)
{
	char ns[sizeof(FIRST_PID_NS)] = "";

	return readlink("/proc/self/ns/pid", ns, sizeof(ns)) == sizeof(FIRST_PID_NS) - 1 &&
	       !memcmp(ns, FIRST_PID_NS, sizeof(FIRST_PID_NS) - 1);
}

static bool is_gone(__u64 pid_tgid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/task/%u", (__u32)(pid_tgid >> 32), (__u32)pid_tgid);
	return access(path, F_OK);
}

static bool has(const struct keys *k, const struct call_key *key)
{
	for (size_t i = 0; i < k->nr; i++)
		if (!memcmp(&k->list[i], key, sizeof(*key)))
			return true;
	return false;
}

/*
 * Behind a key that was deleted meanwhile it begins anew: so each counts once. Return:
 * false if that did not come to an end, or for want of memory.
 */
static bool collect(struct keys *k, int map_fd)
{
	struct call_key key, next;
	int more = bpf_map_get_next_key(map_fd, NULL, &next);

	for (int i = 0; !more && i < 4 * TASK_ENTRIES; i++) {
		struct call_key *list;

		key = next;
		if (!has(k, &key)) {
			list = hmt_grow(k->list, &k->cap, k->nr + 1, sizeof(*list));
			if (!list)
				return false;
			k->list = list;
			list[k->nr++] = key;
		}
		more = bpf_map_get_next_key(map_fd, &key, &next);
	}
	return more;
}

static unsigned int missed_of(const struct calls *c)
{
	unsigned int nr = 0;

	for (int i = 0; i < CALL_DEPTH; i++)
		nr += c->at[i].sp != 0;
	return nr;
}

unsigned int calls__missed(int map_fd, __u64 before)
{
	const bool sees = sees_threads();
	struct keys keys = { 0 };
	/* What could not be looked at may have been missed. */
	unsigned int nr = !collect(&keys, map_fd);

	for (size_t i = 0; i < keys.nr; i++) {
		const struct call_key *key = &keys.list[i];
		/* First: it may return and go meanwhile, and is not there any more then. */
		const bool gone = sees && is_gone(key->pid_tgid);
		struct calls c;

		if (!CALL_MATTERS(key->fn) || mapcall_lookup(map_fd, key, &c))
			continue;
		if (gone || c.since < before)
			nr += missed_of(&c);
	}
	hmt_free(keys.list);
	return nr;
}
