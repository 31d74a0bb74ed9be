// SPDX-License-Identifier: GPL-2.0
#include "capture/ktypes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* The last kind that is known here: since 6.0, 6089fb325cf7 ("bpf: Add btf enum64 support") */
#define KIND_ENUM64 19
/* Longer than any kernel has: more is no type information. */
#define DATA_MAX (512U << 20)

static __u32 kind_of(const struct btf_type *t)
{
	return BTF_INFO_KIND(t->info);
}

static __u32 vlen_of(const struct btf_type *t)
{
	return BTF_INFO_VLEN(t->info);
}

/* What follows the type itself. Return: bytes, -1 if the kind is unknown. */
static long extra_of(const struct btf_type *t)
{
	switch (kind_of(t)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return sizeof(__u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return (long)(vlen_of(t) * sizeof(struct btf_member));
	case BTF_KIND_ENUM:
		return (long)(vlen_of(t) * sizeof(struct btf_enum));
	case BTF_KIND_FUNC_PROTO:
		return (long)(vlen_of(t) * sizeof(struct btf_param));
	case BTF_KIND_DATASEC:
		return (long)(vlen_of(t) * sizeof(struct btf_var_secinfo));
	case KIND_ENUM64:
		return vlen_of(t) * 3L * (long)sizeof(__u32);
	default:
		return -1;
	}
}

/* --- reading ------------------------------------------------------------------------ */

static int add_type(struct ktypes *t, __u32 *cap, __u32 off)
{
	if (t->nr == *cap) {
		__u32 *at = hmt_realloc(t->at, *cap * 2, sizeof(*at));

		if (!at)
			return -ENOMEM;
		t->at = at;
		*cap *= 2;
	}
	t->at[t->nr++] = off;
	return 0;
}

static int index_types(struct ktypes *t, __u32 len)
{
	__u32 off = 0, cap = 1 << 17;

	t->at = hmt_calloc(cap, sizeof(*t->at));
	if (!t->at)
		return -ENOMEM;
	t->nr = 1;
	while (off < len) {
		const struct btf_type *type = (const void *)(t->types + off);
		long extra;
		int err;

		if (len - off < sizeof(*type))
			return -EBADMSG;
		extra = extra_of(type);
		if (extra < 0 || len - off - sizeof(*type) < (size_t)extra)
			return -EBADMSG;
		err = add_type(t, &cap, off);
		if (err)
			return err;
		off += sizeof(*type) + (__u32)extra;
	}
	return 0;
}

static int check_header(struct ktypes *t, size_t len, __u32 *ret_type_len)
{
	const struct btf_header *h = t->data;
	size_t room;

	if (len < sizeof(*h) || h->magic != BTF_MAGIC || h->hdr_len < sizeof(*h) ||
	    h->hdr_len > len)
		return -EBADMSG;
	room = len - h->hdr_len;
	if (h->type_off > room || h->type_len > room - h->type_off || h->type_off % 4 ||
	    h->str_off > room || h->str_len > room - h->str_off || !h->str_len ||
	    h->hdr_len % 4)
		return -EBADMSG;
	t->types = (const char *)t->data + h->hdr_len + h->type_off;
	t->strs = (const char *)t->data + h->hdr_len + h->str_off;
	t->str_len = h->str_len;
	*ret_type_len = h->type_len;
	/* So that every name that begins within ends within. */
	return t->strs[h->str_len - 1] || t->strs[0] ? -EBADMSG : 0;
}

int ktypes__init(struct ktypes *t, void *data, size_t len)
{
	__u32 type_len;
	int err;

	memset(t, 0, sizeof(*t));
	t->data = data;
	err = check_header(t, len, &type_len);
	err = err ? err : index_types(t, type_len);
	if (err)
		ktypes__free(t);
	return err;
}

void ktypes__free(struct ktypes *t)
{
	hmt_free(t->data);
	hmt_free(t->at);
	memset(t, 0, sizeof(*t));
}

static int read_file(int fd, size_t len, void *data)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(fd, (char *)data + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EBADMSG;
		done += (size_t)n;
	}
	return 0;
}

