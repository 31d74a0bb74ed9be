// SPDX-License-Identifier: GPL-2.0
/*
 * selftest_kernel.c - an orphan that exists: a window registered through the
 * exerciser module and left behind, seen by a capture of our own.
 *
 * Where the mirror API can be seen, the range outlives its mirror. Where only
 * the notifiers can, an interval notifier outlives a process made for it.
 */
#include "cmd/selftest.h"

#include <errno.h>

#ifdef HMT_NO_BPF

int selftest_kernel(struct selftest *t, struct errmsg *err)
{
	return err_set(err, -EOPNOTSUPP, "this hmmtrace was built without BPF");
}

#else

#include <fcntl.h>
#include <hmmtrace/exerciser.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture/capture.h"
#include "cmd/judge.h"
#include "cmd/session.h"
#include "version.h"

#define NS_PER_S 1000000000ULL
/* How much later than it could a finding, or a release, may come. */
#define PATIENCE_NS (NS_PER_S / 2)
#define WINDOW_START 0x10000000UL
#define WINDOW_BYTES 0x10000UL

enum stage { STAGE_PLANTED, STAGE_RELEASED, STAGE_STOPPED };

struct garden {
	struct selftest *t;
	int fd;			/* of the device */
	__u64 object;		/* the orphan */
	unsigned int remove;	/* action that releases it */
	struct capture *capture;
	struct judge judge;
	enum stage stage;
	__u64 next_ts;		/* when the next stage begins */
};

static __u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static int open_device(struct selftest *t, __u64 *ret_apis, struct errmsg *err)
{
	struct hmm_exerciser_hello hello = { .version = HMM_EXERCISER_ABI };
	int fd = open(SELFTEST_DEVICE, O_RDWR | O_CLOEXEC), code;

	if (fd < 0) {
		code = errno == ENXIO || errno == ENOENT ? -ENODEV : -errno;
		return err_set(err, code, SELFTEST_DEVICE ": %s: %s", strerror(errno),
			       code == -ENODEV ? "the exerciser module is not loaded" :
			       "it takes root");
	}
	if (ioctl(fd, HMM_EXERCISER_IOC_HELLO, &hello)) {
		close(fd);
		return err_set(err, -ENODEV, SELFTEST_DEVICE " is of another version");
	}
	*ret_apis = hello.apis;
	return fd;
}

/* What the kernel function answered is an error of ours: nothing here is to be refused. */
static int act(int fd, unsigned int action, struct hmm_exerciser_cmd *cmd, struct errmsg *err)
{
	cmd->version = HMM_EXERCISER_ABI;
	if (ioctl(fd, HMM_EXERCISER_IOC_DO(action), cmd))
		return err_set(err, -EIO, SELFTEST_DEVICE " refused request %u: %s", action,
			       strerror(errno));
	if ((__s64)cmd->result < 0)
		return err_set(err, -EIO, "the kernel refused what " SELFTEST_DEVICE
			       " asked it for in request %u: %s", action,
			       strerror((int)-(__s64)cmd->result));
	return 0;
}

static struct hmm_exerciser_cmd a_window(unsigned int nr, __u64 parent)
{
	return (struct hmm_exerciser_cmd){
		.start = WINDOW_START + nr * WINDOW_BYTES, .length = WINDOW_BYTES,
		.parent = parent, .arg = parent ? 12 : 0,
	};
}

static int plant_range(struct garden *g, struct errmsg *err)
{
	struct hmm_exerciser_cmd mirror = { 0 }, orphan, twin;
	int ret;

	ret = act(g->fd, HMM_EXERCISER_MIRROR_REGISTER, &mirror, err);
	orphan = a_window(0, mirror.object);
	twin = a_window(1, mirror.object);
	if (!ret)
		ret = act(g->fd, HMM_EXERCISER_RANGE_REGISTER, &orphan, err);
	if (!ret)
		ret = act(g->fd, HMM_EXERCISER_RANGE_REGISTER, &twin, err);
	if (!ret)
		ret = act(g->fd, HMM_EXERCISER_RANGE_UNREGISTER, &twin, err);
	mirror.flags = HMM_EXERCISER_F_MISUSE;
	if (!ret)
		ret = act(g->fd, HMM_EXERCISER_MIRROR_UNREGISTER, &mirror, err);
	g->object = orphan.object;
	g->remove = HMM_EXERCISER_RANGE_UNREGISTER;
	g->t->rule = RULE_RANGE_ORPHANED_BY_MIRROR;
	g->t->address = orphan.cookie;
	g->t->pid = (__u32)getpid();
	return ret;
}

