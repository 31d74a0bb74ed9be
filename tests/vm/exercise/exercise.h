/* SPDX-License-Identifier: GPL-2.0 */
/*
 * exercise.h - scenarios for the exerciser module, and what they are made of.
 *
 * A scenario is a function that runs in a process of its own, so that every
 * address space it uses is its own too and a finding can be told by its owner.
 * It talks to the device one action at a time and says on the way which object
 * a finding will be about. What it says and what the driver counted is the
 * oracle: tests/vm/verdict.jq compares it with what hmmtrace found.
 */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <hmmtrace/exerciser.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_EXPECTED 4

/* Beside what the module has: does the C library have threads on this kernel? */
#define EXERCISE_THREADS (1ULL << 63)
/* The device does what a driver must not, also where the kernel refuses it. */
#define EXERCISE_MISUSE (1ULL << 62)

/* STUCK: what does not end, found by grace times that are shorter than it; only if asked for. */
enum scenario_kind { LEGAL, FAULT, STUCK };

/* A finding that has to come: by how many objects, of which class. */
struct expectation {
	const char *rule;	/* NULL ends the list */
	const char *class;	/* "mirror", "range", "hmm" */
	unsigned int count;
};

struct run;

struct scenario {
	const char *name;
	const char *about;
	enum scenario_kind kind;
	uint64_t apis;		/* HMM_EXERCISER_API_* and _SURVIVES_* it needs */
	bool hot;		/* shows only with the hot events on */
	void (*fn)(struct run *r);
	struct expectation expected[MAX_EXPECTED];
};

/*
 * One run of a scenario. In memory shared by all its processes.
 * @owner: the process whose address space the findings are about
 * @about: cookies of the objects they are about
 */
struct run {
	const struct scenario *scenario;
	const char *device;
	unsigned int hold_ms;	/* longer than the tracer's grace time */
	unsigned int linger_ms;	/* shorter than that */
	pid_t pid;
	pid_t owner;
	uint64_t about[8];
	unsigned int nr_about;
	uint64_t buffer;	/* [buffer, buffer + length): memory to mirror */
	uint64_t length;
	struct hmm_exerciser_counters counters;
	int step;		/* what its processes wait for each other with */
	bool failed;
	char why[256];
};

extern const struct scenario notifier_scenarios[], mirror_scenarios[];
extern const unsigned int nr_notifier_scenarios, nr_mirror_scenarios;

/* run.c: steps of a scenario. One that fails ends the process, with the reason in r->why. */
int run_open(struct run *r);
void run_close(struct run *r, int fd);
void run_fail(struct run *r, const char *file, int line, const char *what);
struct hmm_exerciser_cmd run_act(struct run *r, int fd, unsigned int action, const char *name,
				 struct hmm_exerciser_cmd cmd);
void run_expect(struct run *r, uint64_t cookie);
void run_hold(struct run *r);
void run_linger(struct run *r);
pid_t run_child(struct run *r, int fd, void (*fn)(struct run *r, int fd));
void run_wait(struct run *r, pid_t pid);
void run_prepare(struct run *r);
void run_step(struct run *r, int step);
void run_wait_step(struct run *r, int step);
void run_reset(struct run *r, pid_t opener);
void run_leak(struct run *r, int fd);

#define ACT(r, fd, NAME, ...) \
	run_act(r, fd, HMM_EXERCISER_##NAME, #NAME, (struct hmm_exerciser_cmd){ __VA_ARGS__ })
#define CHECK(r, condition) \
	do { \
		if (!(condition)) \
			run_fail(r, __FILE__, __LINE__, #condition); \
	} while (0)

/* What a register of the run's whole buffer looks like. */
#define WHOLE(r) .start = (r)->buffer, .length = (r)->length

/* mixed.c, demo.c */
int mixed_main(const char *device, const char *amount, unsigned int threads, unsigned int seed);
int demo_main(void);
bool device_hello(const char *device, struct hmm_exerciser_hello *ret_hello);
bool device_counters(const char *device, struct hmm_exerciser_counters *ret_counters);
/* What was counted since; what is live is what is live now. */
bool device_counted(const char *device, const struct hmm_exerciser_counters *before,
		    struct hmm_exerciser_counters *ret_since);
void counters_print(const struct hmm_exerciser_counters *c);

#endif /* EXERCISE_H */