int ktypes__read(struct ktypes *t, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	void *data = NULL;
	struct stat st;

	memset(t, 0, sizeof(*t));
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (st.st_size <= 0 || st.st_size > DATA_MAX)
		err = -EBADMSG;
	if (!err) {
		data = hmt_calloc(1, (size_t)st.st_size);
		err = data ? read_file(fd, (size_t)st.st_size, data) : -ENOMEM;
	}
	close(fd);
	if (!err)
		return ktypes__init(t, data, (size_t)st.st_size);
	hmt_free(data);
	return err;
}

const struct btf_type *ktypes__get(const struct ktypes *t, __u32 id)
{
	return id && id < t->nr ? (const void *)(t->types + t->at[id]) : NULL;
}

const char *ktypes__name(const struct ktypes *t, const struct btf_type *type)
{
	return type->name_off < t->str_len ? t->strs + type->name_off : "";
}

/* --- names ---------------------------------------------------------------------------- */

void ktypes_names__init(struct ktypes_names *n)
{
	memset(n, 0, sizeof(*n));
	map64__init(&n->hashes);
}

void ktypes_names__free(struct ktypes_names *n)
{
	map64__free(&n->hashes);
}

/* Of the first three bytes, and of less if there are no more. */
static unsigned int beginning(const char *name, size_t len)
{
	unsigned int h = 0;

	for (size_t i = 0; i < 3 && i < len && name[i]; i++)
		h = h * 37 + (unsigned char)name[i];
	return h % KTYPES_BEGINS;
}

int ktypes_names__add(struct ktypes_names *n, const char *name, size_t len)
{
	unsigned int at = beginning(name, len);

	n->begins[at / 8] |= (unsigned char)(1U << at % 8);
	return map64__put(&n->hashes, map64_hash(name, len), n);
}

static bool names_have(const struct ktypes_names *n, const char *name)
{
	unsigned int at = beginning(name, SIZE_MAX);

	return n->begins[at / 8] >> at % 8 & 1 &&
	       map64__get(&n->hashes, map64_hash(name, strlen(name)));
}

/* --- cutting out -------------------------------------------------------------------- */

struct cut {
	const struct ktypes *from;
	__u32 *id;			/* by the kernel's id: the new one; 0: not taken */
	__u32 *list, nr;		/* the kernel's ids of what is taken, in the new order */
	char *types, *strs;
	size_t cap, types_len, types_cap, strs_len, strs_cap;
};

/* Return: room for len more bytes; NULL if there is none. */
static void *more(char **buf, size_t *cap, size_t *used, size_t len)
{
	char *p = hmt_grow(*buf, cap, *used + len, 1);

	if (!p)
		return NULL;
	*buf = p;
	*used += len;
	return *buf + *used - len;
}

static int put_name(struct cut *c, __u32 *name_off)
{
	const char *name = *name_off < c->from->str_len ? c->from->strs + *name_off : "";
	size_t at = c->strs_len;
	char *to;

	*name_off = 0;
	if (!*name)
		return 0;
	to = more(&c->strs, &c->strs_cap, &c->strs_len, strlen(name) + 1);
	if (!to)
		return -ENOMEM;
	memcpy(to, name, strlen(name) + 1);
	*name_off = (__u32)at;
	return 0;
}

static bool is_data(__u32 kind)
{
	return kind != BTF_KIND_FUNC && kind != BTF_KIND_FUNC_PROTO && kind != BTF_KIND_VAR &&
	       kind != BTF_KIND_DATASEC && kind != BTF_KIND_DECL_TAG;
}

/* Puts the type in line, if it is none yet, and its new id in the place of the kernel's. */
static int take(struct cut *c, __u32 *id)
{
	const struct btf_type *t = ktypes__get(c->from, *id);

	/* A function is only ever pointed to; void is what is left of it. */
	if (!t || !is_data(kind_of(t))) {
		*id = 0;
		return 0;
	}
	if (!c->id[*id]) {
		__u32 *list = hmt_grow(c->list, &c->cap, c->nr + 1, sizeof(*list));

		if (!list)
			return -ENOMEM;
		c->list = list;
		c->list[c->nr++] = *id;
		c->id[*id] = c->nr;
	}
	*id = c->id[*id];
	return 0;
}

