// SPDX-License-Identifier: GPL-2.0
/*
 * t_reader.c - rounds of the reader while the names of the kernel are still being
 * read, with a ring that is made up and holds four records, and names that come
 * when the test says so.
 */
#include "test.h"

#ifndef HMT_NO_BPF
#include "capture/mapcall.h"

/* There are no programs, and no maps. */
static int no_update(int fd, const void *key, const void *val, __u64 flags)
{
	return 0;
}
#define mapcall_update no_update
#include "../../src/capture/reader.c"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define OPS 0xffffffff81000010ULL
#define ROOM 4
#define SWITCH "/proc/sys/kernel/ftrace_enabled"

static struct reader r;
static char root[64];
static int names_fd;		/* what the thread reads from; -1: it was told all */
static struct hmt_mirror_register ring[ROOM];
static unsigned int in_ring, made, walks, waits;
static unsigned int overtaken;	/* so many tables are read while more is lost */
static __u64 now, lost, walked;
static void (*on_wait)(void);
static bool no_objects;

/* --- the made-up machine ----------------------------------------------------------- */

/* It has taken what was written: it is in its next read. */
static void say(const char *text)
{
	int left = 1;

	ASSERT_EQ(write(names_fd, text, strlen(text)), (long)strlen(text));
	while (left) {
		sched_yield();
		ASSERT_OK(ioctl(names_fd, FIONREAD, &left));
	}
}

static void names_come(void)
{
	say("ffffffff81000000 T _stext\nffffffff83000000 B _end\n");
	close(names_fd);
	names_fd = -1;
}

static void happens(void)
{
	struct hmt_mirror_register *rec = &ring[in_ring];

	now += 10;
	made++;
	if (in_ring == ROOM) {
		lost++;
		return;
	}
	hdr_make(&rec->h, HMT_MIRROR_REGISTER, sizeof(*rec), now);
	rec->mirror = made;
	rec->ops = OPS;
	rec->stack = -1;
	in_ring++;
}

static int fake_wait(struct feed *f, int timeout_ms)
{
	waits++;
	if (on_wait)
		on_wait();
	sched_yield();
	return 0;
}

static __u64 fake_lost(const struct feed *f)
{
	return lost;
}

static int fake_cut(struct feed *f, __u64 *ret_ts, __u64 *ret_lost)
{
	*ret_ts = now + 1;
	*ret_lost = lost;
	return 0;
}

/* The youngest first, as from several rings. */
static int fake_drain(struct feed *f, feed_fn take, void *ctx)
{
	int err = 0;

	for (; in_ring && !err; in_ring--)
		err = take(ctx, &ring[in_ring - 1].h, sizeof(ring[0]));
	return err;
}

static void fake_close(struct feed *f)
{
}

static const struct feed_ops fake_ops = {
	.wait = fake_wait, .lost = fake_lost, .cut = fake_cut, .drain = fake_drain,
	.close = fake_close,
};

/* Of one object it was not told that it began. */
int untold__take(struct untold_set *set, int map_fd)
{
	const struct live_key key = { .addr = 0x77, .class = HMT_CLASS_MIRROR };
	const struct untold_val val = {
		.state = UNTOLD_BORN,
		.val = { .mirror = 0x77, .born = 1, .ops = OPS, .stack = -1 },
	};

	walks++;
	walked = made;
	if (overtaken) {
		overtaken--;
		lost++;
	}
	/* All but the first are empty. */
	return walks > 1 ? 0 : untold__add(set, &key, &val);
}

/* The kernel has it. */
int snapshot__take(struct snapshot *s, const struct snap_conf *conf, struct errmsg *err)
{
	const struct snap_obj o = {
		.mm = 0xaa, .addr = 0x77, .ops = OPS, .class = HMT_CLASS_MIRROR, .round = 1,
	};

	snapshot__init(s);
	walks++;
	walked = made;
	return no_objects ? 0 : snapshot__add(s, &o);
}

static void path_of(const char *name, char ret_path[static 128])
{
	snprintf(ret_path, 128, "%s%s", root, name);
}

