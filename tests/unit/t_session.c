// SPDX-License-Identifier: GPL-2.0
/*
 * t_session.c - a session with a capture that is made up: everything between
 * the ring and the exit status, without a kernel and without root.
 */
#include "test.h"

/* The session itself is tested also where it is not built in. */
#undef HMT_NO_BPF
#include "../../src/cmd/session.c"

#include <fcntl.h>
#include <sys/wait.h>

#include "stream/text.h"

/* --- the capture ------------------------------------------------------------------ */

static struct {
	const char *text;	/* what happens, times relative to the start */
	int fails;		/* capture__start() fails with this */
	int started;
	__u64 lost_overturning;
} fake;

struct capture {
	struct source source;
	struct source *text;
	FILE *f;
	struct trace_meta *meta;
	struct plan plan;
	__u64 t0;
	bool have, stopped, ended;
	union { struct hmt_hdr h; __u64 room[HMT_RECORD_MAX / 8]; } rec;
};

static int made_up(struct capture *c, unsigned int kind, const struct hmt_hdr **ret_rec)
{
	c->rec.h = (struct hmt_hdr){ .kind = kind, .size = sizeof(struct hmt_tick),
				     .cpu = HMT_CPU_NONE, .ts = now_ns() };
	c->rec.room[4] = 0;
	*ret_rec = &c->rec.h;
	return 1;
}

/* Delivers what is due, a tick when nothing is, the rest and an end when stopped. */
static int fake_next(struct source *s, const struct hmt_hdr **ret_rec)
{
	static const struct timespec step = { .tv_nsec = 5 * 1000 * 1000 };
	struct capture *c = (struct capture *)s;
	const struct hmt_hdr *rec;
	int ret;

	if (c->ended)
		return 0;
	if (!c->have) {
		ret = source__next(c->text, &rec);
		if (ret < 0)
			return ret;
		if (ret) {
			memcpy(&c->rec, rec, rec->size);
			c->rec.h.ts += c->t0;
			c->have = true;
		}
	}
	if (c->have && c->rec.h.ts <= now_ns()) {
		c->have = false;
		*ret_rec = &c->rec.h;
		return 1;
	}
	if (c->stopped) {
		c->ended = true;
		return made_up(c, HMT_END, ret_rec);
	}
	nanosleep(&step, NULL);
	if (!c->have)
		return made_up(c, HMT_TICK, ret_rec);
	return fake_next(s, ret_rec);
}

static void fake_free(struct source *s) { }

int capture__start(const struct capture_opts *opts, struct capture **ret_c, struct errmsg *err)
{
	static const struct source_ops ops = { .next = fake_next, .free = fake_free };
	struct capture *c;

	fake.started++;
	if (fake.fails)
		return err_set(err, fake.fails, "it cannot be done");
	c = calloc(1, sizeof(*c));
	c->source.ops = &ops;
	c->f = fmemopen((void *)fake.text, strlen(fake.text), "r");
	c->meta = trace_meta__new();
	c->t0 = now_ns();
	c->plan.tier = TIER_FULL;
	c->source.meta = c->meta;
	if (text_source__open(c->f, "fake", &c->text, err))
		abort();
	*ret_c = c;
	return 0;
}

const struct plan *capture__plan(const struct capture *c)
{
	return &c->plan;
}

const struct trace_meta *capture__meta(const struct capture *c)
{
	return c->meta;
}

struct source *capture__source(struct capture *c)
{
	return &c->source;
}

void capture__stop(struct capture *c)
{
	c->stopped = true;
}

/* Of another command. */
int capture_snapshot(struct source **ret_s, struct errmsg *err)
{
	return err_set(err, -EOPNOTSUPP, "not here");
}

bool capture_snapshot_changed(const struct source *s, __u64 mm)
{
	return false;
}

void capture__stats(const struct capture *c, struct capture_stats *ret_st)
{
	*ret_st = (struct capture_stats){ .lost_overturning = fake.lost_overturning };
}

void capture__free(struct capture *c)
{
	if (!c)
		return;
	source__free(c->text);
	fclose(c->f);
	trace_meta__free(c->meta);
	free(c);
}

