// SPDX-License-Identifier: GPL-2.0
/* One frame: what goes in comes out, bit by bit, and what is no frame is refused. */
#include <errno.h>
#include <time.h>
#include <zlib.h>

#include "base/mem.h"
#include "stream/columns.h"
#include "stream/desc.h"
#include "stream/frame.h"
#include "test.h"
#include "workload.h"

#define RAW_MAX (256U << 10)

static unsigned char raw[RAW_MAX + HMT_RECORD_MAX] __attribute__((aligned(8)));
static unsigned char back[RAW_MAX + HMT_RECORD_MAX] __attribute__((aligned(8)));
static __u32 raw_len, nr_records;
static __u64 state;

static __u64 rnd(__u64 below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return below ? (state >> 33) % below : 0;
}

/* A few values, that come again, their neighbours, or anything. */
static __u64 some_value(void)
{
	static const __u64 often[] = { 0, 1, ~0ULL, 0xff110000053e64c0, 0x7f03bff14000,
				       0xffffffffa000e408, 0x80000000, 0x7fffffffffffffff };

	switch (rnd(4)) {
	case 0:
		return rnd(1ULL << 31) << 33 | rnd(1ULL << 31) << 2 | rnd(4);
	case 1:
		return often[rnd(8)] + rnd(64) * 8;
	default:
		return often[rnd(8)];
	}
}

static void add_record(const struct hmt_hdr *rec)
{
	ASSERT_LE(raw_len + rec->size, sizeof(raw));
	memcpy(raw + raw_len, rec, rec->size);
	raw_len += rec->size;
	nr_records++;
}

/* Of any kind, known or not, as long as its struct, longer or shorter, with anything in it. */
static void add_random(void)
{
	static __u64 ts = 1000;
	union record_buf r;
	const struct record_desc *d;
	__u64 word;
	size_t size;

	r.h.kind = (__u16)(rnd(8) ? 1 + rnd(44) : 1 + rnd(65535));
	d = record_desc(r.h.kind);
	size = d ? d->size : 32 + 8 * rnd(12);
	if (!rnd(6))
		size = 32 + 8 * rnd(rnd(4) ? 16 : 508);
	for (size_t at = 8; at + 8 <= size; at += 8) {
		word = some_value();
		memcpy(r.bytes + at, &word, 8);
	}
	r.h.size = (__u16)size;
	r.h.cpu = (__u32)(rnd(8) ? rnd(3) : some_value());
	r.h.ts = rnd(20) ? (ts += rnd(3000)) : some_value();
	if (rnd(4)) {
		r.h.tgid = (__u32)rnd(4);
		r.h.tid = (__u32)rnd(9);
	}
	add_record(&r.h);
}

static void begin(void)
{
	raw_len = nr_records = 0;
}

static struct frame_header round_trip(struct frame_encoder *e, struct frame_decoder *d,
				      enum frame_encoding want, const void **ret_frame, size_t *ret_len)
{
	struct frame_header h;
	const void *frame;
	size_t len;

	len = frame_encode(e, want, 7, raw, raw_len, nr_records, &frame);
	ASSERT_GT(len, sizeof(h));
	ASSERT(frame_header__read(frame, &h));
	ASSERT_EQ(h.stored_bytes, len - sizeof(h));
	ASSERT_EQ(h.raw_bytes, raw_len);
	ASSERT_EQ(h.nr_records, nr_records);
	ASSERT_EQ(h.number, 7);
	memset(back, 0xa5, raw_len);
	ASSERT_OK(frame_decode(d, &h, (const char *)frame + sizeof(h), back));
	ASSERT(!memcmp(raw, back, raw_len));
	if (ret_frame)
		*ret_frame = frame;
	if (ret_len)
		*ret_len = len;
	return h;
}

/* What is told of the records is what one sees who looks at each. */
static void expect_facts(const struct columns_facts *facts)
{
	const struct hmt_hdr *rec = NULL;
	bool plain = true;
	__u64 latest = 0;

	for (size_t at = 0; at < raw_len; at += rec->size) {
		rec = (const struct hmt_hdr *)(raw + at);
		plain &= record_is_plain(rec, raw_len - at);
		latest = rec->ts > latest ? rec->ts : latest;
	}
	ASSERT_EQ(facts->plain, plain);
	ASSERT_EQ(facts->latest, latest);
	ASSERT_EQ(facts->last_kind, rec->kind);
}

