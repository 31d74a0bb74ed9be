// SPDX-License-Identifier: GPL-2.0
/*
 * run.c - the steps scenarios are written in.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "exercise.h"

void run_fail(struct run *r, const char *file, int line, const char *what)
{
	const char *base = strrchr(file, '/');

	if (!r->failed)
		snprintf(r->why, sizeof(r->why), "%s:%d: %s", base ? base + 1 : file, line, what);
	r->failed = true;
	fprintf(stderr, "exercise: %s: %s\n", r->scenario->name, r->why);
	_exit(1);
}

static int device_open(const char *device)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/%s", device);
	return open(path, O_RDWR | O_CLOEXEC);
}

bool device_hello(const char *device, struct hmm_exerciser_hello *ret_hello)
{
	int fd = device_open(device);
	bool ok;

	*ret_hello = (struct hmm_exerciser_hello){ .version = HMM_EXERCISER_ABI };
	ok = fd >= 0 && ioctl(fd, HMM_EXERCISER_IOC_HELLO, ret_hello) == 0;
	if (fd >= 0)
		close(fd);
	return ok;
}

bool device_counters(const char *device, struct hmm_exerciser_counters *ret_counters)
{
	int fd = device_open(device);
	bool ok;

	*ret_counters = (struct hmm_exerciser_counters){
		.version = HMM_EXERCISER_ABI, .scope = HMM_EXERCISER_SCOPE_MODULE
	};
	ok = fd >= 0 && ioctl(fd, HMM_EXERCISER_IOC_COUNTERS, ret_counters) == 0;
	if (fd >= 0)
		close(fd);
	return ok;
}

bool device_counted(const char *device, const struct hmm_exerciser_counters *before,
		    struct hmm_exerciser_counters *ret_since)
{
	uint64_t live;

	if (!device_counters(device, ret_since))
		return false;
	live = ret_since->live;
#define C(name, what) ret_since->name -= before->name;
	HMM_EXERCISER_COUNTERS(C)
#undef C
	ret_since->live = live;
	return true;
}

void counters_print(const struct hmm_exerciser_counters *c)
{
	const char *comma = "";

	printf("{");
#define C(name, what) \
	if (c->name) { \
		printf("%s\"%s\":%llu", comma, #name, (unsigned long long)c->name); \
		comma = ","; \
	}
	HMM_EXERCISER_COUNTERS(C)
#undef C
	printf("}");
}

int run_open(struct run *r)
{
	int fd = device_open(r->device);

	if (fd < 0)
		run_fail(r, __FILE__, __LINE__, strerror(errno));
	return fd;
}

/* Adds up what the driver counted for the file, then closes it. */
void run_close(struct run *r, int fd)
{
	struct hmm_exerciser_counters c = { .version = HMM_EXERCISER_ABI };

	CHECK(r, ioctl(fd, HMM_EXERCISER_IOC_COUNTERS, &c) == 0);
#define C(name, what) r->counters.name += c.name;
	HMM_EXERCISER_COUNTERS(C)
#undef C
	close(fd);
}

struct hmm_exerciser_cmd run_act(struct run *r, int fd, unsigned int action, const char *name,
				 struct hmm_exerciser_cmd cmd)
{
	char what[128];

	cmd.version = HMM_EXERCISER_ABI;
	if (ioctl(fd, HMM_EXERCISER_IOC_DO(action), &cmd) == 0)
		return cmd;
	snprintf(what, sizeof(what), "%s: %s", name, strerror(errno));
	run_fail(r, r->scenario->name, 0, what);
	return cmd;
}

/* A finding will be about the object of this cookie, in the caller's address space. */
void run_expect(struct run *r, uint64_t cookie)
{
	r->owner = getpid();
	CHECK(r, r->nr_about < sizeof(r->about) / sizeof(r->about[0]));
	r->about[r->nr_about++] = cookie;
}

static void sleep_ms(unsigned int ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

/* Long enough for an absence to become a finding. */
void run_hold(struct run *r)
{
	sleep_ms(r->hold_ms);
}

/* As long as a driver may take that does nothing wrong. */
void run_linger(struct run *r)
{
	sleep_ms(r->linger_ms);
}

/* A process with an address space of its own that shares the open file. */
pid_t run_child(struct run *r, int fd, void (*fn)(struct run *r, int fd))
{
	pid_t pid = fork();

	if (pid < 0)
		run_fail(r, __FILE__, __LINE__, strerror(errno));
	if (pid == 0) {
		fn(r, fd);
		_exit(0);
	}
	return pid;
}

void run_wait(struct run *r, pid_t pid)
{
	int status;

	CHECK(r, waitpid(pid, &status, 0) == pid);
	if (!r->failed)
		CHECK(r, WIFEXITED(status) && WEXITSTATUS(status) == 0);
	if (r->failed)
		_exit(1);
}

void run_step(struct run *r, int step)
{
	__atomic_store_n(&r->step, step, __ATOMIC_SEQ_CST);
}

void run_wait_step(struct run *r, int step)
{
	int tries = 10000;

	while (__atomic_load_n(&r->step, __ATOMIC_SEQ_CST) < step && !r->failed && --tries)
		sleep_ms(1);
	CHECK(r, tries);
	if (r->failed)
		_exit(1);
}

/* The memory that a scenario mirrors: there, and written to. */
void run_prepare(struct run *r)
{
	void *p;

	r->length = 16 * (uint64_t)sysconf(_SC_PAGESIZE);
	p = mmap(NULL, r->length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		run_fail(r, __FILE__, __LINE__, strerror(errno));
	memset(p, 1, r->length);
	r->buffer = (uintptr_t)p;
}

/* Have the driver forget to release this file's objects when it is closed. */
void run_leak(struct run *r, int fd)
{
	ACT(r, fd, CLOSE_POLICY, .arg = HMM_EXERCISER_CLOSE_LEAK);
}

/* Give back what the driver leaked for files that process @opener opened. */
void run_reset(struct run *r, pid_t opener)
{
	int fd = run_open(r);

	CHECK(r, ACT(r, fd, RESET, .arg = opener).result > 0);
	close(fd);
}
