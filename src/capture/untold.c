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

static int append(struct untold_list *l, const struct live_key *key, const struct untold_val *val)
{
	struct untold *list = hmt_grow(l->list, &l->cap, l->nr + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	l->list = list;
	list[l->nr++] = (struct untold){ .key = *key, .val = *val };
	return 0;
}

/* Since 5.6. Return: -EINVAL where it is not known. */
static int take_batches(struct untold_list *l, int map_fd, struct live_key *keys,
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
			err = append(l, &keys[i], &vals[i]);
		in = &at;
	}
	return err;
}

/* One by one: where the next one is can be asked as long as this one is there. */
static int take_keys(struct untold_list *l, int map_fd)
{
	struct live_key key, next;
	struct untold_val val;
	int more = bpf_map_get_next_key(map_fd, NULL, &next), err = 0;

	while (!more && !err) {
		key = next;
		more = bpf_map_get_next_key(map_fd, &key, &next);
		if (mapcall_lookup(map_fd, &key, &val) || mapcall_delete(map_fd, &key))
			return -errno;
		err = append(l, &key, &val);
	}
	return err;
}

int untold__take(struct untold_list *l, int map_fd)
{
	struct live_key *keys = hmt_calloc(BATCH, sizeof(*keys));
	struct untold_val *vals = hmt_calloc(BATCH, sizeof(*vals));
	int err = keys && vals ? take_batches(l, map_fd, keys, vals) : -ENOMEM;

	hmt_free(keys);
	hmt_free(vals);
	return err == -EINVAL ? take_keys(l, map_fd) : err;
}

void untold__free(struct untold_list *l)
{
	hmt_free(l->list);
	*l = (struct untold_list){ 0 };
}
