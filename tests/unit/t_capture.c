// SPDX-License-Identifier: GPL-2.0
/* The parts of the reader that need no kernel: order, losses, resync, names. */
#include "sysfs.h"
#include "test.h"

#include <errno.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "capture/batch.h"
#include "capture/enrich.h"
#include "capture/kallsyms.h"
#include "capture/loss.h"
#include "capture/outq.h"
#include "capture/resync.h"
#include "stream/desc.h"

static struct hmt_free free_at(__u64 ts, __u64 hmm)
{
	struct hmt_free rec;

	hdr_make(&rec.h, HMT_FREE, sizeof(rec), ts);
	rec.hmm = hmm;
	return rec;
}

/* --- batch ------------------------------------------------------------------------ */

static void add(struct batch *b, __u64 ts, __u64 hmm)
{
	struct hmt_free rec = free_at(ts, hmm);

	ASSERT_OK(batch__add(b, &rec.h));
}

static __u64 hmm_at(const struct batch *b, size_t i)
{
	return ((const struct hmt_free *)batch__at(b, i))->hmm;
}

static void test_batch__order(void)
{
	struct batch b = { 0 };

	add(&b, 30, 1);
	add(&b, 10, 2);
	add(&b, 20, 3);
	add(&b, 10, 4);		/* after 2: it came later */
	batch__sort(&b);
	ASSERT_EQ(hmm_at(&b, 0), 2);
	ASSERT_EQ(hmm_at(&b, 1), 4);
	ASSERT_EQ(hmm_at(&b, 2), 3);
	ASSERT_EQ(hmm_at(&b, 3), 1);
	batch__free(&b);
}

/* Rings have no order among each other: at the same time, the hole was first. */
static void test_batch__hole_first(void)
{
	struct batch b = { 0 };
	struct hmt_lost lost;

	hdr_make(&lost.h, HMT_LOST, sizeof(lost), 20);
	add(&b, 20, 1);
	add(&b, 30, 2);
	ASSERT_OK(batch__add(&b, &lost.h));
	add(&b, 20, 3);
	batch__sort(&b);
	ASSERT_EQ(batch__at(&b, 0)->kind, HMT_LOST);
	ASSERT_EQ(hmm_at(&b, 1), 1);
	ASSERT_EQ(hmm_at(&b, 2), 3);
	ASSERT_EQ(hmm_at(&b, 3), 2);
	ASSERT_EQ(batch__older(&b, 20), 0);
	ASSERT_EQ(batch__older(&b, 21), 3);
	batch__free(&b);
}

/* As many rings in order as there are, of different lengths, none of them first. */
static void test_batch__runs(void)
{
	struct batch b = { 0 };
	__u64 nr = 0;

	for (__u64 run = 0; run < 37; run++)
		for (__u64 i = 0; i < run * run; i++, nr++)
			add(&b, 1000000 / (run + 1) * i + run, nr);
	batch__sort(&b);
	ASSERT_EQ(b.nr, nr);
	for (size_t i = 1; i < b.nr; i++) {
		const struct hmt_hdr *x = batch__at(&b, i - 1), *y = batch__at(&b, i);

		ASSERT(x->ts < y->ts || (x->ts == y->ts && hmm_at(&b, i - 1) < hmm_at(&b, i)));
	}
	batch__free(&b);
}

static void test_batch__older(void)
{
	struct batch b = { 0 };

	ASSERT_EQ(batch__older(&b, 100), 0);
	for (__u64 ts = 10; ts <= 50; ts += 10)
		add(&b, ts, ts);
	batch__sort(&b);
	ASSERT_EQ(batch__older(&b, 0), 0);
	ASSERT_EQ(batch__older(&b, 10), 0);
	ASSERT_EQ(batch__older(&b, 11), 1);
	ASSERT_EQ(batch__older(&b, 50), 4);
	ASSERT_EQ(batch__older(&b, 51), 5);
	batch__free(&b);
}