/* --- runs ------------------------------------------------------------------------- */

#define LEAK \
	"0.000 start flags=1\n" \
	"0.001 task tgid=7 tid=7 comm=session parent=1\n" \
	"0.002 range-register tgid=7 tid=7 mm=0xa0 range=0xd0 ops=0xf0 start=0x1000 " \
	"end=0x2000 owner=7\n" \
	"0.010 mm-release tgid=7 tid=7 mm=0xa0\n"

static char dir[] = "/tmp/t_session.XXXXXX";
static char out[8192], err_text[8192];

static void slurp(const char *name, char *buf, size_t size)
{
	char path[128];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (f)
		n = fread(buf, 1, size - 1, f);
	buf[n] = '\0';
	if (f)
		fclose(f);
}

static void redirect(const char *path, int fd)
{
	int from = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (from < 0 || dup2(from, fd) < 0)
		abort();
	close(from);
}

/* A process that has not come as far as to catch the signal is killed by it. */
static void wait_until_caught(pid_t pid, int sig)
{
	unsigned long long caught = 0;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	while (!(caught & (1ULL << (sig - 1)))) {
		f = fopen(path, "r");
		ASSERT_MSG(f, "there is no %s", path);
		while (fgets(line, sizeof(line), f))
			if (sscanf(line, "SigCgt: %llx", &caught) == 1)
				break;
		fclose(f);
		usleep(1000);
	}
}

/* Parses and runs words in a process of its own. Return: its exit status. */
static int run_to(const char *stdout_path, int kill_after_ms, char **words)
{
	struct invocation inv = { .command_line = (char *)"hmmtrace" };
	struct errmsg err;
	int argc = 0, status;
	pid_t pid;

	while (words[argc])
		argc++;
	fflush(stdout);
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		if (chdir(dir))
			abort();
		redirect(stdout_path, STDOUT_FILENO);
		redirect("err", STDERR_FILENO);
		inv.cmd = command_find(words[0], &err);
		if (!inv.cmd || opt_parse(inv.cmd->opts, &inv.o, argc - 1, words + 1, &inv.rest,
					  &err))
			abort();
		status = inv.cmd->run(&inv);
		/* As main() does it; exit(), for the leak checker. */
		exit(fflush(stdout) || ferror(stdout) ? EXIT_TROUBLE : status);
	}
	if (kill_after_ms) {
		wait_until_caught(pid, SIGINT);
		usleep(kill_after_ms * 1000);
		kill(pid, SIGINT);
	}
	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	ASSERT_MSG(WIFEXITED(status), "signal %d", WTERMSIG(status));
	slurp("out", out, sizeof(out));
	slurp("err", err_text, sizeof(err_text));
	return WEXITSTATUS(status);
}

#define WORDS(...) ((char **)(const char *[]){ __VA_ARGS__, NULL })
#define RUN(...) run_to("out", 0, WORDS(__VA_ARGS__))

static void fresh(const char *text)
{
	memset(&fake, 0, sizeof(fake));
	fake.text = text;
}

static void test_session__live_flags_after_the_command(void)
{
	fresh(LEAK);
	ASSERT_EQ(RUN("live", "--grace", "100ms", "--", "sh", "-c", "exit 3"), EXIT_FINDINGS);
	ASSERT_EQ(strncmp(out, "error: R1: range is still", 25), 0);
	ASSERT_HAS(out, "\nverdict: 1 error\n");
	ASSERT_HAS(err_text, "hmmtrace: tracing, tier full\n");
	ASSERT_HAS(err_text, "hmmtrace: command exited with status 3\n");
}

static void test_session__check_says_the_verdict_first(void)
{
	fresh(LEAK);
	ASSERT_EQ(RUN("check", "--grace", "50ms", "--", "true"), EXIT_FINDINGS);
	ASSERT_EQ(strncmp(out, "verdict: 1 error\n", 17), 0);
	ASSERT_HAS(out, "\nerror: R1: range is still");
}

