// SPDX-License-Identifier: GPL-2.0
/* Makes the files of this directory below argv[1]; see README. */
#include <zlib.h>

#include "tracefile.h"
#include "workload.h"

/* A driver that leaves a range behind its mirror, as a small machine would record it. */
static const char orphan[] =
	"100.000000 start flags=0x1\n"
	"100.000000 task tgid=812 comm=driver parent=1\n"
	"#frame\n"
	"100.250000 ref-get cpu=1 tgid=812 tid=812 mm=0xffff888003a40000 hmm=0xffff888004c2e000 "
	"count=1 call_site=0xffffffff8123aa10 stack=3\n"
	"100.250100 mirror-register cpu=1 tgid=812 tid=812 mm=0xffff888003a40000 "
	"mirror=0xffff888004c2e000 ops=0xffffffff82011e40 refs=1 owner=812 stack=3 mm_users=2 "
	"mm_count=2\n"
	"100.250200 mirror-register cpu=1 tgid=812 tid=812 mm=0xffff888003a40000 "
	"hmm=0xffff888004c2e000 mirror=0xffff888004d10018 ops=0xffffffffc0203100 refs=1 "
	"ops_fn=0xffffffffc0201040 owner=812 stack=4 mm_users=2 mm_count=2\n"
	"100.250200 symbol addr=0xffffffff82011e40 name=hmm_mirror_mn_ops\n"
	"100.250200 symbol addr=0xffffffffc0203100 name=exerciser_mirror_ops module=hmm_exerciser\n"
	"100.250200 symbol addr=0xffffffffc0201040 name=exerciser_release module=hmm_exerciser\n"
	"100.250200 stack stack=3 ips=0xffffffff8123aa10,0xffffffffc0201890\n"
	"100.250200 stack stack=4 ips=0xffffffff8123ab52,0xffffffffc02018a4,0xffffffff81402c31\n"
	"100.250200 symbol addr=0xffffffff8123aa10 offset=80 name=hmm_get_or_create\n"
	"100.250200 symbol addr=0xffffffff8123ab52 offset=130 name=hmm_mirror_register\n"
	"100.250200 symbol addr=0xffffffffc0201890 offset=176 name=exerciser_ioctl "
	"module=hmm_exerciser\n"
	"100.250200 symbol addr=0xffffffffc02018a4 offset=196 name=exerciser_ioctl "
	"module=hmm_exerciser\n"
	"100.250200 symbol addr=0xffffffff81402c31 offset=145 name=__x64_sys_ioctl\n"
	"100.300000 range-register cpu=1 tgid=812 tid=812 mm=0xffff888003a40000 "
	"hmm=0xffff888004c2e000 mirror=0xffff888004d10018 range=0xffff888004d10100 "
	"ops=0xffffffffc0203100 start=0x7f1200000000 end=0x7f1200010000 page_shift=12 "
	"ops_fn=0xffffffffc0201040 owner=812 stack=4 mm_users=2 mm_count=2\n"
	"#frame\n"
	"100.500000 mirror-unregister cpu=0 tgid=812 tid=812 mm=0xffff888003a40000 "
	"hmm=0xffff888004c2e000 mirror=0xffff888004d10018 ops=0xffffffffc0203100 refs=1 stack=4 "
	"mm_users=2 mm_count=2\n"
	"100.500200 mirror-unregister-end cpu=0 tgid=812 tid=812 mm=0xffff888003a40000 "
	"hmm=0xffff888004c2e000 mirror=0xffff888004d10018 ops=0xffffffffc0203100\n"
	"100.700000 tick\n"
	"#frame\n"
	"101.700000 tick\n"
	"#frame\n"
	"102.000000 end\n";

static unsigned char buf[1 << 16];
static size_t len;
static const char *dir;

static void save(const char *name)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f || fwrite(buf, 1, len, f) != len || fclose(f)) {
		perror(path);
		exit(2);
	}
}

static void save_text(const char *name, const char *text)
{
	len = strlen(text);
	memcpy(buf, text, len);
	save(name);
}

static void make(const char *text)
{
	len = make_file(text, buf, sizeof(buf));
}

static void seal(void)
{
	struct file_header *h = (struct file_header *)buf;

	h->crc = 0;
	h->crc = (__u32)crc32(0, buf, h->header_len);
}

/* Offset of frame n. */
static size_t frame_at(unsigned int n)
{
	size_t at = ((struct file_header *)buf)->header_len;

	while (n--)
		at += sizeof(struct frame_header) +
		      ((struct frame_header *)(buf + at))->stored_bytes;
	return at;
}

