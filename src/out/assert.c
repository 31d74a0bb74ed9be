// SPDX-License-Identifier: GPL-2.0
#include "out/assert.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/fmt.h"
#include "base/mem.h"
#include "out/json_parts.h"
#include "stream/desc.h"

/* --- parsing ----------------------------------------------------------------------- */

struct parser {
	const char *text, *p;
	const char *where;
	struct errmsg *err;
};

/* The sentence, then the text with a mark under the place. */
static int wrong(const struct parser *p, const char *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static int wrong(const struct parser *p, const char *at, const char *fmt, ...)
{
	int column = (int)(at - p->text);
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	/* What is too long to show is at least located. */
	if (strlen(p->text) > 100)
		return err_set(p->err, -EINVAL, "assertion %s, column %d: %s", p->where,
			       column + 1, why);
	return err_set(p->err, -EINVAL, "assertion %s, column %d: %s\n  %s\n  %*s^", p->where,
		       column + 1, why, p->text, column, "");
}

static void skip_blanks(struct parser *p)
{
	while (*p->p == ' ' || *p->p == '\t')
		p->p++;
}

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* What may follow the first len characters of a name, for the one who mistyped it. */
static void continuations(const char *name, size_t len, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (const struct quantity *q = quantities; q->name && n < size; q++) {
		const char *word = q->name + len;
		size_t word_len;
		bool again = false;

		if (strncmp(q->name, name, len))
			continue;
		word_len = strcspn(word, ".");
		for (const struct quantity *b = quantities; b < q; b++)
			again |= !strncmp(b->name, q->name, len + word_len) &&
				 strcspn(b->name + len, ".") == word_len;
		if (word_len && !again)
			n += snprintf(buf + n, size - n, "%s%.*s", n ? ", " : "", (int)word_len,
				      word);
	}
}

static bool begins_some(const char *name)
{
	for (const struct quantity *q = quantities; q->name; q++)
		if (!strncmp(q->name, name, strlen(name)))
			return true;
	return false;
}

static int copy_word(struct parser *p, const char *what, char *dst)
{
	size_t len = strcspn(p->p, ",)");

	while (len && (p->p[len - 1] == ' ' || p->p[len - 1] == '\t'))
		len--;
	if (!len)
		return wrong(p, p->p, "%s needs a value", what);
	if (len >= SELECTOR_LEN)
		return wrong(p, p->p, "the value is too long");
	memcpy(dst, p->p, len);
	dst[len] = '\0';
	p->p += len;
	return 0;
}

static const struct {
	const char *name;
	unsigned int bit;
} selector_names[] = {
	{ "driver", SELECT_DRIVER }, { "comm", SELECT_COMM }, { "pid", SELECT_PID },
	{ "rule", SELECT_RULE }, { "cause", SELECT_CAUSE },
};

static int set_selector(struct parser *p, struct selector *sel, unsigned int bit, const char *name)
{
	const char *at = p->p;
	char value[SELECTOR_LEN];
	__u64 pid;
	int ret = copy_word(p, name, value);

	if (ret)
		return ret;
	sel->set |= bit;
	switch (bit) {
	case SELECT_DRIVER:
		memcpy(sel->driver, value, sizeof(value));
		return 0;
	case SELECT_COMM:
		memcpy(sel->comm, value, sizeof(value));
		return 0;
	case SELECT_PID:
		if (parse_u64(value, &pid) || !pid || pid > 0x7fffffff)
			return wrong(p, at, "'%s' is no process id", value);
		sel->pid = (__u32)pid;
		return 0;
	case SELECT_RULE:
		sel->rule = rule_by_name(value);
		return sel->rule ? 0 : wrong(p, at, "there is no rule '%s'; `hmmtrace rules` "
					     "lists them", value);
	default:
		for (sel->cause = 1; sel->cause < HMT_CAUSE_NR; sel->cause++)
			if (!strcmp(cause_name(sel->cause), value))
				return 0;
		return wrong(p, at, "there is no cause of loss '%s'", value);
	}
}

/* One key=value. */
static int parse_selector(struct parser *p, struct selector *sel)
{
	size_t len = 0;
	const char *at;

	skip_blanks(p);
	at = p->p;
	while (word_char(at[len]))
		len++;
	for (size_t i = 0; i < sizeof(selector_names) / sizeof(selector_names[0]); i++) {
		const char *name = selector_names[i].name;

		if (strlen(name) != len || memcmp(name, at, len))
			continue;
		if (sel->set & selector_names[i].bit)
			return wrong(p, at, "%s is given twice", name);
		p->p += len;
		skip_blanks(p);
		if (*p->p != '=')
			return wrong(p, p->p, "'=' is expected behind %s", name);
		p->p++;
		skip_blanks(p);
		return set_selector(p, sel, selector_names[i].bit, name);
	}
	return wrong(p, at, "one of driver, comm, pid, rule, cause is expected");
}

static int parse_selectors(struct parser *p, struct selector *sel)
{
	int ret;

	if (sel->set)
		return wrong(p, p->p, "there is a selector already");
	do {
		p->p++;
		ret = parse_selector(p, sel);
		if (ret)
			return ret;
		skip_blanks(p);
	} while (*p->p == ',');
	if (*p->p != ')')
		return wrong(p, p->p, "',' or ')' is expected");
	p->p++;
	return 0;
}

/* Does the quantity take what is in the parentheses at at? */
static int check_selectors(const struct parser *p, const struct assertion *a, const char *at)
{
	for (size_t i = 0; i < sizeof(selector_names) / sizeof(selector_names[0]); i++)
		if (a->selector.set & ~a->quantity->selectors & selector_names[i].bit)
			return wrong(p, at, "%s cannot be narrowed down by %s",
				     a->quantity->name, selector_names[i].name);
	return 0;
}

/* name(selectors).name.name; the name is put together without the selectors. */
static int parse_quantity(struct parser *p, struct assertion *a)
{
	char name[128] = "", next[200];
	const char *at, *open = p->p;
	size_t n = 0, len;
	int ret;

	for (;;) {
		at = p->p;
		for (len = 0; word_char(p->p[len]); len++)
			;
		if (n + len + 2 > sizeof(name))
			return wrong(p, at, "the name is too long");
		memcpy(name + n, at, len);
		name[n + len] = '\0';
		p->p += len;
		/* A word has to be whole: "range.life" only begins one. */
		if (!quantity_find(name, n + len)) {
			memcpy(name + n + len, ".", 2);
			if (!len || !begins_some(name)) {
				continuations(name, n, next, sizeof(next));
				return wrong(p, at, len ? "'%.*s' is not known here; there is %s" :
					     "a name is expected%.*s; there is %s", (int)len, at,
					     *next ? next : "nothing behind it");
			}
			name[n + len] = '\0';
		}
		n += len;
		if (*p->p == '(') {
			open = p->p + 1;
			ret = parse_selectors(p, &a->selector);
			if (ret)
				return ret;
		}
		if (*p->p != '.')
			break;
		p->p++;
		name[n++] = '.';
	}
	a->quantity = quantity_find(name, n);
	if (!a->quantity) {
		memcpy(name + n, ".", 2);
		continuations(name, n + 1, next, sizeof(next));
		return wrong(p, p->p, "something is missing: .%s", next);
	}
	return check_selectors(p, a, open);
}

static int parse_op(struct parser *p, struct assertion *a)
{
	static const struct { const char *text; enum assert_op op; } ops[] = {
		{ "==", OP_EQ }, { "!=", OP_NE }, { "<=", OP_LE }, { ">=", OP_GE },
		{ "<", OP_LT }, { ">", OP_GT },
	};

	skip_blanks(p);
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strncmp(p->p, ops[i].text, strlen(ops[i].text)))
			continue;
		a->op = ops[i].op;
		p->p += strlen(ops[i].text);
		skip_blanks(p);
		return 0;
	}
	return wrong(p, p->p, "one of == != < <= > >= is expected");
}

