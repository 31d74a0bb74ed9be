// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <errno.h>

#include "base/mem.h"
#include "stream/desc.h"
#include "stream/text.h"

static __u64 state = 1;

static __u64 rnd(void)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	/* All magnitudes alike: small numbers are the common ones. */
	return (state >> 7 ^ state << 40) >> (state >> 58);
}

static struct errmsg err;

/* The one record of a line, or a failed assertion. */
static void parse_one(const char *line, union record_buf *ret_rec)
{
	FILE *f = fmemopen((void *)(size_t)line, strlen(line), "r");
	const struct hmt_hdr *rec;
	struct source *s;

	ASSERT_OK(text_source__open(f, "in", &s, &err));
	ASSERT_MSG(source__next(s, &rec) == 1, "%s: %s", line, s->err.text);
	memcpy(ret_rec, rec, rec->size);
	ASSERT_EQ(source__next(s, &rec), 0);
	ASSERT_EQ(source__next(s, &rec), 0);
	source__free(s);
	fclose(f);
}

static void round_trip(const union record_buf *r)
{
	char line[TEXT_LINE_MAX], again[TEXT_LINE_MAX];
	union record_buf back;
	size_t len;

	len = text_format(&r->h, line, sizeof(line));
	ASSERT_EQ(len, strlen(line));
	parse_one(line, &back);
	ASSERT_EQ(back.h.size, r->h.size);
	ASSERT_MSG(!memcmp(r, &back, r->h.size), "%s", line);
	text_format(&back.h, again, sizeof(again));
	ASSERT_STREQ(again, line);
}

static void fill_header(union record_buf *r, unsigned int kind, size_t size)
{
	r->h.kind = (__u16)kind;
	r->h.size = (__u16)size;
	r->h.cpu = rnd() % 3 ? (__u32)rnd() : HMT_CPU_NONE;
	r->h.ts = rnd();
	r->h.mm = rnd();
	r->h.tgid = (__u32)rnd();
	r->h.tid = (__u32)rnd();
}

static void test_text__round_trip_every_kind(void)
{
	union record_buf r;

	for (unsigned int n = 0; n < 64 * HMT_KIND_MAX; n++) {
		const struct record_desc *d = record_desc(n % HMT_KIND_MAX);

		if (!d || d->has_tail)
			continue;
		memset(&r, 0, sizeof(r));
		fill_header(&r, d->kind, d->size);
		for (unsigned int i = 0; i < d->nr_fields; i++) {
			const struct field_desc *f = &d->fields[i];

			/* What is called padding behind a string is the rest of it. */
			if (f->show != SHOW_pad || strcmp(f->name, "pad"))
				field_set(&r.h, f, rnd());
		}
		round_trip(&r);
	}
}

static void test_text__round_trip_stacks(void)
{
	__u64 ips[HMT_STACK_DEPTH];
	union record_buf r;

	for (unsigned int nr = 0; nr <= HMT_STACK_DEPTH; nr++) {
		for (unsigned int i = 0; i < nr; i++)
			ips[i] = rnd();
		stack_build((void *)&r, rnd(), (__s32)rnd(), ips, nr);
		round_trip(&r);
	}
}

static void test_text__round_trip_symbols(void)
{
	static char huge[HMT_RECORD_MAX];
	char name[600], module[40];
	union record_buf r;

	for (int n = 0; n < 500; n++) {
		size_t len = rnd() % sizeof(name), mlen = rnd() % sizeof(module);

		for (size_t i = 0; i < len; i++)
			name[i] = (char)(1 + rnd() % 255);
		for (size_t i = 0; i < mlen; i++)
			module[i] = (char)(1 + rnd() % 255);
		name[len] = module[mlen] = '\0';
		symbol_build((void *)&r, rnd(), rnd(), rnd(), name, module);
		round_trip(&r);
	}
	memset(huge, 0x80, sizeof(huge) - 1);
	symbol_build((void *)&r, 0, 1, 2, huge, "");
	ASSERT_EQ(r.h.size, HMT_RECORD_MAX);
	round_trip(&r);
}

static void test_text__round_trip_unknown_and_longer(void)
{
	static const unsigned int kinds[] = { 21, 63, 64, 0xffff, HMT_TICK, HMT_RANGE_REGISTER };
	union record_buf r;

	for (int i = 0; i < 6; i++) {
		const struct record_desc *d = record_desc(kinds[i]);
		size_t known = d ? d->size : sizeof(struct hmt_hdr);

		for (size_t extra = 0; known + extra <= HMT_RECORD_MAX; extra += 488) {
			memset(&r, 0, sizeof(r));
			fill_header(&r, kinds[i], known + extra);
			for (size_t k = known; k < known + extra; k++)
				r.bytes[k] = (char)rnd();
			round_trip(&r);
		}
	}
}

