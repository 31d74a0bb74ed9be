// SPDX-License-Identifier: GPL-2.0
/*
 * exercise - drives the exerciser module, one scenario at a time, and says
 * what a tracer has to have found.
 *
 * With --json one line per scenario, complete or absent:
 *   {"scenario":"notifier:interval_double_remove","kind":"fault","hot":false,
 *    "pid":71,"owner":71,"ok":true,"driver":"hmm_exerciser",
 *    "expected":[{"rule":"range-double-unregister","class":"range","count":1}],
 *    "about":["0xffff888003b1c010"],"counters":{"interval_inserts":1,...}}
 * and at the end one with what the driver counted meanwhile, all files together:
 *   {"total":{...},"driver":"hmm_exerciser","live":0}
 */
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exercise.h"

struct options {
	const char *device;
	const char *family;	/* "notifier:", "mirror:", NULL: both */
	uint64_t apis;		/* what the module has, 0: not asked */
	int kind;		/* -1: both */
	bool no_hot, only_hot;
	bool json, list;
	unsigned int hold_ms, linger_ms, jobs;
	char **patterns;
};

static const char usage[] =
	"usage: exercise [options] [PATTERN]...    runs the scenarios, all by default\n"
	"       exercise --list [--json]\n"
	"       exercise --mixed AMOUNT [--threads N] [--seed N]    AMOUNT: 5s, or 1000 operations\n"
	"       exercise --demo\n"
	"  --api notifier|mirror   --kind fault|legal|stuck   --hot yes|no\n"
	"  --hold MS      how long a fault lasts before it is cleaned up (2500)\n"
	"  --linger MS    how late a legal release is (150)\n"
	"  --jobs N       scenarios at the same time (1)\n"
	"  --device NAME  (" HMM_EXERCISER_DEVICE ")\n"
	"  --json\n";

static const char *const kind_names[] = {
	[LEGAL] = "legal", [FAULT] = "fault", [STUCK] = "stuck",
};

static int kind_of(const char *name)
{
	int kind = STUCK;

	while (kind > LEGAL && strcmp(name, kind_names[kind]) != 0)
		kind--;
	return kind;
}

static bool scenario_matches(const struct options *o, const struct scenario *s)
{
	char **p;

	if (o->kind < 0 ? s->kind == STUCK : (int)s->kind != o->kind)
		return false;
	if ((o->no_hot && s->hot) || (o->only_hot && !s->hot))
		return false;
	if (o->family && strncmp(s->name, o->family, strlen(o->family)) != 0)
		return false;
	if (!*o->patterns)
		return true;
	for (p = o->patterns; *p; p++)
		if (fnmatch(*p, s->name, 0) == 0)
			return true;
	return false;
}

/* What the kernel has to have for a scenario, and the reason not to run it without. */
static const struct {
	uint64_t bit;
	const char *why;
} capabilities[] = {
	{ HMM_EXERCISER_API_NOTIFIER, "the module has no notifiers" },
	{ HMM_EXERCISER_API_MIRROR, "this kernel has no mirrors" },
	{ HMM_EXERCISER_API_FAULT, "this kernel has no hmm_range_fault() of intervals" },
	{ HMM_EXERCISER_API_INTERVAL, "this kernel has no interval notifiers" },
	{ HMM_EXERCISER_API_GET, "this kernel has no mmu_notifier_get()" },
	{ HMM_EXERCISER_API_HMM_GET, "drivers have no hmm_get() here" },
	{ HMM_EXERCISER_API_RANGE_BY_MM, "hmm_range_register() does not take an mm here" },
	{ HMM_EXERCISER_SURVIVES_TWICE,
	  "this kernel follows a poisoned pointer when what is not registered is unregistered" },
	{ HMM_EXERCISER_SURVIVES_DEAD_FAULT,
	  "this kernel follows a NULL pointer when an unregistered range is faulted" },
	{ HMM_EXERCISER_SURVIVES_BUSY,
	  "this kernel corrupts its lists when something is registered twice" },
	{ HMM_EXERCISER_SURVIVES_END_IN_RELEASE,
	  "a mirror must not be unregistered from its release callback here" },
	{ HMM_EXERCISER_SURVIVES_UNDER_RANGE,
	  "ranges hold no reference here: struct hmm would be freed beneath them" },
	{ HMM_EXERCISER_REFUSES_NO_MIRROR,
	  "this kernel does not look whether a range has a registered mirror" },
	{ EXERCISE_THREADS, "threads of this C library die of clone3() on this kernel" },
	{ EXERCISE_MISUSE, "this device is one that does not misbehave" },
	{ HMM_EXERCISER_SURVIVES_CHURN,
	  "this kernel follows a NULL pointer when invalidated while its last mirror goes" },
};