static void begin(void)
{
	char path[128];

	snprintf(root, sizeof(root), "/tmp/t_reader.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(root));
	path_of("/proc", path);
	ASSERT_OK(mkdir(path, 0700));
	path_of("/proc/sys", path);
	ASSERT_OK(mkdir(path, 0700));
	path_of("/proc/sys/kernel", path);
	ASSERT_OK(mkdir(path, 0700));
	path_of("/proc/kallsyms", path);
	ASSERT_OK(mkfifo(path, 0600));
	names_fd = open(path, O_RDWR);
	ASSERT_GE(names_fd, 0);

	in_ring = made = walks = waits = 0;
	lost = walked = 0;
	now = 1000;
	on_wait = NULL;
	no_objects = false;
	r = (struct reader){ .src.ops = &reader_ops, .feed.ops = &fake_ops, .nr_cpus = 1 };
	memset(&r.conf, 0xff, sizeof(r.conf));		/* no descriptor is one */
	r.conf.perf.bytes = 0;
	r.per_cpu = hmt_calloc(1, sizeof(*r.per_cpu));
	r.hot_vals = hmt_calloc(1, sizeof(*r.hot_vals));
	r.ks = kallsyms__new(root);
	ASSERT_OK(loss__init(&r.loss, 1, 0));
	r.enrich = (struct enrich){
		.ks = r.ks, .out = &r.out, .loss = &r.loss, .read_stack = read_stack, .ctx = &r,
		.sysfs = "/nonexistent",
	};
	memset(&r.holders.conf, 0xff, sizeof(r.holders.conf));
	ASSERT_OK(reader__start(&r, now, 0));
	ASSERT_EQ(kallsyms__poll(r.ks), 0);
	say("\n");
}

static void end(void)
{
	static const char *const names[] = {
		SWITCH, "/proc/sys/kernel", "/proc/sys", "/proc/kallsyms", "/proc", "",
	};
	char path[128];

	/* So that the thread comes to an end. */
	if (names_fd >= 0)
		close(names_fd);
	reader__close(&r);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path_of(names[i], path);
		remove(path);
	}
}

/* What is delivered, in order: a letter for each, none for ticks; they must be valid. */
static char story[512];
static __u64 told, mirrors, youngest;

static void clear_story(void)
{
	story[0] = '\0';
	told = mirrors = youngest = 0;
}

static char letter(const struct hmt_hdr *rec)
{
	switch (rec->kind) {
	case HMT_START: return '^';
	case HMT_SYMBOL: return 's';
	case HMT_MODULE: return '\0';
	case HMT_MIRROR_REGISTER: return 'm';
	case HMT_LOST: return 'L';
	case HMT_SYNC_BEGIN: return '(';
	case HMT_SYNC_OBJECT: return 'o';
	case HMT_SYNC_END: return ')';
	case HMT_END: return '$';
	default: return '?';
	}
}

/* Return: what next() did; 2: a tick. */
static int step(void)
{
	const struct hmt_hdr *rec;
	int ret = source__next(&r.src, &rec);
	size_t len = strlen(story);

	if (ret <= 0)
		return ret;
	/* What nobody knows the place of is told at once, as of the end of the round. */
	if (rec->kind != HMT_LOST) {
		ASSERT_GE(rec->ts, told);
		told = rec->ts;
	}
	if (rec->kind == HMT_TICK)
		return 2;
	ASSERT_LT(len, sizeof(story) - 1);
	story[len] = letter(rec);
	story[len + 1] = '\0';
	if (rec->kind == HMT_MIRROR_REGISTER) {
		const __u64 id = ((const struct hmt_mirror_register *)rec)->mirror;

		ASSERT_GT(id, youngest);
		youngest = id;
		mirrors++;
	}
	return 1;
}

static int until(unsigned long nr_mirrors)
{
	int ret = 1;

	while (ret > 0 && mirrors < nr_mirrors)
		ret = step();
	return ret;
}

/* n registrations in between */
static const char *tale(const char *before, int n, const char *after)
{
	static const char m[] = "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm";
	static char text[128];

	ASSERT_LT(n, (int)sizeof(m));
	snprintf(text, sizeof(text), "%s%.*s%s", before, n, m, after);
	return text;
}

