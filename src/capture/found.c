// SPDX-License-Identifier: GPL-2.0
#include "capture/found.h"

#include "capture/mapcall.h"

/* Whose address space it is, and that it is there. What has no room does without. */
static void enter_owner(const struct reader_conf *conf, const struct live_val *val)
{
	const struct mm_val mm = { .owner = val->owner };

	if (!val->owner)
		return;
	mapcall_update(conf->mms_fd, &val->mm, &mm, BPF_NOEXIST);
	mapcall_update(conf->owners_fd, &val->owner, &val->mm, BPF_NOEXIST);
}

int found__enter(const struct reader_conf *conf, const struct sync_set *found,
		 struct known *known)
{
	const __u64 how = NOTIFIER_FOUND;
	struct map64_iter it;
	int err = 0;

	for (int c = HMT_CLASS_MIRROR; c <= HMT_CLASS_RANGE; c++) {
		map64__for_each(&found->objs[c], &it) {
			const struct sync_obj *o = it.val;
			const struct live_key key = { .addr = it.key, .class = c };

			enter_owner(conf, &o->val);
			if (c == HMT_CLASS_MIRROR && conf->notifiers_fd >= 0)
				mapcall_update(conf->notifiers_fd, &key.addr, &how, BPF_NOEXIST);
			err = err ? err : known__found(known, &key, &o->val);
		}
	}
	return err;
}

void found__leave(const struct reader_conf *conf, const struct sync_set *found,
		  const struct sync_set *now)
{
	struct map64_iter it;
	__u64 addr, how;

	if (conf->notifiers_fd < 0)
		return;
	map64__for_each(&found->objs[HMT_CLASS_MIRROR], &it) {
		addr = it.key;
		/* Not the one that began there since. */
		if (!map64__get(&now->objs[HMT_CLASS_MIRROR], addr) &&
		    !mapcall_lookup(conf->notifiers_fd, &addr, &how) && how == NOTIFIER_FOUND)
			mapcall_delete(conf->notifiers_fd, &addr);
	}
}
