// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cmd/cmd.h"
#include "out/export_lanes.h"
#include "out/export_model.h"
#include "out/export_refs.h"
#include "out/export_target.h"

/* --- lanes -------------------------------------------------------------------- */

static void test_export__lanes_are_as_many_as_overlap(void)
{
	struct lanes l = { 0 };

	ASSERT_EQ(lanes__take(&l, 0, 10, 1), 1);
	ASSERT_EQ(lanes__take(&l, 5, 20, 2), 2);
	/* The first ends where the third begins: that is no overlap. */
	ASSERT_EQ(lanes__take(&l, 10, 30, 3), 1);
	ASSERT_EQ(lanes__take(&l, 15, 16, 3), 3);
	ASSERT_EQ(lanes__take(&l, 40, 41, 4), 3);
	lanes__free(&l);
}

static void test_export__lanes_never_overlap(void)
{
	__u64 busy_until[64] = { 0 }, next = 1, seed = 1;
	struct lanes l = { 0 };

	for (__u64 begin = 0; begin < 20000; begin++) {
		__u64 end, track;

		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		end = begin + (seed >> 33) % 40;
		track = lanes__take(&l, begin, end, next);
		ASSERT_LT(track, 64);
		ASSERT_LE(busy_until[track], begin);
		busy_until[track] = end;
		next += track == next;
	}
	ASSERT_LE(next, 41);
	lanes__free(&l);
}

/* --- gets and puts ------------------------------------------------------------ */

static struct hmt_ref_get ref(__u16 kind, __u64 range, __u32 tid, __u64 count)
{
	return (struct hmt_ref_get){
		.h = { .kind = kind, .size = sizeof(struct hmt_ref_get), .ts = 1, .mm = 0xa,
		       .tgid = tid / 10, .tid = tid },
		.hmm = 0xb, .mirror = range ? 0xc : 0, .range = range, .count = count,
		.stack = -1,
	};
}

static __u64 flow_of(struct refs *r, struct hmt_ref_get rec)
{
	__u64 flow;

	ASSERT_NOT_NULL(refs__apply(r, &rec, &flow));
	return flow;
}

static void test_export__put_is_joined_to_its_get(void)
{
	struct refs r = { 0 };
	__u64 first, range, mine, other;

	first = flow_of(&r, ref(HMT_REF_GET, 0, 10, 1));
	range = flow_of(&r, ref(HMT_REF_GET, 0xd, 10, 2));
	mine = flow_of(&r, ref(HMT_REF_GET, 0, 11, 3));
	other = flow_of(&r, ref(HMT_REF_GET, 0, 20, 4));
	ASSERT_EQ(flow_of(&r, ref(HMT_REF_PUT, 0xd, 77, 3)), range);
	ASSERT_EQ(flow_of(&r, ref(HMT_REF_PUT, 0, 20, 2)), other);
	/* Not the same thread but the same process: its latest. */
	ASSERT_EQ(flow_of(&r, ref(HMT_REF_PUT, 0, 19, 1)), mine);
	ASSERT_EQ(flow_of(&r, ref(HMT_REF_PUT, 0, 99, 0)), first);
	ASSERT_EQ(r.nr, 1);
	/* Nothing is left: what comes now is another life of the address. */
	ASSERT_NE(flow_of(&r, ref(HMT_REF_GET, 0, 10, 1)), first);
	ASSERT_EQ(r.nr, 2);
	refs__free(&r);
}

static void test_export__put_without_get(void)
{
	struct refs r = { 0 };

	ASSERT_EQ(flow_of(&r, ref(HMT_REF_PUT, 0, 10, (__u64)-1)), 0);
	refs__free(&r);
}

/* --- lives -------------------------------------------------------------------- */

static void add_life(struct model *m, enum hmt_class class, __u64 addr, __u64 born, __u32 serial)
{
	const struct object_view o = {
		.class = class, .addr = addr, .serial = serial, .generation = 1,
		.born = { .ts = born, .stack = -1 },
	};
	const struct moment end = { .ts = born + 50, .stack = -1 };

	model__life(m, &o, &end);
}