static int parse_limit(struct parser *p, struct assertion *a)
{
	size_t len = strcspn(p->p, " \t");
	char value[64];
	int ret;

	if (!len)
		return wrong(p, p->p, "a number is expected");
	if (len >= sizeof(value))
		return wrong(p, p->p, "the number is too long");
	memcpy(value, p->p, len);
	value[len] = '\0';
	switch (a->quantity->unit) {
	case UNIT_NS:
		ret = parse_duration(value, &a->limit);
		if (ret)
			return wrong(p, p->p, "'%s' is not a duration like 500ms or 1.5s", value);
		break;
	case UNIT_BYTES:
		ret = parse_size(value, &a->limit);
		if (ret)
			return wrong(p, p->p, "'%s' is not a size like 4096, 64K or 2M", value);
		break;
	default:
		ret = parse_u64(value, &a->limit);
		if (ret)
			return wrong(p, p->p, "'%s' is not a whole number without a unit", value);
		break;
	}
	p->p += len;
	skip_blanks(p);
	return *p->p ? wrong(p, p->p, "nothing more is expected") : 0;
}

static struct assertion *new_assertion(struct assertions *as, const char *text, size_t len,
				       const char *where)
{
	struct assertion *a;

	a = hmt_grow(as->v, &as->cap, as->nr + 1, sizeof(*a));
	if (!a)
		return NULL;
	as->v = a;
	a = &as->v[as->nr];
	*a = (struct assertion){ .text = hmt_strndup(text, len), .where = hmt_strdup(where) };
	if (a->text && a->where) {
		as->nr++;
		return a;
	}
	hmt_free(a->text);
	hmt_free(a->where);
	return NULL;
}

