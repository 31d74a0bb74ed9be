// SPDX-License-Identifier: GPL-2.0
/*
 * Frames unpacked ahead on a thread of its own, while the caller works on the
 * one before. The thread runs the very code that a reader without it runs, on a
 * copy of the reader that nobody else touches, and hands over what came of each
 * frame: so damage, losses and numbers are the same, in the same places.
 *
 * One thread, not one per CPU: what is done with a record costs more than
 * unpacking it, so a second one would only wait.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/thread.h"
#include "stream/file_read.h"

/* Frames ahead. What is unpacked is bounded by this and by FRAME_RAW_MAX each. */
#define AHEAD_FRAMES 3
/* And while there is any, by this. */
#define AHEAD_BYTES (8U << 20)
/* Below that, starting a thread takes longer than unpacking. */
#define AHEAD_MIN_BYTES (1 << 20)

/* What one load_frame() came to. */
struct ahead_slot {
	int ret;
	unsigned char *raw;
	size_t raw_cap, raw_len;
	__u32 nr_records;
	__u64 first_ts;
	struct columns_facts facts;
	struct file_gap gap;
	struct file_stats stats;
};

struct file_ahead {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct file_source *inner;	/* the thread's alone */
	struct ahead_slot slots[AHEAD_FRAMES];
	unsigned int first, nr;		/* the filled ones, in order */
	size_t bytes;			/* in them */
	bool stop;
	bool ended;			/* the caller has the last one */
	int end;			/* what it said */
};

/* The room of the inner reader and of the slot change places: nothing is copied. */
static void fill_slot(struct file_source *inner, struct ahead_slot *slot, int ret)
{
	unsigned char *raw = slot->raw;
	size_t cap = slot->raw_cap;

	slot->ret = ret;
	slot->gap = inner->gap;
	slot->stats = inner->stats;
	if (ret != 1)
		return;
	slot->raw = inner->raw;
	slot->raw_cap = inner->raw_cap;
	slot->raw_len = inner->raw_len;
	slot->nr_records = inner->nr_left;
	slot->first_ts = inner->frame_first_ts;
	slot->facts = inner->facts;
	inner->raw = raw;
	inner->raw_cap = cap;
	/* Told with the frame: what comes is the next one's. */
	inner->gap.count = 0;
}

static void *ahead_main(void *arg)
{
	struct file_ahead *a = arg;
	struct ahead_slot *slot;
	int ret = 1;

	while (ret == 1) {
		ret = file_load_frame(a->inner);
		pthread_mutex_lock(&a->lock);
		while (!a->stop && (a->nr == AHEAD_FRAMES || (a->nr && a->bytes > AHEAD_BYTES)))
			pthread_cond_wait(&a->changed, &a->lock);
		if (a->stop) {
			pthread_mutex_unlock(&a->lock);
			return NULL;
		}
		slot = &a->slots[(a->first + a->nr) % AHEAD_FRAMES];
		fill_slot(a->inner, slot, ret);
		a->nr++;
		a->bytes += ret == 1 ? slot->raw_len : 0;
		pthread_cond_signal(&a->changed);
		pthread_mutex_unlock(&a->lock);
	}
	return NULL;
}

/* What the reader has of its own are the records: they are counted where they are delivered. */
static void take_stats(struct file_source *f, const struct file_stats *st)
{
	f->stats.bytes = st->bytes;
	f->stats.frames = st->frames;
	f->stats.raw_bytes = st->raw_bytes;
	f->stats.missing_frames = st->missing_frames;
	f->stats.bad_frames = st->bad_frames;
	f->stats.lost_bytes = st->lost_bytes;
}

int file_ahead__load(struct file_source *f)
{
	struct file_ahead *a = f->ahead;
	struct ahead_slot *slot;
	unsigned char *raw = f->raw;
	size_t cap = f->raw_cap;
	int ret;

	/* Asked again, there is nothing new: what is still to be told stays with the reader. */
	if (a->ended)
		return a->end;
	pthread_mutex_lock(&a->lock);
	while (!a->nr)
		pthread_cond_wait(&a->changed, &a->lock);
	slot = &a->slots[a->first];
	ret = slot->ret;
	f->gap = slot->gap;
	take_stats(f, &slot->stats);
	if (ret == 1) {
		f->raw = slot->raw;
		f->raw_cap = slot->raw_cap;
		f->raw_len = slot->raw_len;
		f->raw_pos = 0;
		f->nr_left = slot->nr_records;
		f->frame_first_ts = slot->first_ts;
		f->facts = slot->facts;
		slot->raw = raw;
		slot->raw_cap = cap;
		a->bytes -= slot->raw_len;
		a->first = (a->first + 1) % AHEAD_FRAMES;
		a->nr--;
		pthread_cond_signal(&a->changed);
	} else {
		a->ended = true;
		a->end = ret;
		if (ret < 0)
			f->s.err = a->inner->s.err;
	}
	pthread_mutex_unlock(&a->lock);
	return ret;
}

static void free_inner(struct file_source *inner)
{
	frame_decoder__free(inner->decoder);
	hmt_free(inner->raw);
	hmt_free(inner->buf);
	hmt_free(inner);
}

int file_ahead__start(struct file_source *f)
{
	struct file_ahead *a = hmt_calloc(1, sizeof(*a));
	struct file_source *inner = hmt_memdup(f, sizeof(*f));
	int err = -ENOMEM;

	if (!a || !inner)
		goto err_free;
	a->inner = inner;
	err = -pthread_mutex_init(&a->lock, NULL);
	if (err)
		goto err_free;
	err = -pthread_cond_init(&a->changed, NULL);
	if (err)
		goto err_lock;
	err = -thread_start(&a->thread, ahead_main, a);
	if (err)
		goto err_cond;
	/* The window on the input and what unpacks it are the thread's from here on. */
	f->decoder = NULL;
	f->buf = NULL;
	f->raw = NULL;
	f->cap = f->start = f->end = f->raw_cap = 0;
	f->ahead = a;
	return 0;

err_cond:
	pthread_cond_destroy(&a->changed);
err_lock:
	pthread_mutex_destroy(&a->lock);
err_free:
	hmt_free(inner);
	hmt_free(a);
	return err;
}

void file_ahead__free(struct file_ahead *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	for (unsigned int i = 0; i < AHEAD_FRAMES; i++)
		hmt_free(a->slots[i].raw);
	free_inner(a->inner);
	hmt_free(a);
}

void file_source__read_ahead(struct source *s)
{
	struct file_source *f = (struct file_source *)s;
	struct stat st;
	cpu_set_t cpus;

	if (s->ops != &file_source_ops || f->ahead)
		return;
	if (fstat(f->fd, &st) || !S_ISREG(st.st_mode) || st.st_size < AHEAD_MIN_BYTES)
		return;
	/* Alone on one CPU, two threads would only take turns. */
	if (sched_getaffinity(0, sizeof(cpus), &cpus) || CPU_COUNT(&cpus) < 2)
		return;
	/* Without it all works as well, and a little slower. */
	file_ahead__start(f);
}