static void test_session__clean_command(void)
{
	fresh("0.000 start flags=1\n");
	ASSERT_EQ(RUN("check", "-q", "--grace", "10ms", "--", "true"), EXIT_CLEAN);
	ASSERT_STREQ(out, "verdict: clean: nothing is orphaned\n");
	ASSERT_STREQ(err_text, "");
}

/* The command fails, what it did to the kernel is fine: two things, told apart. */
static void test_session__check_reports(void)
{
	static char report[65536];

	fresh("0.000 start flags=1\n");
	ASSERT_EQ(RUN("check", "-q", "--grace", "10ms", "--junit", "r.xml", "--sarif", "r.sarif",
		      "--", "sh", "-c", "exit 7"), EXIT_CLEAN);
	ASSERT_HAS(err_text, "hmmtrace: command exited with status 7\n");
	slurp("r.xml", report, sizeof(report));
	ASSERT_HAS(report, " failures=\"0\" errors=\"0\"");
	ASSERT_HAS(report, "<system-err>command exited with status 7</system-err>");
	slurp("r.sarif", report, sizeof(report));
	ASSERT_HAS(report, "\"text\":\"command exited with status 7\"");
	fresh(LEAK);
	ASSERT_EQ(RUN("check", "--ktap", "--grace", "50ms", "-a", "range.count == 1", "--", "sh",
		      "-c", "echo not KTAP"), EXIT_FINDINGS);
	ASSERT_EQ(strncmp(out, "KTAP version 1\n1..3\n", 20), 0);
	ASSERT_HAS(out, "\n  not ok 2 range-orphaned-by-mm\n");
	ASSERT_HAS(out, "\n  ok 1 range.count == 1\nok 3 assertion\n");
	ASSERT_HAS(err_text, "not KTAP\n");
}

/* A typo is told before the command runs. */
static void test_session__typo_in_an_assertion(void)
{
	fresh(LEAK);
	ASSERT_EQ(RUN("check", "-a", "range.cuont == 1", "--", "touch", "ran"), EXIT_TROUBLE);
	ASSERT_HAS(err_text, "column 7: 'cuont' is not known here");
	ASSERT_EQ(RUN("check", "-q", "-a", "range.count == 1", "--", "test", "!", "-e", "ran"),
		  EXIT_FINDINGS);
	ASSERT_NULL(strstr(err_text, "status 1"));
	ASSERT_EQ(RUN("check", "-a", "range.count == 1", "-a", "range.live.end == 0", "--grace",
		      "10ms", "--", "true"), EXIT_FINDINGS);
	ASSERT_HAS(out, "1 failed assertion");
	ASSERT_HAS(out, "  assertions  1 passed, 1 failed, 0 inconclusive\n");
}

static void test_session__loss_is_inconclusive(void)
{
	fresh("0.000 start flags=1\n0.001 lost cause=ring-full count=5 cpu=0\n");
	ASSERT_EQ(RUN("check", "-q", "--grace", "10ms", "--", "true"), EXIT_INCONCLUSIVE);
	fake.lost_overturning = 5;
	ASSERT_EQ(RUN("record", "-f", "-o", "x.hmt", "--grace", "10ms", "--", "true"),
		  EXIT_INCONCLUSIVE);
}

/* What live says of a stream, report says of its recording. */
static void test_session__live_and_report_agree(void)
{
	static char live[8192];

	fresh(LEAK);
	ASSERT_EQ(RUN("live", "--json", "-f", "-o", "x.hmt", "--grace", "50ms", "--", "echo",
		      "noise"), EXIT_FINDINGS);
	ASSERT_HAS(err_text, "noise\n");
	memcpy(live, out, sizeof(live));
	ASSERT_HAS(live, "{\"type\":\"header\"");
	ASSERT_EQ(RUN("report", "--json", "--grace", "50ms", "x.hmt"), EXIT_FINDINGS);
	ASSERT_STREQ(strchr(live, '\n'), strchr(out, '\n'));
}

static void test_session__record_says_nothing_on_stdout(void)
{
	fresh(LEAK);
	ASSERT_EQ(RUN("record", "-f", "-o", "r.hmt", "--grace", "10ms", "--", "true"), EXIT_CLEAN);
	ASSERT_STREQ(out, "");
	ASSERT_HAS(err_text, "hmmtrace: r.hmt: ");
	ASSERT_HAS(err_text, "nothing lost");
	ASSERT_EQ(RUN("verify", "r.hmt"), EXIT_CLEAN);
}

