// SPDX-License-Identifier: GPL-2.0
#include "stream/text.h"

#include <errno.h>
#include <stdarg.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "stream/desc.h"

/* The members of the header, described as those behind it are. */
static const struct field_desc hdr_fields[] = {
	{ .name = "cpu", .offset = offsetof(struct hmt_hdr, cpu), .type = FIELD_u32,
	  .show = SHOW_dec },
	{ .name = "tgid", .offset = offsetof(struct hmt_hdr, tgid), .type = FIELD_u32,
	  .show = SHOW_dec },
	{ .name = "tid", .offset = offsetof(struct hmt_hdr, tid), .type = FIELD_u32,
	  .show = SHOW_dec },
	{ .name = "mm", .offset = offsetof(struct hmt_hdr, mm), .type = FIELD_u64,
	  .show = SHOW_hex },
};

#define NR_HDR_FIELDS (sizeof(hdr_fields) / sizeof(hdr_fields[0]))

/* Kernel events ran somewhere; what user space made around them usually did not. */
static bool made_in_user_space(unsigned int kind)
{
	return kind >= HMT_START && kind < HMT_KIND_MAX;
}

/* Members that follow from others, and so are neither printed nor read. */
static bool is_implied(unsigned int kind, const struct field_desc *f)
{
	if (f->show == SHOW_pad)
		return true;
	if (kind == HMT_STACK)
		return f->offset == offsetof(struct hmt_stack, nr);
	if (kind == HMT_SYMBOL)
		return f->offset == offsetof(struct hmt_symbol, name_len) ||
		       f->offset == offsetof(struct hmt_symbol, module_len);
	return false;
}

/* --- records to lines --------------------------------------------------------- */

struct out {
	char *buf;
	size_t size, len;	/* len: what there would be with room enough */
};

static void put(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct out *o, const char *fmt, ...)
{
	size_t at = o->len < o->size ? o->len : o->size;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(o->size ? o->buf + at : NULL, o->size - at, fmt, ap);
	va_end(ap);
	if (n > 0)
		o->len += (size_t)n;
}

static void put_escaped(struct out *o, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c <= ' ' || c > '~' || c == '=' || c == '\\')
			put(o, "\\x%02x", c);
		else
			put(o, "%c", c);
	}
}

/* All of its bytes but the NULs at its end: what is read again is what was there. */
static void put_text(struct out *o, const struct hmt_hdr *rec, const struct field_desc *f)
{
	const char *text = (const char *)rec + f->offset;
	size_t len = field_text_size(f);

	while (len && !text[len - 1])
		len--;
	put(o, " %s=", field_name(f));
	put_escaped(o, text, len);
}

static void put_field(struct out *o, const struct hmt_hdr *rec, const struct field_desc *f)
{
	__u64 v = field_value(rec, f);
	char time[FMT_LEN];

	switch (f->show) {
	case SHOW_comm:
	case SHOW_text32:
	case SHOW_text64:
		put_text(o, rec, f);
		return;
	case SHOW_ns:
		put(o, " %s=%s", f->name, fmt_time_exact(time, sizeof(time), v));
		return;
	case SHOW_hex:
	case SHOW_sym:
		put(o, " %s=0x%llx", f->name, (unsigned long long)v);
		return;
	case SHOW_cause:
		if (cause_by_name(cause_name((unsigned int)v))) {
			put(o, " %s=%s", f->name, cause_name((unsigned int)v));
			return;
		}
		break;
	case SHOW_class:
		if (class_by_name(class_name((unsigned int)v))) {
			put(o, " %s=%s", f->name, class_name((unsigned int)v));
			return;
		}
		break;
	case SHOW_hot:
		if (hot_by_name(hot_name((unsigned int)v))) {
			put(o, " %s=%s", f->name, hot_name((unsigned int)v));
			return;
		}
		break;
	default:
		break;
	}
	if (f->type == FIELD_s32 || f->type == FIELD_s64)
		put(o, " %s=%lld", f->name, (long long)v);
	else
		put(o, " %s=%llu", f->name, (unsigned long long)v);
}