/* Every kind this version knows, each field another number, and the tails. */
static void kinds_text(struct strbuf *sb)
{
	static const __u64 ips[] = { 0xffffffff81000000, 0xffffffff81000010, 0xffffffffc0000020 };
	char line[TEXT_LINE_MAX];
	union record_buf r;
	__u64 v = 1;

	for (unsigned int kind = 1; kind < HMT_KIND_MAX; kind++) {
		const struct record_desc *d = record_desc(kind);

		if (!d)
			continue;
		memset(&r, 0, sizeof(r));
		r.h = (struct hmt_hdr){ .kind = d->kind, .size = d->size, .cpu = kind % 4,
					.ts = kind * 1000001ULL, .mm = 0xa0 + kind,
					.tgid = 100 + kind, .tid = 200 + kind };
		for (unsigned int i = 0; i < d->nr_fields; i++)
			if (d->fields[i].show != SHOW_pad)
				field_set(&r.h, &d->fields[i], v++);
		if (kind == HMT_STACK)
			stack_build((void *)&r, kind * 1000001ULL, 7, ips, 3);
		if (kind == HMT_SYMBOL)
			symbol_build((void *)&r, kind * 1000001ULL, ips[0], 16, "a name", "mod=1");
		if (kind == HMT_TASK)
			task_build((void *)&r, kind * 1000001ULL, 7, 1, "exercise r");
		text_format(&r.h, line, sizeof(line));
		strbuf__addf(sb, "%s\n%s", line, kind % 5 ? "" : "#frame\n");
	}
	strbuf__adds(sb, "1.000000 end flags=0x0\n");
}

static void add_line(void *ctx, const struct hmt_hdr *rec)
{
	struct strbuf *sb = ctx;
	char line[TEXT_LINE_MAX];

	text_format(rec, line, sizeof(line));
	strbuf__addf(sb, "%s\n", line);
}

/* Enough to be columns, in three frames. */
static void workload_text(struct strbuf *sb)
{
	struct workload w;

	workload_init(&w, 3);
	w.emit = add_line;
	w.ctx = sb;
	for (int i = 0; i < 150; i++) {
		workload_op(&w);
		if (i % 50 == 49)
			strbuf__adds(sb, "#frame\n");
	}
	strbuf__adds(sb, "200.000000 end\n");
}

/* The file and, straight from the text, what reading it must give. */
static void make_pair(const char *text, const char *hmt, const char *dump)
{
	struct strbuf sb = STRBUF_INIT;
	struct source *s;
	FILE *f;

	make(text);
	save(hmt);
	s = text_open(&f, text);
	ASSERT_OK(dump_source(s, &sb));
	save_text(dump, strbuf__str(&sb));
	source__free(s);
	fclose(f);
	strbuf__free(&sb);
}

static void make_good(void)
{
	struct strbuf sb = STRBUF_INIT;

	kinds_text(&sb);
	make_pair(strbuf__str(&sb), "v1.1-kinds.hmt", "v1.1-kinds.dump");
	make_pair(orphan, "v1.1-orphan.hmt", "v1.1-orphan.dump");
	/* Small frames stay plain; these do not. */
	strbuf__reset(&sb);
	workload_text(&sb);
	make_pair(strbuf__str(&sb), "v1.1-columns.hmt", "v1.1-columns.dump");
	strbuf__free(&sb);
}

static void make_foreign(void)
{
	save_text("bad/empty.hmt", "");
	save_text("bad/foreign-perf.hmt", "PERFILE2 and the rest");
	save_text("bad/foreign-text.hmt", orphan);
	save_text("bad/foreign-gzip.hmt", "\x1f\x8b\x08 and the rest");
	save_text("bad/text-mode.hmt", "\xc8HMT\n\x1a\n and the rest");
}

static void make_headers(void)
{
	struct file_header *h = (struct file_header *)buf;

	make(orphan);
	len = 20;
	save("bad/cut-header.hmt");
	make(orphan);
	buf[60] ^= 1;
	save("bad/flipped-header.hmt");
	make(orphan);
	h->major = 2;
	seal();
	save("bad/newer-major.hmt");
	make(orphan);
	h->byte_order = FILE_BYTE_ORDER_OTHER;
	save("bad/other-byte-order.hmt");
	make(orphan);
	h->header_len = 0xfffffff8;
	save("bad/huge-header.hmt");
	/* What a later 1.x may do: a minor version, a flag to be ignored, a kind, a field. */
	make("1 start flags=0x1\n"
	     "2 kind-50 cpu=1 mm=0xa extra=00112233445566778899aabbccddeeff\n"
	     "3 kind-200 cpu=1\n"
	     "4 tick flags=0x0 extra=0011223344556677\n"
	     "5 end\n");
	h->minor = 7;
	h->flags = 0x10000;
	seal();
	save("bad/newer-minor.hmt");
}

static void make_frames(void)
{
	struct frame_header *h;

	make(orphan);
	len = frame_at(2) + 30;
	save("bad/cut-frame-header.hmt");
	make(orphan);
	len = frame_at(2) + 80;
	save("bad/cut-payload.hmt");
	make(orphan);
	len = frame_at(4);
	save("bad/no-end.hmt");
	make(orphan);
	len = frame_at(0);
	save("bad/no-frames.hmt");
	make(orphan);
	buf[frame_at(1) + 25] ^= 0x10;
	save("bad/flipped-frame-header.hmt");
	make(orphan);
	buf[frame_at(1) + 100] ^= 0x10;
	save("bad/flipped-payload.hmt");
	make(orphan);
	h = (struct frame_header *)(buf + frame_at(1));
	h->stored_bytes = h->raw_bytes = 0xfffffff8;
	h->header_crc = (__u32)crc32(0, (void *)h, offsetof(struct frame_header, header_crc));
	save("bad/huge-frame.hmt");
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: make DIR\n");
		return 2;
	}
	dir = argv[1];
	if (setjmp(test_now.out)) {
		fprintf(stderr, "%s\n", test_now.why);
		return 2;
	}
	make_good();
	make_foreign();
	make_headers();
	make_frames();
	return 0;
}
