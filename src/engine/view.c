// SPDX-License-Identifier: GPL-2.0
/* view.c - what the engine thinks of one object, asked from outside. */
#include <errno.h>

#include "engine/priv.h"

void engine__tag(struct engine *e, enum hmt_class class, __u64 addr, __u32 tag)
{
	struct object *o = object_find(e, class, addr);

	if (o)
		o->tag = tag;
}

int engine__find(const struct engine *e, enum hmt_class class, __u64 addr,
		 struct object_view *ret_view, struct object_view *ret_parent)
{
	const struct object *o = addr ? object_find(e, class, addr) : NULL, *up;

	if (!o || !o->serial)
		return -ENOENT;
	view_object(e, o, ret_view);
	up = o->parent;
	if (!up && !o->layer && o->class >= HMT_CLASS_MIRROR && o->mm && o->mm->serial)
		up = o->mm;
	if (up)
		view_object(e, up, ret_parent);
	else
		*ret_parent = (struct object_view){ 0 };
	return alive(o);
}
