// SPDX-License-Identifier: GPL-2.0
#include "capture/kallsyms.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/thread.h"

/* Below this are per-CPU offsets, and zeros where addresses are hidden. */
#define KERNEL_MIN 0xffff000000000000ULL
/* Farther behind the last symbol of a module it is something we do not know. */
#define MODULE_REACH (1U << 20)

struct sym {
	__u64 addr;
	__u32 name, module;	/* offsets into text; 0: the kernel itself */
	bool local;
};

struct kallsyms {
	char *root;
	char *text;		/* the file, cut into strings */
	struct sym *syms;
	size_t nr, cap;
	__u64 image_start, image_end;	/* _stext.._end */
	__u64 modules;		/* hash of what is loaded, and where */
	bool asked;		/* it was read, or there was nothing to be read */
	struct aside *aside;	/* it is being read */
};

/* The thread's, but for stop, until it is done. */
struct aside {
	pthread_t thread;
	struct kallsyms fresh;
	int err;
	bool stop, done;
};

static bool is_stopped(const bool *stop)
{
	return stop && __atomic_load_n(stop, __ATOMIC_RELAXED);
}

/*
 * The whole of a file of /proc, which does not say how long it is. stop: NULL, or
 * what ends it early.
 */
static int read_all(const char *root, const char *path, const bool *stop, char **ret_text,
		    size_t *ret_len)
{
	size_t len = 0, cap = 1 << 16;
	char full[512], *text, *p;
	ssize_t n;
	int fd, err = 0;

	snprintf(full, sizeof(full), "%s%s", root, path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	text = hmt_calloc(cap, 1);
	while (text) {
		n = read(fd, text + len, cap - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err = -errno;
		else if (is_stopped(stop))
			err = -ECANCELED;
		if (n <= 0 || err)
			break;
		len += n;
		if (cap - len > 4096)
			continue;
		p = hmt_realloc(text, cap * 2, 1);
		if (!p)
			hmt_free(text);
		text = p;
		cap *= 2;
	}
	close(fd);
	if (!text)
		return -ENOMEM;
	if (err) {
		hmt_free(text);
		return err;
	}
	text[len] = '\0';
	*ret_text = text;
	*ret_len = len;
	return 0;
}

/* Name, size and place of each; not the reference count, which changes all the time. */
static __u64 hash_modules(const char *root)
{
	__u64 h = 0xcbf29ce484222325ULL;
	char *text;
	size_t len;
	int column = 0;

	if (read_all(root, "/proc/modules", NULL, &text, &len))
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			column = 0;
		else if (text[i] == ' ')
			column++;
		else if (column == 0 || column == 1 || column == 5)
			h = (h ^ (unsigned char)text[i]) * 0x100000001b3ULL;
	}
	hmt_free(text);
	return h;
}

static int add_sym(struct kallsyms *k, const struct sym *s)
{
	if (k->nr == k->cap) {
		size_t cap = k->cap ? k->cap * 2 : 1 << 15;
		struct sym *syms = hmt_realloc(k->syms, cap, sizeof(*syms));

		if (!syms)
			return -ENOMEM;
		k->syms = syms;
		k->cap = cap;
	}
	k->syms[k->nr++] = *s;
	return 0;
}

/*
 * ffffffffa0001000 t hmm_exerciser_open\t[hmm_exerciser]
 *
 * Cuts the line into strings in place. Return: true if it is a symbol worth having.
 */
static bool parse_line(char *text, char *line, struct sym *s)
{
	char *end, *name, *module;

	s->addr = strtoull(line, &end, 16);
	if (s->addr < KERNEL_MIN || end[0] != ' ' || !end[1] || end[2] != ' ')
		return false;
	s->local = end[1] >= 'a';
	name = end + 3;
	module = strchr(name, '\t');
	/* '$': marks of arm64 between code and data, not names */
	if (!*name || *name == '$')
		return false;
	s->name = name - text;
	s->module = 0;
	if (!module)
		return true;
	*module++ = '\0';
	if (*module == '[')
		module++;
	module[strcspn(module, "]")] = '\0';
	s->module = module - text;
	return true;
}

static int parse(struct kallsyms *k)
{
	char *line = k->text, *next;
	struct sym s;
	int err = 0;

	for (; line && *line && !err; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!parse_line(k->text, line, &s))
			continue;
		err = add_sym(k, &s);
		if (!s.module && !strcmp(k->text + s.name, "_stext"))
			k->image_start = s.addr;
		else if (!s.module && !strcmp(k->text + s.name, "_end"))
			k->image_end = s.addr;
	}
	return err;
}

/* At one address the global name comes first, then the order of the file. */
static int cmp_syms(const void *a, const void *b)
{
	const struct sym *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if (x->local != y->local)
		return x->local - y->local;
	return x->name < y->name ? -1 : 1;
}

