// SPDX-License-Identifier: GPL-2.0
#include "capture/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

int ring__open(struct ring *r, int map_fd, size_t bytes)
{
	/* Edge-triggered: data alone does not wake us, only a program that says so. */
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET };
	void *p;
	int err;

	memset(r, 0, sizeof(*r));
	r->epoll_fd = -1;
	r->page = sysconf(_SC_PAGESIZE);
	r->bytes = bytes;
	p = mmap(NULL, r->page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	r->consumer = p;
	p = mmap(NULL, r->page + 2 * bytes, PROT_READ, MAP_SHARED, map_fd, r->page);
	if (p == MAP_FAILED) {
		err = -errno;
		goto err_close;
	}
	r->producer = p;
	r->data = (const char *)p + r->page;
	r->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (r->epoll_fd < 0 || epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD, map_fd, &ev)) {
		err = -errno;
		goto err_close;
	}
	return 0;

err_close:
	ring__close(r);
	return err;
}

void ring__close(struct ring *r)
{
	if (r->consumer)
		munmap(r->consumer, r->page);
	if (r->producer)
		munmap((void *)r->producer, r->page + 2 * r->bytes);
	if (r->consumer && r->epoll_fd >= 0)
		close(r->epoll_fd);
	memset(r, 0, sizeof(*r));
	r->epoll_fd = -1;
}

int ring__wait(struct ring *r, int timeout_ms)
{
	struct epoll_event ev;

	return epoll_wait(r->epoll_fd, &ev, 1, timeout_ms) < 0 ? -errno : 0;
}

int ring__wake_by(struct ring *r, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };

	return epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

unsigned long ring__produced(const struct ring *r)
{
	return __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);
}

unsigned long ring__consumed(const struct ring *r)
{
	return *r->consumer;
}

static const __u32 *header(const struct ring *r)
{
	return (const __u32 *)(r->data + (*r->consumer & (r->bytes - 1)));
}

static size_t span(__u32 len)
{
	len &= ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
	return (len + BPF_RINGBUF_HDR_SZ + 7) & ~(size_t)7;
}

int ring__next(struct ring *r, const void **ret_rec, size_t *ret_len)
{
	while (*r->consumer != ring__produced(r)) {
		const __u32 *h = header(r);
		__u32 len = __atomic_load_n(h, __ATOMIC_ACQUIRE);

		if (len & BPF_RINGBUF_BUSY_BIT)
			return -EAGAIN;
		if (!(len & BPF_RINGBUF_DISCARD_BIT)) {
			*ret_rec = (const char *)h + BPF_RINGBUF_HDR_SZ;
			*ret_len = len;
			return 1;
		}
		ring__release(r);
	}
	return 0;
}

void ring__release(struct ring *r)
{
	__atomic_store_n(r->consumer, *r->consumer + span(*header(r)), __ATOMIC_RELEASE);
}
