// SPDX-License-Identifier: GPL-2.0
/*
 * The thread that empties the feed: with one that is made up, whose ring holds few
 * records and whose programs wait for nobody.
 */
#include "test.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "capture/outq.h"
#include "capture/siphon.h"

#define ROOM 8

static struct feed feed;
static int kick_fd, also_fd;
static __u64 made, drained;		/* records so far; never more than ROOM apart */
static int fail;			/* what the next drain returns, once */
static bool bad;			/* the next records are none */
static sigset_t masks;			/* of who waited last */

static int fake_wait(struct feed *f, int timeout_ms)
{
	struct pollfd fds[2] = { { .fd = kick_fd, .events = POLLIN },
				 { .fd = also_fd, .events = POLLIN } };
	__u64 n;

	pthread_sigmask(SIG_BLOCK, NULL, &masks);
	if (poll(fds, 2, timeout_ms) < 0)
		return -errno;
	if (fds[0].revents)
		ASSERT_EQ(read(kick_fd, &n, sizeof(n)), 8);
	return 0;
}

static int fake_wake_by(struct feed *f, int fd)
{
	also_fd = fd;
	return 0;
}

static int fake_drain(struct feed *f, feed_fn take, void *ctx)
{
	__u64 end = __atomic_load_n(&made, __ATOMIC_ACQUIRE);
	int err = __atomic_exchange_n(&fail, 0, __ATOMIC_ACQ_REL);

	for (__u64 i = drained; i < end && !err; i++) {
		struct hmt_free rec;

		hdr_make(&rec.h, HMT_FREE, sizeof(rec), 100 + i);
		rec.hmm = i;
		if (bad)
			rec.h.size = 12;
		err = take(ctx, &rec.h, sizeof(rec));
		__atomic_store_n(&drained, i + 1, __ATOMIC_RELEASE);
	}
	return err;
}

static const struct feed_ops fake_ops = {
	.wait = fake_wait, .wake_by = fake_wake_by, .drain = fake_drain,
};
/* As the perf buffers: only the reader can empty it. */
static const struct feed_ops lone_ops = { .wait = fake_wait, .drain = fake_drain };

static struct siphon s;
static struct batch b;
static __u64 nr_bad;

static void begin(const struct feed_ops *ops)
{
	feed = (struct feed){ .ops = ops };
	kick_fd = eventfd(0, 0);
	ASSERT_GE(kick_fd, 0);
	also_fd = -1;
	made = drained = nr_bad = 0;
	bad = false;
	siphon__start(&s, &feed);
}

static void end(void)
{
	siphon__stop(&s);
	batch__free(&b);
	close(kick_fd);
	ASSERT_EQ(hmt_mem_live(), 0);
}

static void kick(void)
{
	const __u64 one = 1;

	ASSERT_EQ(write(kick_fd, &one, sizeof(one)), 8);
}

static int drain(void)
{
	return siphon__drain(&s, &feed, &b, &nr_bad);
}

/* As many as the ring holds; then somebody has to empty it. */
static void fill(void)
{
	__atomic_store_n(&made, made + ROOM, __ATOMIC_RELEASE);
	kick();
}

static void until_drained(void)
{
	while (__atomic_load_n(&drained, __ATOMIC_ACQUIRE) < made)
		sched_yield();
}

static void assert_all(void)
{
	ASSERT_EQ(b.nr, made);
	for (size_t i = 0; i < b.nr; i++)
		ASSERT_EQ(((const struct hmt_free *)batch__at(&b, i))->hmm, i);
}

/* The reader does something else all the time. */
static void test_siphon__reader_is_busy(void)
{
	begin(&fake_ops);
	ASSERT(s.running);
	for (int i = 0; i < 1000; i++) {
		fill();
		until_drained();
	}
	ASSERT_OK(drain());
	assert_all();
	ASSERT_EQ(nr_bad, 0);
	end();
}

/* What nobody was woken for is in the feed still, and behind what the thread took. */
static void test_siphon__rest_is_in_the_feed(void)
{
	begin(&fake_ops);
	fill();
	until_drained();
	made += 3;
	ASSERT_OK(drain());
	assert_all();
	/* What the reader has left is before what comes next, whichever of the two is more. */
	made += ROOM;
	ASSERT_OK(drain());
	for (int i = 0; i < 10; i++) {
		fill();
		until_drained();
	}
	ASSERT_OK(drain());
	assert_all();
	end();
}

/* Both at once. */
static void test_siphon__side_by_side(void)
{
	begin(&fake_ops);
	for (int i = 0; i < 2000; i++) {
		while (made - __atomic_load_n(&drained, __ATOMIC_ACQUIRE))
			ASSERT_OK(drain());
		fill();
	}
	ASSERT_OK(drain());
	assert_all();
	end();
}

