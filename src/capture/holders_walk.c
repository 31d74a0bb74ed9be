// SPDX-License-Identifier: GPL-2.0
/* holders_walk.c - runs the iterator over everybody's files and takes what it finds. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/mem.h"
#include "capture/holders.h"
#include "capture/mapcall.h"
#include "capture/shared.h"
#include "stream/desc.h"

/* Matches that are told of in one walk; a file that thousands share needs no list of them. */
#define MATCHES_MAX 256

/* Where the holder has it. It may have closed it since: so it has to be that device. */
static const char *path_of(const struct left_file *f, const struct holder_obj *o, char *buf,
			   size_t size)
{
	char link[64];
	struct stat st;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%u/fd/%u", o->tgid, o->fd);
	if (!f->major || stat(link, &st) || !S_ISCHR(st.st_mode) ||
	    major(st.st_rdev) != f->major || minor(st.st_rdev) != f->minor)
		return NULL;
	n = readlink(link, buf, size - 1);
	if (n <= 0)
		return NULL;
	buf[n] = '\0';
	return buf;
}

static int tell(const struct left_file *f, const struct holder_obj *o, __u64 ts, struct outq *out)
{
	char path[4096], comm[HMT_COMM_LEN + 1] = "";
	struct hmt_holder rec;
	struct hmt_task task;
	int err;

	memcpy(comm, o->comm, HMT_COMM_LEN);
	task_build(&task, ts, o->tgid, 0, comm);
	err = outq__push(out, &task.h);
	if (err)
		return err;
	holder_build(&rec, ts, f, o, path_of(f, o, path, sizeof(path)));
	return outq__push(out, &rec.h);
}

/* --- the walk ----------------------------------------------------------------------- */

/* After a loss, for all that is known: a walk more, and nothing wrong is told. */
static bool is_registered(const struct holders *h, __u64 mm)
{
	return h->known->keep_ended || known__is_registered(h->known, mm);
}

/* The program writes what it finds, whole objects, into what is read. */
static int walk(const struct holders *h, struct holder_obj *found, size_t *ret_nr)
{
	int link_fd = bpf_link_create(h->conf.prog_fd, 0, BPF_TRACE_ITER, NULL), fd;
	size_t room = MATCHES_MAX * sizeof(*found), len = 0;
	ssize_t n = 0;

	*ret_nr = 0;
	if (link_fd < 0)
		return link_fd;
	fd = bpf_iter_create(link_fd);
	while (fd >= 0 && len < room) {
		n = read(fd, (char *)found + len, room - len);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	if (fd >= 0)
		close(fd);
	close(link_fd);
	*ret_nr = len / sizeof(*found);
	return fd < 0 ? fd : n < 0 ? -EIO : 0;
}

/* An old kernel shows the files of each thread. */
static bool seen_before(const struct holder_obj *found, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (found[k].file == found[i].file && found[k].tgid == found[i].tgid)
			return true;
	return false;
}

static int tell_all(const struct holders *h, size_t nr_due, const struct holder_obj *found,
		    size_t nr_found, __u64 ts, struct outq *out)
{
	int err = 0;

	for (size_t i = 0; i < nr_due; i++)
		for (size_t k = 0; k < nr_found && !err; k++)
			if (found[k].file == h->left[i].file && !seen_before(found, k) &&
			    is_registered(h, h->left[i].mm))
				err = tell(&h->left[i], &found[k], ts, out);
	return err;
}

int holders__look(struct holders *h, __u64 until, __u64 ts, struct outq *out)
{
	struct holder_obj *found = hmt_calloc(MATCHES_MAX, sizeof(*found));
	size_t nr_due = 0, nr_found = 0, nr_asked = 0;
	int err = 0;

	if (!found)
		return -ENOMEM;
	while (nr_due < h->nr && h->left[nr_due].due <= until) {
		struct left_file *f = &h->left[nr_due++];

		if (is_registered(h, f->mm) &&
		    !mapcall_update(h->conf.files_fd, &f->file, &f->data, BPF_ANY))
			nr_asked++;
	}
	if (nr_asked && !walk(h, found, &nr_found))
		err = tell_all(h, nr_due, found, nr_found, ts, out);
	for (size_t i = 0; i < nr_due; i++)
		mapcall_delete(h->conf.files_fd, &h->left[i].file);
	h->nr -= nr_due;
	memmove(h->left, h->left + nr_due, h->nr * sizeof(*h->left));
	hmt_free(found);
	return err;
}
