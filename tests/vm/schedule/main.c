// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - drives the exerciser module by dice: processes that come and go,
 * each with several threads, each thread with a file of its own and a sequence
 * that its seed decides. Nearly all of it is legal. Now and then a fault is
 * planted, and what a tracer has to say of it is written down.
 *
 *	schedule [--seconds N] [--seed N] [--processes N] [--threads N]
 *	         [--pause US] [--hold MS] [--linger MS] [--hot]
 *
 * Prints what `exercise --json` prints: a line for each planted fault, then the
 * driver's own counters. Exit status: 0, 1 when something that is legal was
 * refused, 2 when it could not begin.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "schedule.h"

#define MAX_THREADS 16
#define MAX_PROCESSES 16
/* One operation in so many is a fault. */
#define ONE_FAULT_IN 150

struct shared *shared;
struct conf conf = {
	.seconds = 10, .seed = 1, .processes = 6, .threads = 3, .pause_us = 2000,
	.hold_ms = 4000, .linger_ms = 100,
};

/* What this process runs in; nothing of it is shared. */
static struct run run;

unsigned int dice(struct actor *a, unsigned int below)
{
	a->random ^= a->random << 13;
	a->random ^= a->random >> 7;
	a->random ^= a->random << 17;
	return (unsigned int)((a->random >> 11) % below);
}

/* --- time ------------------------------------------------------------------------ */

struct timespec in_ms(unsigned int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000L;
	if (t.tv_nsec >= 1000000000L) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000L;
	}
	return t;
}

bool is_over(struct timespec when)
{
	struct timespec now = in_ms(0);

	return now.tv_sec > when.tv_sec ||
	       (now.tv_sec == when.tv_sec && now.tv_nsec >= when.tv_nsec);
}

void sleep_us(unsigned int us)
{
	struct timespec t = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000L };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

void later(struct actor *a, unsigned int ms, unsigned int action, uint64_t object,
	   uint64_t then_discard)
{
	a->dues[a->nr_dues++] = (struct due){ in_ms(ms), action, object, then_discard };
}

void do_due(struct actor *a)
{
	for (unsigned int i = 0; i < a->nr_dues; i++) {
		struct due d = a->dues[i];

		if (!is_over(d.when))
			continue;
		run_act(a->r, a->fd, d.action, "due", (struct hmm_exerciser_cmd){
				.object = d.object });
		ACT(a->r, a->fd, DISCARD, .object = d.object);
		ACT(a->r, a->fd, DISCARD, .object = d.then_discard);
		a->dues[i--] = a->dues[--a->nr_dues];
	}
}

/* --- processes ---------------------------------------------------------------------- */

static void *crowd_thread(void *arg)
{
	struct actor *a = arg;

	a->fd = run_open(a->r);
	if (a->way_out == CLOSE_LATER)
		ACT(a->r, a->fd, CLOSE_POLICY, .arg = HMM_EXERCISER_CLOSE_DEFER,
		    .length = conf.linger_ms);
	while (!is_over(a->deadline)) {
		if (dice(a, ONE_FAULT_IN))
			one_op(a);
		else
			plant(a, false);
		do_due(a);
		if (conf.pause_us)
			sleep_us(dice(a, 2 * conf.pause_us));
	}
	while (a->nr_dues) {
		do_due(a);
		sleep_us(20000);
	}
	__atomic_fetch_add(&shared->ops, a->ops, __ATOMIC_SEQ_CST);
	if (a->way_out != EXIT_WITH_FILES_OPEN)
		close(a->fd);
	return NULL;
}

/* A few seconds of several threads in one address space. */
static void crowd(struct run *r, uint64_t seed)
{
	static struct actor actors[MAX_THREADS];
	struct actor model = { .r = r, .random = seed };
	unsigned int i;

	model.deadline = in_ms(2000 + dice(&model, 10000));
	if (model.deadline.tv_sec > conf.deadline.tv_sec)
		model.deadline = conf.deadline;
	model.way_out = dice(&model, WAYS_OUT);
	for (i = 0; i < conf.threads; i++) {
		actors[i] = model;
		actors[i].random = seed + 104729ULL * (i + 1);
		CHECK(r, pthread_create(&actors[i].thread, NULL, crowd_thread, &actors[i]) == 0);
	}
	for (i = 0; i < conf.threads; i++)
		CHECK(r, pthread_join(actors[i].thread, NULL) == 0);
}

/* Faults alone; the file outlives the process that plants them by more than the grace time. */
static void solo(struct run *r, uint64_t seed)
{
	struct actor a = { .r = r, .random = seed, .fd = run_open(r) };
	int status;
	pid_t pid = fork();

	CHECK(r, pid >= 0);
	if (pid == 0) {
		for (unsigned int n = 1 + dice(&a, 4); n && !plant(&a, true); n--)
			;
		_exit(0);
	}
	CHECK(r, waitpid(pid, &status, 0) == pid && status == 0);
	sleep_us(conf.hold_ms * 1000);
	close(a.fd);
}