static void test_export__parent_is_the_life_of_that_time(void)
{
	struct model *m = model__new(NULL);
	const struct hmt_range_register reg = {
		.h = { .kind = HMT_RANGE_REGISTER, .size = sizeof(reg), .ts = 160, .mm = 0xa },
		.hmm = 0xb, .mirror = 0xc, .range = 0xd, .owner = 7, .stack = -1,
	};

	ASSERT_NOT_NULL(m);
	/* Three mirrors, one after the other, at the same address. */
	for (__u32 i = 0; i < 3; i++)
		add_life(m, HMT_CLASS_MIRROR, 0xc, 100 + 50 * i, i + 1);
	model__before(m, &reg.h);
	model__after(m, &reg.h);
	add_life(m, HMT_CLASS_RANGE, 0xd, 160, 1);
	ASSERT_OK(model__finish(m));
	ASSERT_EQ(m->lives[3].parent, 1);
	ASSERT_EQ(model__owner(m, 0xa), 7);
	ASSERT_EQ(model__find(m, HMT_CLASS_MIRROR, 0xe, 100), NO_LIFE);
	model__free(m);
}

static void test_export__stack_ids_are_not_used_twice(void)
{
	union {
		struct hmt_stack s;
		char bytes[256];
	} rec;
	struct model *m = model__new(NULL);
	__u64 ip = 1;
	__s32 first;

	ASSERT_NOT_NULL(m);
	rec.s.h.size = (__u16)(sizeof(rec.s) + sizeof(ip));
	rec.s = (struct hmt_stack){ .h = { .kind = HMT_STACK }, .stack = 5, .nr = 1 };
	memcpy(&rec.s + 1, &ip, sizeof(ip));
	model__before(m, &rec.s.h);
	first = model__stack(m, 5);
	model__before(m, &rec.s.h);	/* said again */
	ASSERT_EQ(model__stack(m, 5), first);
	ip = 2;
	memcpy(&rec.s + 1, &ip, sizeof(ip));
	model__before(m, &rec.s.h);	/* and now something else */
	ASSERT_NE(model__stack(m, 5), first);
	ASSERT_EQ(m->stacks[first]->ips[0], 1);
	ASSERT_EQ(model__stack(m, 6), NO_STACK);
	ASSERT_EQ(model__stack(m, -14), NO_STACK);
	model__free(m);
}

/* --- outputs ------------------------------------------------------------------ */

static char dir[64];

