// SPDX-License-Identifier: GPL-2.0
#include "capture/walk.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>

#include "base/mem.h"
#include "capture/mapcall.h"

#define WALK_BATCH 1024

/* Since 5.6: a bucket at a time, under its lock. Return: -EINVAL where it is not known. */
static int walk_batches(int map_fd, struct sync_set *set)
{
	struct live_key *keys = hmt_calloc(WALK_BATCH, sizeof(*keys));
	struct live_val *vals = hmt_calloc(WALK_BATCH, sizeof(*vals));
	struct live_key at, *in = NULL;
	bool last = false;
	int err = keys && vals ? 0 : -ENOMEM;

	while (!err && !last) {
		__u32 nr = WALK_BATCH;

		mapcall__begin();
		/* -ENOENT: that was the last of it, and nr says how many */
		if (bpf_map_lookup_batch(map_fd, in, &at, keys, vals, &nr, NULL)) {
			last = errno == ENOENT;
			err = last ? 0 : -errno;
		}
		mapcall__end();
		for (__u32 i = 0; i < nr && !err; i++)
			err = sync_set__add(set, &keys[i], &vals[i]);
		in = &at;
	}
	hmt_free(keys);
	hmt_free(vals);
	return err;
}

/*
 * From key to key. When the key it stands on goes, the walk begins again, so
 * under load it can take many steps; the limit is what a still table never needs.
 */
static int walk_keys(int map_fd, __u64 max_steps, struct sync_set *set)
{
	struct live_key at, *in = NULL, next;
	struct live_val val;

	for (__u64 i = 0; i < max_steps; i++) {
		int err;

		if (bpf_map_get_next_key(map_fd, in, &next))
			return errno == ENOENT ? 0 : -errno;
		at = next;
		in = &at;
		/* Gone already: its record tells. */
		if (mapcall_lookup(map_fd, &at, &val))
			continue;
		err = sync_set__add(set, &at, &val);
		if (err)
			return err;
	}
	return -EAGAIN;
}

int walk_live(int map_fd, __u32 max_entries, struct sync_set *set)
{
	__u64 max_steps = 8ULL * max_entries + 1024;
	int err = walk_batches(map_fd, set);

	if (err != -EINVAL && err != -524)
		return err;
	/*
	 * Nothing is locked: an element that is freed and used again under the walk can lead
	 * it into another bucket, past the rest of its own. Not twice at the same one.
	 */
	err = walk_keys(map_fd, max_steps, set);
	return err ? err : walk_keys(map_fd, max_steps, set);
}
