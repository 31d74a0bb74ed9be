// SPDX-License-Identifier: GPL-2.0
#include "cmd/session.h"

#include <stdio.h>

#ifdef HMT_NO_BPF

int session_run(struct invocation *inv, unsigned int flags)
{
	complainf("this hmmtrace was built without BPF and can only read files: build it "
		  "without NO_BPF=1");
	return EXIT_UNSUPPORTED;
}

#else

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "capture/capture.h"
#include "cmd/child.h"
#include "cmd/input.h"
#include "cmd/judge.h"
#include "cmd/recorder.h"
#include "cmd/status.h"
#include "stream/desc.h"
#include "stream/file.h"
#include "version.h"

#define NS_PER_S 1000000000ULL
#define DEFAULT_GRACE_NS NS_PER_S
#define DEFAULT_OUTPUT "hmmtrace.hmt"
/* An event is in the file at most two of these later. */
#define FLUSH_EVERY_NS 100000000ULL
/* Ticks alone are no reason for a frame, unless there have been many. */
#define FLUSH_IDLE_NS (5 * NS_PER_S)
/* How often to look whether the command has ended. */
#define LOOK_EVERY_NS 20000000ULL
/*
 * Beyond the grace time after the command: what it left to a kworker happens a
 * moment later, and its grace time must end within the trace.
 */
#define AFTERMATH_NS 300000000ULL

struct session {
	struct invocation *inv;
	unsigned int flags;
	struct child child;
	struct capture *capture;
	struct source *source;
	struct recorder *recorder;
	__u32 files_told;	/* of those made of memory, said on stderr */
	struct judge judge;
	struct status status;
	__u64 records;
	__u64 events;		/* of those, made by the kernel: what a rate is about */
	__u64 flushed_ts, looked_ts;
	bool unflushed;		/* an event waits to be written */
	__u64 stop_ts;		/* when to stop, once the command has ended */
	bool stopping;
};

/* The one thing a signal handler may touch. */
static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	interrupted = 1;
}

static volatile sig_atomic_t dump_wanted;

static void on_dump_signal(int sig)
{
	dump_wanted = 1;
}

/* The second signal of a kind kills: whoever sends it does not want to wait. */
static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

static void catch_dump_signal(void)
{
	struct sigaction sa = { .sa_handler = on_dump_signal };

	sigaction(SIGUSR1, &sa, NULL);
}

static const char *output_of(const struct session *s)
{
	if (s->inv->o.output)
		return s->inv->o.output;
	return s->flags & SESSION_WRITE ? DEFAULT_OUTPUT : NULL;
}

/* meta: NULL as long as there is none. */
static struct recorder_opts recorder_options(const struct session *s, const struct trace_meta *meta)
{
	const struct options *o = &s->inv->o;
	bool memory = o->last.bytes || o->last.ns;

	return (struct recorder_opts){
		.path = output_of(s), .force = o->force, .meta = meta,
		.rotate_bytes = o->rotate.bytes, .rotate_ns = o->rotate.ns, .keep = o->keep,
		.last_bytes = o->last.bytes, .last_ns = o->last.ns,
		.grace_ns = o->grace_ns[GRACE_RELEASE],
		.dump = memory && !o->dump_on ? DUMP_FINDING | DUMP_SIGNAL | DUMP_END : o->dump_on,
	};
}

/* Said before anything is set up. The writer looks again when it creates the file. */
static int check_output(const struct session *s, struct errmsg *err)
{
	const struct recorder_opts opts = recorder_options(s, NULL);
	const char *path = output_of(s);

	if (path && !strcmp(path, "-")) {
		if (s->flags & SESSION_JUDGE)
			return err_set(err, -EINVAL, "the findings and the trace file cannot "
				       "both go to stdout");
		if (isatty(STDOUT_FILENO))
			return err_set(err, -EINVAL, "a trace file is not for a terminal");
	}
	return path ? recorder_check(&opts, err) : 0;
}