static void test_siphon__wakes_the_reader(void)
{
	begin(&fake_ops);
	/* Little is no reason. */
	fill();
	until_drained();
	ASSERT_OK(siphon__wait(&s, &feed, 0));
	ASSERT_EQ(poll(&(struct pollfd){ .fd = s.full_fd, .events = POLLIN }, 1, 0), 0);
	while (made * sizeof(struct hmt_free) < 256 << 10) {
		fill();
		until_drained();
	}
	ASSERT_OK(siphon__wait(&s, &feed, -1));
	ASSERT_OK(drain());
	assert_all();
	/* Once: it has been heard. */
	ASSERT_EQ(poll(&(struct pollfd){ .fd = s.full_fd, .events = POLLIN }, 1, 0), 0);
	end();
}

/* As much as there is to be memory for; then it is the feed that waits, for the reader. */
static void test_siphon__bound(void)
{
	const __u64 most = SIPHON_MAX / sizeof(struct hmt_free) + 1;

	begin(&fake_ops);
	made = most;
	kick();
	until_drained();
	fill();
	ASSERT_OK(siphon__wait(&s, &feed, -1));
	/* It has been woken, which is all that can be known, and takes nothing. */
	while (poll(&(struct pollfd){ .fd = kick_fd, .events = POLLIN }, 1, 0))
		sched_yield();
	ASSERT_EQ(drained, most);
	ASSERT_OK(drain());
	assert_all();
	fill();
	until_drained();
	ASSERT_OK(drain());
	assert_all();
	end();
}

static void test_siphon__bad_records(void)
{
	begin(&fake_ops);
	bad = true;
	fill();
	until_drained();
	made++;
	ASSERT_OK(drain());
	ASSERT_EQ(nr_bad, ROOM + 1);
	ASSERT_EQ(b.nr, 0);
	ASSERT_OK(drain());
	ASSERT_EQ(nr_bad, ROOM + 1);
	end();
}

/* Of the thread: the reader hears of it at once and each time, with what was taken before. */
static void test_siphon__error(void)
{
	begin(&fake_ops);
	fill();
	until_drained();
	fail = -EBADMSG;
	kick();
	ASSERT_OK(siphon__wait(&s, &feed, -1));
	ASSERT_EQ(drain(), -EBADMSG);
	assert_all();
	ASSERT_EQ(drain(), -EBADMSG);
	end();
}

/* A record that is being written is one, too, and not for the thread to worry about. */
static void test_siphon__busy(void)
{
	begin(&fake_ops);
	fail = -EAGAIN;
	fill();
	while (__atomic_load_n(&fail, __ATOMIC_ACQUIRE))
		sched_yield();
	fail = -EAGAIN;
	ASSERT_EQ(drain(), -EAGAIN);
	fill();
	until_drained();
	ASSERT_OK(drain());
	assert_all();
	end();
}

static void test_siphon__no_thread(void)
{
	begin(&lone_ops);
	ASSERT(!s.running);
	fill();
	ASSERT_OK(siphon__wait(&s, &feed, -1));
	ASSERT_OK(drain());
	assert_all();
	bad = true;
	made++;
	ASSERT_OK(drain());
	ASSERT_EQ(nr_bad, 1);
	end();
}

/* Nobody wants it any more; and signals are none of its business. */
static void test_siphon__stopped_meanwhile(void)
{
	begin(&fake_ops);
	fill();
	until_drained();
	kick();
	while (poll(&(struct pollfd){ .fd = kick_fd, .events = POLLIN }, 1, 0))
		sched_yield();
	ASSERT(sigismember(&masks, SIGINT) == 1);
	end();
}

/* Neither of the two loses what it has. */
static void test_siphon__no_memory(void)
{
	for (int more = 0; more < 2; more++) {
		struct batch from = { 0 }, to = { 0 };
		struct hmt_free rec;
		int err = -ENOMEM;

		for (__u64 i = 0; i < 64; i++) {
			struct batch *into = ((i < 32 ? i % 8 == 0 : i % 8 != 0) == (more != 0)) ? &from : &to;

			hdr_make(&rec.h, HMT_FREE, sizeof(rec), i);
			ASSERT_OK(batch__add(into, &rec.h));
		}
		for (unsigned long n = 1; err; n++) {
			const size_t nr[2] = { to.nr, from.nr };

			hmt_mem_fail_at(n);
			err = batch__move(&to, &from);
			hmt_mem_fail_at(0);
			if (err) {
				ASSERT_EQ(err, -ENOMEM);
				ASSERT_EQ(to.nr, nr[0]);
				ASSERT_EQ(from.nr, nr[1]);
			}
		}
		ASSERT_EQ(to.nr, 64);
		ASSERT_EQ(from.nr, 0);
		batch__free(&to);
		batch__free(&from);
	}
	ASSERT_EQ(hmt_mem_live(), 0);
}

TEST_MAIN(TEST(test_siphon__reader_is_busy), TEST(test_siphon__rest_is_in_the_feed),
	  TEST(test_siphon__side_by_side), TEST(test_siphon__wakes_the_reader),
	  TEST(test_siphon__bound), TEST(test_siphon__bad_records), TEST(test_siphon__error),
	  TEST(test_siphon__busy), TEST(test_siphon__no_thread),
	  TEST(test_siphon__stopped_meanwhile), TEST(test_siphon__no_memory))