/* In the child: both windows, of which only one is taken off again. */
static void insert_and_die(int fd, int report)
{
	struct hmm_exerciser_cmd orphan = a_window(0, 0), twin = a_window(1, 0);
	struct errmsg err;
	bool ok = !act(fd, HMM_EXERCISER_INTERVAL_INSERT, &orphan, &err) &&
		  !act(fd, HMM_EXERCISER_INTERVAL_INSERT, &twin, &err) &&
		  !act(fd, HMM_EXERCISER_INTERVAL_REMOVE, &twin, &err) &&
		  write(report, &orphan, sizeof(orphan)) == sizeof(orphan);

	_exit(!ok);
}

static int plant_interval(struct garden *g, struct errmsg *err)
{
	struct hmm_exerciser_cmd orphan = { 0 };
	int ends[2], status = -1;
	bool told;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return err_set(err, -errno, "no pipe: %s", strerror(errno));
	pid = fork();
	if (!pid)
		insert_and_die(g->fd, ends[1]);
	close(ends[1]);
	told = read(ends[0], &orphan, sizeof(orphan)) == sizeof(orphan);
	close(ends[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status || !told)
		return err_set(err, -EIO, "the process that was to leave an interval notifier "
			       "behind could not");
	g->object = orphan.object;
	g->remove = HMM_EXERCISER_INTERVAL_REMOVE;
	g->t->rule = RULE_RANGE_ORPHANED_BY_MM;
	g->t->address = orphan.cookie;
	g->t->pid = (__u32)pid;
	return 0;
}

/* By the time of the records, which ticks move on. */
static int next_stage(struct garden *g, __u64 ts, struct errmsg *err)
{
	struct hmm_exerciser_cmd cmd = { .object = g->object };
	int ret = 0;

	if (g->stage == STAGE_STOPPED || ts < g->next_ts)
		return 0;
	g->stage++;
	g->next_ts = now_ns() + PATIENCE_NS;
	if (g->stage == STAGE_RELEASED)
		ret = act(g->fd, g->remove, &cmd, err);
	else
		capture__stop(g->capture);
	return ret;
}

static int pump(struct garden *g, struct errmsg *err)
{
	struct source *s = capture__source(g->capture);
	const struct hmt_hdr *rec;
	int ret;

	g->next_ts = now_ns() + g->t->grace_ns + PATIENCE_NS;
	while ((ret = source__next(s, &rec)) == 1) {
		if (judge__feed(&g->judge, rec))
			return err_set(err, -ENOMEM, "out of memory");
		ret = next_stage(g, rec->ts, err);
		if (ret)
			return ret;
	}
	if (ret < 0)
		*err = s->err;
	else if (judge__finish(&g->judge))
		ret = err_set(err, -ENOMEM, "out of memory");
	return ret;
}

static int plant_and_watch(struct garden *g, __u64 apis, struct errmsg *err)
{
	const struct plan *p = capture__plan(g->capture);
	int ret;

	snprintf(g->t->through, sizeof(g->t->through),
		 "the exerciser module, source %s, tier %s, the engine and the report",
		 plan_source_name(p->source), plan_tier_name(p->tier));
	ret = judge__init(&g->judge, g->t->inv, g->t->out, err);
	if (ret)
		return ret;
	judge__begin(&g->judge, capture__meta(g->capture));
	if (apis & HMM_EXERCISER_API_MIRROR && p->source == CAPTURE_TRACEPOINT)
		ret = plant_range(g, err);
	else
		ret = plant_interval(g, err);
	if (!ret)
		ret = pump(g, err);
	if (!ret)
		judge__print_summary(&g->judge);
	judge__free(&g->judge);
	return ret;
}

int selftest_kernel(struct selftest *t, struct errmsg *err)
{
	struct capture_opts opts = { .version = HMT_VERSION,
				     .command_line = t->inv->command_line };
	struct garden g = { .t = t };
	__u64 apis = 0;
	int ret;

	t->path = "kernel";
	t->class = "range";
	t->driver = HMM_EXERCISER_DEVICE;
	g.fd = open_device(t, &apis, err);
	if (g.fd < 0)
		return g.fd;
	session_source(&t->inv->o, &opts);
	ret = capture__start(&opts, &g.capture, err);
	if (!ret)
		ret = plant_and_watch(&g, apis, err);
	capture__free(g.capture);
	/* The driver takes back whatever is still registered. */
	close(g.fd);
	return ret;
}

#endif