int assertions__add(struct assertions *as, const char *text, const char *where, struct errmsg *err)
{
	size_t len = strlen(text);
	struct parser p = { .where = where, .err = err };
	struct assertion *a;
	int ret;

	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	a = new_assertion(as, text, len, where);
	if (!a)
		return err_set(err, -ENOMEM, "out of memory");
	p.text = p.p = a->text;
	skip_blanks(&p);
	ret = parse_quantity(&p, a);
	if (!ret)
		ret = parse_op(&p, a);
	if (!ret)
		ret = parse_limit(&p, a);
	return ret;
}

int assertions__read(struct assertions *as, const char *path, struct errmsg *err)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char line[1024], where[512];
	int ret = 0;

	if (!f)
		return err_set(err, -errno, "cannot open '%s': %s", path, strerror(errno));
	for (unsigned int nr = 1; !ret && fgets(line, sizeof(line), f); nr++) {
		size_t blank = strspn(line, " \t\r\n");

		if (strlen(line) == sizeof(line) - 1) {
			ret = err_set(err, -EINVAL, "%s:%u: the line is too long", path, nr);
			break;
		}
		if (!line[blank] || line[blank] == '#')
			continue;
		snprintf(where, sizeof(where), "%s:%u", path, nr);
		ret = assertions__add(as, line, where, err);
	}
	if (!ret && ferror(f))
		ret = err_set(err, -EIO, "cannot read '%s'", path);
	if (f != stdin)
		fclose(f);
	return ret;
}

void assertions__free(struct assertions *as)
{
	for (size_t i = 0; i < as->nr; i++) {
		hmt_free(as->v[i].text);
		hmt_free(as->v[i].where);
	}
	hmt_free(as->v);
	*as = (struct assertions){ 0 };
}

/* --- judging ----------------------------------------------------------------------- */

static bool holds(enum assert_op op, __u64 v, __u64 limit)
{
	switch (op) {
	case OP_EQ:
		return v == limit;
	case OP_NE:
		return v != limit;
	case OP_LT:
		return v < limit;
	case OP_LE:
		return v <= limit;
	case OP_GT:
		return v > limit;
	default:
		return v >= limit;
	}
}

/* For all of low..high, for none, or for some. */
static enum outcome judge_span(enum assert_op op, const struct measure *m, __u64 limit)
{
	bool at_ends = holds(op, m->low, limit) && holds(op, m->high, limit);
	bool inside = m->low < limit && limit < m->high;

	if (at_ends)
		return op == OP_NE && inside ? OUTCOME_OPEN : OUTCOME_PASSED;
	if (holds(op, m->low, limit) || holds(op, m->high, limit))
		return OUTCOME_OPEN;
	return op == OP_EQ && inside ? OUTCOME_OPEN : OUTCOME_FAILED;
}

