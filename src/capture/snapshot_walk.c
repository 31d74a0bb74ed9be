// SPDX-License-Identifier: GPL-2.0
/* snapshot_walk.c - runs the iterator and takes what it finds. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "capture/ring.h"
#include "capture/snapshot.h"

/* How often the iterator goes over all tasks in one walk, at most. */
#define PASSES_MAX (16 * HMT_SNAP_PASSES)

static int drain(struct ring *r, struct snapshot *s)
{
	const void *rec;
	size_t len;
	int err;

	while ((err = ring__next(r, &rec, &len)) == 1) {
		if (len >= sizeof(struct snap_obj) && snapshot__add(s, rec))
			return -ENOMEM;
		ring__release(r);
	}
	/* The program has run: nothing is being written. */
	return err == -EAGAIN ? 0 : err;
}

/* The program prints nothing: reading is what makes it run, once for each task. */
static int run_iterator(int link_fd)
{
	int fd = bpf_iter_create(link_fd), err = 0;
	char buf[64];
	ssize_t n;

	if (fd < 0)
		return fd;
	do {
		n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			err = -errno;
	} while (n > 0 || (n < 0 && !err));
	close(fd);
	return err;
}

static int one_walk(struct snapshot *s, const struct snap_conf *conf, struct ring *r, int link_fd)
{
	int err = 0;

	*conf->round = s->walk;
	for (int i = 0; i < PASSES_MAX && !err; i++) {
		*conf->more = 0;
		err = run_iterator(link_fd);
		err = err ? err : drain(r, s);
		if (!*conf->more)
			break;
	}
	return err;
}

int snapshot__take(struct snapshot *s, const struct snap_conf *conf, struct errmsg *err)
{
	struct ring ring;
	int link_fd, code;

	snapshot__init(s);
	link_fd = bpf_link_create(conf->prog_fd, 0, BPF_TRACE_ITER, NULL);
	if (link_fd < 0)
		return err_set(err, link_fd, "the tasks cannot be walked: %s", strerror(-link_fd));
	code = ring__open(&ring, conf->ring_fd, HMT_SNAP_RING);
	if (code) {
		close(link_fd);
		return err_set(err, code, "the ring buffer cannot be mapped: %s", strerror(-code));
	}
	while (!code && snapshot__next_walk(s))
		code = one_walk(s, conf, &ring, link_fd);
	ring__close(&ring);
	close(link_fd);
	return code ? err_set(err, code, "the tasks cannot be walked: %s", strerror(-code)) : 0;
}
