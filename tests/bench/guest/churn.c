// SPDX-License-Identifier: GPL-2.0
/*
 * churn - what a driver that mirrors does all day, as fast as it is told to.
 *
 *	churn OPS [PER_SECOND [WHAT]]   so many operations by the exerciser, in bursts of
 *	                                32; PER_SECOND 0, or none: without a pause
 *
 * WHAT is windows: inserted, faulted and removed; registers: of a notifier, and
 * unregistered; or refs: a reference to a notifier that is held got and put.
 *
 * Prints {"ops":N,"ns":N,"seconds":S}: ns is the CPU time of one.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <hmmtrace/exerciser.h>

#define BURST 32
#define WINDOW (16 * 4096)

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* Return: the object it was done to */
static __u64 act(int fd, unsigned int action, struct hmm_exerciser_cmd cmd)
{
	cmd.version = HMM_EXERCISER_ABI;
	if (ioctl(fd, HMM_EXERCISER_IOC_DO(action), &cmd) || cmd.result)
		die("the exerciser refuses");
	return cmd.object;
}

static char *window;

static void do_windows(int fd, unsigned int nr)
{
	act(fd, HMM_EXERCISER_INTERVAL_ON_STACK, (struct hmm_exerciser_cmd){
		.start = (unsigned long)window, .length = WINDOW, .arg = nr });
}

static void do_registers(int fd, unsigned int nr)
{
	static __u64 notifier;

	while (nr--) {
		notifier = act(fd, HMM_EXERCISER_NOTIFIER_REGISTER,
			       (struct hmm_exerciser_cmd){ .object = notifier });
		act(fd, HMM_EXERCISER_NOTIFIER_UNREGISTER,
		    (struct hmm_exerciser_cmd){ .object = notifier });
	}
}

static void do_refs(int fd, unsigned int nr)
{
	static __u64 held;

	if (!held)
		held = act(fd, HMM_EXERCISER_NOTIFIER_GET, (struct hmm_exerciser_cmd){ 0 });
	while (nr--) {
		act(fd, HMM_EXERCISER_NOTIFIER_GET, (struct hmm_exerciser_cmd){ .object = held });
		act(fd, HMM_EXERCISER_NOTIFIER_PUT, (struct hmm_exerciser_cmd){ .object = held });
	}
}

static const struct {
	const char *name;
	void (*burst)(int fd, unsigned int nr);
} workloads[] = {
	{ .name = "windows", .burst = do_windows },
	{ .name = "registers", .burst = do_registers },
	{ .name = "refs", .burst = do_refs },
};

static void sleep_until(double when)
{
	struct timespec t = { .tv_sec = (time_t)when,
			      .tv_nsec = (long)((when - (double)(time_t)when) * 1e9) };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static void run(int fd, void (*burst)(int, unsigned int), long ops, double rate)
{
	double began, used;

	burst(fd, 1);
	began = seconds(CLOCK_MONOTONIC);
	used = seconds(CLOCK_THREAD_CPUTIME_ID);
	for (long done = 0; done < ops; done += BURST) {
		burst(fd, BURST);
		if (rate > 0)
			sleep_until(began + (double)(done + BURST) / rate);
	}
	used = seconds(CLOCK_THREAD_CPUTIME_ID) - used;
	printf("{\"ops\":%ld,\"ns\":%.0f,\"seconds\":%.3f}\n", ops, used / (double)ops * 1e9,
	       seconds(CLOCK_MONOTONIC) - began);
}

int main(int argc, char **argv)
{
	long ops = argc > 1 ? strtol(argv[1], NULL, 0) : 0;
	double rate = argc > 2 ? strtod(argv[2], NULL) : 0;
	const char *what = argc > 3 ? argv[3] : "windows";
	int fd = open("/dev/" HMM_EXERCISER_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("/dev/" HMM_EXERCISER_DEVICE);
	window = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (window == MAP_FAILED)
		die("mmap");
	memset(window, 1, WINDOW);
	for (size_t i = 0; i < sizeof(workloads) / sizeof(*workloads); i++) {
		if (ops <= 0 || strcmp(what, workloads[i].name))
			continue;
		run(fd, workloads[i].burst, ops, rate);
		return 0;
	}
	fprintf(stderr, "churn: see the top of tests/bench/guest/churn.c\n");
	return 2;
}
