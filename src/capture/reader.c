// SPDX-License-Identifier: GPL-2.0
/*
 * reader.c - rounds: wait, take an instant, drain the feed, deliver in order
 * what is older than the instant, say what was lost, tick.
 *
 * The instant ("cut") is what makes the rest exact: whatever is older than it
 * has been drained, and every loss that is older is reported by this round. The
 * feed knows how to choose it (feed_ring.c, feed_perf.c). Between rounds a thread
 * makes room in the feed (siphon.c).
 */
#include "capture/reader.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "capture/calls.h"
#include "capture/found.h"
#include "capture/mapcall.h"
#include "capture/resync.h"
#include "stream/desc.h"

/* With the longest round on top of both, next() returns well within 200 ms. */
#define WAIT_MS 50
/* The same while names are waited for, and so how much later than them it goes on. */
#define AWAIT_MS 10
#define TICK_NS 100000000ULL
/* Between two tries when the first was overtaken by further losses. */
#define SYNC_RETRY_NS 500000000ULL
/* Longer than any call takes that anybody waits for. */
#define LONG_CALL_NS 1000000000ULL
/* Of records that are held back until the names are there: as much as is taken ahead. */
#define HELD_MAX SIPHON_MAX

__u64 clock_ns(int clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (__u64)ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

void reader_quiesce(void)
{
	/* Waits for an RCU grace period, and BPF programs run inside RCU readers. */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(10000);
}

static int read_stack(void *ctx, __s32 id, __u64 *ret_ips)
{
	const struct reader *r = ctx;
	int nr = 0;

	memset(ret_ips, 0, HMT_STACK_DEPTH * sizeof(*ret_ips));
	if (mapcall_lookup(r->conf.stacks_fd, &id, ret_ips))
		return -errno;
	while (nr < HMT_STACK_DEPTH && ret_ips[nr])
		nr++;
	return nr;
}

/* --- taking records out of the ring --------------------------------------------- */

static int drain(struct reader *r)
{
	__u64 nr_bad = 0;
	int err = siphon__drain(&r->siphon, &r->feed, &r->batch, &nr_bad), told = 0;

	if (nr_bad)
		told = loss__report_one(&r->loss, HMT_CAUSE_RECORD, HMT_CPU_NONE, -1, nr_bad, r->cut,
					&r->out);
	return err && err != -EAGAIN ? err : told ? told : err;
}

static int wait_for_records(struct reader *r, int timeout_ms)
{
	return siphon__wait(&r->siphon, &r->feed, timeout_ms);
}

static __u64 ring_lost(const struct reader *r)
{
	return r->feed.ops->lost(&r->feed);
}

static int take_cut(struct reader *r, __u64 *ret_ts, __u64 *ret_lost)
{
	return r->feed.ops->cut(&r->feed, ret_ts, ret_lost);
}

/* --- losses ----------------------------------------------------------------------- */

static void read_counters(struct reader *r)
{
	mapcall__begin();
	for (__u32 cause = 1; cause < HMT_CAUSE_NR; cause++)
		if (!mapcall_lookup(r->conf.stats_fd, &cause, r->per_cpu))
			loss__read(&r->loss, cause, r->per_cpu);
	mapcall__end();
}

static __u64 recursion_misses(int fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return 0;
	return info.recursion_misses;
}

static int report_skipped(struct reader *r, int prog, __u64 n)
{
	r->tainted = true;
	return loss__report_one(&r->loss, HMT_CAUSE_RECURSION, HMT_CPU_NONE, prog, n, r->cut,
				&r->out);
}

/* The kernel skips a program that is already running on the CPU, and only it knows. */
static int report_recursion(struct reader *r)
{
	int err = r->missed ? report_skipped(r, -1, r->missed) : 0;

	r->missed = 0;
	for (int i = 0; i < PLAN_PROGS && !err; i++) {
		__u64 now = recursion_misses(r->conf.prog_fds[i]), n;

		n = now - r->recursion[i];
		if (now <= r->recursion[i])
			continue;
		r->recursion[i] = now;
		err = report_skipped(r, i / 2, n);
	}
	return err;
}

static bool look_dark(struct reader *r)
{
	bool now = switches__look(&r->switches);

	r->dark |= now;
	return now;
}

/*
 * To be looked at behind the cut: then whatever was off before it is seen now,
 * or was at the look before, which is why that one counts for this round too.
 * How many events there were nobody knows; counted is how often it happened.
 */
static int report_dark(struct reader *r)
{
	bool before = r->dark, now;
	int err;

	r->dark = false;
	now = look_dark(r);
	if (!before && !now) {
		r->dark_told = false;
		return 0;
	}
	r->tainted = true;
	r->want_snap = !now;
	err = loss__report_one(&r->loss, HMT_CAUSE_SWITCHED_OFF, HMT_CPU_NONE, -1, !r->dark_told,
			       r->cut, &r->out);
	r->dark_told = true;
	return err;
}

static int report_ring(struct reader *r, __u64 total, __u64 ts)
{
	__u64 before = r->loss.ring_reported;
	int err = loss__report_ring(&r->loss, total, ts, &r->out);

	if (r->loss.ring_reported != before) {
		r->want_sync = true;
		known__keep_ended(&r->known);
	}
	return err;
}

/* --- names ------------------------------------------------------------------------ */

/* Return: 0, or negative errno; what is read is looked at by the round. */
static int poll_names(struct reader *r)
{
	int ret;

	if (r->named)
		return 0;
	ret = kallsyms__poll(r->ks);
	if (ret < 0)
		return ret;
	if (ret)
		r->named = true;
	return 0;
}

/* Would the kernel's names, which are not there yet, be waited for? */
static bool must_hold(struct reader *r)
{
	if (r->named || r->stopping || r->batch.len >= HELD_MAX)
		return false;
	/* In the order they came: the first it looks at has one, mostly. */
	for (size_t i = 0; i < r->batch.nr; i++)
		if (enrich__refers(&r->enrich, batch__at(&r->batch, i)))
			return true;
	return false;
}

/*
 * Takes what comes meanwhile into the batch, as it would be in the ring, which would
 * not have had the room. Return: 1 when the names are there, 0 if not, -EINTR, or
 * another negative errno.
 */
static int await_step(struct reader *r)
{
	int err = poll_names(r), waited;

	if (err || r->named)
		return err ? err : 1;
	waited = wait_for_records(r, AWAIT_MS);
	err = drain(r);
	look_dark(r);
	r->held = true;
	if (err && err != -EAGAIN)
		return err;
	return waited == -EINTR ? waited : 0;
}

/* Where the rest of a round cannot be put off. */
static int await_names(struct reader *r)
{
	int ret = 0;

	while (!r->stopping && r->batch.len < HELD_MAX && (!ret || ret == -EINTR))
		ret = await_step(r);
	return ret < 0 && ret != -EINTR ? ret : 0;
}

/* --- delivering ------------------------------------------------------------------- */

static int look(struct reader *r, __u64 ts)
{
	return holders__look(&r->holders, ts + holders__slack(&r->holders), ts, &r->out);
}

/* A hole right before rec, of records that are counted elsewhere. */
static int doubt(struct reader *r, const struct hmt_hdr *rec)
{
	return loss__report_one(&r->loss, HMT_CAUSE_RING_FULL, HMT_CPU_NONE, -1, 0, rec->ts,
				&r->out);
}

/*
 * The oldest nr of the batch. lost: how many there were until the cut they are
 * older than. set: NULL, or what they are to be applied to, too.
 */
static int deliver(struct reader *r, size_t nr, __u64 lost, struct sync_set *set)
{
	bool holes = r->feed.ops->holes_anywhere && lost != r->loss.ring_reported;
	int err = 0;

	if (holes)
		known__keep_ended(&r->known);
	for (size_t i = 0; i < nr && !err; i++) {
		const struct hmt_hdr *rec = batch__at(&r->batch, i);

		/* The only LOST the programs write is the marker of a hole. */
		if (rec->kind == HMT_LOST) {
			err = report_ring(r, ((const struct hmt_lost *)rec)->count, rec->ts);
			continue;
		}
		if (holes)
			err = doubt(r, rec);
		if (err)
			break;
		r->records++;
		/* Before the record whose time may end the grace of what is held. */
		if (holders__due(&r->holders, rec->ts))
			err = look(r, rec->ts);
		err = err ? err : enrich__deliver(&r->enrich, rec);
		if (!err && rec->kind == HMT_FILE)
			err = holders__left(&r->holders, (const struct hmt_file *)rec);
		if (!err && set)
			err = sync_set__apply(set, rec);
		err = err ? err : known__apply(&r->known, rec);
	}
	return err ? err : batch__drop(&r->batch, nr);
}

static int push_mark(struct reader *r, __u16 kind, __u64 ts, __u64 flags)
{
	struct hmt_tick rec;
	int err;

	/* Before what may end a grace time; and when it is over, also for who is not due yet. */
	if (kind == HMT_END)
		err = holders__look(&r->holders, ~0ULL, ts, &r->out);
	else
		err = holders__due(&r->holders, ts) ? look(r, ts) : 0;
	if (err)
		return err;

	hdr_make(&rec.h, kind, sizeof(rec), ts);
	rec.flags = flags;
	if (kind == HMT_TICK)
		r->last_tick = ts;
	return outq__push(&r->out, &rec.h);
}

/* --- frequent events that are counted ------------------------------------------------ */

/* All that comes when the table is full goes to an entry that is there from the start. */
static int make_hot_rest(const struct reader *r)
{
	for (__u32 what = 1; what < HMT_HOT_NR; what++) {
		struct hot_key key = { .what = what };

		memset(r->hot_vals, 0, r->nr_cpus * sizeof(*r->hot_vals));
		if (mapcall_update(r->conf.hot_fd, &key, r->hot_vals, BPF_NOEXIST) &&
		    errno != EEXIST)
			return -errno;
	}
	return 0;
}

/*
 * Nothing is deleted from the table, so walking it key by key sees each entry
 * that was there when the walk began; a newer one is seen the next time.
 */
static int report_hot(struct reader *r)
{
	struct hot_key key, *prev = NULL, next;
	int err = 0;

	if (r->conf.hot_fd < 0)
		return 0;
	while (!err && !bpf_map_get_next_key(r->conf.hot_fd, prev, &next)) {
		key = next;
		prev = &key;
		if (!mapcall_lookup(r->conf.hot_fd, &key, r->hot_vals))
			err = hot__take(&r->hot, &key, r->hot_vals, r->nr_cpus, r->cut,
					&r->enrich);
	}
	hot__taken(&r->hot, r->cut);
	return err;
}

/* --- resync ----------------------------------------------------------------------- */

/*
 * The nr objects of the list, which is freed. flags: of sync-begin. snap: NULL, or what
 * they were found by.
 */
static int push_objects(struct reader *r, struct sync_obj **list, long nr, __u64 flags,
			const struct snapshot *snap)
{
	int err;

	if (nr < 0)
		return nr;
	memset(r->live, 0, sizeof(r->live));
	err = nr ? await_names(r) : 0;
	err = err ? err : push_mark(r, HMT_SYNC_BEGIN, r->cut, flags);
	if (snap && !err)
		err = snapshot__tasks(snap, r->cut, &r->out);
	for (long i = 0; i < nr && !err; i++) {
		struct hmt_sync_object rec;

		sync_obj__record(list[i], r->cut, &rec);
		r->live[list[i]->class]++;
		err = enrich__deliver(&r->enrich, &rec.h);
	}
	hmt_free(list);
	if (err)
		return err;
	r->resyncs += !snap;
	/* What found no place in the tables either is not known. */
	/* Nor does a walk see an address space without a process. */
	return push_mark(r, HMT_SYNC_END, r->cut, r->loss.total[HMT_CAUSE_TABLE_FULL] ||
			 (snap && (snap->changing || r->tainted)) ? HMT_SYNC_PARTIAL : 0);
}

/*
 * Takes what programs wrote that have finished. Return: 1 and the instant of it, or 0:
 * records were lost meanwhile, or never made, and what was walked is worthless;
 * negative errno.
 */
static int catch_up(struct reader *r, __u64 lost, __u64 *ret_ts)
{
	__u64 lost_after;
	int err;

	err = take_cut(r, ret_ts, &lost_after);
	if (!err)
		err = drain(r);
	if (err || lost_after != lost || look_dark(r))
		return err == -EAGAIN ? 0 : err;
	return 1;
}

/* Delivers that, waiting for names if need be. set: as for deliver() */
static int apply(struct reader *r, __u64 ts, __u64 lost, struct sync_set *set)
{
	int err = must_hold(r) ? await_names(r) : 0;

	if (err)
		return err;
	batch__sort(&r->batch);
	err = deliver(r, batch__older(&r->batch, ts), lost, set);
	r->cut = ts;
	return err;
}

/*
 * Has the programs sum up in the other table, and takes what is in this one when nobody
 * writes it any more. Who was counted as lost before has written it before the turn.
 */
static int take_untold(struct reader *r)
{
	__u32 zero = 0, turn = r->turn + 1;
	int err;

	reader_quiesce();
	if (mapcall_update(r->conf.turn_fd, &zero, &turn, BPF_ANY))
		return -errno;
	reader_quiesce();
	err = untold__take(&r->untold, r->conf.untold_fds[r->turn & 1]);
	r->turn = turn;
	return err;
}

static int push_known(struct reader *r)
{
	struct sync_obj **list = NULL;
	long nr = known__list(&r->known, &list);

	return push_objects(r, list, nr, 0, NULL);
}

/* All that was lost has been taken: tells what there is, if some program has seen all of it. */
static int tell_known(struct reader *r, __u64 ts, __u64 lost)
{
	int err = apply(r, ts, lost, NULL);

	err = err ? err : untold__tell(&r->untold, &r->known);
	if (err)
		return err;
	read_counters(r);
	err = report_ring(r, lost, r->cut);
	if (!err && !r->tainted)
		err = push_known(r);
	known__forget_ended(&r->known);
	r->want_sync = false;
	return err;
}

/* Return: 0, done or not; negative errno. */
static int resync(struct reader *r)
{
	/* Whatever is lost from here on shows. */
	__u64 lost = ring_lost(r), ts;
	int err = take_untold(r);

	err = err ? err : catch_up(r, lost, &ts);
	if (err == 1)
		return tell_known(r, ts, lost);
	/* Overtaken. What was drained is delivered by the next round, what was taken waits. */
	r->sync_not_before = clock_ns(CLOCK_MONOTONIC) + SYNC_RETRY_NS;
	return err;
}

/* --- what was before ---------------------------------------------------------------- */

/*
 * A walk that is over, and the instant until when all that changed since it began is
 * in the batch. Nobody who starts something has to wait until it can be told.
 */
struct walked {
	struct snapshot snap;
	struct sync_set before, now;
	__u64 ts, lost;
};

static void walked_free(struct reader *r)
{
	struct walked *w = r->walked;

	if (!w)
		return;
	r->walked = NULL;
	sync_set__free(&w->before);
	sync_set__free(&w->now);
	snapshot__free(&w->snap);
	hmt_free(w);
}

/* Nothing has been read from the ring yet: all that changed since is in there. Return: as catch_up(). */
static int walk_spaces(struct reader *r, struct walked *w)
{
	struct errmsg why;
	int err = snapshot__take(&w->snap, &r->conf.snap, &why);

	if (err)
		return err;
	snapshot__settle(&w->snap, false);
	err = snapshot__to_sync(&w->snap, &w->before);
	err = err ? err : snapshot__to_sync(&w->snap, &w->now);
	err = err ? err : found__enter(&r->conf, &w->before, &r->known);
	if (err)
		return err;
	reader_quiesce();
	return catch_up(r, w->lost, &w->ts);
}

int reader__snapshot(struct reader *r)
{
	struct walked *w;
	int ret;

	if (r->conf.snap.prog_fd < 0)
		return 0;
	w = r->walked = hmt_calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->lost = ring_lost(r);
	snapshot__init(&w->snap);
	ret = walk_spaces(r, w);
	if (ret != 1)
		walked_free(r);
	return ret == -ENOMEM ? ret : 0;
}

static int tell_walked(struct reader *r)
{
	struct walked *w = r->walked;
	struct sync_obj **list = NULL;
	long nr;
	int err;

	if (!w)
		return 0;
	err = apply(r, w->ts, w->lost, &w->now);
	if (!err) {
		found__leave(&r->conf, &w->before, &w->now);
		nr = sync_set__list(&w->now, &list);
		err = push_objects(r, list, nr, HMT_SYNC_SNAPSHOT, &w->snap);
	}
	walked_free(r);
	return err == -ENOMEM ? err : 0;
}

/* --- rounds ----------------------------------------------------------------------- */

static int report_losses(struct reader *r, __u64 lost)
{
	int err = report_ring(r, lost, r->cut);

	if (!err)
		err = loss__report_rest(&r->loss, r->cut, &r->out);
	return err;
}

static int one_round(struct reader *r)
{
	__u64 ts, lost;
	int cut, err;

	cut = take_cut(r, &ts, &lost);
	/* Room is made in any case. */
	err = drain(r);
	/* Nothing is certain about this round: it is part of the next one. */
	if (err || cut)
		return err ? err : cut;
	r->held = must_hold(r);
	if (r->held) {
		/* For the round that it is part of. */
		look_dark(r);
		return -EAGAIN;
	}
	batch__sort(&r->batch);
	read_counters(r);
	r->cut = ts;
	/*
	 * Nobody knows between which records a skipped run lies. Told after them, a
	 * deadline among them would be taken for certain; so it is told before.
	 */
	err = report_recursion(r);
	err = err ? err : report_dark(r);
	if (!err)
		err = deliver(r, batch__older(&r->batch, ts), lost, NULL);
	return err ? err : report_losses(r, lost);
}

static bool sync_is_due(const struct reader *r)
{
	return r->want_sync && (r->stopping ? !r->tainted : r->cut >= r->sync_not_before);
}

static int last_round(struct reader *r)
{
	int err = -EAGAIN;

	/* No program runs: nothing can be busy, and no loss can be counted any more. */
	for (int i = 0; i < 3 && err == -EAGAIN; i++)
		err = one_round(r);
	if (!err && sync_is_due(r))
		err = resync(r);
	if (!err)
		err = report_hot(r);
	if (!err)
		err = push_mark(r, HMT_END, clock_ns(CLOCK_MONOTONIC), 0);
	r->ended = true;
	return err;
}

/* Whoever waits in next() is to hear of us now and then. */
static bool held_for_long(struct reader *r)
{
	__u64 now = clock_ns(CLOCK_MONOTONIC);

	if (now - r->held_tick < TICK_NS)
		return false;
	r->held_tick = now;
	return true;
}

/* As soon as there are the names that what was walked refers to. */
static int tell_walked_when_named(struct reader *r)
{
	int ret;

	if (r->named || r->stopping || r->batch.len >= HELD_MAX ||
	    (sync_set__is_empty(&r->walked->before) && !must_hold(r)))
		return tell_walked(r);
	ret = await_step(r);
	if (ret == -EINTR || (!ret && held_for_long(r)))
		return push_mark(r, HMT_TICK, r->cut, 0);
	return ret < 0 ? ret : 0;
}

static int fill(struct reader *r)
{
	bool interrupted;
	int err;

	if (r->walked)
		return tell_walked_when_named(r);
	if (r->stopping)
		return last_round(r);
	/* Now, with the trace on and nobody waiting: a driver may be gone before it is named. */
	err = poll_names(r);
	if (err)
		return err;
	/*
	 * In a call of its own: waiting for the programs in flight takes its time. Not before
	 * what is held back was delivered, behind what a round has to tell of it.
	 */
	if (!r->held && (sync_is_due(r) || r->want_snap)) {
		err = r->want_snap ? reader__snapshot(r) : resync(r);
		err = err ? err : tell_walked(r);
		r->want_snap = false;
		return err ? err : push_mark(r, HMT_TICK, r->cut, 0);
	}
	interrupted = wait_for_records(r, r->held ? AWAIT_MS : WAIT_MS) == -EINTR;
	err = one_round(r);
	if (err && err != -EAGAIN)
		return err;
	/* First the resync, then time: a deadline in between would have to guess. */
	if (!err && !interrupted && sync_is_due(r))
		return 0;
	if (r->held && !interrupted && !held_for_long(r))
		return 0;
	/* After -EAGAIN the cut is that of the round before, and so is what the tick promises. */
	if (err || interrupted || r->cut - r->last_tick >= TICK_NS) {
		/* What was counted can be told later, too: when it can be named. */
		err = r->named ? report_hot(r) : 0;
		err = err ? err : push_mark(r, HMT_TICK, r->cut, 0);
	}
	return err;
}

static int reader_next(struct source *s, const struct hmt_hdr **ret_rec)
{
	struct reader *r = (struct reader *)s;
	int err;

	for (;;) {
		*ret_rec = outq__pop(&r->out);
		if (*ret_rec)
			return 1;
		if (r->ended)
			return 0;
		err = fill(r);
		if (err)
			return err_set(&s->err, err, "the %s cannot be read: %s", r->conf.perf.bytes ?
				       "perf buffers" : "ring buffer",
				       strerror(-err));
	}
}

/* The capture it is part of frees it. */
static void reader_free(struct source *s)
{
}

static const struct source_ops reader_ops = { .next = reader_next, .free = reader_free };

static int open_feed(struct reader *r)
{
	const struct reader_conf *c = &r->conf;

	return c->perf.bytes ? feed_perf__open(&r->feed, &c->perf) :
			       feed_ring__open(&r->feed, &c->ring);
}

int reader__open(struct reader *r, const struct reader_conf *conf, struct errmsg *err)
{
	int nr_cpus = libbpf_num_possible_cpus(), code;

	r->src.ops = &reader_ops;
	r->conf = *conf;
	r->holders.conf = conf->holders;
	r->holders.known = &r->known;
	switches__open(&r->switches, "", conf->switches);
	code = open_feed(r);
	if (code)
		return err_set(err, code, "the %s cannot be mapped: %s", conf->perf.bytes ?
			       "perf buffers" : "ring buffer", strerror(-code));
	if (nr_cpus < 0)
		return err_set(err, nr_cpus, "the number of CPUs cannot be told: %s",
			       strerror(-nr_cpus));
	r->nr_cpus = nr_cpus;
	r->per_cpu = hmt_calloc(nr_cpus, sizeof(*r->per_cpu));
	r->hot_vals = hmt_calloc(nr_cpus, sizeof(*r->hot_vals));
	r->ks = kallsyms__new("");
	if (!r->per_cpu || !r->hot_vals || !r->ks || loss__init(&r->loss, nr_cpus, 0))
		return err_set(err, -ENOMEM, "there is no memory to read the ring buffer with");
	r->enrich = (struct enrich){
		.ks = r->ks, .out = &r->out, .loss = &r->loss, .read_stack = read_stack, .ctx = r,
	};
	return 0;
}

void reader__close(struct reader *r)
{
	if (!r->src.ops)
		return;
	walked_free(r);
	known__free(&r->known);
	untold__free(&r->untold);
	siphon__stop(&r->siphon);
	feed__close(&r->feed);
	holders__free(&r->holders);
	switches__close(&r->switches);
	batch__free(&r->batch);
	outq__free(&r->out);
	enrich__free(&r->enrich);
	loss__free(&r->loss);
	kallsyms__free(r->ks);
	hot__free(&r->hot);
	hmt_free(r->hot_vals);
	hmt_free(r->per_cpu);
	r->src.ops = NULL;
}

int reader__start(struct reader *r, __u64 ts, __u64 flags)
{
	for (int i = 0; i < PLAN_PROGS; i++)
		r->recursion[i] = recursion_misses(r->conf.prog_fds[i]);
	r->loss.since = ts;
	r->cut = r->last_tick = ts;
	hot__init(&r->hot, ts);
	if (r->conf.hot_fd >= 0 && make_hot_rest(r))
		return -ENOMEM;
	siphon__start(&r->siphon, &r->feed);
	return push_mark(r, HMT_START, ts, flags);
}

void reader__stopping(struct reader *r)
{
	/* What was switched off misses returns, too, and that is a loss of all already. */
	if (r->conf.calls_fd >= 0 && !look_dark(r) && !r->tainted)
		r->missed = calls__missed(r->conf.calls_fd,
					  clock_ns(CLOCK_MONOTONIC) - LONG_CALL_NS);
}

void reader__stop(struct reader *r)
{
	r->stopping = true;
}