/* Return: why the scenario cannot run on this kernel, NULL if it can. */
static const char *scenario_impossible(const struct options *o, const struct scenario *s)
{
	uint64_t missing = s->apis & ~o->apis;
	unsigned int i;

	for (i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++)
		if (missing & capabilities[i].bit)
			return capabilities[i].why;
	return missing ? "the module is too old" : NULL;
}

/* Return: the i-th scenario of all, NULL past the last. */
static const struct scenario *scenario_at(unsigned int i)
{
	if (i < nr_notifier_scenarios)
		return &notifier_scenarios[i];
	i -= nr_notifier_scenarios;
	return i < nr_mirror_scenarios ? &mirror_scenarios[i] : NULL;
}

static void print_expected(const struct scenario *s)
{
	const struct expectation *e;

	printf("\"expected\":[");
	for (e = s->expected; e < s->expected + MAX_EXPECTED && e->rule; e++)
		printf("%s{\"rule\":\"%s\",\"class\":\"%s\",\"count\":%u}",
		       e == s->expected ? "" : ",", e->rule, e->class, e->count);
	printf("]");
}

static void print_head(const struct scenario *s)
{
	printf("{\"scenario\":\"%s\",\"kind\":\"%s\",\"hot\":%s,", s->name,
	       kind_names[s->kind], s->hot ? "true" : "false");
}

static void print_run(const struct options *o, const struct run *r)
{
	unsigned int i;

	if (!o->json) {
		printf("%-6s %s%s%s\n", r->failed ? "FAILED" : "ok", r->scenario->name,
		       r->failed ? ": " : "", r->failed ? r->why : "");
		fflush(stdout);
		return;
	}
	print_head(r->scenario);
	printf("\"pid\":%d,\"owner\":%d,\"ok\":%s,", r->pid, r->owner ? r->owner : r->pid,
	       r->failed ? "false" : "true");
	if (r->failed)
		printf("\"why\":\"%s\",", r->why);
	printf("\"driver\":\"%s\",", r->device);
	print_expected(r->scenario);
	printf(",\"about\":[");
	for (i = 0; r->scenario->expected[0].rule && i < r->nr_about; i++)
		printf("%s\"0x%" PRIx64 "\"", i ? "," : "", r->about[i]);
	printf("],\"counters\":");
	counters_print(&r->counters);
	printf("}\n");
	fflush(stdout);
}

static int list_main(const struct options *o)
{
	const struct scenario *s;
	unsigned int i;

	for (i = 0; (s = scenario_at(i)); i++) {
		if (!scenario_matches(o, s))
			continue;
		if (o->json) {
			print_head(s);
			printf("\"about\":\"%s\",", s->about);
			print_expected(s);
			printf("}\n");
		} else {
			printf("%-52s %-40s %s\n", s->name,
			       s->expected[0].rule ? s->expected[0].rule : "-", s->about);
		}
	}
	return 0;
}

static void start_run(struct run *r)
{
	fflush(stdout);
	r->pid = fork();
	if (r->pid < 0) {
		r->failed = true;
		snprintf(r->why, sizeof(r->why), "fork: %s", strerror(errno));
	} else if (r->pid == 0) {
		r->pid = getpid();
		run_prepare(r);
		r->scenario->fn(r);
		_exit(0);
	}
}

/* Return: the run whose process ended, its outcome filled in. */
static struct run *wait_run(struct run *runs, unsigned int nr)
{
	unsigned int i;
	int status;
	pid_t pid = wait(&status);

	for (i = 0; i < nr; i++) {
		if (runs[i].pid != pid)
			continue;
		if (!runs[i].failed && (!WIFEXITED(status) || WEXITSTATUS(status))) {
			runs[i].failed = true;
			snprintf(runs[i].why, sizeof(runs[i].why), "wait status %#x", status);
		}
		return &runs[i];
	}
	return NULL;
}

static void print_skipped(const struct options *o, const struct scenario *s, const char *why)
{
	if (o->json)
		printf("{\"skipped\":\"%s\",\"why\":\"%s\"}\n", s->name, why);
	else
		printf("%-6s %s: %s\n", "skip", s->name, why);
}

static struct run *runs_new(const struct options *o, unsigned int *ret_nr)
{
	const struct scenario *s;
	struct run *runs;
	const char *why;
	unsigned int i;

	for (i = 0; scenario_at(i); i++)
		;
	runs = mmap(NULL, i * sizeof(*runs), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		    -1, 0);
	if (runs == MAP_FAILED)
		return NULL;
	*ret_nr = 0;
	for (i = 0; (s = scenario_at(i)); i++) {
		if (!scenario_matches(o, s))
			continue;
		why = scenario_impossible(o, s);
		if (why) {
			print_skipped(o, s, why);
			continue;
		}
		runs[(*ret_nr)++] = (struct run){
			.scenario = s, .device = o->device,
			.hold_ms = o->hold_ms, .linger_ms = o->linger_ms,
		};
	}
	return runs;
}