void session_source(const struct options *o, struct capture_opts *opts)
{
	static const enum capture_source sources[] = {
		[SOURCE_AUTO] = CAPTURE_AUTO,
		[SOURCE_TRACEPOINT] = CAPTURE_TRACEPOINT, [SOURCE_NOTIFIER] = CAPTURE_NOTIFIER,
		[SOURCE_RAW_TP] = CAPTURE_TRACEPOINT, [SOURCE_TP] = CAPTURE_TRACEPOINT,
		[SOURCE_KPROBE] = CAPTURE_NOTIFIER, [SOURCE_LEGACY] = CAPTURE_TRACEPOINT,
	};

	opts->source = sources[o->source];
	opts->force_classic = o->source == SOURCE_TP || o->source == SOURCE_KPROBE;
	opts->force_legacy = o->source == SOURCE_LEGACY;
	opts->btf = o->btf;
}

static int start_capture(struct session *s, struct errmsg *err)
{
	const struct options *o = &s->inv->o;
	struct capture_opts opts = {
		.ring_bytes = (__u32)o->ring_bytes,
		.table_entries = (__u32)o->table_entries,
		.hot = o->hot,
		.grace_ns = o->grace_ns[GRACE_RELEASE],
		.stacks = o->stacks == STACKS_NONE ? CAPTURE_STACKS_NONE :
			  o->stacks == STACKS_ALL ? CAPTURE_STACKS_ALL : CAPTURE_STACKS_BIRTHS,
		.version = HMT_VERSION,
		.command_line = s->inv->command_line,
	};
	char *filters = input_filter_words(s->inv);
	int ret;

	if (!filters)
		return err_set(err, -ENOMEM, "out of memory");
	opts.filters = filters;
	session_source(o, &opts);
	ret = capture__start(&opts, &s->capture, err);
	hmt_free(filters);
	if (ret)
		return ret;
	s->source = capture__source(s->capture);
	return input_filter(s->inv, &s->source, err);
}

static void before_output(void *ctx)
{
	struct session *s = ctx;

	status__hide(&s->status);
}

static int start_outputs(struct session *s, struct errmsg *err)
{
	const struct trace_meta *meta = capture__meta(s->capture);
	const char *path = output_of(s);
	int ret;

	if (path) {
		const struct recorder_opts opts = recorder_options(s, meta);

		if (opts.dump & DUMP_SIGNAL)
			catch_dump_signal();
		ret = recorder__open(&opts, &s->recorder, err);
		if (ret)
			return ret;
	}
	if (!(s->flags & SESSION_JUDGE))
		return 0;
	ret = judge__init(&s->judge, s->inv, stdout, err);
	if (ret)
		return ret;
	s->judge.before_output = before_output;
	s->judge.ctx = s;
	s->judge.flush = true;
	if (s->flags & SESSION_VERDICT_FIRST && !s->inv->o.json) {
		s->judge.flush = false;
		ret = judge__hold(&s->judge, err);
		if (ret)
			return ret;
	}
	s->judge.sink.live = true;
	judge__begin(&s->judge, meta);
	return 0;
}

/* Once a group, not per event: they are undecidable for the same reason. */
static void announce_counted(const struct plan *p)
{
	bool said[2] = { false, false };

	for (int i = 0; i < p->nr; i++) {
		const struct plan_row *row = &p->rows[i];
		bool fault = strstr(row->undecidable, "range-livelock");

		if (!row->counted || !*row->undecidable || said[fault])
			continue;
		said[fault] = true;
		fprintf(stderr, "hmmtrace: %s are only counted, so there is no %s; "
			"--events %s=each tells them one by one\n",
			fault ? "faults" : "invalidations", row->undecidable,
			fault ? "fault" : "invalidate");
	}
}

/* The sentence scripts wait for: from here on nothing is missed. */
static void announce(const struct session *s)
{
	const struct plan *p = capture__plan(s->capture);

	if (s->inv->o.quiet)
		return;
	fprintf(stderr, "hmmtrace: tracing, tier %s%s\n", plan_tier_name(p->tier),
		p->kit == KIT_LEGACY ? ", as on kernels before 5.8" : "");
	for (int i = 0; i < p->nr; i++)
		if (p->rows[i].state == PLAN_MISSING && *p->rows[i].undecidable)
			fprintf(stderr, "hmmtrace: without %s, %s\n", p->rows[i].event,
				p->rows[i].undecidable);
	announce_counted(p);
}

static bool time_to_flush(struct session *s, const struct hmt_hdr *rec)
{
	if (!s->unflushed)
		return rec->ts >= s->flushed_ts + FLUSH_IDLE_NS;
	/* A tick says that nothing else comes for now. */
	return rec->kind == HMT_TICK || rec->ts >= s->flushed_ts + FLUSH_EVERY_NS;
}