/* And n objects before the end. */
static const char *tale_of(const char *text, int n)
{
	static const char o[] = "oooooooooooooooooooooooooooooooooooooooo";
	static char all[256];

	ASSERT_LT(n, (int)sizeof(o));
	snprintf(all, sizeof(all), "%s%.*s)", text, n, o);
	return all;
}

/* --- slow names -------------------------------------------------------------------- */

/* Three each time the reader waits, thirty in all; then there are names. */
static void three_each(void)
{
	if (names_fd < 0)
		return;
	if (made == 30)
		return names_come();
	for (int i = 0; i < 3; i++)
		happens();
}

/* Seven times what the ring holds comes before the first name does. */
static void test_reader__slow_names(void)
{
	begin();
	clear_story();
	on_wait = three_each;
	ASSERT_GT(until(30), 0);
	ASSERT_EQ(lost, 0);
	ASSERT_STREQ(story, tale("^s", 30, ""));
	ASSERT_EQ(walks, 0);
	end();
}

static void one_only(void)
{
	if (!made)
		happens();
}

/* Who calls next() hears that nothing is sure yet: time does not go on. */
static void test_reader__time_stands_still(void)
{
	begin();
	clear_story();
	on_wait = one_only;
	ASSERT_EQ(step(), 1);
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(step(), 2);
		ASSERT_EQ(told, 1000);
	}
	ASSERT_STREQ(story, "^");
	ASSERT_EQ(r.records, 0);
	names_come();
	ASSERT_GT(until(1), 0);
	ASSERT_STREQ(story, "^sm");
	end();
}

/* Nothing is to be named: no reason to wait. */
static void no_event(void)
{
	now += TICK_NS;
}

static void test_reader__nothing_to_be_named(void)
{
	begin();
	clear_story();
	on_wait = no_event;
	ASSERT_EQ(step(), 1);
	ASSERT_EQ(step(), 2);
	ASSERT_EQ(told, now + 1);
	ASSERT_EQ(step(), 2);
	ASSERT_EQ(told, now + 1);
	end();
}

/* A burst that the ring has no room for, among the rest. */
static void burst(void)
{
	three_each();
	if (made == 9)
		for (int i = 0; i < 3; i++)
			happens();
}

/* What was lost is told behind what was held back, and only then is it the time to walk. */
static void test_reader__lost_meanwhile(void)
{
	begin();
	clear_story();
	on_wait = burst;
	while (!strchr(story, ')'))
		ASSERT_GT(step(), 0);
	ASSERT_EQ(lost, 2);
	ASSERT_EQ(r.loss.total[HMT_CAUSE_RING_FULL], 2);
	ASSERT_STREQ(story, tale_of(tale("^s", 28, "L("), 29));
	ASSERT_EQ(walks, 1);
	ASSERT_EQ(walked, 30);
	end();
}

/* It was due already: the round that tells of what was held back is first all the same. */
static void test_reader__resync_due(void)
{
	begin();
	clear_story();
	on_wait = three_each;
	r.held = true;
	r.want_sync = true;
	while (!strchr(story, ')'))
		ASSERT_GT(step(), 0);
	ASSERT_STREQ(story, tale_of(tale("^s", 30, "("), 31));
	ASSERT_EQ(walked, 30);
	end();
}

/*
 * More is lost while a table is read: what was in it waits, and is told with the next.
 * Until then it would be mixed up with records that are behind both.
 */
static void test_reader__resync_overtaken(void)
{
	const struct live_key key = { .addr = 0x77, .class = HMT_CLASS_MIRROR };

	begin();
	names_come();
	clear_story();
	overtaken = 2;
	r.want_sync = true;
	while (walks < 3) {
		ASSERT_GT(step(), 0);
		ASSERT_EQ(map64__get(&r.known.objs[key.class], key.addr) != NULL, walks == 3);
		/* Not before half a second is over, by the clock that there is. */
		r.sync_not_before = 0;
	}
	while (!strchr(story, ')'))
		ASSERT_GT(step(), 0);
	ASSERT_STREQ(story, "^L(so)");
	ASSERT_EQ(r.loss.total[HMT_CAUSE_RING_FULL], 2);
	ASSERT_EQ(r.untold.nr, 0);
	end();
}