/* What is not old enough is kept, and sorted in with what comes next. */
static void test_batch__keeps_the_rest(void)
{
	struct batch b = { 0 };

	add(&b, 20, 1);
	add(&b, 40, 2);
	batch__sort(&b);
	ASSERT_OK(batch__drop(&b, batch__older(&b, 30)));
	ASSERT_EQ(b.nr, 1);
	add(&b, 35, 3);
	batch__sort(&b);
	ASSERT_EQ(hmm_at(&b, 0), 3);
	ASSERT_EQ(hmm_at(&b, 1), 2);
	ASSERT_OK(batch__drop(&b, 2));
	ASSERT_EQ(b.nr, 0);
	batch__free(&b);
}

static void test_batch__many(void)
{
	struct batch b = { 0 };

	for (__u64 i = 0; i < 100000; i++)
		add(&b, (i * 7919) % 100003, i);
	batch__sort(&b);
	for (size_t i = 1; i < b.nr; i++)
		ASSERT_LE(batch__at(&b, i - 1)->ts, batch__at(&b, i)->ts);
	ASSERT_OK(batch__drop(&b, 99999));
	ASSERT_EQ(b.nr, 1);
	batch__free(&b);
}

static void test_batch__no_memory(void)
{
	for (unsigned long n = 1; n < 6; n++) {
		struct hmt_free rec = free_at(1, 1);
		struct batch b = { 0 };
		int err = 0;

		hmt_mem_fail_at(n);
		for (int i = 0; i < 2000 && !err; i++)
			err = batch__add(&b, &rec.h);
		ASSERT_EQ(err, hmt_mem_failed() ? -ENOMEM : 0);
		hmt_mem_fail_at(0);
		batch__free(&b);
	}
	ASSERT_EQ(hmt_mem_live(), 0);
}

/* --- outq ------------------------------------------------------------------------- */

static void test_outq__keeps_order(void)
{
	struct outq q = { 0 };
	struct hmt_free rec;

	ASSERT_NULL(outq__pop(&q));
	for (int round = 0; round < 3; round++) {
		for (__u64 i = 0; i < 5000; i++) {
			rec = free_at(i, i);
			ASSERT_OK(outq__push(&q, &rec.h));
		}
		for (__u64 i = 0; i < 5000; i++)
			ASSERT_EQ(((const struct hmt_free *)outq__pop(&q))->hmm, i);
		ASSERT_NULL(outq__pop(&q));
	}
	outq__free(&q);
}

/* --- loss ------------------------------------------------------------------------- */

static const struct hmt_lost *pop_lost(struct outq *q)
{
	const struct hmt_hdr *rec = outq__pop(q);

	ASSERT_NOT_NULL(rec);
	ASSERT_EQ(rec->kind, HMT_LOST);
	return (const struct hmt_lost *)rec;
}

static void assert_lost(struct outq *q, unsigned int cause, __u32 cpu, __u64 count, __u64 ts)
{
	const struct hmt_lost *lost = pop_lost(q);

	ASSERT_EQ(lost->cause, cause);
	ASSERT_EQ(lost->h.cpu, cpu);
	ASSERT_EQ(lost->count, count);
	ASSERT_EQ(lost->h.ts, ts);
}

/* Two holes, each with its marker: the counts add up per CPU and in all. */
static void test_loss__markers(void)
{
	__u64 per_cpu[2] = { 3, 2 };
	struct outq q = { 0 };
	struct loss l;

	ASSERT_OK(loss__init(&l, 2, 100));
	loss__read(&l, HMT_CAUSE_RING_FULL, per_cpu);
	ASSERT_OK(loss__report_ring(&l, 4, 200, &q));
	ASSERT_OK(loss__report_ring(&l, 4, 210, &q));	/* another CPU marked the same hole */
	ASSERT_OK(loss__report_ring(&l, 5, 220, &q));
	assert_lost(&q, HMT_CAUSE_RING_FULL, 0, 3, 200);
	assert_lost(&q, HMT_CAUSE_RING_FULL, 1, 1, 200);
	assert_lost(&q, HMT_CAUSE_RING_FULL, 1, 1, 220);
	ASSERT_NULL(outq__pop(&q));
	ASSERT_EQ(l.total[HMT_CAUSE_RING_FULL], 5);
	ASSERT_EQ(l.overturning, 5);
	loss__free(&l);
	outq__free(&q);
}