/* Every third place is for those that are alone. */
static pid_t start(unsigned int place, unsigned int serial)
{
	uint64_t seed = 88172645463325252ULL + conf.seed * 1000003ULL + serial * 7919ULL;
	pid_t pid = fork();

	if (pid)
		return pid;
	run_prepare(&run);
	if (place % 3 == 2)
		solo(&run, seed);
	else
		crowd(&run, seed);
	_exit(0);
}

static bool drive(void)
{
	pid_t pids[MAX_PROCESSES] = { 0 };
	unsigned int serial = 0, alive = 0, i;
	bool ok = true;
	int status;
	pid_t pid;

	conf.deadline = in_ms(conf.seconds * 1000);
	do {
		for (i = 0; i < conf.processes && ok && !is_over(conf.deadline); i++) {
			if (pids[i])
				continue;
			pids[i] = start(i, serial++);
			alive++;
		}
		pid = wait(&status);
		for (i = 0; i < conf.processes && pids[i] != pid; i++)
			;
		if (i < conf.processes) {
			pids[i] = 0;
			alive--;
		}
		ok = ok && pid > 0 && status == 0;
	} while (alive);
	return ok;
}

/* --- the oracle --------------------------------------------------------------------- */

static int compare_plants(const void *pa, const void *pb)
{
	const struct plant *a = pa, *b = pb;
	int rule = strcmp(a->fault->rule, b->fault->rule);

	if (rule)
		return rule;
	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	return a->address < b->address ? -1 : a->address > b->address;
}

/* What is planted twice at one address is expected twice. */
static unsigned int merge_plants(struct plant *p, unsigned int nr)
{
	unsigned int to = 0;

	qsort(p, nr, sizeof(*p), compare_plants);
	for (unsigned int i = 0; i < nr; i++) {
		if (to && !compare_plants(&p[to - 1], &p[i]))
			p[to - 1].count++;
		else
			p[to++] = p[i];
	}
	return to;
}

static void print_oracle(const struct hmm_exerciser_counters *before)
{
	struct hmm_exerciser_counters since;
	unsigned int nr = merge_plants(shared->plants, shared->nr_plants);

	for (unsigned int i = 0; i < nr; i++) {
		const struct plant *p = &shared->plants[i];

		printf("{\"scenario\":\"schedule:%s\",\"kind\":\"fault\",\"hot\":%s,\"pid\":%d,"
		       "\"owner\":%d,\"ok\":true,\"driver\":\"%s\",\"expected\":[{\"rule\":\"%s\","
		       "\"class\":\"%s\",\"count\":%u}],\"about\":[\"0x%" PRIx64 "\"]}\n",
		       p->fault->name, p->fault->flags & HOT ? "true" : "false", p->owner, p->owner,
		       HMM_EXERCISER_DEVICE, p->fault->rule, p->fault->class, p->count,
		       p->address);
	}
	if (!device_counted(HMM_EXERCISER_DEVICE, before, &since))
		return;
	printf("{\"total\":");
	counters_print(&since);
	printf(",\"driver\":\"%s\",\"live\":%" PRIu64 ",\"operations\":%" PRIu64
	       ",\"planted\":%u}\n", HMM_EXERCISER_DEVICE, (uint64_t)since.live, shared->ops, shared->nr_plants);
}

static bool parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seconds", 1, NULL, 's' }, { "seed", 1, NULL, 'r' },
		{ "processes", 1, NULL, 'p' }, { "threads", 1, NULL, 't' },
		{ "pause", 1, NULL, 'u' }, { "hold", 1, NULL, 'h' }, { "linger", 1, NULL, 'l' },
		{ "hot", 0, NULL, 'H' }, { NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		unsigned int n = optarg ? (unsigned int)strtoul(optarg, NULL, 0) : 0;

		switch (c) {
		case 's': conf.seconds = n; break;
		case 'r': conf.seed = n; break;
		case 'p': conf.processes = n; break;
		case 't': conf.threads = n; break;
		case 'u': conf.pause_us = n; break;
		case 'h': conf.hold_ms = n; break;
		case 'l': conf.linger_ms = n; break;
		case 'H': conf.hot = true; break;
		default: return false;
		}
	}
	return conf.processes && conf.processes <= MAX_PROCESSES && conf.threads &&
	       conf.threads <= MAX_THREADS && optind == argc;
}

int main(int argc, char **argv)
{
	static const struct scenario scenario = { .name = "schedule" };
	struct hmm_exerciser_counters before;
	struct hmm_exerciser_hello hello;
	bool ok;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (!parse(argc, argv) || shared == MAP_FAILED ||
	    !device_hello(HMM_EXERCISER_DEVICE, &hello) ||
	    !device_counters(HMM_EXERCISER_DEVICE, &before)) {
		fprintf(stderr, "schedule: bad arguments, or the module does not answer\n");
		return 2;
	}
	conf.apis = hello.apis;
	run = (struct run){ .scenario = &scenario, .device = HMM_EXERCISER_DEVICE };
	ok = drive();
	/* Releases that were left to a kworker. */
	sleep_us(3 * conf.linger_ms * 1000);
	print_oracle(&before);
	if (shared->nr_plants > MAX_PLANTS) {
		fprintf(stderr, "schedule: more faults than there is room for\n");
		ok = false;
	}
	return !ok;
}
