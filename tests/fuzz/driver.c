// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a fuzz target without libFuzzer: every file given, then mutations of
 * them, the same on every machine. With clang -fsanitize=fuzzer leave it out.
 *
 *	fuzz_file [-n MUTATIONS] [-s SEED] [-1 N] FILE...
 *
 * -1 N runs mutation N only, which is how a failure is reproduced; what failed
 * is said on stderr when the target aborts (ASAN_OPTIONS=abort_on_error=1).
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX (1 << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	uint8_t *data;
	size_t size;
	const char *name;
};

static char now[512];	/* what is being run, for the handler */
static uint64_t state;

static void on_abort(int sig)
{
	ssize_t n = write(2, now, strlen(now));

	(void)n;
	signal(sig, SIG_DFL);
	raise(sig);
}

static uint32_t rnd(uint32_t below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(((state >> 32) * below) >> 32);
}

static int load(const char *path, struct input *in)
{
	FILE *f = fopen(path, "rb");

	in->name = path;
	in->data = malloc(INPUT_MAX);
	if (!f || !in->data) {
		perror(path);
		if (f)
			fclose(f);
		return -1;
	}
	in->size = fread(in->data, 1, INPUT_MAX, f);
	fclose(f);
	return 0;
}

/* One change: a bit, a byte, an interesting number, a cut, a copy, a splice. */
static size_t mutate(uint8_t *p, size_t size, const struct input *other)
{
	static const uint32_t numbers[] = { 0, 1, 7, 8, 31, 32, 64, 255, 4096, 0x7fffffff,
					    0x80000000, 0xffffffff, 0xfffffff8, 16 << 20 };
	uint32_t at = size ? rnd((uint32_t)size) : 0, n;

	switch (size ? rnd(7) : 6) {
	case 0:
		p[at] ^= (uint8_t)(1 << rnd(8));
		return size;
	case 1:
		p[at] = (uint8_t)rnd(256);
		return size;
	case 2:
		n = numbers[rnd(sizeof(numbers) / sizeof(numbers[0]))];
		memcpy(p + at, &n, size - at < 4 ? size - at : 4);
		return size;
	case 3:
		return at;
	case 4:
		n = 1 + rnd(16);
		if (at + n >= size)
			return size;
		memmove(p + at, p + at + n, size - at - n);
		return size - n;
	case 5:
		n = 1 + rnd(64);
		if (at + n > size || size + n > INPUT_MAX)
			return size;
		memmove(p + at + n, p + at, size - at);
		return size + n;
	default:
		if (!other->size)
			return size;
		n = rnd((uint32_t)other->size);
		if (at + other->size - n > INPUT_MAX)
			return size;
		memcpy(p + at, other->data + n, other->size - n);
		return at + other->size - n > size ? at + other->size - n : size;
	}
}

static void run_mutation(const struct input *in, unsigned int nr, uint64_t seed, unsigned long i)
{
	static uint8_t buf[INPUT_MAX];
	const struct input *base;
	uint8_t *exact;
	size_t size;

	state = seed * 1000003 + i;
	rnd(2);
	base = &in[rnd(nr)];
	size = base->size;
	memcpy(buf, base->data, size);
	for (uint32_t n = 1 + rnd(6); n; n--)
		size = mutate(buf, size, &in[rnd(nr)]);
	snprintf(now, sizeof(now), "failed: -s %llu -1 %lu, a mutation of %s\n",
		 (unsigned long long)seed, i, base->name);
	/* Of its own size, so that a sanitizer sees the first byte too far. */
	exact = malloc(size ? size : 1);
	if (!exact)
		abort();
	memcpy(exact, buf, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

int main(int argc, char **argv)
{
	unsigned long nr_mutations = 1000, only = 0;
	struct input *in;
	uint64_t seed = 1;
	unsigned int nr = 0;
	int c;

	while ((c = getopt(argc, argv, "n:s:1:")) != -1) {
		if (c == 'n')
			nr_mutations = strtoul(optarg, NULL, 10);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (c == '1')
			only = strtoul(optarg, NULL, 10) + 1;
		else
			return 2;
	}
	signal(SIGABRT, on_abort);
	in = calloc((size_t)(argc - optind) + 1, sizeof(*in));
	if (!in || optind == argc) {
		fprintf(stderr, "usage: %s [-n MUTATIONS] [-s SEED] [-1 N] FILE...\n", argv[0]);
		return 2;
	}
	for (int i = optind; i < argc; i++) {
		if (load(argv[i], &in[nr]))
			return 2;
		snprintf(now, sizeof(now), "failed: %s\n", argv[i]);
		LLVMFuzzerTestOneInput(in[nr].data, in[nr].size);
		nr++;
	}
	for (unsigned long i = only ? only - 1 : 0; i < (only ? only : nr_mutations); i++)
		run_mutation(in, nr, seed, i);
	printf("%u files, %lu mutations\n", nr, only ? 1 : nr_mutations);
	while (nr)
		free(in[--nr].data);
	free(in);
	return 0;
}