static void put_header(struct out *o, const struct hmt_hdr *rec, const struct record_desc *d)
{
	bool user = made_in_user_space(rec->kind);
	char time[FMT_LEN];

	put(o, "%s ", fmt_time_exact(time, sizeof(time), rec->ts));
	if (d)
		put(o, "%s", d->name);
	else
		put(o, "kind-%u", rec->kind);
	for (unsigned int i = 0; i < NR_HDR_FIELDS; i++) {
		const struct field_desc *f = &hdr_fields[i];
		__u64 v = field_value(rec, f);
		bool is_cpu = f->offset == offsetof(struct hmt_hdr, cpu);

		/* Where nothing ran, only what is out of the ordinary. */
		if (user && v == (is_cpu ? HMT_CPU_NONE : 0))
			continue;
		if (is_cpu && v == HMT_CPU_NONE)
			put(o, " cpu=none");
		else
			put_field(o, rec, f);
	}
}

static void put_tail(struct out *o, const struct hmt_hdr *rec)
{
	const struct hmt_symbol *sym = (const struct hmt_symbol *)rec;
	const struct hmt_stack *stack = (const struct hmt_stack *)rec;

	if (rec->kind == HMT_SYMBOL) {
		put(o, " name=");
		put_escaped(o, symbol_name(sym), sym->name_len);
		put(o, " module=");
		put_escaped(o, symbol_module(sym), sym->module_len);
	} else {
		put(o, " ips=");
		for (unsigned int i = 0; i < stack->nr; i++)
			put(o, "%s0x%llx", i ? "," : "",
			    (unsigned long long)stack_ips(stack)[i]);
	}
}

size_t text_format(const struct hmt_hdr *rec, char *buf, size_t size)
{
	const struct record_desc *d = record_desc(rec->kind);
	size_t known = d ? d->size : sizeof(*rec);
	struct out o = { .buf = buf, .size = size };
	union record_buf extended;

	if (size)
		buf[0] = '\0';
	rec = record_extend(rec, &extended);
	put_header(&o, rec, d);
	for (unsigned int i = 0; d && i < d->nr_fields; i++)
		if (!is_implied(rec->kind, &d->fields[i]))
			put_field(&o, rec, &d->fields[i]);
	if (d && d->has_tail) {
		put_tail(&o, rec);
	} else if (rec->size > known) {
		put(&o, " extra=");
		for (size_t i = known; i < rec->size; i++)
			put(&o, "%02x", ((const unsigned char *)rec)[i]);
	}
	return o.len;
}

/* --- lines to records --------------------------------------------------------- */

struct text_source {
	struct source s;
	FILE *f;
	char *name;
	unsigned long line_no;
	int failed;		/* the error it ended with: it stays ended */
	size_t len;		/* of line */
	union record_buf rec;
	/* Of the line being parsed: values that go behind the fixed part. */
	__u64 seen;		/* by index of field; duplicates are mistakes */
	const char *sym_name, *sym_module;
	size_t tail_len;
	char line[TEXT_LINE_MAX + 1];
};

enum { SEEN_TAIL = 63, SEEN_NAME = 62, SEEN_MODULE = 61, SEEN_HDR = 48 };

