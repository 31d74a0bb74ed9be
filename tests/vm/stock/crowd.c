// SPDX-License-Identifier: GPL-2.0
/*
 * crowd.c - many registrations that are there before anybody looks, and others
 * that come and go beside them.
 *
 *	crowd N PAIRS
 *
 * Inserts N interval notifiers through the exerciser and prints "ready", then
 * inserts and removes one more without a pause, until SIGTERM and for PAIRS
 * pairs more: so many have been seen to come and go by whoever looks since.
 * Then it removes all and prints {"kept":N,"before":..,"before_ms":..,
 * "pairs":PAIRS,"ms":..}, the pairs until SIGTERM and those after it.
 */
#include <fcntl.h>
#include <hmmtrace/exerciser.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t over;

static void on_term(int sig)
{
	(void)sig;
	over = 1;
}

static struct hmm_exerciser_cmd act(int fd, unsigned long request, struct hmm_exerciser_cmd cmd)
{
	cmd.version = HMM_EXERCISER_ABI;
	if (ioctl(fd, request, &cmd) || (long long)cmd.result < 0) {
		perror("crowd");
		exit(1);
	}
	return cmd;
}

static struct hmm_exerciser_cmd insert(int fd, void *at, unsigned long object)
{
	return act(fd, HMM_EXERCISER_IOC_DO(HMM_EXERCISER_INTERVAL_INSERT),
		   (struct hmm_exerciser_cmd){ .object = object, .start = (unsigned long)at,
					       .length = 4096 });
}

static void take_out(int fd, unsigned long object)
{
	act(fd, HMM_EXERCISER_IOC_DO(HMM_EXERCISER_INTERVAL_REMOVE),
	    (struct hmm_exerciser_cmd){ .object = object });
}

/* Return: the object, to be used again. */
static unsigned long pair(int fd, void *at, unsigned long object)
{
	object = insert(fd, at, object).object;
	take_out(fd, object);
	return object;
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 1000, more = argc > 2 ? atol(argv[2]) : 0;
	long before = 0, began, then;
	int fd = open("/dev/" HMM_EXERCISER_DEVICE, O_RDWR | O_CLOEXEC);
	char *at = mmap(NULL, (n + 64) << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);
	unsigned long *objects = calloc(n, sizeof(*objects)), extra = 0;

	signal(SIGTERM, on_term);
	if (fd < 0 || at == MAP_FAILED || !objects) {
		perror("crowd");
		return 1;
	}
	for (long i = 0; i < n; i++)
		objects[i] = insert(fd, at + (i << 12), 0).object;
	puts("ready");
	fflush(stdout);
	began = now_ms();
	for (; !over; before++)
		extra = pair(fd, at + ((before * 37 % n) << 12), extra);
	then = now_ms();
	for (long i = 0; i < more; i++)
		extra = pair(fd, at + ((i * 37 % n) << 12), extra);
	printf("{\"kept\":%ld,\"before\":%ld,\"before_ms\":%ld,\"pairs\":%ld,\"ms\":%ld}\n",
	       n, before, then - began, more, now_ms() - then);
	for (long i = 0; i < n; i++)
		take_out(fd, objects[i]);
	return 0;
}