static int copy_members(struct cut *c, const struct btf_type *t, struct btf_member *m)
{
	int err = 0;

	for (__u32 i = 0; i < vlen_of(t) && !err; i++, m++) {
		err = put_name(c, &m->name_off);
		err = err ? err : take(c, &m->type);
	}
	return err;
}

/* The names of values, which are step words apart: those of enum64 have three. */
static int copy_values(struct cut *c, const struct btf_type *t, __u32 *value, size_t step)
{
	int err = 0;

	for (__u32 i = 0; i < vlen_of(t) && !err; i++, value += step)
		err = put_name(c, value);
	return err;
}

static int copy_type(struct cut *c, const struct btf_type *t)
{
	size_t len = sizeof(*t) + (size_t)extra_of(t);
	struct btf_type *to = more(&c->types, &c->types_cap, &c->types_len, len);
	struct btf_array *array;
	int err;

	if (!to)
		return -ENOMEM;
	memcpy(to, t, len);
	err = put_name(c, &to->name_off);
	if (err)
		return err;
	switch (kind_of(t)) {
	case BTF_KIND_PTR:
		to->type = 0;
		return 0;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return take(c, &to->type);
	case BTF_KIND_ARRAY:
		array = (void *)(to + 1);
		err = take(c, &array->type);
		return err ? err : take(c, &array->index_type);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return copy_members(c, t, (void *)(to + 1));
	case BTF_KIND_ENUM:
		return copy_values(c, t, (void *)(to + 1), 2);
	case KIND_ENUM64:
		return copy_values(c, t, (void *)(to + 1), 3);
	default:
		return 0;
	}
}

static bool is_wanted(const struct ktypes *t, const struct btf_type *type,
		      const struct ktypes_names *names)
{
	__u32 kind = kind_of(type);
	const char *name;

	if (kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION && kind != BTF_KIND_ENUM &&
	    kind != KIND_ENUM64 && kind != BTF_KIND_TYPEDEF)
		return false;
	name = ktypes__name(t, type);
	return *name && names_have(names, name);
}

static int cut_types(struct cut *c, const struct ktypes_names *names)
{
	int err = 0;

	for (__u32 id = 1; id < c->from->nr && !err; id++) {
		__u32 ignored = id;

		if (is_wanted(c->from, ktypes__get(c->from, id), names))
			err = take(c, &ignored);
	}
	/* The list grows as they are copied: by what they are made of. */
	for (__u32 i = 0; i < c->nr && !err; i++)
		err = copy_type(c, ktypes__get(c->from, c->list[i]));
	return err;
}

int ktypes__cut(const struct ktypes *t, const struct ktypes_names *names, void **ret_data,
		size_t *ret_len)
{
	struct btf_header h = { .magic = BTF_MAGIC, .version = 1, .hdr_len = sizeof(h) };
	struct cut c = { .from = t };
	char *data = NULL;
	int err = -ENOMEM;

	c.id = hmt_calloc(t->nr, sizeof(*c.id));
	/* The first string is that of what has no name. */
	if (c.id && more(&c.strs, &c.strs_cap, &c.strs_len, 1)) {
		c.strs[0] = '\0';
		err = cut_types(&c, names);
	}
	h.type_len = h.str_off = (__u32)c.types_len;
	h.str_len = (__u32)c.strs_len;
	*ret_len = sizeof(h) + c.types_len + c.strs_len;
	if (!err)
		data = hmt_calloc(1, *ret_len);
	if (data) {
		memcpy(data, &h, sizeof(h));
		if (c.types_len)
			memcpy(data + sizeof(h), c.types, c.types_len);
		memcpy(data + sizeof(h) + c.types_len, c.strs, c.strs_len);
		*ret_data = data;
	} else if (!err) {
		err = -ENOMEM;
	}
	hmt_free(c.id);
	hmt_free(c.list);
	hmt_free(c.types);
	hmt_free(c.strs);
	return err;
}