/* A resync has objects to be named: what comes while it waits is delivered behind it. */
static void test_reader__resync_waits(void)
{
	begin();
	clear_story();
	on_wait = three_each;
	r.want_sync = true;
	ASSERT_GT(until(30), 0);
	ASSERT_STREQ(story, tale("^(so)", 30, ""));
	ASSERT_EQ(walked, 0);
	ASSERT_EQ(lost, 0);
	end();
}

/* As when a trace is switched on: three come before the walk is over. */
static int begin_with_snapshot(void)
{
	int ret;

	begin();
	clear_story();
	r.conf.snap.prog_fd = 0;
	three_each();
	ret = reader__snapshot(&r);
	on_wait = three_each;
	return ret;
}

/*
 * What was there before has a name, too, and who starts the trace does not wait for
 * it. What comes meanwhile is behind it.
 */
static void test_reader__snapshot_waits_for_nobody(void)
{
	ASSERT_OK(begin_with_snapshot());
	ASSERT_EQ(waits, 0);
	ASSERT_EQ(walks, 1);
	ASSERT_EQ(r.records, 0);
	ASSERT_GT(until(3), 0);
	ASSERT_STREQ(story, "^smmm");
	ASSERT_EQ(made, 30);
	ASSERT_GT(until(30), 0);
	ASSERT_STREQ(story, tale("^smmm(oooo)", 27, ""));
	ASSERT_EQ(walks, 1);
	ASSERT_EQ(lost, 0);
	end();
}

/* Time stands still for it, and who calls next() hears so. */
static void test_reader__snapshot_is_held(void)
{
	ASSERT_OK(begin_with_snapshot());
	on_wait = NULL;
	ASSERT_EQ(step(), 1);
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(step(), 2);
		ASSERT_EQ(told, 1000);
	}
	ASSERT_STREQ(story, "^");
	names_come();
	while (!strchr(story, ')'))
		ASSERT_GT(step(), 0);
	ASSERT_STREQ(story, "^smmm(oooo)");
	end();
}

/* There was nothing, and nothing has happened: nothing to wait for either. */
static void test_reader__snapshot_of_nothing(void)
{
	begin();
	clear_story();
	r.conf.snap.prog_fd = 0;
	no_objects = true;
	ASSERT_OK(reader__snapshot(&r));
	while (!strchr(story, ')'))
		ASSERT_GT(step(), 0);
	ASSERT_STREQ(story, "^()");
	ASSERT_EQ(waits, 0);
	end();
}

static void twelve(void)
{
	if (made < 12)
		three_each();
}

static void *come_aside(void *arg)
{
	names_come();
	return NULL;
}

/* What was held back is delivered, named, before the end. */
static void test_reader__stop_meanwhile(void)
{
	pthread_t thread;
	int ret = 1;

	begin();
	clear_story();
	on_wait = twelve;
	while (made < 12)
		ASSERT_GT(step(), 0);
	ASSERT_EQ(r.records, 0);
	three_each();
	reader__stop(&r);
	ASSERT_OK(pthread_create(&thread, NULL, come_aside, NULL));
	while (ret > 0)
		ret = step();
	pthread_join(thread, NULL);
	ASSERT_OK(ret);
	ASSERT_STREQ(story, tale("^s", 15, "$"));
	ASSERT_EQ(lost, 0);
	end();
}

/* The same when the walk has not been told of yet. */
static void test_reader__stop_before_the_snapshot(void)
{
	pthread_t thread;
	int ret = 1;

	ASSERT_OK(begin_with_snapshot());
	on_wait = NULL;
	reader__stop(&r);
	ASSERT_OK(pthread_create(&thread, NULL, come_aside, NULL));
	while (ret > 0)
		ret = step();
	pthread_join(thread, NULL);
	ASSERT_OK(ret);
	ASSERT_STREQ(story, "^smmm(oooo)$");
	end();
}

/* Nobody wants it any more. */
static void test_reader__closed_meanwhile(void)
{
	long live = hmt_mem_live();

	begin();
	clear_story();
	on_wait = one_only;
	while (!made)
		ASSERT_GT(step(), 0);
	end();
	ASSERT_EQ(hmt_mem_live(), live);
}

