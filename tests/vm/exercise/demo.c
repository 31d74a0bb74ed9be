// SPDX-License-Identifier: GPL-2.0
/*
 * demo.c - a session of drivers and programs for somebody to watch. Three
 * things go wrong, one after the other, beside a driver that does the same
 * work and nothing wrong. Everything is given back in the end.
 */
#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exercise.h"

static const struct scenario demo = { .name = "demo" };

static void say(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	printf("# ");
	vprintf(format, ap);
	printf("\n");
	va_end(ap);
	fflush(stdout);
}

/* One program: its own process, name and address space. */
static pid_t start(struct run *r, const char *comm, const char *device, void (*fn)(struct run *r))
{
	struct run own = *r;
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_NAME, comm, 0, 0, 0);
	own.device = device;
	fn(&own);
	_exit(0);
}

static uint64_t mirror(struct run *r, int fd)
{
	struct hmm_exerciser_cmd cmd = ACT(r, fd, MIRROR_REGISTER);

	CHECK(r, cmd.result == 0);
	return cmd.object;
}

static uint64_t range(struct run *r, int fd, uint64_t parent)
{
	struct hmm_exerciser_cmd cmd = ACT(r, fd, RANGE_REGISTER, WHOLE(r), .parent = parent,
					   .arg = 12);

	CHECK(r, cmd.result == 0);
	ACT(r, fd, RANGE_FAULT, .object = cmd.object);
	return cmd.object;
}

static void works_well(struct run *r)
{
	int i, fd = run_open(r);
	uint64_t m = mirror(r, fd), a, b;

	for (i = 0; i < 2; i++) {
		a = range(r, fd, m);
		b = range(r, fd, m);
		run_linger(r);
		ACT(r, fd, RANGE_UNREGISTER, .object = a);
		ACT(r, fd, RANGE_UNREGISTER, .object = b);
		run_hold(r);
	}
	ACT(r, fd, MIRROR_UNREGISTER, .object = m);
	run_close(r, fd);
}

static void leaves_a_range(struct run *r)
{
	int i, fd = run_open(r);
	uint64_t m = mirror(r, fd), ranges[4];

	for (i = 0; i < 4; i++)
		ranges[i] = range(r, fd, m);
	for (i = 0; i < 3; i++)
		ACT(r, fd, RANGE_UNREGISTER, .object = ranges[i]);
	ACT(r, fd, MIRROR_UNREGISTER, .object = m, .flags = HMM_EXERCISER_F_MISUSE);
	run_hold(r);
	run_hold(r);
	run_close(r, fd);
}

static void keeps_a_reference(struct run *r)
{
	int fd = run_open(r);
	uint64_t m = mirror(r, fd);

	CHECK(r, ACT(r, fd, HMM_GET, .object = m).result == 0);
	CHECK(r, ACT(r, fd, HMM_GET, .object = m).result == 0);
	ACT(r, fd, HMM_PUT, .object = m);
	run_hold(r);
	run_hold(r);
	ACT(r, fd, HMM_PUT, .object = m);
	ACT(r, fd, MIRROR_UNREGISTER, .object = m);
	run_close(r, fd);
}

static void dies(struct run *r, int fd)
{
	prctl(PR_SET_NAME, "short-lived", 0, 0, 0);
	mirror(r, fd);
}

static void outlives_its_child(struct run *r)
{
	int fd = run_open(r);

	run_wait(r, run_child(r, fd, dies));
	run_hold(r);
	run_hold(r);
	run_close(r, fd);
}

static const struct act {
	const char *comm;
	const char *what;
	void (*fn)(struct run *r);
} acts[] = {
	{ "render", "unregisters its mirror and leaves one of four ranges behind", leaves_a_range },
	{ "compute", "takes two references and puts one", keeps_a_reference },
	{ "launcher", "has a child that dies with a mirror registered", outlives_its_child },
};

int demo_main(void)
{
	struct run run = { .scenario = &demo, .hold_ms = 1200, .linger_ms = 100 }, *r = &run;
	unsigned int i, nr = sizeof(acts) / sizeof(acts[0]);
	int status, bad = 0;
	pid_t good;

	run_prepare(r);
	say("driver " HMM_EXERCISER_GOOD_DEVICE ": program \"worker\" mirrors, faults, unregisters");
	good = start(r, "worker", HMM_EXERCISER_GOOD_DEVICE, works_well);
	for (i = 0; i < nr; i++) {
		say("driver " HMM_EXERCISER_DEVICE ": program \"%s\" %s", acts[i].comm, acts[i].what);
		start(r, acts[i].comm, HMM_EXERCISER_DEVICE, acts[i].fn);
		run_linger(r);
		run_linger(r);
	}
	while (wait(&status) > 0)
		bad |= status;
	say("everything was given back");
	return good < 0 || bad ? 1 : 0;
}