static void print_total(const struct options *o, const struct hmm_exerciser_counters *before)
{
	struct hmm_exerciser_counters since;

	if (!o->json || !device_counted(o->device, before, &since))
		return;
	printf("{\"total\":");
	counters_print(&since);
	printf(",\"driver\":\"%s\",\"live\":%" PRIu64 "}\n", o->device, (uint64_t)since.live);
}

static int run_main(const struct options *o)
{
	struct hmm_exerciser_counters before;
	unsigned int nr = 0, started = 0, ended = 0, failed = 0;
	struct run *runs = runs_new(o, &nr), *r;

	if (!runs || !nr || !device_counters(o->device, &before)) {
		fprintf(stderr, "exercise: %s\n", !runs ? "no memory" : !nr ?
			"no scenario is called that, or none of them can run here" : "the module does not answer");
		return 2;
	}
	while (ended < nr) {
		if (started < nr && started - ended < o->jobs) {
			start_run(&runs[started++]);
			continue;
		}
		r = wait_run(runs, nr);
		if (!r)
			continue;
		ended++;
		failed += r->failed;
		print_run(o, r);
	}
	print_total(o, &before);
	return failed ? 1 : 0;
}

static const char *family_by_name(const char *name)
{
	if (strcmp(name, "notifier") == 0)
		return "notifier:";
	if (strcmp(name, "mirror") == 0)
		return "mirror:";
	fprintf(stderr, "exercise: no such api: %s\n", name);
	exit(2);
}

static void *thread_lives(void *arg)
{
	return arg;
}

/* 5.3 has a clone3() that takes the wrong end of the stack, and the C library uses it. */
static bool threads_work(void)
{
	pid_t pid = fork();
	pthread_t thread;
	int status;

	if (pid == 0)
		_exit(pthread_create(&thread, NULL, thread_lives, NULL) ||
		      pthread_join(thread, NULL));
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static void ask_module(struct options *o)
{
	struct hmm_exerciser_hello hello;

	if (!device_hello(o->device, &hello)) {
		fprintf(stderr, "exercise: /dev/%s is not there, or not of this version\n",
			o->device);
		exit(2);
	}
	o->apis = hello.apis | (threads_work() ? EXERCISE_THREADS : 0);
	if (hello.manners & HMM_EXERCISER_MISBEHAVES)
		o->apis |= EXERCISE_MISUSE;
	else
		o->kind = LEGAL;
}

enum { OPT_API = 256, OPT_KIND, OPT_HOT, OPT_HOLD, OPT_LINGER, OPT_JOBS, OPT_DEVICE, OPT_JSON,
       OPT_LIST, OPT_MIXED, OPT_THREADS, OPT_SEED, OPT_DEMO };

static const struct option long_options[] = {
	{ "api", required_argument, NULL, OPT_API },
	{ "kind", required_argument, NULL, OPT_KIND },
	{ "hot", required_argument, NULL, OPT_HOT },
	{ "hold", required_argument, NULL, OPT_HOLD },
	{ "linger", required_argument, NULL, OPT_LINGER },
	{ "jobs", required_argument, NULL, OPT_JOBS },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "mixed", required_argument, NULL, OPT_MIXED },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "demo", no_argument, NULL, OPT_DEMO },
	{ NULL, 0, NULL, 0 },
};

int main(int argc, char **argv)
{
	struct options o = { .device = HMM_EXERCISER_DEVICE, .kind = -1, .hold_ms = 2500,
			     .linger_ms = 150, .jobs = 1 };
	unsigned int threads = 4, seed = 1;
	const char *mixed = NULL;
	bool demo = false;
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (c) {
		case OPT_API: o.family = family_by_name(optarg); break;
		case OPT_KIND: o.kind = kind_of(optarg); break;
		case OPT_HOT:
			o.only_hot = strcmp(optarg, "yes") == 0;
			o.no_hot = !o.only_hot;
			break;
		case OPT_HOLD: o.hold_ms = strtoul(optarg, NULL, 0); break;
		case OPT_LINGER: o.linger_ms = strtoul(optarg, NULL, 0); break;
		case OPT_JOBS: o.jobs = strtoul(optarg, NULL, 0); break;
		case OPT_DEVICE: o.device = optarg; break;
		case OPT_JSON: o.json = true; break;
		case OPT_LIST: o.list = true; break;
		case OPT_MIXED: mixed = optarg; break;
		case OPT_THREADS: threads = strtoul(optarg, NULL, 0); break;
		case OPT_SEED: seed = strtoul(optarg, NULL, 0); break;
		case OPT_DEMO: demo = true; break;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	o.patterns = argv + optind;
	if (o.list)
		return list_main(&o);
	if (demo)
		return demo_main();
	if (mixed)
		return mixed_main(o.device, mixed, threads, seed);
	ask_module(&o);
	return run_main(&o);
}
