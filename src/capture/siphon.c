// SPDX-License-Identifier: GPL-2.0
#include "capture/siphon.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/thread.h"
#include "stream/desc.h"

/* So much is worth a round before its time. */
#define ENOUGH (256U << 10)
/* A turn on the CPU: the shortest there is. */
#define SLICE_NS 100000

/* As in linux/sched/types.h, which cannot be included beside the C library's; its first version. */
struct sched_attr_v0 {
	__u32 size, policy;
	__u64 flags;
	__s32 nice;
	__u32 priority;
	__u64 runtime, deadline, period;
};

struct sink {
	struct batch *b;
	__u64 *nr_bad;
};

static int take_record(void *ctx, const struct hmt_hdr *rec, size_t len)
{
	const struct sink *to = ctx;

	/* Our own programs wrote it; a size that is wrong is a bug to be seen, not to crash on. */
	if (!record_is_plain(rec, len) && record_validate(rec, len, NULL)) {
		++*to->nr_bad;
		return 0;
	}
	return batch__add(to->b, rec);
}

static int drain_into(struct feed *f, struct batch *b, __u64 *nr_bad)
{
	struct sink to = { .b = b, .nr_bad = nr_bad };

	return f->ops->drain(f, take_record, &to);
}

/* --- the thread ------------------------------------------------------------------- */

/*
 * Who fills a ring is not stopped until whoever empties it gets a turn, and a small ring
 * is full by then. The thread copies what was written and sleeps again: the lowest of the
 * real-time priorities costs the others no more than that, and any real-time task goes
 * before it. Where that is not allowed, short turns are: Linux 6.12 and later let who
 * asks for those in before the turn of another is over, though with no larger share.
 */
static void come_promptly(void)
{
	struct sched_attr_v0 attr = { 0 };

	/* Whoever started us may have chosen otherwise. */
	if (syscall(SYS_sched_getattr, 0, &attr, sizeof(attr), 0) || attr.policy != SCHED_OTHER ||
	    attr.nice > 0)
		return;
	attr.policy = SCHED_FIFO;
	attr.priority = 1;
	if (!syscall(SYS_sched_setattr, 0, &attr, 0))
		return;
	attr.policy = SCHED_OTHER;
	attr.priority = 0;
	attr.runtime = SLICE_NS;
	syscall(SYS_sched_setattr, 0, &attr, 0);
}

static void *empty_it(void *arg)
{
	struct siphon *s = arg;
	const __u64 one = 1;
	bool tell;
	int err;

	come_promptly();
	while (!__atomic_load_n(&s->stop, __ATOMIC_ACQUIRE)) {
		err = s->feed->ops->wait(s->feed, -1);
		pthread_mutex_lock(&s->lock);
		tell = s->in.len < ENOUGH;
		if (!err && s->in.len < SIPHON_MAX)
			err = drain_into(s->feed, &s->in, &s->nr_bad);
		if (err && err != -EAGAIN && err != -EINTR)
			s->err = err;
		tell = s->err || (tell && s->in.len >= ENOUGH);
		err = s->err;
		pthread_mutex_unlock(&s->lock);
		if (tell && write(s->full_fd, &one, sizeof(one)) < 0)
			continue;	/* it is full of ones */
		if (err)
			break;
	}
	return NULL;
}

/* Signals are for who waits for the records. */
static int start_thread(struct siphon *s)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = thread_start(&s->thread, empty_it, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

static void close_fds(struct siphon *s)
{
	if (s->full_fd >= 0)
		close(s->full_fd);
	if (s->stop_fd >= 0)
		close(s->stop_fd);
}

/* Whoever holds it while the thread waits for it is as urgent as that. */
static void init_lock(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attr;
	int err;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	err = pthread_mutex_init(lock, &attr);
	pthread_mutexattr_destroy(&attr);
	/* Without such locks in the kernel it is a plain one. */
	if (err)
		pthread_mutex_init(lock, NULL);
}

void siphon__start(struct siphon *s, struct feed *f)
{
	if (!f->ops->wake_by)
		return;
	s->feed = f;
	s->full_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	init_lock(&s->lock);
	if (s->full_fd >= 0 && s->stop_fd >= 0 && !f->ops->wake_by(f, s->stop_fd) &&
	    !start_thread(s))
		s->running = true;
	else
		close_fds(s);
}

void siphon__stop(struct siphon *s)
{
	const __u64 one = 1;

	if (!s->running)
		return;
	__atomic_store_n(&s->stop, true, __ATOMIC_RELEASE);
	while (write(s->stop_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	pthread_join(s->thread, NULL);
	close_fds(s);
	pthread_mutex_destroy(&s->lock);
	batch__free(&s->in);
	batch__free(&s->taken);
	memset(s, 0, sizeof(*s));
}

/* --- the reader ------------------------------------------------------------------- */

int siphon__wait(struct siphon *s, struct feed *f, int timeout_ms)
{
	struct pollfd full = { .fd = s->full_fd, .events = POLLIN };

	if (!s->running)
		return f->ops->wait(f, timeout_ms);
	return poll(&full, 1, timeout_ms) < 0 ? -errno : 0;
}

int siphon__drain(struct siphon *s, struct feed *f, struct batch *b, __u64 *nr_bad)
{
	struct batch in;
	__u64 told;
	int err, moved;

	if (!s->running)
		return drain_into(f, b, nr_bad);
	pthread_mutex_lock(&s->lock);
	err = drain_into(f, &s->in, &s->nr_bad);
	in = s->in;
	s->in = s->taken;
	*nr_bad += s->nr_bad;
	s->nr_bad = 0;
	if (read(s->full_fd, &told, sizeof(told)) < 0)
		told = 0;	/* nothing was */
	if (s->err)
		err = s->err;
	pthread_mutex_unlock(&s->lock);
	/* Copying is for when nobody waits for the lock. */
	s->taken = in;
	moved = batch__move(b, &s->taken);
	return moved ? moved : err;
}
