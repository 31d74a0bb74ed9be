// SPDX-License-Identifier: GPL-2.0
/*
 * undecided.c - the rows of a plan that leave a question open, for people
 *
 *	  undecided   use-of-unregistered-range, range-livelock: not asked for, see
 *	              --events
 *
 * The plan is JSON that hmmtrace wrote, or nobody knows what. A key with its
 * quotes and its colon does not occur within a string, where quotes are escaped:
 * so looking for keys is enough, and what is something else has none.
 */
#include "out/undecided.h"

#include <stdio.h>
#include <string.h>

#include "out/words.h"

enum why { WHY_NONE, WHY_MISSING, WHY_COUNTED, WHY_OFF, WHY_NR };

static const struct {
	const char *state, *text;
} whys[WHY_NR] = {
	[WHY_MISSING] = { "missing", "that kernel does not show it, see hmmtrace-doctor(1)" },
	[WHY_COUNTED] = { "counted", "the events were only counted, see --events" },
	[WHY_OFF] = { "off", "not asked for, see --events" },
};

struct open_question {
	char event[64], what[256];
	enum why why;
};

/* The string behind a key between from and to, "" when there is none. */
static void string_of(const char *from, const char *to, const char *key, char *buf, size_t size)
{
	const char *at = strstr(from, key);
	size_t n = 0;

	buf[0] = '\0';
	if (!at || at >= to)
		return;
	for (at += strlen(key); *at && *at != '"' && n + 1 < size; at++)
		buf[n++] = *at;
	buf[n] = '\0';
}

/* Return: the row behind *pos that leaves something open, and *pos behind it. */
static bool next_open(const char **pos, struct open_question *q)
{
	const char *row, *end;
	char state[16];

	while ((row = strstr(*pos, "\"event\":\""))) {
		end = strstr(row + 1, "\"event\":\"");
		end = end ? end : row + strlen(row);
		*pos = end;
		string_of(row, end, "\"event\":\"", q->event, sizeof(q->event));
		string_of(row, end, "\"state\":\"", state, sizeof(state));
		string_of(row, end, "\"undecidable\":\"", q->what, sizeof(q->what));
		q->why = !strcmp(state, "on") ? WHY_COUNTED :
			 !strcmp(state, "off") ? WHY_OFF : WHY_MISSING;
		if (*q->what)
			return true;
	}
	return false;
}

/* Is the part of len in the list, which is separated by ", "? */
static bool has_part(const char *list, const char *part, size_t len)
{
	for (const char *at = list; (at = strstr(at, part)); at++)
		if ((at == list || at[-1] == ' ') && (!at[len] || at[len] == ','))
			return true;
	return false;
}

/* Several events leave the same rule open. */
static void add_parts(struct strbuf *sb, const char *what)
{
	char part[256];
	size_t len;

	for (; *what; what += what[len] ? len + 2 : len) {
		const char *end = strstr(what, ", ");

		len = end ? (size_t)(end - what) : strlen(what);
		snprintf(part, sizeof(part), "%.*s", (int)len, what);
		if (!sb->len || !has_part(strbuf__str(sb), part, len))
			strbuf__addf(sb, "%s%s", sb->len ? ", " : "", part);
	}
}

void undecided__text(const char *plan, struct strbuf *sb)
{
	const char *name = "undecided";

	for (enum why why = WHY_MISSING; plan && why < WHY_NR; why++) {
		struct strbuf line = STRBUF_INIT;
		const char *pos = plan;
		struct open_question q;

		while (next_open(&pos, &q))
			if (q.why == why)
				add_parts(&line, q.what);
		if (line.len) {
			strbuf__addf(&line, ": %s", whys[why].text);
			strbuf__addf(sb, "  %-11s ", name);
			words_wrap(sb, strbuf__str(&line), 14);
			name = "";
		}
		sb->failed |= line.failed;
		strbuf__free(&line);
	}
}

void undecided__json(const char *plan, struct jsonw *j)
{
	struct open_question q;

	jsonw__array(j);
	while (plan && next_open(&plan, &q)) {
		jsonw__object(j);
		jsonw__kstr(j, "event", q.event);
		jsonw__kstr(j, "state", whys[q.why].state);
		jsonw__kstr(j, "what", q.what);
		jsonw__end(j);
	}
	jsonw__end(j);
}