static void test_session__an_interrupt_ends_in_good_order(void)
{
	fresh(LEAK);
	ASSERT_EQ(run_to("out", 400, WORDS("live", "--grace", "50ms")), EXIT_FINDINGS);
	ASSERT_HAS(out, "\nverdict: 1 error\n");
}

static void test_session__an_interrupt_ends_the_command(void)
{
	fresh("0.000 start flags=1\n");
	ASSERT_EQ(run_to("out", 200, WORDS("check", "-q", "--", "sleep", "100")), EXIT_CLEAN);
	ASSERT_HAS(err_text, "command was killed by signal 15");
}

static void test_session__capture_fails(void)
{
	fresh(LEAK);
	fake.fails = -EOPNOTSUPP;
	ASSERT_EQ(RUN("live", "--", "true"), EXIT_UNSUPPORTED);
	ASSERT_STREQ(err_text, "hmmtrace: it cannot be done\n");
	fake.fails = -EPERM;
	ASSERT_EQ(RUN("record", "-o", "never.hmt", "--", "true"), EXIT_TROUBLE);
	ASSERT_STREQ(err_text, "hmmtrace: it cannot be done\n");
	ASSERT_EQ(RUN("verify", "never.hmt"), EXIT_TROUBLE);
}

static void test_session__output_exists(void)
{
	fresh(LEAK);
	fake.fails = -EPERM;
	ASSERT_EQ(RUN("record", "-o", "out", "--", "true"), EXIT_TROUBLE);
	ASSERT_HAS(err_text, "'out' exists: -f overwrites it");
}

static void test_session__full_disk(void)
{
	fresh(LEAK);
	ASSERT_EQ(RUN("record", "-f", "-o", "/dev/full", "--", "sleep", "100"), EXIT_TROUBLE);
	ASSERT_HAS(err_text, "No space left on device");
	/* Nobody gets the findings: it ends by itself. */
	ASSERT_EQ(run_to("/dev/full", 0, WORDS("live", "--grace", "10ms")), EXIT_TROUBLE);
}

static void test_session__filter(void)
{
	fresh(LEAK);
	ASSERT_EQ(RUN("check", "-q", "--pid", "8", "--grace", "10ms", "--", "true"), EXIT_CLEAN);
	ASSERT_EQ(RUN("check", "-q", "--comm", "sess*", "--grace", "10ms", "--", "true"),
		  EXIT_FINDINGS);
}

static void test_session__no_such_command(void)
{
	fresh(LEAK);
	ASSERT_EQ(RUN("check", "--", "no-such-command-here"), EXIT_TROUBLE);
	ASSERT_STREQ(err_text, "hmmtrace: cannot run 'no-such-command-here': no such command\n");
}

static void test_session__end(void)
{
	pid_t pid = fork();

	if (!pid) {
		execlp("rm", "rm", "-rf", dir, NULL);
		_exit(1);
	}
	ASSERT_EQ(waitpid(pid, NULL, 0), pid);
}

static void test_session__begin(void)
{
	ASSERT_NOT_NULL(mkdtemp(dir));
}

TEST_MAIN(TEST(test_session__begin), TEST(test_session__live_flags_after_the_command),
	  TEST(test_session__check_says_the_verdict_first), TEST(test_session__clean_command),
	  TEST(test_session__check_reports), TEST(test_session__typo_in_an_assertion),
	  TEST(test_session__loss_is_inconclusive), TEST(test_session__live_and_report_agree),
	  TEST(test_session__record_says_nothing_on_stdout),
	  TEST(test_session__an_interrupt_ends_in_good_order),
	  TEST(test_session__an_interrupt_ends_the_command), TEST(test_session__capture_fails),
	  TEST(test_session__output_exists), TEST(test_session__full_disk),
	  TEST(test_session__filter), TEST(test_session__no_such_command),
	  TEST(test_session__end))