static void put_switch(const char *text)
{
	char path[128];
	FILE *file;

	path_of(SWITCH, path);
	file = fopen(path, "w");
	ASSERT_NOT_NULL(file);
	fputs(text, file);
	fclose(file);
}

static void switched(void)
{
	three_each();
	if (made == 9)
		put_switch("0\n");
	else if (made == 15)
		put_switch("1\n");
}

/* The probes are off for a while, and on again when the names come. */
static void test_reader__switched_meanwhile(void)
{
	begin();
	clear_story();
	put_switch("1\n");
	switches__open(&r.switches, root, 1U << SWITCH_FTRACE);
	on_wait = switched;
	ASSERT_GT(until(30), 0);
	/* Told before the records, among which nobody knows where. */
	ASSERT_STREQ(story, tale("^Ls", 30, ""));
	ASSERT_EQ(r.loss.total[HMT_CAUSE_SWITCHED_OFF], 1);
	end();
}

/* As much as there is to be memory for: then it is the ring that waits. */
static void test_reader__bound(void)
{
	begin();
	while (r.batch.len < HELD_MAX) {
		ASSERT(!r.batch.nr || must_hold(&r));
		happens();
		ASSERT_OK(drain(&r));
	}
	ASSERT_LT(r.batch.len, HELD_MAX + sizeof(ring));
	ASSERT(!must_hold(&r));
	ASSERT_OK(await_names(&r));
	ASSERT_EQ(waits, 0);
	end();
}

/* Wherever there is none: said, and nothing is left behind. */
static void test_reader__no_memory(void)
{
	long live = hmt_mem_live();
	int ret = -ENOMEM;

	for (unsigned long n = 1; ret < 0; n++) {
		begin();
		clear_story();
		on_wait = three_each;
		r.want_sync = n % 2;
		hmt_mem_fail_at(n / 2 + 1);
		ret = until(30);
		if (ret >= 0 && hmt_mem_failed())
			ret = -ENOMEM;		/* of something that can be done without */
		else if (ret < 0)
			ASSERT_EQ(ret, -ENOMEM);
		else
			ASSERT_STREQ(story, tale(n % 2 ? "^(so)" : "^s", 30, ""));
		hmt_mem_fail_at(0);
		end();
		ASSERT_EQ(hmt_mem_live(), live);
	}
}

static void test_reader__snapshot_no_memory(void)
{
	long live = hmt_mem_live();
	int ret = -ENOMEM;

	for (unsigned long n = 1; ret < 0; n++) {
		hmt_mem_fail_at(0);
		begin();
		clear_story();
		r.conf.snap.prog_fd = 0;
		hmt_mem_fail_at(n);
		ret = reader__snapshot(&r);
		on_wait = three_each;
		if (!ret)
			ret = until(30);
		if (ret >= 0 && hmt_mem_failed())
			ret = -ENOMEM;
		else if (ret < 0)
			ASSERT_EQ(ret, -ENOMEM);
		hmt_mem_fail_at(0);
		end();
		ASSERT_EQ(hmt_mem_live(), live);
	}
	ASSERT_STREQ(story, tale("^(so)", 30, ""));
}

TEST_MAIN(TEST(test_reader__slow_names), TEST(test_reader__time_stands_still),
	  TEST(test_reader__nothing_to_be_named), TEST(test_reader__lost_meanwhile),
	  TEST(test_reader__resync_due), TEST(test_reader__resync_waits),
	  TEST(test_reader__resync_overtaken),
	  TEST(test_reader__snapshot_waits_for_nobody), TEST(test_reader__snapshot_is_held),
	  TEST(test_reader__snapshot_of_nothing), TEST(test_reader__stop_before_the_snapshot),
	  TEST(test_reader__stop_meanwhile), TEST(test_reader__closed_meanwhile),
	  TEST(test_reader__switched_meanwhile),
	  TEST(test_reader__bound), TEST(test_reader__no_memory),
	  TEST(test_reader__snapshot_no_memory))

#else

/* Its subject is not in this build. */
static void test_reader__is_not_built(void)
{
}

TEST_MAIN(TEST(test_reader__is_not_built))

#endif