static void test_text__looks_as_documented(void)
{
	static const char *const lines[] = {
		"0.002000 lost cpu=1 cause=ring-full prog=0 count=12 since=0.001500",
		"0.003000 stack stack=1 ips=0xffffffff81000000,0xffffffff81000010",
		"0.003000 symbol addr=0xffffffff81000000 offset=16 name=foo module=bar",
		"0.000000 task cpu=0 tgid=7 tid=0 mm=0x0 comm=ex\\x20er=\\x5c parent=1 flags=0x0",
		"1.000000001 sync-object mm=0xa hmm=0xb mirror=0x0 range=0x0 ops=0x1 class=mirror "
		"owner=5 born=0.500000 count=2 start=0x0 end=0x0 ops_fn=0x0 stack=-1 flags=0x0",
		"0.000000 kind-50 cpu=3 extra=0011223344556677",
	};
	char line[TEXT_LINE_MAX];
	union record_buf r;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char in[256];

		/* '=' in a value is accepted unescaped, but never printed so. */
		snprintf(in, sizeof(in), "%s", lines[i]);
		if (i == 3)
			snprintf(in, sizeof(in), "0 task tgid=7 comm=ex\\x20er=\\x5c parent=1");
		if (i == 5)
			snprintf(in, sizeof(in), "0 kind-50 extra=0011223344556677 cpu=3");
		parse_one(in, &r);
		text_format(&r.h, line, sizeof(line));
		if (i == 3)
			ASSERT_HAS(line, "comm=ex\\x20er\\x3d\\x5c parent=1");
		else
			ASSERT_STREQ(line, lines[i]);
	}
}

static void test_text__defaults(void)
{
	union record_buf r;
	const struct hmt_range_register *rr = (const void *)&r;

	parse_one("1.5 range-register range=13\tret=-22 mm=0xA\r\n", &r);
	ASSERT_EQ(r.h.ts, 1500000000);
	ASSERT_EQ(r.h.size, sizeof(*rr));
	ASSERT_EQ(r.h.mm, 10);
	ASSERT_EQ(r.h.cpu, 0);
	ASSERT_EQ(rr->range, 13);
	ASSERT_EQ(rr->ret, -22);
	ASSERT_EQ(rr->stack, -1);
	ASSERT_EQ(rr->hmm, 0);
	parse_one("2 end", &r);
	ASSERT_EQ(r.h.cpu, HMT_CPU_NONE);
	parse_one("2 end cpu=3", &r);
	ASSERT_EQ(r.h.cpu, 3);
}

static void test_text__comments_and_blank_lines(void)
{
	char text[] = "# c\n\n   \t\n  # d\n0 start flags=0x1\n\n1 end\n# e";
	FILE *f = fmemopen(text, strlen(text), "r");
	const struct hmt_hdr *rec;
	struct source *s;

	ASSERT_OK(text_source__open(f, "in", &s, &err));
	ASSERT_EQ(source__next(s, &rec), 1);
	ASSERT_EQ(rec->kind, HMT_START);
	ASSERT_EQ(source__next(s, &rec), 1);
	ASSERT_EQ(rec->kind, HMT_END);
	ASSERT_EQ(source__next(s, &rec), 0);
	source__free(s);
	fclose(f);
}