/* Reported at the end of a round: the marker that follows has nothing to add. */
static void test_loss__marker_comes_late(void)
{
	__u64 per_cpu[1] = { 7 };
	struct outq q = { 0 };
	struct loss l;

	ASSERT_OK(loss__init(&l, 1, 0));
	loss__read(&l, HMT_CAUSE_RING_FULL, per_cpu);
	ASSERT_OK(loss__report_ring(&l, 7, 200, &q));
	assert_lost(&q, HMT_CAUSE_RING_FULL, 0, 7, 200);
	ASSERT_OK(loss__report_ring(&l, 7, 300, &q));
	ASSERT_OK(loss__report_ring(&l, 6, 310, &q));	/* and an older one even less */
	ASSERT_NULL(outq__pop(&q));
	ASSERT_EQ(l.ring_reported, 7);
	loss__free(&l);
	outq__free(&q);
}

static void test_loss__other_causes(void)
{
	__u64 per_cpu[2] = { 0, 4 };
	struct outq q = { 0 };
	struct loss l;

	ASSERT_OK(loss__init(&l, 2, 50));
	loss__read(&l, HMT_CAUSE_TABLE_FULL, per_cpu);
	ASSERT_OK(loss__report_rest(&l, 90, &q));
	ASSERT_EQ(pop_lost(&q)->since, 50);
	ASSERT_OK(loss__report_rest(&l, 95, &q));
	ASSERT_NULL(outq__pop(&q));
	per_cpu[0] = 1;
	loss__read(&l, HMT_CAUSE_TABLE_FULL, per_cpu);
	ASSERT_OK(loss__report_rest(&l, 99, &q));
	assert_lost(&q, HMT_CAUSE_TABLE_FULL, 0, 1, 99);
	ASSERT_EQ(l.total[HMT_CAUSE_TABLE_FULL], 5);
	ASSERT_EQ(l.overturning, 0);
	loss__free(&l);
	outq__free(&q);
}

/* A total that no CPU owns up to is not swept under the carpet. */
static void test_loss__unattributed(void)
{
	struct outq q = { 0 };
	struct loss l;

	ASSERT_OK(loss__init(&l, 2, 0));
	ASSERT_OK(loss__report_ring(&l, 2, 10, &q));
	assert_lost(&q, HMT_CAUSE_RING_FULL, HMT_CPU_NONE, 2, 10);
	loss__free(&l);
	outq__free(&q);
}

/* --- resync ----------------------------------------------------------------------- */

static struct sync_set set;

static void table_has(enum hmt_class class, __u64 addr, __u64 born, __u64 count)
{
	struct live_key key = { .addr = addr, .class = class };
	struct live_val val = { .mm = 0xa, .born = born, .count = count };

	*(class == HMT_CLASS_HMM ? &val.hmm :
	  class == HMT_CLASS_MIRROR ? &val.mirror : &val.range) = addr;
	ASSERT_OK(sync_set__add(&set, &key, &val));
}

static void range_registered(__u64 ts, __u64 addr, __s64 ret)
{
	struct hmt_range_register rec;

	hdr_make(&rec.h, HMT_RANGE_REGISTER, sizeof(rec), ts);
	rec.h.mm = 0xa;
	rec.range = addr;
	rec.start = 0x1000;
	rec.end = 0x3000;
	rec.owner = 7;
	rec.stack = 5;
	rec.ret = ret;
	ASSERT_OK(sync_set__apply(&set, &rec.h));
}

static void mirror_registered(__u64 ts, __u64 hmm, __u64 addr)
{
	struct hmt_mirror_register rec;

	hdr_make(&rec.h, HMT_MIRROR_REGISTER, sizeof(rec), ts);
	rec.h.mm = 0xa;
	rec.hmm = hmm;
	rec.mirror = addr;
	rec.refs = 3;
	ASSERT_OK(sync_set__apply(&set, &rec.h));
}

static void ended(__u16 kind, __u64 ts, __u64 hmm, __u64 mirror, __u64 range)
{
	struct hmt_mirror_unregister rec;

	hdr_make(&rec.h, kind, sizeof(rec), ts);
	rec.hmm = hmm;
	rec.mirror = mirror;
	rec.range = range;
	ASSERT_OK(sync_set__apply(&set, &rec.h));
}

