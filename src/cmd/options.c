// SPDX-License-Identifier: GPL-2.0
/*
 * options.c - what the options that are more than a value do with it.
 */
#include "cmd/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "cmd/recorder.h"

/* Less than a frame is no amount. */
#define AMOUNT_MIN 4096

const char *const stacks_choices[] = { "default", "none", "all", NULL };
const char *const source_choices[] = {
	"auto", "tracepoint", "notifier", "raw_tp", "tp", "kprobe", "legacy", NULL
};
const char *const events_choices[] = { "fault", "invalidate", "all", NULL };

int option_word(void *dst, const char *value, struct errmsg *err)
{
	struct words *w = dst;

	if (!*value)
		return err_set(err, -EINVAL, "is empty");
	if (w->nr == OPT_WORDS_MAX)
		return err_set(err, -EINVAL, "is one too many: %d are the most", OPT_WORDS_MAX);
	w->v[w->nr++] = value;
	return 0;
}

int option_pid(void *dst, const char *value, struct errmsg *err)
{
	struct pids *p = dst;
	__u64 pid;

	if (parse_u64(value, &pid) || !pid || pid > 0x7fffffff)
		return err_set(err, -EINVAL, "is not a process id");
	if (p->nr == OPT_WORDS_MAX)
		return err_set(err, -EINVAL, "is one too many: %d are the most", OPT_WORDS_MAX);
	p->v[p->nr++] = (__u32)pid;
	return 0;
}

int option_entries(void *dst, const char *value, struct errmsg *err)
{
	__u64 nr;

	if (parse_u64(value, &nr) || !nr || nr > (1u << 26))
		return err_set(err, -EINVAL, "is not a number of objects from 1 to 67108864");
	*(__u64 *)dst = nr;
	return 0;
}

int option_ring(void *dst, const char *value, struct errmsg *err)
{
	__u64 bytes;

	if (parse_size(value, &bytes) || bytes < 4096 || bytes > (1u << 30))
		return err_set(err, -EINVAL, "is not a size from 4K to 1G");
	*(__u64 *)dst = bytes;
	return 0;
}

/* "fault", "fault=each", "fault=count": what comes last of a group counts. */
int option_events(void *dst, const char *value, struct errmsg *err)
{
	/* In the order of events_choices. */
	static const struct { __u32 each, count; } bits[] = {
		{ HMT_START_HOT_FAULT, HMT_START_COUNT_FAULT },
		{ HMT_START_HOT_INVALIDATE, HMT_START_COUNT_INVALIDATE },
		{ HMT_START_HOT_FAULT | HMT_START_HOT_INVALIDATE,
		  HMT_START_COUNT_FAULT | HMT_START_COUNT_INVALIDATE },
	};
	size_t i, len, name;
	__u32 *hot = dst;

	for (const char *p = value; ; p += len + 1) {
		len = strcspn(p, ",");
		name = strcspn(p, "=,");
		for (i = 0; events_choices[i]; i++)
			if (strlen(events_choices[i]) == name &&
			    !memcmp(p, events_choices[i], name))
				break;
		if (!events_choices[i])
			return err_set(err, -EINVAL, "has a group that is none of fault, "
				       "invalidate, all");
		*hot &= ~(bits[i].each | bits[i].count);
		if (len == name || (len - name == 6 && !memcmp(p + name, "=count", 6)))
			*hot |= bits[i].count;
		else if (len - name == 5 && !memcmp(p + name, "=each", 5))
			*hot |= bits[i].each;
		else
			return err_set(err, -EINVAL, "has a group that is to be neither =each "
				       "nor =count");
		if (!p[len])
			return 0;
	}
}

/* "2s", "free=5s", or several with commas between; 2s is that without a name. */
int option_grace(void *dst, const char *value, struct errmsg *err)
{
	__u64 *grace_ns = dst;
	char time[32];
	size_t len;

	for (const char *p = value; ; p += len + 1) {
		const char *equals = memchr(p, '=', strcspn(p, ","));
		const char *at = equals ? equals + 1 : p;
		enum grace kind = GRACE_RELEASE;

		len = strcspn(p, ",");
		if (equals)
			kind = grace_by_name(p, (size_t)(equals - p));
		if (kind == GRACE_NR)
			return err_set(err, -EINVAL, "has a kind that is none of" GRACE_NAMES);
		snprintf(time, sizeof(time), "%.*s", (int)(p + len - at), at);
		if ((size_t)(p + len - at) >= sizeof(time) ||
		    parse_duration(time, &grace_ns[kind]))
			return err_set(err, -EINVAL,
				       "is not a duration like 500ms, 1.5s or 2m");
		if (!p[len])
			return 0;
	}
}

/* 64M or 30s. 10m are ten minutes. */
int option_amount(void *dst, const char *value, struct errmsg *err)
{
	struct amount *a = dst;
	struct amount got = { 0 };

	if (parse_duration(value, &got.ns) && parse_size(value, &got.bytes))
		return err_set(err, -EINVAL, "is neither a size like 64M nor a time like 30s");
	if (!got.ns && !got.bytes)
		return err_set(err, -EINVAL, "is nothing");
	if (got.bytes && got.bytes < AMOUNT_MIN)
		return err_set(err, -EINVAL, "is less than 4K");
	*a = got;
	return 0;
}

int option_keep(void *dst, const char *value, struct errmsg *err)
{
	__u64 nr;

	if (parse_u64(value, &nr) || !nr || nr > 1000000)
		return err_set(err, -EINVAL, "is not a number of files from 1 to 1000000");
	*(__u32 *)dst = (__u32)nr;
	return 0;
}

int option_dump_on(void *dst, const char *value, struct errmsg *err)
{
	static const struct { const char *name; __u32 bit; } reasons[] = {
		{ "finding", DUMP_FINDING }, { "signal", DUMP_SIGNAL }, { "end", DUMP_END },
	};
	__u32 *on = dst;
	size_t i, len;

	for (const char *p = value; ; p += len + 1) {
		len = strcspn(p, ",");
		for (i = 0; i < 3; i++)
			if (strlen(reasons[i].name) == len && !memcmp(p, reasons[i].name, len))
				break;
		if (i == 3)
			return err_set(err, -EINVAL, "has a reason that is none of finding, "
				       "signal, end");
		*on |= reasons[i].bit;
		if (!p[len])
			return 0;
	}
}

int option_severity(void *dst, const char *value, struct errmsg *err)
{
	const char *equals = strchr(value, '=');
	__u8 *severity = dst;
	char name[64];
	enum rule_id rule;

	if (!equals || (size_t)(equals - value) >= sizeof(name))
		return err_set(err, -EINVAL, "is not RULE=error, warn, note or off");
	snprintf(name, sizeof(name), "%.*s", (int)(equals - value), value);
	rule = rule_by_name(name);
	if (rule == RULE_NONE)
		return err_set(err, -EINVAL, "names no rule; `hmmtrace rules` lists them");
	for (unsigned int s = SEVERITY_OFF; s <= SEVERITY_ERROR; s++) {
		if (strcmp(severity_name(s), equals + 1))
			continue;
		severity[rule] = s + 1;
		return 0;
	}
	return err_set(err, -EINVAL, "has a severity that is none of error, warn, note, off");
}
