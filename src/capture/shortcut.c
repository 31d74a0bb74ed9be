// SPDX-License-Identifier: GPL-2.0
#include "capture/shortcut.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "capture/ktypes.h"

/* What a section's programs are for, by the part of its name behind the slash. */
static int btf_id_of(const struct features *f, const char *section)
{
	const char *what = strchr(section, '/');

	if (!what)
		return 0;
	what++;
	if (strncmp(section, "iter/", strlen("iter/")))
		return features_fn_id(f, what);
	if (!strcmp(what, "task"))
		return f->iter_btf_id;
	return strcmp(what, "task_file") ? 0 : f->iter_file_btf_id;
}

static int prepare(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	const struct features *f = (const void *)cookie;
	int id = btf_id_of(f, bpf_program__section_name(prog));

	if (!id)
		return -ENOENT;
	opts->attach_btf_id = (__u32)id;
	/* Not before: for one of these libbpf would have read all types. */
	return bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING);
}

/*
 * Before libbpf 1.3 the table of handlers is freed when the last one is taken back,
 * and used all the same by who comes next. So one stays, for a section that nobody has.
 */
static int keep_table(void)
{
	static bool kept;
	int id;

	if (kept)
		return 0;
	id = libbpf_register_prog_handler("hmmtrace.none", BPF_PROG_TYPE_UNSPEC, 0, NULL);
	if (id < 0)
		return id;
	kept = true;
	return 0;
}

static int add_handlers(struct shortcut *s, const struct features *f)
{
	static const struct {
		const char *section;
		enum bpf_attach_type type;
	} sections[SHORTCUT_SECTIONS] = {
		{ .section = "fentry+", .type = BPF_TRACE_FENTRY },
		{ .section = "fexit+", .type = BPF_TRACE_FEXIT },
		{ .section = "iter+", .type = BPF_TRACE_ITER },
	};
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)f,
		    .prog_prepare_load_fn = prepare);

	for (int i = 0; i < SHORTCUT_SECTIONS; i++) {
		int id = libbpf_register_prog_handler(sections[i].section,
						      BPF_PROG_TYPE_RAW_TRACEPOINT,
						      sections[i].type, &opts);

		if (id < 0)
			return id;
		s->handlers[s->nr_handlers++] = id;
	}
	return 0;
}

int shortcut__begin(struct shortcut *s, const struct features *f)
{
	int err;

	*s = (struct shortcut){ .fd = -1 };
	if (!f->types)
		return -ENOENT;
	s->fd = memfd_create("types", MFD_CLOEXEC);
	if (s->fd < 0)
		return -errno;
	snprintf(s->path, sizeof(s->path), "/proc/self/fd/%d", s->fd);
	err = keep_table();
	err = err ? err : add_handlers(s, f);
	if (err)
		shortcut__end(s);
	return err;
}

/* The names of all that the object knows: a few too many do no harm. */
static int add_names(struct ktypes_names *names, const struct btf *btf)
{
	int err = 0;

	for (__u32 id = 1; id < btf__type_cnt(btf) && !err; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name = btf__name_by_offset(btf, t->name_off), *flavor;
		size_t len;

		if (!name || !*name || !(btf_is_composite(t) || btf_is_any_enum(t) ||
					 btf_is_typedef(t)))
			continue;
		flavor = strstr(name, "___");
		len = flavor ? (size_t)(flavor - name) : strlen(name);
		err = ktypes_names__add(names, name, len);
	}
	return err;
}

static int write_types(int fd, const void *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(fd, (const char *)data + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

int shortcut__fill(const struct shortcut *s, const struct features *f,
		   const struct bpf_object *obj)
{
	struct ktypes_names names;
	void *data = NULL;
	size_t len = 0;
	int err;

	ktypes_names__init(&names);
	err = add_names(&names, bpf_object__btf(obj));
	err = err ? err : ktypes__cut(f->types, &names, &data, &len);
	err = err ? err : write_types(s->fd, data, len);
	ktypes_names__free(&names);
	hmt_free(data);
	return err;
}

void shortcut__end(struct shortcut *s)
{
	while (s->nr_handlers)
		libbpf_unregister_prog_handler(s->handlers[--s->nr_handlers]);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}