static void counted(__u16 kind, __u64 ts, __u64 hmm, __u64 mirror, __s64 count)
{
	struct hmt_ref_get rec;

	hdr_make(&rec.h, kind, sizeof(rec), ts);
	rec.hmm = hmm;
	rec.mirror = mirror;
	rec.count = count;
	ASSERT_OK(sync_set__apply(&set, &rec.h));
}

/* "class:addr#count ..." in the order of the stream. */
static const char *listed(void)
{
	static char text[512];
	struct sync_obj **list;
	long nr = sync_set__list(&set, &list);
	size_t n = 0;

	ASSERT_GE(nr, 0);
	text[0] = '\0';
	for (long i = 0; i < nr; i++) {
		const struct live_val *v = &list[i]->val;
		__u64 addr = list[i]->class == HMT_CLASS_HMM ? v->hmm :
			     list[i]->class == HMT_CLASS_MIRROR ? v->mirror : v->range;

		n += snprintf(text + n, sizeof(text) - n, "%s%s:%llx#%llu", n ? " " : "",
			      class_name(list[i]->class), addr, v->count);
	}
	hmt_free(list);
	sync_set__free(&set);
	return text;
}

static void test_resync__order(void)
{
	table_has(HMT_CLASS_RANGE, 0xd2, 20, 0);
	table_has(HMT_CLASS_RANGE, 0xd1, 30, 0);
	table_has(HMT_CLASS_MIRROR, 0xc, 15, 0);
	table_has(HMT_CLASS_HMM, 0xb, 10, 4);
	ASSERT_STREQ(listed(), "hmm:b#4 mirror:c#0 range:d2#0 range:d1#0");
}

static void test_resync__births(void)
{
	table_has(HMT_CLASS_RANGE, 0xd1, 105, 0);
	range_registered(105, 0xd1, 0);
	range_registered(107, 0xd3, 0);
	range_registered(108, 0xd4, -EFAULT);		/* no birth */
	ASSERT_STREQ(listed(), "range:d1#0 range:d3#0");
}

static void test_resync__deaths(void)
{
	table_has(HMT_CLASS_HMM, 0xb, 10, 1);
	table_has(HMT_CLASS_MIRROR, 0xc, 10, 0);
	table_has(HMT_CLASS_RANGE, 0xd, 10, 0);
	ended(HMT_RANGE_UNREGISTER_BEGIN, 103, 0xb, 0xc, 0xd);
	ended(HMT_MIRROR_UNREGISTER, 104, 0xb, 0xc, 0);
	ended(HMT_MIRROR_UNREGISTER, 104, 0xb, 0xcc, 0);	/* not there */
	ended(HMT_FREE, 105, 0xb, 0, 0);
	ASSERT_STREQ(listed(), "");
}

/* A life that ended and another at the same address. */
static void test_resync__reuse(void)
{
	table_has(HMT_CLASS_RANGE, 0xd, 10, 0);
	ended(HMT_RANGE_UNREGISTER_BEGIN, 103, 0, 0, 0xd);
	range_registered(104, 0xd, 0);
	ASSERT_STREQ(listed(), "range:d#0");
}

static void test_resync__counts(void)
{
	table_has(HMT_CLASS_HMM, 0xb, 10, 2);
	counted(HMT_REF_GET, 101, 0xb, 0, 3);
	counted(HMT_REF_GET, 102, 0xb, 0, 4);
	counted(HMT_REF_PUT, 103, 0xb, 0, 3);
	counted(HMT_REF_GET, 104, 0xb2, 0, 1);		/* born */
	counted(HMT_REF_GET, 105, 0, 0xc, 5);		/* there before, first seen here */
	counted(HMT_REF_PUT, 106, 0xb3, 0, 0);		/* ends as we look */
	counted(HMT_REF_PUT, 107, 0xb4, 0, -1);		/* and one put too often */
	mirror_registered(108, 0xb, 0xc1);		/* refs are those of its hmm */
	mirror_registered(109, 0, 0xc2);
	ASSERT_STREQ(listed(), "hmm:b#3 hmm:b2#1 mirror:c#5 mirror:c1#0 mirror:c2#3");
}