/* "hmmtrace: run.0001.hmt: 1.2 MiB of memory written" */
static void tell_dumps(struct session *s)
{
	struct recorder_stats st;
	char size[FMT_LEN];

	if (!s->inv->o.last.bytes && !s->inv->o.last.ns)
		return;
	recorder__stats(s->recorder, &st);
	if (st.files == s->files_told)
		return;
	s->files_told = st.files;
	if (s->inv->o.quiet)
		return;
	status__hide(&s->status);
	fprintf(stderr, "hmmtrace: %s: written, %s in memory\n", st.last,
		fmt_bytes(size, sizeof(size), recorder__bytes(s->recorder)));
}

static int write_record(struct session *s, const struct hmt_hdr *rec, struct errmsg *err)
{
	int ret;

	if (!s->recorder)
		return 0;
	ret = recorder__add(s->recorder, rec, err);
	if (!ret && dump_wanted) {
		dump_wanted = 0;
		ret = recorder__dump(s->recorder, DUMP_SIGNAL, err);
	}
	tell_dumps(s);
	if (ret)
		return ret;
	s->unflushed |= rec->kind != HMT_TICK;
	if (!time_to_flush(s, rec))
		return 0;
	s->flushed_ts = rec->ts;
	s->unflushed = false;
	return recorder__pending(s->recorder) ? recorder__flush(s->recorder, err) : 0;
}

static void draw_status(struct session *s, __u64 ts)
{
	struct capture_stats cs;
	char text[256], size[FMT_LEN];
	__u64 lost = 0;

	capture__stats(s->capture, &cs);
	for (unsigned int i = 0; i < HMT_CAUSE_NR; i++)
		lost += cs.lost[i];
	if (s->flags & SESSION_JUDGE) {
		const struct engine_stats *st = engine__stats(s->judge.engine);

		__u64 faults = hot_table__total(&s->judge.hot, HMT_HOT_FAULT);
		char counted[48] = "";

		if (faults)
			snprintf(counted, sizeof(counted), " | %llu faults",
				 (unsigned long long)faults);
		snprintf(text, sizeof(text),
			 "live: %llu mirrors, %llu ranges, %llu references | %llu flagged | "
			 "%llu events/s%s | %llu lost",
			 (unsigned long long)st->live_mirrors,
			 (unsigned long long)st->live_ranges, (unsigned long long)st->live_refs,
			 (unsigned long long)(st->findings[SEVERITY_ERROR] +
					      st->findings[SEVERITY_WARN]),
			 (unsigned long long)status__rate(&s->status, ts, s->events), counted,
			 (unsigned long long)lost);
	} else {
		snprintf(text, sizeof(text), "recording: %llu records, %s | %llu events/s | "
			 "%llu lost", (unsigned long long)s->records,
			 fmt_bytes(size, sizeof(size), recorder__bytes(s->recorder)),
			 (unsigned long long)status__rate(&s->status, ts, s->events),
			 (unsigned long long)lost);
	}
	status__draw(&s->status, ts, s->events, text);
}

static __u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static bool time_to_stop(struct session *s, const struct hmt_hdr *rec)
{
	const __u64 grace = s->inv->o.grace_ns[GRACE_RELEASE];

	if (interrupted)
		return true;
	/* Nobody reads the findings any more: there is nothing left to do for. */
	if (s->flags & SESSION_JUDGE && ferror(s->judge.sink.f))
		return true;
	if (s->stop_ts)
		return rec->ts >= s->stop_ts;
	if (!s->child.pid || (rec->kind != HMT_TICK && rec->ts < s->looked_ts + LOOK_EVERY_NS))
		return false;
	s->looked_ts = rec->ts;
	if (child__ended(&s->child))
		s->stop_ts = now_ns() + (grace ? grace : DEFAULT_GRACE_NS) + AFTERMATH_NS;
	return false;
}

static int pump(struct session *s, struct errmsg *err)
{
	const struct hmt_hdr *rec;
	int ret;

	while ((ret = source__next(s->source, &rec)) == 1) {
		s->records++;
		s->events += rec->kind < HMT_START;
		ret = write_record(s, rec, err);
		if (ret)
			return ret;
		if (s->flags & SESSION_JUDGE && judge__feed(&s->judge, rec))
			return err_set(err, -ENOMEM, "out of memory");
		if (!s->stopping && time_to_stop(s, rec)) {
			capture__stop(s->capture);
			s->stopping = true;
		} else if (!s->stopping && status__due(&s->status, rec->ts)) {
			draw_status(s, rec->ts);
		}
	}
	status__hide(&s->status);
	if (ret < 0)
		*err = s->source->err;
	return ret;
}