/* The columns alone, also where a frame would rather hold plain records. */
static bool columns_round_trip(struct columns_encoder *e, struct columns_decoder *d)
{
	const __u64 first_ts = ((const struct hmt_hdr *)raw)->ts;
	struct columns_cuts cuts;
	const void *block;
	size_t len;

	len = columns_encode(e, raw, raw_len, nr_records, first_ts, &block, &cuts);
	if (!len)
		return false;
	memset(back, 0xa5, raw_len + 64);
	ASSERT_OK(columns_decode(d, block, len, first_ts, back, raw_len, nr_records));
	ASSERT(!memcmp(raw, back, raw_len));
	expect_facts(&d->facts);
	/* It copies more at a time than a record may need: never beyond the last. */
	for (int i = 0; i < 64; i++)
		ASSERT_EQ(back[raw_len + i], 0xa5);
	return true;
}

static void test_frame__any_records_come_back(void)
{
	struct columns_encoder *ce = columns_encoder__new(sizeof(raw));
	struct columns_decoder cd = { NULL };
	struct frame_encoder *e = frame_encoder__new(sizeof(raw));
	struct frame_decoder *d = frame_decoder__new();
	unsigned int columns = 0;

	ASSERT(e && d && ce);
	for (state = 1; state < 600; state += 2) {
		__u64 seed = state;
		__u32 most = 1 + (__u32)rnd(rnd(4) ? 40 : 3000);

		begin();
		while (nr_records < most && raw_len < RAW_MAX)
			add_random();
		columns += columns_round_trip(ce, &cd);
		round_trip(e, d, FRAME_COLUMNS, NULL, NULL);
		round_trip(e, d, FRAME_RECORDS, NULL, NULL);
		state = seed;
	}
	/* Otherwise this tests nothing. */
	ASSERT_GT(columns, 100);
	columns_decoder__free(&cd);
	columns_encoder__free(ce);
	frame_encoder__free(e);
	frame_decoder__free(d);
}

/* Nothing but noise: a frame of plain records, no larger than that ever was. */
static void test_frame__noise_stays_plain(void)
{
	struct frame_encoder *e = frame_encoder__new(sizeof(raw));
	struct frame_decoder *d = frame_decoder__new();
	size_t len;

	begin();
	state = 5;
	while (raw_len < RAW_MAX) {
		struct hmt_range_register r;

		for (size_t i = 0; i < sizeof(r); i++)
			((unsigned char *)&r)[i] = (unsigned char)rnd(256);
		r.h.kind = (__u16)(1 + rnd(60000));
		r.h.size = sizeof(r);
		add_record(&r.h);
	}
	ASSERT_EQ(round_trip(e, d, FRAME_COLUMNS, NULL, &len).encoding, FRAME_RECORDS);
	ASSERT_LT(len, raw_len + raw_len / 100);
	frame_encoder__free(e);
	frame_decoder__free(d);
}

static void test_frame__renumber(void)
{
	struct frame_encoder *e = frame_encoder__new(sizeof(raw));
	struct frame_decoder *d = frame_decoder__new();
	const void *frame;
	struct frame_header h;
	unsigned char *copy;
	size_t len;

	begin();
	while (nr_records < 50)
		add_random();
	round_trip(e, d, FRAME_COLUMNS, &frame, &len);
	copy = hmt_memdup(frame, len);
	frame__renumber(copy, 12345);
	ASSERT(frame_header__read(copy, &h));
	ASSERT_EQ(h.number, 12345);
	ASSERT_OK(frame_decode(d, &h, copy + sizeof(h), back));
	copy[30] ^= 1;
	ASSERT(!frame_header__read(copy, &h));
	hmt_free(copy);
	frame_encoder__free(e);
	frame_decoder__free(d);
}