static void test_resync__record(void)
{
	struct hmt_sync_object rec;
	struct sync_obj **list;

	range_registered(105, 0xd, 0);
	ASSERT_EQ(sync_set__list(&set, &list), 1);
	sync_obj__record(list[0], 200, &rec);
	ASSERT_OK(record_validate(&rec.h, sizeof(rec), NULL));
	ASSERT_EQ(rec.h.ts, 200);
	ASSERT_EQ(rec.h.mm, 0xa);
	ASSERT_EQ(rec.class, HMT_CLASS_RANGE);
	ASSERT_EQ(rec.range, 0xd);
	ASSERT_EQ(rec.born, 105);
	ASSERT_EQ(rec.start, 0x1000);
	ASSERT_EQ(rec.end, 0x3000);
	ASSERT_EQ(rec.owner, 7);
	ASSERT_EQ(rec.stack, 5);
	hmt_free(list);
	sync_set__free(&set);
}

/* --- names ------------------------------------------------------------------------ */

static char root[64];

static void put(const char *name, const char *text)
{
	char full[128];
	FILE *file;

	snprintf(full, sizeof(full), "%s/proc/%s", root, name);
	file = fopen(full, "w");
	ASSERT_NOT_NULL(file);
	fputs(text, file);
	fclose(file);
}

static const char kernel_syms[] =
	"0000000000001000 A cpu_info\n"
	"ffffffff81000000 t local_first\n"
	"ffffffff81000000 T _stext\n"
	"ffffffff81000100 T mmu_notifier_register\n"
	"ffffffff81000200 t $x\n"
	"ffffffff82000000 d hmm_notifier_ops\n"
	"ffffffff83000000 B _end\n";

static struct kallsyms *machine(const char *module_syms, const char *modules)
{
	char text[2048], dir[128];

	if (!root[0]) {
		snprintf(root, sizeof(root), "/tmp/t_capture.XXXXXX");
		ASSERT_NOT_NULL(mkdtemp(root));
		snprintf(dir, sizeof(dir), "%s/proc", root);
		ASSERT_OK(mkdir(dir, 0755));
	}
	snprintf(text, sizeof(text), "%s%s", kernel_syms, module_syms);
	put("kallsyms", text);
	put("modules", modules);
	return kallsyms__new(root);
}

static void drop_machine(void)
{
	static const char *const names[] = { "/proc/kallsyms", "/proc/modules", "/proc", "" };
	char full[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(full, sizeof(full), "%s%s", root, names[i]);
		remove(full);
	}
	root[0] = '\0';
}

/* "name+offset [module]", "?" */
static const char *name_of(struct kallsyms *k, __u64 addr)
{
	static char text[128];
	const char *name, *module;
	__u64 offset;

	if (!kallsyms__lookup(k, addr, &name, &module, &offset))
		return "?";
	snprintf(text, sizeof(text), "%s+%llu [%s]", name, offset, module);
	return text;
}

#define MODULE_SYMS "ffffffffa0000000 t ex_open\t[hmm_exerciser]\n" \
		    "ffffffffa0008000 r ex_ops\t[hmm_exerciser]\n"
#define MODULES "hmm_exerciser 16384 0 - Live 0xffffffffa0000000\n"

static void test_kallsyms__lookup(void)
{
	struct kallsyms *k = machine(MODULE_SYMS, MODULES);

	ASSERT_STREQ(name_of(k, 0xffffffff81000000), "_stext+0 []");	/* the global one */
	ASSERT_STREQ(name_of(k, 0xffffffff81000110), "mmu_notifier_register+16 []");
	ASSERT_STREQ(name_of(k, 0xffffffff81000208), "mmu_notifier_register+264 []");
	ASSERT_STREQ(name_of(k, 0xffffffff82000000), "hmm_notifier_ops+0 []");
	ASSERT_STREQ(name_of(k, 0xffffffffa0000004), "ex_open+4 [hmm_exerciser]");
	ASSERT_STREQ(name_of(k, 0xffffffffa0008000), "ex_ops+0 [hmm_exerciser]");
	/* Between the kernel and the modules, behind all of them, and nowhere. */
	ASSERT_STREQ(name_of(k, 0xffffffff90000000), "?");
	ASSERT_STREQ(name_of(k, 0xffffffffb0000000), "?");
	ASSERT_STREQ(name_of(k, 0x1004), "?");
	ASSERT_STREQ(name_of(k, 0), "?");
	kallsyms__free(k);
	drop_machine();
}

