// SPDX-License-Identifier: GPL-2.0
/* The kernel's types: what is taken of them, and what is no such file. */
#include "test.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "capture/ktypes.h"

static char types[1024], strs[256];
static size_t types_len, strs_len;

static void begin(void)
{
	types_len = 0;
	strs[0] = '\0';
	strs_len = 1;
}

static __u32 text(const char *s)
{
	size_t at = strs_len;

	if (!*s)
		return 0;
	memcpy(strs + strs_len, s, strlen(s) + 1);
	strs_len += strlen(s) + 1;
	return (__u32)at;
}

static void words(const __u32 *w, size_t nr)
{
	memcpy(types + types_len, w, nr * sizeof(*w));
	types_len += nr * sizeof(*w);
}

static void type(const char *name, __u32 kind, __u32 vlen, __u32 size_or_type)
{
	__u32 w[] = { text(name), kind << 24 | vlen, size_or_type };

	words(w, 3);
}

static void member(const char *name, __u32 of)
{
	__u32 w[] = { text(name), of, 0 };

	words(w, 3);
}

enum {
	INT = 1, INNER, POINTER, ARRAY, OUTER, PROTO, FN_T, COLOUR, FUNCTION, OTHER, SELF, LARGE,
	NR,
};

static void make(void)
{
	static const __u32 int_bits = 32, large[] = { 0, 7, 0 };
	__u32 red[] = { 0, 1 }, array[] = { INT, INT, 3 };

	begin();
	type("int", BTF_KIND_INT, 0, 4), words(&int_bits, 1);
	type("inner", BTF_KIND_STRUCT, 1, 4), member("a", INT);
	type("", BTF_KIND_PTR, 0, OTHER);
	type("", BTF_KIND_ARRAY, 0, 0), words(array, 3);
	type("outer", BTF_KIND_STRUCT, 3, 32);
	member("i", INNER), member("p", POINTER), member("r", ARRAY);
	type("", BTF_KIND_FUNC_PROTO, 0, 0);
	type("fn_t", BTF_KIND_TYPEDEF, 0, PROTO);
	type("colour", BTF_KIND_ENUM, 1, 4), red[0] = text("RED"), words(red, 2);
	type("f", BTF_KIND_FUNC, 0, PROTO);
	type("other", BTF_KIND_STRUCT, 1, 4), member("x", INT);
	type("self", BTF_KIND_TYPEDEF, 0, OUTER);
	type("large", 19, 1, 8), words(large, 3);
}

/* Return: a copy that is taken over. */
static void *file(size_t *ret_len)
{
	struct btf_header h = {
		.magic = BTF_MAGIC, .version = 1, .hdr_len = sizeof(h),
		.type_len = (__u32)types_len, .str_off = (__u32)types_len,
		.str_len = (__u32)strs_len,
	};
	char *data = hmt_calloc(1, sizeof(h) + types_len + strs_len);

	ASSERT_NOT_NULL(data);
	memcpy(data, &h, sizeof(h));
	memcpy(data + sizeof(h), types, types_len);
	memcpy(data + sizeof(h) + types_len, strs, strs_len);
	*ret_len = sizeof(h) + types_len + strs_len;
	return data;
}

static void open_types(struct ktypes *t)
{
	size_t len;
	void *data = file(&len);

	ASSERT_OK(ktypes__init(t, data, len));
}

static const struct btf_type *find(const struct ktypes *t, const char *name)
{
	for (__u32 id = 1; id < t->nr; id++)
		if (!strcmp(ktypes__name(t, ktypes__get(t, id)), name))
			return ktypes__get(t, id);
	return NULL;
}

static int cut(const struct ktypes *t, struct ktypes *ret, const char *a, const char *b)
{
	struct ktypes_names names;
	size_t len;
	void *data;
	int err;

	ktypes_names__init(&names);
	err = ktypes_names__add(&names, a, strlen(a));
	err = err ? err : ktypes_names__add(&names, b, strlen(b));
	err = err ? err : ktypes__cut(t, &names, &data, &len);
	ktypes_names__free(&names);
	return err ? err : ktypes__init(ret, data, len);
}

static void test_ktypes__read(void)
{
	struct ktypes t;

	make();
	open_types(&t);
	ASSERT_EQ(t.nr, NR);
	ASSERT_STREQ(ktypes__name(&t, ktypes__get(&t, OUTER)), "outer");
	ASSERT_STREQ(ktypes__name(&t, ktypes__get(&t, FUNCTION)), "f");
	ASSERT_STREQ(ktypes__name(&t, ktypes__get(&t, POINTER)), "");
	ASSERT_EQ(ktypes__get(&t, POINTER)->type, OTHER);
	ASSERT_NULL(ktypes__get(&t, 0));
	ASSERT_NULL(ktypes__get(&t, NR));
	ktypes__free(&t);
}