static void test_text__bad_lines(void)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "x tick", "in:2: \"x\" is no time" },
		{ "1", "no kind" },
		{ "1 tock", "\"tock\" is no kind of record" },
		{ "1 kind-34", "is no kind" },
		{ "1 kind-0", "is no kind" },
		{ "1 kind-65536", "is no kind" },
		{ "1 tick flags", "is not key=value" },
		{ "1 tick flag=1", "tick has no flag" },
		{ "1 kind-50 x=1", "has no x" },
		{ "1 tick flags=z", "\"z\" is no value for flags" },
		{ "1 tick flags=-1", "is no value" },
		{ "1 tick flags=0x10000000000000000", "does not fit" },
		{ "1 tick tid=4294967296", "does not fit" },
		{ "1 tick flags=1 flags=1", "given twice" },
		{ "1 tick cpu=1 cpu=1", "given twice" },
		{ "1 lost cause=bad", "is no value for cause" },
		{ "1 lost since=1s", "is no value for since" },
		{ "1 lost prog=2147483648", "does not fit" },
		{ "1 range-register pad=1", "has no pad" },
		{ "1 ref-get pad=0", "has no pad" },
		{ "1 symbol name_len=1", "has no name_len" },
		{ "1 symbol name=\\q", "begins no \\xHH" },
		{ "1 symbol name=\\x4", "begins no \\xHH" },
		{ "1 symbol name=a\\x00b", "NUL" },
		{ "1 stack nr=1", "has no nr" },
		{ "1 stack ips=1,,2", "is no address" },
		{ "1 stack ips=1,", "ends in a comma" },
		{ "1 stack ips=q", "is no address" },
		{ "1 stack ips=1 extra=00", "has no extra" },
		{ "1 task comm=12345678901234567", "longer than 16" },
		{ "1 task comm=\\", "begins no" },
		{ "1 kind-50 extra=00", "multiple of 8" },
		{ "1 kind-50 extra=zzzzzzzzzzzzzzzz", "not hexadecimal" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hmt_hdr *rec;
		struct source *s;
		char text[128];
		FILE *f;

		snprintf(text, sizeof(text), "0 start\n%s\n1 end\n", rows[i].line);
		f = fmemopen(text, strlen(text), "r");
		ASSERT_OK(text_source__open(f, "in", &s, &err));
		ASSERT_EQ(source__next(s, &rec), 1);
		ASSERT_MSG(source__next(s, &rec) == -EINVAL, "%s", rows[i].line);
		ASSERT_HAS(s->err.text, rows[i].says);
		ASSERT_HAS(s->err.text, "in:2: ");
		ASSERT_EQ(source__next(s, &rec), -EINVAL);
		source__free(s);
		fclose(f);
	}
}

static void test_text__too_long_and_binary(void)
{
	static char text[2 * TEXT_LINE_MAX];
	const struct hmt_hdr *rec;
	struct source *s;
	FILE *f;

	memset(text, '7', sizeof(text));
	f = fmemopen(text, sizeof(text), "r");
	ASSERT_OK(text_source__open(f, "in", &s, &err));
	ASSERT_EQ(source__next(s, &rec), -EINVAL);
	ASSERT_HAS(s->err.text, "longer than any");
	source__free(s);
	fclose(f);
	text[3] = '\0';
	f = fmemopen(text, sizeof(text), "r");
	ASSERT_OK(text_source__open(f, "in", &s, &err));
	ASSERT_EQ(source__next(s, &rec), -EINVAL);
	ASSERT_HAS(s->err.text, "NUL");
	source__free(s);
	fclose(f);
}

static void test_text__small_buffers(void)
{
	char line[TEXT_LINE_MAX], cut[TEXT_LINE_MAX];
	union record_buf r;
	size_t len;

	symbol_build((void *)&r, 1, 2, 3, "a name", "mod");
	len = text_format(&r.h, line, sizeof(line));
	ASSERT_EQ(text_format(&r.h, NULL, 0), len);
	for (size_t size = 1; size <= len; size++) {
		memset(cut, '!', sizeof(cut));
		ASSERT_EQ(text_format(&r.h, cut, size), len);
		ASSERT_EQ(strlen(cut), size - 1);
		ASSERT_MEMEQ(cut, line, size - 1);
		ASSERT_EQ(cut[size], '!');
	}
}

static void test_text__short_record_prints_extended(void)
{
	struct hmt_id id = { .h = { .kind = HMT_MM_RELEASE, .size = sizeof(id) }, .hmm = 5 };
	char line[TEXT_LINE_MAX];

	text_format(&id.h, line, sizeof(line));
	ASSERT_HAS(line, "hmm=0x5");
	ASSERT_HAS(line, "mm_users=0 mm_count=0");
}

static void test_text__no_memory(void)
{
	long live = hmt_mem_live();
	unsigned long n = 0;
	char text[] = "1 end\n";
	FILE *f = fmemopen(text, strlen(text), "r");
	struct source *s;

	do {
		hmt_mem_fail_at(++n);
		err.text[0] = '\0';
		if (text_source__open(f, "in", &s, &err)) {
			ASSERT_HAS(err.text, "in: no memory");
		} else {
			ASSERT(!hmt_mem_failed());
			source__free(s);
		}
		ASSERT_EQ(hmt_mem_live(), live);
	} while (hmt_mem_failed());
	hmt_mem_fail_at(0);
	ASSERT_GT(n, 2);
	fclose(f);
}

TEST_MAIN(TEST(test_text__round_trip_every_kind), TEST(test_text__round_trip_stacks),
	  TEST(test_text__round_trip_symbols), TEST(test_text__round_trip_unknown_and_longer),
	  TEST(test_text__looks_as_documented), TEST(test_text__defaults),
	  TEST(test_text__comments_and_blank_lines), TEST(test_text__bad_lines),
	  TEST(test_text__too_long_and_binary), TEST(test_text__small_buffers),
	  TEST(test_text__short_record_prints_extended), TEST(test_text__no_memory))