static void test_kallsyms__refresh(void)
{
	struct kallsyms *k = machine("", "");

	ASSERT_STREQ(name_of(k, 0xffffffffa0000004), "?");
	ASSERT_EQ(kallsyms__refresh(k), 0);
	kallsyms__free(machine(MODULE_SYMS, MODULES));
	ASSERT_EQ(kallsyms__refresh(k), 1);
	ASSERT_STREQ(name_of(k, 0xffffffffa0000004), "ex_open+4 [hmm_exerciser]");
	/* The reference count is no news. */
	put("modules", "hmm_exerciser 16384 3 - Live 0xffffffffa0000000\n");
	ASSERT_EQ(kallsyms__refresh(k), 0);
	/* Another place is. */
	put("modules", "hmm_exerciser 16384 3 - Live 0xffffffffa0010000\n");
	ASSERT_EQ(kallsyms__refresh(k), 1);
	kallsyms__free(k);
	drop_machine();
}

static int poll_to_end(struct kallsyms *k)
{
	int ret;

	while (!(ret = kallsyms__poll(k)))
		sched_yield();
	return ret;
}

static void test_kallsyms__aside(void)
{
	struct kallsyms *k = machine(MODULE_SYMS, MODULES);
	long live = hmt_mem_live();

	ASSERT_EQ(poll_to_end(k), 1);
	ASSERT_EQ(kallsyms__poll(k), 1);
	ASSERT_STREQ(name_of(k, 0xffffffff81000110), "mmu_notifier_register+16 []");
	ASSERT_STREQ(name_of(k, 0xffffffffa0000004), "ex_open+4 [hmm_exerciser]");
	/* It knows which modules it has read. */
	ASSERT_EQ(kallsyms__refresh(k), 0);
	kallsyms__free(k);

	/* Who needs a name before waits for it. */
	k = machine(MODULE_SYMS, MODULES);
	ASSERT_GE(kallsyms__poll(k), 0);
	ASSERT_STREQ(name_of(k, 0xffffffffa0000004), "ex_open+4 [hmm_exerciser]");
	kallsyms__free(k);

	/* Nobody needs one after all. */
	k = machine(MODULE_SYMS, MODULES);
	ASSERT_GE(kallsyms__poll(k), 0);
	kallsyms__free(k);
	drop_machine();

	k = kallsyms__new("/nonexistent");
	ASSERT_EQ(poll_to_end(k), 1);
	ASSERT_STREQ(name_of(k, 0xffffffff81000000), "?");
	kallsyms__free(k);
	/* The first machine was there when it was counted. */
	ASSERT_EQ(hmt_mem_live(), live - 2);
}

/* What the thread has no memory for is an error, and not a kernel without names. */
static void test_kallsyms__aside_without_memory(void)
{
	struct kallsyms *k;

	for (unsigned long n = 1;; n++) {
		int ret;

		k = machine(MODULE_SYMS, MODULES);
		hmt_mem_fail_at(n);
		ret = poll_to_end(k);
		hmt_mem_fail_at(0);
		if (ret == 1)
			ASSERT_STREQ(name_of(k, 0xffffffffa0000004), "ex_open+4 [hmm_exerciser]");
		else
			ASSERT_EQ(ret, -ENOMEM);
		kallsyms__free(k);
		/* The room for the list of modules is the one that can be done without. */
		if (ret == 1 && n > 3)
			break;
	}
	drop_machine();
}

