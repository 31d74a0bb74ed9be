// SPDX-License-Identifier: GPL-2.0
/* holders.c - what dead owners left, and how it is told. Pure. */
#include "capture/holders.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

int holders__left(struct holders *h, const struct hmt_file *rec)
{
	struct left_file f = {
		.file = rec->file, .data = rec->data, .mm = rec->h.mm, .owner = rec->h.tgid,
		.major = rec->major, .minor = rec->minor,
		.due = rec->h.ts + h->conf.grace_ns / 4 * 3,
	};

	if (h->conf.prog_fd < 0 || h->nr == HMT_HOLDER_FILES)
		return 0;
	memcpy(f.name, &rec->name, sizeof(f.name));
	if (h->nr == h->cap) {
		size_t cap = h->cap ? 2 * h->cap : 16;
		struct left_file *left = hmt_realloc(h->left, cap, sizeof(*left));

		if (!left)
			return -ENOMEM;
		h->left = left;
		h->cap = cap;
	}
	/* Records come in the order of time, so these are in the order of due. */
	h->left[h->nr++] = f;
	return 0;
}

void holder_build(struct hmt_holder *rec, __u64 ts, const struct left_file *f,
		  const struct holder_obj *o, const char *path)
{
	static const char anon[] = "anon_inode:";
	char *to = (char *)&rec->path;
	size_t len;

	hdr_make(&rec->h, HMT_HOLDER, sizeof(*rec), ts);
	rec->h.mm = f->mm;
	rec->h.tgid = rec->h.tid = o->tgid;
	rec->file = f->file;
	rec->owner = f->owner;
	rec->fd = o->fd;
	if (!path) {
		/* Not snprintf(): a hardened one takes the first word for all the room there is. */
		len = f->major ? 0 : sizeof(anon) - 1;
		memcpy(to, anon, len);
		memcpy(to + len, f->name, strnlen(f->name, sizeof(f->name)));
		return;
	}
	len = strlen(path);
	/* The end of a path tells more than its beginning. */
	if (len > HMT_HOLDER_PATH_LEN)
		path += len - HMT_HOLDER_PATH_LEN;
	memcpy(to, path, strlen(path));
}

void holders__free(struct holders *h)
{
	hmt_free(h->left);
	memset(h, 0, sizeof(*h));
}