static int bad_line(struct text_source *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static int bad_line(struct text_source *t, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return err_set(&t->s.err, -EINVAL, "%s:%lu: %s", t->name, t->line_no, why);
}

/*
 * A line into t->line, without its newline.
 * Return: 1, 0 at the end of the input, negative errno.
 */
static int read_line(struct text_source *t)
{
	int c;

	t->len = 0;
	t->line_no++;
	while ((c = getc(t->f)) != EOF && c != '\n') {
		if (!c)
			return bad_line(t, "a NUL byte: this is no text of records");
		if (t->len == TEXT_LINE_MAX)
			return bad_line(t, "the line is longer than any record's can be");
		t->line[t->len++] = (char)c;
	}
	t->line[t->len] = '\0';
	if (c == EOF && ferror(t->f))
		return err_set(&t->s.err, -EIO, "%s: cannot be read after line %lu: %s", t->name,
			       t->line_no - 1, strerror(errno));
	return c == EOF && !t->len ? 0 : 1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Return: the next word, ended with a NUL; NULL when there is none. *at moves behind it. */
static char *next_word(char **at)
{
	char *p = *at, *word;

	while (is_blank(*p))
		p++;
	if (!*p)
		return NULL;
	word = p;
	while (*p && !is_blank(*p))
		p++;
	if (*p)
		*p++ = '\0';
	*at = p;
	return word;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* In place. Return: the length, or -EINVAL for a \ that begins no \xHH. */
static int unescape(char *s)
{
	char *to = s;
	const char *from = s;

	while (*from) {
		int high, low;

		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		if (from[1] != 'x')
			return -EINVAL;
		high = hex_digit(from[2]);
		low = high < 0 ? -1 : hex_digit(from[3]);
		if (low < 0)
			return -EINVAL;
		*to++ = (char)(high << 4 | low);
		from += 4;
	}
	*to = '\0';
	return (int)(to - s);
}

static int parse_text(struct text_source *t, const struct field_desc *f, char *value)
{
	size_t room = field_text_size(f);
	int len = unescape(value);

	if (len < 0)
		return bad_line(t, "%s has a \\ that begins no \\xHH", field_name(f));
	if ((size_t)len > room)
		return bad_line(t, "%s is longer than %zu bytes", field_name(f), room);
	/* The members behind it are the rest of one array. */
	memcpy(t->rec.bytes + f->offset, value, (size_t)len);
	return 0;
}

static int parse_number(const struct field_desc *f, const char *value, __u64 *ret_v)
{
	__s64 s;
	__u64 u;
	int err;

	if (f->show == SHOW_ns) {
		err = parse_time(value, &u);
	} else if (f->type == FIELD_u32 || f->type == FIELD_u64) {
		err = parse_u64(value, &u);
		if (!err && f->type == FIELD_u32 && u > 0xffffffffU)
			err = -ERANGE;
	} else {
		err = parse_s64(value, &s);
		if (!err && f->type == FIELD_s32 && s != (__s32)s)
			err = -ERANGE;
		u = (__u64)s;
	}
	if (!err)
		*ret_v = u;
	return err;
}

static int parse_field(struct text_source *t, const struct field_desc *f, char *value)
{
	__u64 v = 0;
	int err;

	if (field_text_size(f))
		return parse_text(t, f, value);
	if (f->show == SHOW_cause)
		v = cause_by_name(value);
	else if (f->show == SHOW_class)
		v = class_by_name(value);
	else if (f->show == SHOW_hot)
		v = hot_by_name(value);
	if (!v && f == &hdr_fields[0] && !strcmp(value, "none"))
		v = HMT_CPU_NONE;
	if (!v) {
		err = parse_number(f, value, &v);
		if (err == -ERANGE)
			return bad_line(t, "%s=%s does not fit", f->name, value);
		if (err)
			return bad_line(t, "\"%s\" is no value for %s", value, f->name);
	}
	field_set(&t->rec.h, f, v);
	return 0;
}

static int parse_ips(struct text_source *t, char *value)
{
	__u64 ips[HMT_STACK_DEPTH];
	unsigned int nr = 0;

	while (*value) {
		size_t len = strcspn(value, ",");
		bool more = value[len] == ',';

		value[len] = '\0';
		if (nr == HMT_STACK_DEPTH)
			return bad_line(t, "more than %d addresses in ips", HMT_STACK_DEPTH);
		if (parse_u64(value, &ips[nr++]))
			return bad_line(t, "\"%s\" is no address", value);
		value += len + more;
		if (more && !*value)
			return bad_line(t, "ips ends in a comma");
	}
	((struct hmt_stack *)&t->rec)->nr = nr;
	memcpy(t->rec.bytes + sizeof(struct hmt_stack), ips, nr * sizeof(ips[0]));
	t->tail_len = nr * sizeof(ips[0]);
	return 0;
}

static int parse_extra(struct text_source *t, size_t at, const char *value)
{
	size_t len = strlen(value) / 2;

	if (strlen(value) % 16 || at + len > HMT_RECORD_MAX)
		return bad_line(t, "extra is not a multiple of 8 bytes that fits a record");
	for (size_t i = 0; i < len; i++) {
		int high = hex_digit(value[2 * i]), low = hex_digit(value[2 * i + 1]);

		if (high < 0 || low < 0)
			return bad_line(t, "extra is not hexadecimal");
		t->rec.bytes[at + i] = (char)(high << 4 | low);
	}
	t->tail_len = len;
	return 0;
}

static int parse_symbol_string(struct text_source *t, const char *key, char *value,
			       const char **ret_s)
{
	int len = unescape(value);

	if (len < 0)
		return bad_line(t, "%s has a \\ that begins no \\xHH", key);
	if (strlen(value) != (size_t)len)
		return bad_line(t, "%s has a NUL in it", key);
	*ret_s = value;
	return 0;
}

static int mark_seen(struct text_source *t, unsigned int bit, const char *key)
{
	if (t->seen & 1ULL << bit)
		return bad_line(t, "%s is given twice", key);
	t->seen |= 1ULL << bit;
	return 0;
}

/* Values that are no member of the fixed part. Return: 1 when key is none either. */
static int parse_tail(struct text_source *t, const struct record_desc *d, const char *key,
		      char *value)
{
	unsigned int kind = t->rec.h.kind;
	size_t known = d ? d->size : sizeof(struct hmt_hdr);
	const char **string;
	bool is_name;
	int err;

	if (kind == HMT_SYMBOL && (!strcmp(key, "name") || !strcmp(key, "module"))) {
		is_name = key[0] == 'n';
		string = is_name ? &t->sym_name : &t->sym_module;
		err = mark_seen(t, is_name ? SEEN_NAME : SEEN_MODULE, key);
		return err ? err : parse_symbol_string(t, key, value, string);
	}
	if (kind == HMT_STACK && !strcmp(key, "ips")) {
		err = mark_seen(t, SEEN_TAIL, key);
		return err ? err : parse_ips(t, value);
	}
	if (!(d && d->has_tail) && !strcmp(key, "extra")) {
		err = mark_seen(t, SEEN_TAIL, key);
		return err ? err : parse_extra(t, known, value);
	}
	return 1;
}

static int parse_pair(struct text_source *t, const struct record_desc *d, char *word)
{
	char *value = strchr(word, '=');
	int err;

	if (!value)
		return bad_line(t, "\"%s\" is not key=value", word);
	*value++ = '\0';
	for (unsigned int i = 0; i < NR_HDR_FIELDS; i++) {
		if (strcmp(word, hdr_fields[i].name))
			continue;
		err = mark_seen(t, SEEN_HDR + i, word);
		return err ? err : parse_field(t, &hdr_fields[i], value);
	}
	for (unsigned int i = 0; d && i < d->nr_fields; i++) {
		const struct field_desc *f = &d->fields[i];

		if (is_implied(d->kind, f) ||
		    strcmp(word, field_name(f)))
			continue;
		err = mark_seen(t, i, word);
		return err ? err : parse_field(t, f, value);
	}
	err = parse_tail(t, d, word, value);
	if (err > 0)
		return bad_line(t, "%s has no %s", d ? d->name : "a record of an unknown kind",
				word);
	return err;
}

/* "range-register", or "kind-50" where this build has no name for it. */
static int parse_kind(struct text_source *t, const char *word)
{
	unsigned int kind = record_kind_by_name(word);
	__u64 number;

	if (!kind && !strncmp(word, "kind-", 5) && !parse_u64(word + 5, &number) && number &&
	    number <= 0xffff && !record_desc((unsigned int)number))
		kind = (unsigned int)number;
	if (!kind)
		return bad_line(t, "\"%s\" is no kind of record; see hmmtrace-events(7)", word);
	t->rec.h.kind = (__u16)kind;
	return 0;
}

static void set_defaults(struct text_source *t, const struct record_desc *d)
{
	if (made_in_user_space(t->rec.h.kind))
		t->rec.h.cpu = HMT_CPU_NONE;
	for (unsigned int i = 0; d && i < d->nr_fields; i++)
		if (d->fields[i].show == SHOW_stack)
			field_set(&t->rec.h, &d->fields[i], ~0ULL);
}

/* Everything is known: give the record its size, and a symbol its names. */
static int finish_record(struct text_source *t, const struct record_desc *d)
{
	struct hmt_symbol *sym = (struct hmt_symbol *)&t->rec;
	struct hmt_symbol fixed = *sym;
	const char *why;

	t->rec.h.size = (__u16)((d ? d->size : sizeof(struct hmt_hdr)) + t->tail_len);
	if (t->rec.h.kind == HMT_SYMBOL) {
		symbol_build(sym, 0, fixed.addr, fixed.offset, t->sym_name, t->sym_module);
		if (strlen(t->sym_name) + strlen(t->sym_module) !=
		    (size_t)sym->name_len + sym->module_len)
			return bad_line(t, "the names are too long for a record");
		fixed.h.size = sym->h.size;
		sym->h = fixed.h;
	}
	if (record_validate(&t->rec.h, sizeof(t->rec), &why))
		return bad_line(t, "%s", why);
	return 0;
}

static int parse_line(struct text_source *t)
{
	const struct record_desc *d;
	char *at = t->line, *word;
	int err;

	memset(&t->rec, 0, sizeof(t->rec));
	t->seen = 0;
	t->tail_len = 0;
	t->sym_name = t->sym_module = "";

	word = next_word(&at);
	if (parse_time(word, &t->rec.h.ts))
		return bad_line(t, "\"%s\" is no time in seconds", word);
	word = next_word(&at);
	if (!word)
		return bad_line(t, "there is a time but no kind of record");
	err = parse_kind(t, word);
	if (err)
		return err;
	d = record_desc(t->rec.h.kind);
	set_defaults(t, d);
	while ((word = next_word(&at))) {
		err = parse_pair(t, d, word);
		if (err)
			return err;
	}
	return finish_record(t, d);
}

static int text_next(struct source *s, const struct hmt_hdr **ret_rec)
{
	struct text_source *t = (struct text_source *)s;
	const char *p;
	int err;

	if (t->failed)
		return t->failed;
	do {
		err = read_line(t);
		if (err <= 0)
			goto out;
		for (p = t->line; is_blank(*p); p++)
			;
	} while (!*p || *p == '#');
	err = parse_line(t);
	if (!err) {
		*ret_rec = &t->rec.h;
		return 1;
	}
out:
	t->failed = err;
	return err;
}

static void text_free(struct source *s)
{
	struct text_source *t = (struct text_source *)s;

	hmt_free(t->name);
	hmt_free(t);
}

static const struct source_ops text_source_ops = {
	.next = text_next,
	.free = text_free,
};

int text_source__open(FILE *f, const char *name, struct source **ret_s, struct errmsg *err)
{
	struct text_source *t = hmt_calloc(1, sizeof(*t));

	if (t)
		t->name = hmt_strdup(name);
	if (!t || !t->name) {
		hmt_free(t);
		return err_set(err, -ENOMEM, "%s: no memory to read it", name);
	}
	t->s.ops = &text_source_ops;
	t->f = f;
	*ret_s = &t->s;
	return 0;
}