static void test_ktypes__cut(void)
{
	const struct btf_member *m;
	const struct btf_array *array;
	struct ktypes t, c;

	make();
	open_types(&t);
	ASSERT_OK(cut(&t, &c, "outer", "colour"));
	/* outer, colour, inner, the pointer, the array, int */
	ASSERT_EQ(c.nr, 7);
	ASSERT_NULL(find(&c, "other"));
	ASSERT_NULL(find(&c, "f"));
	ASSERT_NOT_NULL(find(&c, "outer"));
	ASSERT_EQ(find(&c, "outer")->size, 32);
	m = (const void *)(find(&c, "outer") + 1);
	ASSERT_STREQ(c.strs + m[0].name_off, "i");
	ASSERT_STREQ(ktypes__name(&c, ktypes__get(&c, m[0].type)), "inner");
	ASSERT_STREQ(c.strs + m[1].name_off, "p");
	ASSERT_EQ(ktypes__get(&c, m[1].type)->type, 0);
	array = (const void *)(ktypes__get(&c, m[2].type) + 1);
	ASSERT_EQ(array->nelems, 3);
	ASSERT_STREQ(ktypes__name(&c, ktypes__get(&c, array->type)), "int");
	ASSERT_STREQ(c.strs + *(const __u32 *)(find(&c, "colour") + 1), "RED");
	ktypes__free(&c);

	/* A pointer to a function is one to void; a typedef brings what it stands for. */
	ASSERT_OK(cut(&t, &c, "fn_t", "self"));
	ASSERT_EQ(find(&c, "fn_t")->type, 0);
	ASSERT_STREQ(ktypes__name(&c, ktypes__get(&c, find(&c, "self")->type)), "outer");
	ktypes__free(&c);
	ASSERT_OK(cut(&t, &c, "no such", "large"));
	ASSERT_EQ(c.nr, 2);
	ASSERT_EQ(((const __u32 *)(find(&c, "large") + 1))[1], 7);
	ktypes__free(&c);
	ktypes__free(&t);
}

/* Cut anywhere, it is refused; and so is what is not known here. */
static void test_ktypes__damage(void)
{
	struct ktypes t;
	size_t len, full;
	char *data;

	make();
	hmt_free(file(&full));
	for (size_t n = 0; n < full; n++) {
		data = hmt_realloc(file(&len), n, 1);
		ASSERT_NOT_NULL(data);
		ASSERT_EQ(ktypes__init(&t, data, n), -EBADMSG);
	}
	type("new", 20, 0, 0);
	data = file(&len);
	ASSERT_EQ(ktypes__init(&t, data, len), -EBADMSG);
	begin();
	type("short", BTF_KIND_STRUCT, 1, 4);
	data = file(&len);
	ASSERT_EQ(ktypes__init(&t, data, len), -EBADMSG);
	begin();
	data = file(&len);
	data[len - 1] = 'x';
	ASSERT_EQ(ktypes__init(&t, data, len), -EBADMSG);
	ASSERT_EQ(ktypes__read(&t, "/nonexistent"), -ENOENT);
	ASSERT_EQ(ktypes__read(&t, "/dev/null"), -EBADMSG);
}

static void test_ktypes__no_memory(void)
{
	long live = hmt_mem_live();
	struct ktypes t, c;

	make();
	for (unsigned long n = 1;; n++) {
		size_t len;
		void *data = file(&len);
		int ret, failed;

		hmt_mem_fail_at(n);
		ret = ktypes__init(&t, data, len);
		if (!ret) {
			ret = cut(&t, &c, "outer", "colour");
			if (!ret)
				ktypes__free(&c);
			ktypes__free(&t);
		}
		failed = hmt_mem_failed();
		hmt_mem_fail_at(0);
		ASSERT_EQ(ret, failed ? -ENOMEM : 0);
		ASSERT_EQ(hmt_mem_live(), live);
		if (!ret)
			break;
	}
}

/* The kernel that runs, if it tells: as it is, and what a trace needs of it. */
static void test_ktypes__this_kernel(void)
{
	static const char path[] = "/sys/kernel/btf/vmlinux";
	struct ktypes t, c;

	if (access(path, R_OK))
		return;
	ASSERT_OK(ktypes__read(&t, path));
	ASSERT_GT(t.nr, 10000);
	ASSERT_OK(cut(&t, &c, "task_struct", "mm_struct"));
	ASSERT_NOT_NULL(find(&c, "task_struct"));
	ASSERT_EQ(find(&c, "task_struct")->size, find(&t, "task_struct")->size);
	ASSERT_LT(c.nr, t.nr / 20);
	ktypes__free(&c);
	ktypes__free(&t);
}

TEST_MAIN(TEST(test_ktypes__read), TEST(test_ktypes__cut), TEST(test_ktypes__damage),
	  TEST(test_ktypes__no_memory), TEST(test_ktypes__this_kernel))