static void test_kallsyms__hidden(void)
{
	struct kallsyms *k;

	kallsyms__free(machine("", ""));
	put("kallsyms", "0000000000000000 T _stext\n0000000000000000 T _end\nrubbish\n\n");
	k = kallsyms__new(root);
	ASSERT_STREQ(name_of(k, 0xffffffff81000000), "?");
	kallsyms__free(k);
	drop_machine();
	k = kallsyms__new("/nonexistent");
	ASSERT_NOT_NULL(k);
	ASSERT_STREQ(name_of(k, 0xffffffff81000000), "?");
	kallsyms__free(k);
}

/* --- enrich ----------------------------------------------------------------------- */

static const __u64 frames[] = { 0xffffffff81000004, 0xffffffffa0000010 };
static int nr_frames;

static int read_stack(void *ctx, __s32 id, __u64 *ret_ips)
{
	(void)ctx;
	if (nr_frames < 0)
		return nr_frames;
	ASSERT_EQ(id, 9);
	memcpy(ret_ips, frames, nr_frames * sizeof(frames[0]));
	return nr_frames;
}

/* Kinds in the order of delivery. */
static const char *kinds(struct outq *q)
{
	static char text[256];
	const struct hmt_hdr *rec;
	size_t n = 0;

	text[0] = '\0';
	while ((rec = outq__pop(q))) {
		ASSERT_OK(record_validate(rec, rec->size, NULL));
		n += snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "",
			      record_desc(rec->kind)->name);
	}
	return text;
}

/* The build-id of what a symbol is in goes before the first such symbol, once: here the kernel's. */
static void test_enrich__build_ids(void)
{
	static const char notes[] = "\4\0\0\0\4\0\0\0\3\0\0\0GNU\0\1\2\3\4";
	char dir[] = "/tmp/hmmtrace-test-XXXXXX";
	struct enrich e = { .ks = machine(MODULE_SYMS, MODULES), .sysfs = dir };
	struct hmt_ref_get rec;
	struct outq q = { 0 };

	sysfs_make(dir, notes, sizeof(notes) - 1);
	e.out = &q;
	hdr_make(&rec.h, HMT_REF_GET, sizeof(rec), 100);
	rec.stack = -1;
	rec.call_site = frames[0];
	rec.ops = frames[1];
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	ASSERT_STREQ(kinds(&q), "symbol module symbol ref-get");
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	ASSERT_STREQ(kinds(&q), "ref-get");
	sysfs_remove(dir);
	enrich__free(&e);
	outq__free(&q);
	kallsyms__free(e.ks);
}

static void test_enrich__before_use(void)
{
	struct enrich e = { .ks = machine(MODULE_SYMS, MODULES), .read_stack = read_stack,
			    .sysfs = "/nonexistent" };
	struct outq q = { 0 };
	struct hmt_ref_get rec;
	struct loss l;

	ASSERT_OK(loss__init(&l, 1, 0));
	e.out = &q;
	e.loss = &l;
	nr_frames = 2;
	hdr_make(&rec.h, HMT_REF_GET, sizeof(rec), 100);
	rec.ops = 0xffffffffa0008000;
	rec.call_site = frames[1];
	rec.stack = 9;
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	/* ops, the call site, the frame that is not the call site, the stack, the record */
	ASSERT_STREQ(kinds(&q), "symbol symbol symbol stack ref-get");
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	ASSERT_STREQ(kinds(&q), "ref-get");

	nr_frames = -ENOENT;
	rec.stack = 10;
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	ASSERT_STREQ(kinds(&q), "lost ref-get");
	ASSERT_EQ(l.total[HMT_CAUSE_STACK_MISS], 1);
	rec.stack = -2;
	rec.ops = 0xffffffffb0000000;	/* nothing is known of it */
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	ASSERT_STREQ(kinds(&q), "ref-get");
	enrich__free(&e);
	kallsyms__free(e.ks);
	loss__free(&l);
	outq__free(&q);
	drop_machine();
}

