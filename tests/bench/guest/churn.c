// SPDX-License-Identifier: GPL-2.0
/*
 * churn - what a driver that mirrors does all day, as fast as it is told to.
 *
 *	churn OPS [PER_SECOND]    so many windows inserted, faulted and removed, by the
 *	                          exerciser, in bursts of 32; without PER_SECOND without a pause
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

static void burst(int fd, char *window, unsigned int nr)
{
	struct hmm_exerciser_cmd cmd = {
		.version = HMM_EXERCISER_ABI, .start = (unsigned long)window,
		.length = WINDOW, .arg = nr,
	};

	if (ioctl(fd, HMM_EXERCISER_IOC_DO(HMM_EXERCISER_INTERVAL_ON_STACK), &cmd) || cmd.result)
		die("interval_on_stack");
}

static void sleep_until(double when)
{
	struct timespec t = { .tv_sec = (time_t)when,
			      .tv_nsec = (long)((when - (double)(time_t)when) * 1e9) };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

int main(int argc, char **argv)
{
	long ops = argc > 1 ? strtol(argv[1], NULL, 0) : 0;
	double rate = argc > 2 ? strtod(argv[2], NULL) : 0, began, used;
	int fd = open("/dev/" HMM_EXERCISER_DEVICE, O_RDWR | O_CLOEXEC);
	char *window;

	if (fd < 0)
		die("/dev/" HMM_EXERCISER_DEVICE);
	if (ops <= 0)
		return 2;
	window = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (window == MAP_FAILED)
		die("mmap");
	memset(window, 1, WINDOW);
	burst(fd, window, 1);
	began = seconds(CLOCK_MONOTONIC);
	used = seconds(CLOCK_THREAD_CPUTIME_ID);
	for (long done = 0; done < ops; done += BURST) {
		burst(fd, window, BURST);
		if (rate > 0)
			sleep_until(began + (double)(done + BURST) / rate);
	}
	used = seconds(CLOCK_THREAD_CPUTIME_ID) - used;
	printf("{\"ops\":%ld,\"ns\":%.0f,\"seconds\":%.3f}\n", ops, used / (double)ops * 1e9,
	       seconds(CLOCK_MONOTONIC) - began);
	return 0;
}