/* --- what it is for --------------------------------------------------------------- */

static void take_record(void *ctx, const struct hmt_hdr *rec)
{
	add_record(rec);
}

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The target is 6 bytes an event on disk, header and all, without stacks. */
static void test_frame__six_bytes_an_event(void)
{
	struct frame_encoder *e = frame_encoder__new(sizeof(raw));
	struct frame_decoder *d = frame_decoder__new();
	double seconds[2];
	size_t bytes[2] = { 0 }, events = 0;

	for (int want = FRAME_RECORDS; want <= FRAME_COLUMNS; want++) {
		struct workload w;

		workload_init(&w, 1);
		w.emit = take_record;
		seconds[want] = -cpu_s();
		events = 0;
		for (int i = 0; i < 40; i++) {
			struct columns_facts facts;
			size_t len;

			begin();
			while (raw_len < RAW_MAX - 16384)
				workload_op(&w);
			ASSERT_EQ(round_trip(e, d, want, NULL, &len).encoding, want);
			facts = frame_facts(d);
			if (want == FRAME_COLUMNS)
				expect_facts(&facts);
			else
				ASSERT(!facts.plain);
			bytes[want] += len;
			events += nr_records;
		}
		seconds[want] += cpu_s();
	}
	printf("# %zu events: plain %.2f bytes each, columns %.2f; columns take %.2f of the time\n",
	       events, (double)bytes[0] / (double)events, (double)bytes[1] / (double)events,
	       seconds[1] / seconds[0]);
	ASSERT_GT(events, 90000);
	ASSERT_LE(bytes[FRAME_COLUMNS], 6 * events);
	frame_encoder__free(e);
	frame_decoder__free(d);
}

/* --- lies ---------------------------------------------------------------------------- */

/*
 * What the format allows and hmmtrace does not write: a register that serves two
 * columns of one record, and those of another layout. The first is of its value
 * before the second.
 */
static void test_frame__registers_in_common(void)
{
	static const unsigned char block[] = {
		2, 3, 1, 1, 1,				/* layouts, opcodes, tasks, ... */
		11, 6, 3, 1, 4, 4, 0, 0, 0, 0, 0, 3,	/* how long the streams are */
		60, 5, 0, 2, 0, 2,			/* two words, both in register 0 */
		61, 5, 0, 1, 2,				/* one word in it, 4 bytes behind it */
		0, 12, 1, 0, 0, 8,			/* both; none; the second changes */
		0, 0, 0,				/* the task */
		0,					/* the identity */
		0, 1, 2, 1,				/* ops */
		0, 0, 0, 0,				/* times */
		10, 4, 2,				/* the register: +5, +2, +1 */
		1, 2, 3, 4, 5, 6, 7, 8,			/* bytes that are in no column */
	};
	static const __u32 want[4][2] = {
		{ 5, 7 }, { 7, 0x04030201 }, { 7, 8 }, { 8, 0x08070605 },
	};
	struct columns_decoder d = { NULL };

	ASSERT_OK(columns_decode(&d, block, sizeof(block), 9, back, 4 * 40, 4));
	for (int i = 0; i < 4; i++) {
		const struct hmt_hdr *h = (const struct hmt_hdr *)(back + 40 * i);

		ASSERT_EQ(h->kind, i % 2 ? 61 : 60);
		ASSERT_EQ(h->size, 40);
		ASSERT_EQ(h->ts, 9);
		ASSERT(!memcmp(h + 1, want[i], sizeof(want[i])));
	}
	/* A record more or fewer than there are times, or bytes left over. */
	ASSERT_EQ(columns_decode(&d, block, sizeof(block), 9, back, 3 * 40, 3), -EBADMSG);
	ASSERT_EQ(columns_decode(&d, block, sizeof(block), 9, back, 5 * 40, 5), -EBADMSG);
	ASSERT_EQ(columns_decode(&d, block, sizeof(block) - 1, 9, back, 4 * 40, 4), -EBADMSG);
	columns_decoder__free(&d);
}