static const char *in_dir(const char *name)
{
	static char path[128];

	if (!dir[0]) {
		snprintf(dir, sizeof(dir), "/tmp/hmmtrace-t_export-XXXXXX");
		ASSERT_NOT_NULL(mkdtemp(dir));
	}
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void test_export__target_is_whole_or_absent(void)
{
	struct errmsg err;
	struct target t;

	ASSERT_OK(target__open(&t, in_dir("one"), TARGET_STREAM, false, &err));
	fputs("text", t.f);
	ASSERT(access(in_dir("one"), F_OK));
	target__abort(&t);
	ASSERT(access(in_dir("one"), F_OK));
	ASSERT_OK(target__open(&t, in_dir("one"), TARGET_STREAM, false, &err));
	/* Somebody else is faster: what is his stays. */
	close(open(in_dir("one"), O_CREAT | O_WRONLY, 0600));
	ASSERT_LT(target__commit(&t, &err), 0);
	ASSERT_HAS(err.text, "one: exists already; -f overwrites it");
	ASSERT_OK(target__open(&t, in_dir("one"), TARGET_STREAM, true, &err));
	ASSERT_OK(target__commit(&t, &err));
	unlink(in_dir("one"));
	ASSERT_OK(rmdir(dir));
	dir[0] = '\0';
}

/* --- memory ------------------------------------------------------------------- */

static const char records[] =
	"0.000000 start flags=1\n"
	"0.000000 symbol addr=0x10 offset=0 name=ops module=driver\n"
	"0.000000 stack stack=1 ips=0x10,0x20\n"
	"0.001000 task tgid=4 tid=4 comm=work parent=1\n"
	"0.001000 ref-get tgid=4 tid=4 mm=0xa hmm=0xb count=1 stack=1\n"
	"0.002000 mirror-register tgid=4 tid=4 mm=0xa hmm=0xb mirror=0xc ops=0x10 owner=4 stack=1\n"
	"0.003000 ref-get tgid=4 tid=4 mm=0xa hmm=0xb mirror=0xc range=0xd count=2 stack=1\n"
	"0.003000 range-register tgid=4 tid=4 mm=0xa hmm=0xb mirror=0xc range=0xd ops=0x10 end=4096 owner=4 stack=1\n"
	"0.004000 range-register tgid=4 tid=4 mm=0xa range=0xe ops=0x10 end=4096 owner=4 stack=1\n"
	"0.004000 range-register tgid=4 tid=4 mm=0xa range=0xf ops=0x10 ret=-12 owner=4\n"
	"0.005000 lost cpu=0 cause=stack-miss count=2\n"
	"0.006000 mirror-unregister tgid=4 tid=4 mm=0xa hmm=0xb mirror=0xc ops=0x10 refs=2 stack=1\n"
	"0.007000 ref-put tgid=4 tid=4 mm=0xa hmm=0xb count=1\n"
	"0.008000 mirror-unregister-end tgid=4 tid=4 mm=0xa hmm=0xb mirror=0xc ops=0x10\n"
	"3.000000 end\n";

static int export_to(const char *out, const bool *chosen)
{
	char *args[] = { (char *)(uintptr_t)in_dir("in") };
	struct invocation inv = { .rest = { .args = args, .nr_args = 1 } };

	inv.o.text = true;
	inv.o.force = true;
	inv.o.output = out;
	inv.o.perfetto = chosen[0];
	inv.o.ctf = chosen[1];
	inv.o.sqlite = chosen[2];
	inv.o.ndjson = chosen[3];
	inv.o.folded = chosen[4];
	return cmd_export(&inv);
}

static void remove_output(const char *out)
{
	char path[160];

	for (const char *const *name = target_files; *name; name++) {
		snprintf(path, sizeof(path), "%s/%s", out, *name);
		unlink(path);
	}
	rmdir(out);
	unlink(out);
}

/* Whichever allocation fails: status 2, nothing left in memory or on disk. */
static void test_export__out_of_memory(void)
{
	long live = hmt_mem_live();
	int err = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
	char out[128];
	FILE *f;

	f = fopen(in_dir("in"), "w");
	fputs(records, f);
	fclose(f);
	snprintf(out, sizeof(out), "%s", in_dir("out"));
	dup2(null, STDERR_FILENO);
	for (int format = 0; format < 5; format++) {
		bool chosen[5] = { false };
		unsigned long n = 0;
		int status;

		chosen[format] = true;
		do {
			in_dir("in");
			hmt_mem_fail_at(++n);
			status = export_to(out, chosen);
			if (hmt_mem_failed() && (status != EXIT_TROUBLE || !access(out, F_OK)))
				break;
			remove_output(out);
		} while (hmt_mem_failed() && hmt_mem_live() == live && n < 10000);
		if (hmt_mem_failed() || status || hmt_mem_live() != live) {
			dup2(err, STDERR_FILENO);
			FAIL("format %d: status %d, allocation %lu failed: %d, %ld left", format,
			     status, n, hmt_mem_failed(), hmt_mem_live() - live);
		}
		ASSERT_GT(n, 10);
	}
	hmt_mem_fail_at(0);
	dup2(err, STDERR_FILENO);
	close(err);
	close(null);
	unlink(in_dir("in"));
	ASSERT_OK(rmdir(dir));
}

TEST_MAIN(TEST(test_export__lanes_are_as_many_as_overlap), TEST(test_export__lanes_never_overlap),
	  TEST(test_export__put_is_joined_to_its_get), TEST(test_export__put_without_get),
	  TEST(test_export__parent_is_the_life_of_that_time),
	  TEST(test_export__stack_ids_are_not_used_twice),
	  TEST(test_export__target_is_whole_or_absent), TEST(test_export__out_of_memory))
