/* SPDX-License-Identifier: GPL-2.0 */
/*
 * schedule.h - what the schedule is made of: see main.c.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <pthread.h>
#include <time.h>

#include "exercise.h"

#define MISUSE .flags = HMM_EXERCISER_F_MISUSE
#define PAGE_SHIFT 12
#define NR_SLOTS 6
#define NR_DUES 16
#define MAX_PLANTS 16384

enum way_out { CLOSE_FILES, EXIT_WITH_FILES_OPEN, CLOSE_LATER, WAYS_OUT };

struct fault;

/* What a tracer has to report. In memory that all processes share. */
struct plant {
	const struct fault *fault;
	uint64_t address;
	pid_t owner;
	unsigned int count;	/* of the same at the same address */
};

struct shared {
	struct plant plants[MAX_PLANTS];
	unsigned int nr_plants;
	uint64_t ops;
};

struct conf {
	unsigned int seconds, seed, processes, threads, pause_us, hold_ms, linger_ms;
	bool hot;
	uint64_t apis;
	struct timespec deadline;
};

/* To be done at a certain time, by the actor itself. */
struct due {
	struct timespec when;
	unsigned int action;
	uint64_t object, then_discard;
};

struct actor {
	struct run *r;
	pthread_t thread;
	uint64_t random;
	struct timespec deadline;
	enum way_out way_out;
	int fd;
	uint64_t ops;
	uint64_t interval[NR_SLOTS], range[NR_SLOTS], mirror, notifier, got;
	bool inserted[NR_SLOTS], registered[NR_SLOTS], mirrored, notified;
	unsigned int held;
	struct due dues[NR_DUES];
	unsigned int nr_dues;
};

enum fault_flags {
	ALONE = 1,	/* in a process where nothing else goes on */
	HOT = 2,	/* shows only with the frequent events on */
	LEFT = 4,	/* what it is about is still there, and is none before the process ends */
};

struct fault {
	const char *name, *rule, *class;
	uint64_t apis;
	unsigned int flags;
	/* Return: the address of the object the finding will be about, 0: not this time. */
	uint64_t (*plant)(struct actor *a);
};

extern struct conf conf;
extern struct shared *shared;

unsigned int dice(struct actor *a, unsigned int below);
struct timespec in_ms(unsigned int ms);
bool is_over(struct timespec when);
void sleep_us(unsigned int us);
/* Has the actor do that once the time has come, and free both objects then. */
void later(struct actor *a, unsigned int ms, unsigned int action, uint64_t object,
	   uint64_t then_discard);
void do_due(struct actor *a);

/* legal.c */
struct hmm_exerciser_cmd new_mirror(struct actor *a);
/* Frees the memory, so that the next object may be at the same address. */
void discard(struct actor *a, struct hmm_exerciser_cmd object);
void one_op(struct actor *a);

/* faults.c */
/* Return: true when something is left that only the end of the process makes a fault. */
bool plant(struct actor *a, bool solo);

#endif /* SCHEDULE_H */
