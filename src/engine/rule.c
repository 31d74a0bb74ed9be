// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "engine/engine.h"

struct rule_info {
	const char *title;
	enum severity severity;
};

static const struct rule_info rules[RULE_NR] = {
#define HMT_X(ID, sev, text) [RULE_##ID] = { text, SEVERITY_##sev },
	HMT_RULES(HMT_X)
#undef HMT_X
};

/* The external names are the enum's, spelt for people. One buffer per rule, filled by the compiler. */
#define LOWER(c) ((c) == '_' ? '-' : (c) >= 'A' && (c) <= 'Z' ? (c) - 'A' + 'a' : (c))
#define AT(s, i) ((i) < sizeof(s) ? LOWER((s)[(i) < sizeof(s) ? (i) : 0]) : 0)
#define AT8(s, i) AT(s, i), AT(s, (i) + 1), AT(s, (i) + 2), AT(s, (i) + 3), \
		  AT(s, (i) + 4), AT(s, (i) + 5), AT(s, (i) + 6), AT(s, (i) + 7)
#define RULE_NAME_MAX 48

static const char names[RULE_NR][RULE_NAME_MAX] = {
	[RULE_NONE] = "none",
#define HMT_X(ID, sev, text) [RULE_##ID] = { AT8(#ID, 0), AT8(#ID, 8), AT8(#ID, 16), \
					     AT8(#ID, 24), AT8(#ID, 32), AT8(#ID, 40) },
	HMT_RULES(HMT_X)
#undef HMT_X
};

#define HMT_X(ID, sev, text) \
	_Static_assert(sizeof(#ID) <= RULE_NAME_MAX, #ID " is too long a name");
HMT_RULES(HMT_X)
#undef HMT_X

const char *rule_name(enum rule_id id)
{
	return id > RULE_NONE && id < RULE_NR ? names[id] : names[RULE_NONE];
}

const char *rule_title(enum rule_id id)
{
	return id > RULE_NONE && id < RULE_NR ? rules[id].title : "";
}

enum severity rule_severity(enum rule_id id)
{
	return id > RULE_NONE && id < RULE_NR ? rules[id].severity : SEVERITY_OFF;
}

enum rule_id rule_by_name(const char *name)
{
	for (unsigned int id = RULE_NONE + 1; id < RULE_NR; id++)
		if (!strcmp(names[id], name))
			return id;
	return RULE_NONE;
}

const char *severity_name(enum severity s)
{
	static const char *const text[] = {
		[SEVERITY_OFF] = "off",
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARN] = "warn",
		[SEVERITY_ERROR] = "error",
	};

	return s <= SEVERITY_ERROR ? text[s] : "?";
}

static const struct {
	const char *name;
	__u64 ms;
} graces[GRACE_NR] = {
#define HMT_X(ID, name, ms, what) [GRACE_##ID] = { name, ms },
	HMT_GRACES(HMT_X)
#undef HMT_X
};

const char *grace_name(enum grace g)
{
	return g < GRACE_NR ? graces[g].name : "?";
}

enum grace grace_by_name(const char *name, size_t len)
{
	unsigned int g = 0;

	while (g < GRACE_NR && (strlen(graces[g].name) != len || memcmp(graces[g].name, name, len)))
		g++;
	return g;
}

void grace_defaults(__u64 grace_ns[GRACE_NR])
{
	for (unsigned int g = 0; g < GRACE_NR; g++) {
		if (!grace_ns[g])
			grace_ns[g] = graces[g].ms * 1000000;
		if (!grace_ns[g])
			grace_ns[g] = grace_ns[GRACE_RELEASE];
	}
}