/* A range of Linux 5.2 names no driver: who registered it does. */
static void test_enrich__range_without_ops(void)
{
	struct enrich e = { .ks = machine(MODULE_SYMS, MODULES), .read_stack = read_stack,
			    .sysfs = "/nonexistent" };
	const struct hmt_hdr *out;
	struct hmt_range_register rec;
	struct outq q = { 0 };
	__u64 ops_fn = 0;
	struct loss l;

	ASSERT_OK(loss__init(&l, 1, 0));
	e.out = &q;
	e.loss = &l;
	nr_frames = 2;
	hdr_make(&rec.h, HMT_RANGE_REGISTER, sizeof(rec), 100);
	rec.stack = 9;		/* refused, so without a struct hmm */
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	while ((out = outq__pop(&q)))
		if (out->kind == HMT_RANGE_REGISTER)
			ops_fn = ((const struct hmt_range_register *)out)->ops_fn;
	ASSERT_EQ(ops_fn, frames[0]);

	/* One that names its own is left alone, and so is one without a stack. */
	rec.ops = 0xffffffffa0008000;
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	rec.ops = 0;
	rec.stack = -2;
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	while ((out = outq__pop(&q)))
		if (out->kind == HMT_RANGE_REGISTER)
			ASSERT_EQ(((const struct hmt_range_register *)out)->ops_fn, 0);
	enrich__free(&e);
	kallsyms__free(e.ks);
	loss__free(&l);
	outq__free(&q);
	drop_machine();
}

/* A driver loaded while we look: its names are there when it registers. */
static void test_enrich__new_module(void)
{
	struct enrich e = { .ks = machine("", ""), .read_stack = read_stack,
			    .sysfs = "/nonexistent" };
	struct hmt_mirror_register rec;
	struct outq q = { 0 };
	struct loss l;

	ASSERT_OK(loss__init(&l, 1, 0));
	e.out = &q;
	e.loss = &l;
	hdr_make(&rec.h, HMT_MIRROR_REGISTER, sizeof(rec), 1000000000);
	rec.ops = 0xffffffffa0008000;
	rec.stack = -2;
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	ASSERT_STREQ(kinds(&q), "mirror-register");
	kallsyms__free(machine(MODULE_SYMS, MODULES));
	rec.h.ts += 1;
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	ASSERT_STREQ(kinds(&q), "mirror-register");	/* asked before, and too soon again */
	rec.ops_fn = 0xffffffffa0000000;
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	ASSERT_STREQ(kinds(&q), "symbol mirror-register");	/* a new one is asked at once */
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	ASSERT_STREQ(kinds(&q), "symbol mirror-register");	/* and the other again */

	/* Another driver at the same place. */
	kallsyms__free(machine("ffffffffa0000000 t other_open\t[other]\n"
			       "ffffffffa0008000 r other_ops\t[other]\n",
			       "other 16384 0 - Live 0xffffffffa0000000\n"));
	rec.h.ts += 100000000;
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	ASSERT_STREQ(kinds(&q), "mirror-register");
	rec.h.ts += 200000000;
	ASSERT_OK(enrich__deliver(&e, &rec.h));
	ASSERT_STREQ(kinds(&q), "symbol symbol mirror-register");
	enrich__free(&e);
	kallsyms__free(e.ks);
	loss__free(&l);
	outq__free(&q);
	drop_machine();
}

static void test_capture__nothing_left(void)
{
	ASSERT_EQ(hmt_mem_live(), 0);
}

TEST_MAIN(TEST(test_batch__order), TEST(test_batch__hole_first), TEST(test_batch__runs),
	  TEST(test_batch__older), TEST(test_batch__keeps_the_rest), TEST(test_batch__many),
	  TEST(test_batch__no_memory), TEST(test_outq__keeps_order),
	  TEST(test_loss__markers), TEST(test_loss__marker_comes_late),
	  TEST(test_loss__other_causes), TEST(test_loss__unattributed), TEST(test_resync__order),
	  TEST(test_resync__births), TEST(test_resync__deaths), TEST(test_resync__reuse),
	  TEST(test_resync__counts), TEST(test_resync__record), TEST(test_kallsyms__lookup),
	  TEST(test_kallsyms__refresh), TEST(test_kallsyms__aside),
  TEST(test_kallsyms__aside_without_memory), TEST(test_kallsyms__hidden), TEST(test_enrich__build_ids), TEST(test_enrich__before_use),
	  TEST(test_enrich__range_without_ops), TEST(test_enrich__new_module), TEST(test_capture__nothing_left))
