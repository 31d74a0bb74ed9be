// SPDX-License-Identifier: GPL-2.0
#include "capture/untold.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>

#include "base/mem.h"
#include "capture/mapcall.h"

/* More than there ever are in one bucket, which is taken as a whole. */
#define BATCH 1024
/* The kernel's ENOTSUPP, which is not in errno.h */
#define NOT_SUPPORTED 524

/* Since 5.6. Return: -EINVAL where it is not known. */
static int take_batches(struct untold_set *s, int map_fd, struct live_key *keys,
			struct untold_val *vals)
{
	struct live_key at, *in = NULL;
	bool last = false;
	int err = 0;

	while (!err && !last) {
		__u32 nr = BATCH;

		mapcall__begin();
		/* -ENOENT: that was the last of it, and nr says how many */
		if (bpf_map_lookup_and_delete_batch(map_fd, in, &at, keys, vals, &nr, NULL)) {
			last = errno == ENOENT;
			err = last ? 0 : errno == NOT_SUPPORTED ? -EINVAL : -errno;
		}
		mapcall__end();
		for (__u32 i = 0; i < nr && !err; i++)
			err = untold__add(s, &keys[i], &vals[i]);
		in = &at;
	}
	return err;
}

/* One by one: where the next one is can be asked as long as this one is there. */
static int take_keys(struct untold_set *s, int map_fd)
{
	struct live_key key, next;
	struct untold_val val;
	int more = bpf_map_get_next_key(map_fd, NULL, &next), err = 0;

	while (!more && !err) {
		key = next;
		more = bpf_map_get_next_key(map_fd, &key, &next);
		if (mapcall_lookup(map_fd, &key, &val) || mapcall_delete(map_fd, &key))
			return -errno;
		err = untold__add(s, &key, &val);
	}
	return err;
}

int untold__take(struct untold_set *s, int map_fd)
{
	struct live_key *keys = hmt_calloc(BATCH, sizeof(*keys));
	struct untold_val *vals = hmt_calloc(BATCH, sizeof(*vals));
	int err = keys && vals ? take_batches(s, map_fd, keys, vals) : -ENOMEM;

	hmt_free(keys);
	hmt_free(vals);
	return err == -EINVAL ? take_keys(s, map_fd) : err;
}