static void nothing_measured(struct assertion *a, const struct evidence *ev)
{
	char drivers[200];
	size_t n;

	/* "0 ranges" without the number and the s. */
	n = snprintf(a->message, sizeof(a->message),
		     "it measured nothing: no %.*s was seen%s", (int)strlen(a->measure.what) - 3,
		     a->measure.what + 2, a->selector.set ? " that the selector chooses" : "");
	if (a->selector.set & SELECT_DRIVER)
		snprintf(a->message + n, sizeof(a->message) - n, "; drivers seen: %s",
			 evidence__drivers(ev, drivers, sizeof(drivers)));
}

static void say(struct assertion *a)
{
	const struct measure *m = &a->measure;
	enum unit unit = a->quantity->unit;
	char value[FMT_LEN];
	size_t n;

	quantity_format(unit, m->value, value, sizeof(value));
	n = snprintf(a->message, sizeof(a->message), "it is %s%s, of %s",
		     m->approximate ? "about " : "", value, m->what);
	if (a->outcome == OUTCOME_OPEN)
		n += snprintf(a->message + n, sizeof(a->message) - n,
			      m->high == QUANTITY_UNKNOWN ?
			      ", but events were lost that could overturn it" :
			      ", but findings that could overturn it are inconclusive");
	if (a->outcome != OUTCOME_PASSED && *m->worst)
		snprintf(a->message + n, sizeof(a->message) - n, "; worst: %s", m->worst);
}

int assertions__prepare(const struct assertions *as, struct evidence *ev)
{
	int ret = 0;

	ev->few_lives = true;
	for (size_t i = 0; !ret && i < as->nr; i++) {
		const struct assertion *a = &as->v[i];

		if (quantity_needs_lives(a->quantity))
			ev->few_lives = false;
		ret = quantity_prepare(a->quantity, &a->selector, a->limit, ev);
	}
	return ret;
}

int assertions__judge(struct assertions *as, const struct evidence *ev)
{
	int ret;

	as->passed = as->failed = as->open = 0;
	for (size_t i = 0; i < as->nr; i++) {
		struct assertion *a = &as->v[i];

		ret = quantity_measure(a->quantity, &a->selector, a->limit, ev, &a->measure);
		if (ret)
			return ret;
		a->outcome = a->measure.of ? judge_span(a->op, &a->measure, a->limit)
					   : OUTCOME_FAILED;
		if (a->measure.of)
			say(a);
		else
			nothing_measured(a, ev);
		as->passed += a->outcome == OUTCOME_PASSED;
		as->failed += a->outcome == OUTCOME_FAILED;
		as->open += a->outcome == OUTCOME_OPEN;
	}
	return 0;
}

/* --- printing ---------------------------------------------------------------------- */

const char *outcome_name(enum outcome o)
{
	return o == OUTCOME_PASSED ? "passed" : o == OUTCOME_FAILED ? "failed" : "inconclusive";
}

void assertions__text(const struct assertions *as, struct strbuf *sb)
{
	if (!as->nr)
		return;
	strbuf__addf(sb, "  assertions  %zu passed, %zu failed, %zu inconclusive\n", as->passed,
		     as->failed, as->open);
	for (size_t i = 0; i < as->nr; i++) {
		const struct assertion *a = &as->v[i];

		strbuf__addf(sb, "    %-12s  %s\n", outcome_name(a->outcome),
			     a->text + strspn(a->text, " \t"));
		if (a->outcome != OUTCOME_PASSED)
			strbuf__addf(sb, "      %s (%s)\n", a->message, a->where);
	}
}

void assertions__json(const struct assertions *as, struct strbuf *sb)
{
	for (size_t i = 0; i < as->nr; i++) {
		const struct assertion *a = &as->v[i];
		struct jsonw j;

		json_line_open(&j, sb, "assertion");
		jsonw__kstr(&j, "text", a->text + strspn(a->text, " \t"));
		jsonw__kstr(&j, "where", a->where);
		jsonw__kstr(&j, "quantity", a->quantity->name);
		jsonw__kstr(&j, "outcome", outcome_name(a->outcome));
		jsonw__kstr(&j, "unit", unit_name(a->quantity->unit));
		jsonw__ku64(&j, "limit", a->limit);
		jsonw__ku64_or_null(&j, "value", a->measure.of, a->measure.value);
		jsonw__ku64(&j, "measured", a->measure.of);
		jsonw__kstr(&j, "message", a->message);
		jsonw__kstr_or_null(&j, "worst", a->measure.worst);
		json_line_close(&j);
	}
}