/* "hmmtrace.hmt: 345 records, 12.0 KiB, lost 12 ring-full" */
static void describe_recording(const struct session *s)
{
	struct recorder_stats st;
	struct capture_stats cs;
	char size[FMT_LEN];
	bool any = false;

	if (s->inv->o.quiet)
		return;
	capture__stats(s->capture, &cs);
	recorder__stats(s->recorder, &st);
	fprintf(stderr, "hmmtrace: %s", *st.last ? st.last : "nothing written");
	if (st.kept > 1)
		fprintf(stderr, " and %u before it", st.kept - 1);
	fprintf(stderr, ": %llu records, %s", (unsigned long long)s->records,
		fmt_bytes(size, sizeof(size), st.bytes));
	for (unsigned int i = 0; i < HMT_CAUSE_NR; i++) {
		if (!cs.lost[i])
			continue;
		fprintf(stderr, "%s %llu %s", any ? "," : ", lost",
			(unsigned long long)cs.lost[i], cause_name(i));
		any = true;
	}
	fprintf(stderr, "%s\n", any ? "" : ", nothing lost");
}

static int finish_writing(struct session *s, struct errmsg *err)
{
	int ret = s->recorder ? recorder__finish(s->recorder, err) : 0;

	if (!ret && s->recorder)
		describe_recording(s);
	return ret;
}

static int finish_judging(struct session *s, struct errmsg *err)
{
	char text[128];
	int ret;

	ret = judge__finish(&s->judge);
	if (ret)
		return judge_failed(ret, err);
	judge__print_summary(&s->judge);
	judge__print_held(&s->judge, "\n");
	child__stop(&s->child);
	child__describe(&s->child, text, sizeof(text));
	return judge__write(&s->judge, text, err);
}

/* The verdict, or what a recording came to. The command's own end is told apart. */
static int session_status(struct session *s)
{
	struct capture_stats cs;
	char text[128];

	child__stop(&s->child);
	child__describe(&s->child, text, sizeof(text));
	if (*text)
		fprintf(stderr, "hmmtrace: %s\n", text);
	if (s->flags & SESSION_JUDGE)
		return s->judge.sum.verdict;
	capture__stats(s->capture, &cs);
	return cs.lost_overturning ? EXIT_INCONCLUSIVE : EXIT_CLEAN;
}

/* stdout is ours when a program reads it. */
static int prepare_child(struct session *s, struct errmsg *err)
{
	const char *path = output_of(s);

	if (!s->inv->rest.after)
		return 0;
	return child__prepare(&s->child, s->inv->rest.after,
			      s->inv->o.json || s->inv->o.ktap || (path && !strcmp(path, "-")), err);
}

static int session_steps(struct session *s, struct errmsg *err)
{
	int ret;

	ret = check_output(s, err);
	if (!ret)
		ret = prepare_child(s, err);
	if (!ret)
		ret = start_capture(s, err);
	if (!ret)
		ret = start_outputs(s, err);
	if (ret)
		return ret;
	announce(s);
	if (s->child.pid)
		ret = child__start(&s->child, err);
	if (!ret)
		ret = pump(s, err);
	if (!ret)
		ret = finish_writing(s, err);
	if (!ret && s->flags & SESSION_JUDGE)
		ret = finish_judging(s, err);
	return ret;
}

int session_run(struct invocation *inv, unsigned int flags)
{
	struct session s = { .inv = inv, .flags = flags };
	struct errmsg err;
	int ret, status;

	catch_signals();
	status__init(&s.status, inv->o.quiet);
	ret = session_steps(&s, &err);
	status__hide(&s.status);
	status = ret ? complain(&err) : session_status(&s);
	if (ret == -EOPNOTSUPP)
		status = EXIT_UNSUPPORTED;
	child__stop(&s.child);
	recorder__free(s.recorder);
	judge__free(&s.judge);
	source__free(s.source);
	capture__free(s.capture);
	return status;
}

#endif
