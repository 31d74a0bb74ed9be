// SPDX-License-Identifier: GPL-2.0
/*
 * mixed.c - a load of legal registers and unregisters, as fast as they go:
 * what a ring is too small for, a recording is killed in, and a cost is
 * measured with. The same seed gives each thread the same sequence.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "exercise.h"

#define NR_SLOTS 8
#define MAX_THREADS 64

struct mixer {
	struct run *r;
	pthread_t thread;
	uint64_t random;
	uint64_t ops_left;	/* when there is no deadline */
	uint64_t ops;
	uint64_t apis;
	bool timed;
	struct timespec deadline;
	int fd;
	uint64_t interval[NR_SLOTS];
	bool inserted[NR_SLOTS];
	uint64_t mirror, range[NR_SLOTS];
	bool registered[NR_SLOTS];
	uint64_t got;
	unsigned int held;
};

static unsigned int next_random(struct mixer *m, unsigned int below)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return m->random % below;
}

static bool goes_on(struct mixer *m)
{
	struct timespec now;

	if (!m->timed)
		return m->ops < m->ops_left;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec < m->deadline.tv_sec ||
	       (now.tv_sec == m->deadline.tv_sec && now.tv_nsec < m->deadline.tv_nsec);
}

static void toggle_interval(struct mixer *m, unsigned int slot)
{
	struct run *r = m->r;

	if (m->inserted[slot]) {
		ACT(r, m->fd, INTERVAL_REMOVE, .object = m->interval[slot]);
	} else {
		struct hmm_exerciser_cmd cmd = ACT(r, m->fd, INTERVAL_INSERT,
						   .object = m->interval[slot], WHOLE(r));

		CHECK(r, cmd.result == 0);
		m->interval[slot] = cmd.object;
	}
	m->inserted[slot] = !m->inserted[slot];
}

static void toggle_range(struct mixer *m, unsigned int slot)
{
	struct run *r = m->r;

	if (m->registered[slot]) {
		ACT(r, m->fd, RANGE_UNREGISTER, .object = m->range[slot]);
	} else {
		struct hmm_exerciser_cmd cmd = ACT(r, m->fd, RANGE_REGISTER, WHOLE(r),
						   .object = m->range[slot], .parent = m->mirror,
						   .arg = 12);

		CHECK(r, cmd.result == 0);
		m->range[slot] = cmd.object;
	}
	m->registered[slot] = !m->registered[slot];
}

static void get_or_put(struct mixer *m)
{
	struct run *r = m->r;
	struct hmm_exerciser_cmd cmd;

	if (m->held && next_random(m, 2)) {
		ACT(r, m->fd, NOTIFIER_PUT, .object = m->got);
		m->held--;
		return;
	}
	cmd = ACT(r, m->fd, NOTIFIER_GET, .object = m->got);
	CHECK(r, cmd.result == 0);
	m->got = cmd.object;
	m->held++;
}

static void one_op(struct mixer *m)
{
	unsigned int slot = next_random(m, NR_SLOTS), what = next_random(m, 16);
	struct run *r = m->r;

	if (what < 6 && (m->apis & HMM_EXERCISER_API_INTERVAL))
		toggle_interval(m, slot);
	else if (what < 12 && (m->apis & HMM_EXERCISER_API_MIRROR))
		toggle_range(m, slot);
	else if (what < 14 && (m->apis & HMM_EXERCISER_API_GET))
		get_or_put(m);
	else if (what < 15 && m->inserted[slot] && (m->apis & HMM_EXERCISER_API_FAULT))
		ACT(r, m->fd, INTERVAL_FAULT, .object = m->interval[slot]);
	else
		madvise((void *)(uintptr_t)r->buffer, r->length / 4, MADV_DONTNEED);
	m->ops++;
}

static void *mixer_main(void *arg)
{
	struct mixer *m = arg;
	struct run *r = m->r;

	m->fd = run_open(r);
	if (m->apis & HMM_EXERCISER_API_MIRROR) {
		struct hmm_exerciser_cmd cmd = ACT(r, m->fd, MIRROR_REGISTER);

		CHECK(r, cmd.result == 0);
		m->mirror = cmd.object;
	}
	while (goes_on(m))
		one_op(m);
	/* Closing releases what is left. */
	close(m->fd);
	return NULL;
}

static uint64_t mix(struct run *r, const struct mixer *model, unsigned int threads,
		    unsigned int seed)
{
	static struct mixer mixers[MAX_THREADS];
	uint64_t ops = 0;
	unsigned int i;

	run_prepare(r);
	for (i = 0; i < threads; i++) {
		mixers[i] = *model;
		mixers[i].r = r;
		mixers[i].random = 88172645463325252ULL + seed * 7919ULL + i * 104729ULL;
		CHECK(r, pthread_create(&mixers[i].thread, NULL, mixer_main, &mixers[i]) == 0);
	}
	for (i = 0; i < threads; i++) {
		CHECK(r, pthread_join(mixers[i].thread, NULL) == 0);
		ops += mixers[i].ops;
	}
	return ops;
}

int mixed_main(const char *device, const char *amount, unsigned int threads, unsigned int seed)
{
	static const struct scenario mixed = { .name = "mixed" };
	struct hmm_exerciser_counters before, since;
	struct hmm_exerciser_hello hello;
	struct mixer model = { .timed = false };
	struct run run = { .scenario = &mixed, .device = device };
	char *unit;
	uint64_t n = strtoull(amount, &unit, 0), ops;

	if (!n || (strcmp(unit, "") && strcmp(unit, "s")) || !threads || threads > MAX_THREADS ||
	    !device_hello(device, &hello) || !device_counters(device, &before)) {
		fprintf(stderr, "exercise: bad amount, number of threads, or no module\n");
		return 2;
	}
	model.apis = hello.apis;
	model.timed = *unit == 's';
	model.ops_left = n / threads + 1;
	clock_gettime(CLOCK_MONOTONIC, &model.deadline);
	model.deadline.tv_sec += n;
	ops = mix(&run, &model, threads, seed);
	if (!device_counted(device, &before, &since))
		return 2;
	printf("{\"mixed\":%llu,\"counters\":", (unsigned long long)ops);
	counters_print(&since);
	printf("}\n");
	return 0;
}