/* A block that was changed is refused, or is records of the length it said; nothing else. */
static void test_frame__changed_blocks(void)
{
	struct columns_encoder *e = columns_encoder__new(sizeof(raw));
	struct columns_decoder d = { NULL };
	struct columns_cuts cuts;
	const void *block;
	size_t len = 0, refused = 0;

	ASSERT(e);
	for (state = 3; state < 40003; state += 2) {
		__u64 seed = state;
		unsigned char *copy;

		if (state % 200 == 3) {
			begin();
			while (nr_records < 1 + state % 70)
				add_random();
			len = columns_encode(e, raw, raw_len, nr_records, 5, &block, &cuts);
		}
		if (len) {
			/* Of its own size: a sanitizer sees the first byte too far. */
			copy = malloc(len);
			memcpy(copy, block, len);
			for (unsigned int n = 1 + (unsigned int)rnd(3); n; n--)
				copy[rnd(rnd(2) ? 40 : len) % len] = (unsigned char)rnd(256);
			refused += columns_decode(&d, copy, len - (rnd(8) ? 0 : rnd(len)), 5, back,
						  raw_len, nr_records) != 0;
			free(copy);
		}
		state = seed;
	}
	ASSERT_GT(refused, 5000);
	columns_decoder__free(&d);
	columns_encoder__free(e);
}

static void test_frame__wrong_headers(void)
{
	struct frame_encoder *e = frame_encoder__new(sizeof(raw));
	struct frame_decoder *d = frame_decoder__new();
	struct frame_header h, other;
	const unsigned char *payload;
	const void *frame;

	state = 9;
	begin();
	while (nr_records < 200)
		add_random();
	h = round_trip(e, d, FRAME_COLUMNS, &frame, NULL);
	ASSERT_EQ(h.encoding, FRAME_COLUMNS);
	payload = (const unsigned char *)frame + sizeof(h);
#define REFUSED(member, value) do {						\
	other = h;								\
	other.member = (value);							\
	ASSERT_EQ(frame_decode(d, &other, payload, back), -EBADMSG);		\
} while (0)
	REFUSED(encoding, FRAME_RECORDS);
	REFUSED(encoding, 77);
	REFUSED(raw_bytes, h.raw_bytes - 8);
	REFUSED(raw_bytes, h.raw_bytes + 8);
	REFUSED(nr_records, h.nr_records - 1);
	REFUSED(nr_records, h.nr_records + 1);
	REFUSED(payload_crc, h.payload_crc ^ 1);
	ASSERT_OK(frame_decode(d, &h, payload, back));
	frame_encoder__free(e);
	frame_decoder__free(d);
}

static void test_frame__no_memory(void)
{
	struct frame_encoder *e = NULL;
	struct frame_decoder *d = frame_decoder__new();
	struct frame_header h;
	const void *frame;
	size_t len;

	for (unsigned long n = 1; !e; n++) {
		hmt_mem_fail_at(n);
		e = frame_encoder__new(sizeof(raw));
		ASSERT_EQ(!e, hmt_mem_failed());
		hmt_mem_fail_at(0);
	}
	begin();
	while (nr_records < 200)
		add_random();
	len = frame_encode(e, FRAME_COLUMNS, 0, raw, raw_len, nr_records, &frame);
	ASSERT(len && frame_header__read(frame, &h));
	for (unsigned long n = 1;; n++) {
		int err;

		hmt_mem_fail_at(n);
		err = frame_decode(d, &h, (const char *)frame + sizeof(h), back);
		if (!hmt_mem_failed()) {
			ASSERT_OK(err);
			break;
		}
		ASSERT_EQ(err, -ENOMEM);
	}
	hmt_mem_fail_at(0);
	frame_encoder__free(e);
	frame_decoder__free(d);
	ASSERT_EQ(hmt_mem_live(), 0);
}

TEST_MAIN(TEST(test_frame__any_records_come_back), TEST(test_frame__noise_stays_plain),
	  TEST(test_frame__renumber), TEST(test_frame__six_bytes_an_event),
	  TEST(test_frame__registers_in_common), TEST(test_frame__changed_blocks), TEST(test_frame__wrong_headers),
	  TEST(test_frame__no_memory))