/* The kernel's own come in order, a hundred thousand; those of modules do not. */
static void sort(struct kallsyms *k)
{
	size_t i = 1;

	while (i < k->nr && cmp_syms(&k->syms[i - 1], &k->syms[i]) < 0)
		i++;
	if (i < k->nr)
		qsort(k->syms, k->nr, sizeof(*k->syms), cmp_syms);
}

/* Touches only fresh, which has a root. Return: 0; else there is nothing in it. */
static int read_fresh(struct kallsyms *fresh, const bool *stop)
{
	size_t len;
	int err;

	/* Before the names: a module that comes in between is noticed next time. */
	fresh->modules = hash_modules(fresh->root);
	err = read_all(fresh->root, "/proc/kallsyms", stop, &fresh->text, &len);
	if (err)
		return err;
	err = parse(fresh);
	if (err) {
		hmt_free(fresh->text);
		hmt_free(fresh->syms);
		return err;
	}
	sort(fresh);
	return 0;
}

static void take_over(struct kallsyms *k, const struct kallsyms *fresh)
{
	hmt_free(k->text);
	hmt_free(k->syms);
	*k = *fresh;
}

static int load(struct kallsyms *k)
{
	struct kallsyms fresh = { .root = k->root, .asked = true };
	int err = read_fresh(&fresh, NULL);

	if (!err)
		take_over(k, &fresh);
	return err;
}

/* Without names there are addresses: no reason to fail, nor to try each time. */
static int only_no_memory(int err)
{
	return err == -ENOMEM ? -ENOMEM : 0;
}

static void *read_aside(void *arg)
{
	struct aside *a = arg;

	a->err = read_fresh(&a->fresh, &a->stop);
	__atomic_store_n(&a->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Where there can be no thread there is no aside either. */
static int begin_aside(struct kallsyms *k)
{
	struct aside *a = hmt_calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	a->fresh = (struct kallsyms){ .root = k->root, .asked = true };
	if (!thread_start(&a->thread, read_aside, a))
		k->aside = a;
	else
		hmt_free(a);
	return 0;
}

/* Waits for the thread, and takes over what it has read. */
static int end_aside(struct kallsyms *k)
{
	struct aside *a = k->aside;
	int err;

	pthread_join(a->thread, NULL);
	k->aside = NULL;
	k->asked = true;
	err = a->err;
	if (!err)
		take_over(k, &a->fresh);
	hmt_free(a);
	return only_no_memory(err);
}

int kallsyms__poll(struct kallsyms *k)
{
	int err = k->asked || k->aside ? 0 : begin_aside(k);

	if (err)
		return err;
	if (k->aside && !__atomic_load_n(&k->aside->done, __ATOMIC_ACQUIRE))
		return 0;
	err = kallsyms__load(k);
	return err ? err : 1;
}

int kallsyms__load(struct kallsyms *k)
{
	if (k->aside)
		return end_aside(k);
	if (k->asked)
		return 0;
	k->asked = true;
	return only_no_memory(load(k));
}

struct kallsyms *kallsyms__new(const char *root)
{
	struct kallsyms *k = hmt_calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->root = hmt_strdup(root);
	if (!k->root) {
		kallsyms__free(k);
		return NULL;
	}
	return k;
}

void kallsyms__free(struct kallsyms *k)
{
	if (!k)
		return;
	if (k->aside) {
		__atomic_store_n(&k->aside->stop, true, __ATOMIC_RELAXED);
		end_aside(k);
	}
	hmt_free(k->root);
	hmt_free(k->text);
	hmt_free(k->syms);
	hmt_free(k);
}

int kallsyms__refresh(struct kallsyms *k)
{
	int err;

	if (!k->asked)
		return kallsyms__load(k);
	if (hash_modules(k->root) == k->modules)
		return 0;
	err = load(k);
	return err ? err : 1;
}

bool kallsyms__lookup(struct kallsyms *k, __u64 addr, const char **ret_name,
		      const char **ret_module, __u64 *ret_offset)
{
	const struct sym *s;
	size_t lo = 0, hi;
	bool in_image;

	kallsyms__load(k);
	hi = k->nr;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (k->syms[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return false;
	s = &k->syms[lo - 1];
	while (s > k->syms && s[-1].addr == s->addr)
		s--;
	in_image = k->image_end ? addr >= k->image_start && addr < k->image_end : !s->module;
	if (!in_image && (!s->module || addr - s->addr >= MODULE_REACH))
		return false;
	*ret_name = k->text + s->name;
	*ret_module = s->module ? k->text + s->module : "";
	*ret_offset = addr - s->addr;
	return true;
}
