// SPDX-License-Identifier: GPL-2.0
#include "out/words.h"

#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "stream/desc.h"

char *words_object(const struct object_view *o, char *buf, size_t size)
{
	static const char letters[] = "?AMR";
	char letter = letters[o->class <= HMT_CLASS_RANGE ? o->class : 0];

	if (o->generation > 1)
		snprintf(buf, size, "%c%u.%u", letter, o->serial, o->generation);
	else
		snprintf(buf, size, "%c%u", letter, o->serial);
	return buf;
}

const char *words_class(const struct object_view *o)
{
	switch (o->class) {
	case HMT_CLASS_HMM:
		return "address space";
	case HMT_CLASS_MIRROR:
		return "mirror";
	case HMT_CLASS_RANGE:
		return "range";
	default:
		return "object";
	}
}

const char *words_layer(const struct object_view *o)
{
	return o->hmm ? "mirror-api" : "notifier";
}

/* The call that ends the life of an object of that class at that layer. */
static const char *release_call(const struct object_view *o)
{
	switch (o->class) {
	case HMT_CLASS_RANGE:
		return o->hmm ? "hmm_range_unregister()" : "mmu_interval_notifier_remove()";
	case HMT_CLASS_MIRROR:
		return o->hmm ? "hmm_mirror_unregister()" :
				"mmu_notifier_unregister() or mmu_notifier_put()";
	default:
		return o->hmm ? "hmm_put()" : "mmu_notifier_put()";
	}
}

static const char *register_call(const struct object_view *o)
{
	if (o->class == HMT_CLASS_RANGE)
		return o->hmm ? "hmm_range_register()" : "mmu_interval_notifier_insert()";
	return o->hmm ? "hmm_mirror_register()" : "mmu_notifier_register()";
}

static const char *put_call(const struct object_view *o)
{
	return o->hmm ? "hmm_put()" : "mmu_notifier_put()";
}

/* What was registered the way that the thread behind 5.3's hmm_range_register() changed. */
static const char *missing_mirror(const struct object_view *o)
{
	if (o->class != HMT_CLASS_RANGE || !o->hmm || o->ops)
		return "hmm_mirror_register(), before this";
	return "hmm_mirror_register(), before this: the range was registered through the address "
	       "space and not through a mirror, which Linux 5.2 takes without asking for one";
}

/* parent: a range, when as many of a mirror's are left as users. */
static const char *missing_mmput(const struct object_view *parent)
{
	if (parent->class != HMT_CLASS_RANGE)
		return "mmput()";
	return "hmm_range_unregister(): on Linux 5.3 and 5.4 a range keeps its address space in use";
}

const char *words_missing(const struct finding *f)
{
	const struct object_view *o = &f->object;

	switch (f->rule) {
	case RULE_RANGE_ORPHANED_BY_MIRROR:
	case RULE_RANGE_ORPHANED_BY_MM:
	case RULE_MIRROR_ORPHANED_BY_MM:
	case RULE_ALIVE_AT_END:
		return release_call(o);
	case RULE_REFERENCE_UNACCOUNTED:
	case RULE_FAILED_REGISTER_KEPT_REFERENCE:
		return put_call(o);
	case RULE_MIRROR_UNREGISTER_UNDER_RANGES:
		return o->hmm ? "hmm_range_unregister() of its ranges, before this" :
				"mmu_interval_notifier_remove() of its ranges, before this";
	case RULE_RANGE_REGISTER_WITHOUT_MIRROR:
		return missing_mirror(o);
	case RULE_RANGE_FAULT_WITH_STALE_SEQUENCE:
		return "mmu_interval_read_begin(), before this";
	case RULE_RANGE_LIVELOCK:
		return "a fault that succeeds";
	case RULE_CALLBACK_STUCK:
		return "the return of the callback";
	case RULE_UNREGISTER_STUCK:
		return "the return of the unregister";
	case RULE_MIRROR_NEVER_FREED:
		return "->free_notifier()";
	case RULE_INVALIDATION_NEVER_ENDED:
		return "mmu_notifier_invalidate_range_end()";
	case RULE_MM_HELD_AFTER_EXIT:
		return missing_mmput(&f->parent);
	case RULE_HMM_FREED_UNDER_CALLBACK:
		return "the return of the callback, before this";
	default:
		return NULL;
	}
}

const char *words_surplus(const struct finding *f)
{
	const struct object_view *o = &f->object;

	switch (f->rule) {
	case RULE_REFERENCE_UNDERFLOW:
		return put_call(o);
	case RULE_MIRROR_DOUBLE_UNREGISTER:
	case RULE_RANGE_DOUBLE_UNREGISTER:
	case RULE_MIRROR_UNREGISTER_AFTER_FAILED_REGISTER:
	case RULE_RANGE_UNREGISTER_AFTER_FAILED_REGISTER:
	case RULE_MIRROR_UNREGISTER_WITHOUT_REGISTER:
	case RULE_RANGE_UNREGISTER_WITHOUT_REGISTER:
	case RULE_UNREGISTER_IN_CALLBACK:
		return release_call(o);
	case RULE_MIRROR_FREED_TWICE:
		return "->free_notifier()";
	case RULE_INVALIDATION_NEVER_BEGUN:
		return "mmu_notifier_invalidate_range_end()";
	case RULE_MIRROR_DOUBLE_REGISTER:
	case RULE_RANGE_DOUBLE_REGISTER:
	case RULE_RANGE_REGISTER_ON_DEAD_MM:
		return register_call(o);
	case RULE_USE_OF_UNREGISTERED_RANGE:
	case RULE_RANGE_USED_DURING_UNREGISTER:
		return f->offence.kind == HMT_READ_BEGIN ? "mmu_interval_read_begin()" :
							   "hmm_range_fault()";
	default:
		return NULL;
	}
}

bool words_about_references(const struct finding *f)
{
	return f->rule == RULE_REFERENCE_UNACCOUNTED || f->rule == RULE_REFERENCE_UNDERFLOW ||
	       f->rule == RULE_FAILED_REGISTER_KEPT_REFERENCE ||
	       (f->object.class == HMT_CLASS_MIRROR && f->object.live_refs > 1);
}

char *words_lost(__u32 cause, __u64 count, char *buf, size_t size)
{
	const char *what = cause == HMT_CAUSE_FRAME ? "part of the file" :
			   cause == HMT_CAUSE_RECORD ? "record" : "event";

	if (cause == HMT_CAUSE_CUT)
		snprintf(buf, size, "the end of the trace (%s)", cause_name(cause));
	else if (cause == HMT_CAUSE_SWITCHED_OFF)
		snprintf(buf, size, "all events while probes were switched off (%s)",
			 cause_name(cause));
	else if (cause == HMT_CAUSE_FRAME && count != 1)
		snprintf(buf, size, "%llu parts of the file (%s)", (unsigned long long)count,
			 cause_name(cause));
	else
		snprintf(buf, size, "%llu %s%s (%s)", (unsigned long long)count, what,
			 count == 1 ? "" : "s", cause_name(cause));
	return buf;
}

char *words_doubt(const struct finding *f, char *buf, size_t size)
{
	char left[FMT_LEN], lost[128];

	buf[0] = '\0';
	if (f->confidence == CONFIDENCE_CERTAIN)
		return buf;
	switch (f->doubt) {
	case DOUBT_LOST:
		words_lost(f->lost_cause, f->lost, lost, sizeof(lost));
		if (f->lost_cpu == HMT_CPU_NONE)
			snprintf(buf, size, "%s lost, which could overturn it", lost);
		else
			snprintf(buf, size, "%s lost on cpu %u, which could overturn it", lost,
				 f->lost_cpu);
		break;
	case DOUBT_CUT:
		snprintf(buf, size, "the trace ended %s before the grace time did",
			 fmt_duration(left, sizeof(left), f->grace_left_ns));
		break;
	default:
		snprintf(buf, size, "it could not be confirmed");
		break;
	}
	return buf;
}

bool words_plumbing(const char *name)
{
	static const char *const prefixes[] = {
		"hmm_", "__hmm_", "mmu_", "__mmu_", "trace_", "__trace", "bpf_", "__bpf_",
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return !*name;
}

__u64 words_place(const struct symtab *t, const struct moment *m)
{
	struct symbol sym;
	__u64 outside = 0;
	const __u64 *ips;
	__u32 nr;

	ips = symtab__stack(t, m->stack, &nr);
	for (__u32 i = 0; i < nr; i++) {
		if (!symtab__lookup(t, ips[i], &sym))
			continue;
		if (sym.module[0])
			return ips[i];
		if (!outside && !words_plumbing(sym.name))
			outside = ips[i];
	}
	return outside ? outside : m->call_site;
}

__u64 words_forgot_in(const struct symtab *t, const struct finding *f)
{
	__u64 place = words_place(t, &f->prior);
	struct symbol sym;

	/* An address space is torn down by the kernel: whoever forgot was not there. */
	if (f->rule != RULE_RANGE_ORPHANED_BY_MIRROR || !place)
		return 0;
	return symtab__lookup(t, place, &sym) && sym.module[0] ? place : 0;
}

/* "f()", "" when it has no name. */
static char *function_name(const struct symtab *t, __u64 place, char *buf, size_t size)
{
	struct symbol sym;
	size_t n;

	buf[0] = '\0';
	if (!place || !symtab__lookup(t, place, &sym) || !*sym.name)
		return buf;
	n = strlen(words_clean(sym.name, buf, size - 2));
	memcpy(buf + n, "()", 3);
	return buf;
}

/* "the range that f() registered", "the reference that f() took" */
static char *what_was_born(const struct symtab *t, const struct finding *f, char *buf, size_t size)
{
	bool ref = f->object.class == HMT_CLASS_HMM;
	/* Of a count there is no birth: the get that is accused is. */
	const struct moment *born = ref && f->offence.ts ? &f->offence : &f->object.born;
	char fn[WORDS_LEN / 4];

	function_name(t, words_place(t, born), fn, sizeof(fn));
	if (*fn)
		snprintf(buf, size, "the %s that %s %s", ref ? "reference" :
			 words_class(&f->object), fn, ref ? "took" : "registered");
	else
		snprintf(buf, size, "the %s", ref ? "reference" : words_class(&f->object));
	return buf;
}

static void blame_missing(const struct symtab *t, const struct finding *f, const char *missing,
			  char *buf, size_t size)
{
	char fn[WORDS_LEN / 4], born[WORDS_LEN / 2];

	what_was_born(t, f, born, sizeof(born));
	function_name(t, words_place(t, &f->offence), fn, sizeof(fn));
	if (f->rule == RULE_MIRROR_UNREGISTER_UNDER_RANGES) {
		if (*fn)
			snprintf(buf, size, "%s unregisters the mirror without %s", fn, missing);
		return;
	}
	if (f->rule == RULE_RANGE_REGISTER_WITHOUT_MIRROR) {
		if (*fn)
			snprintf(buf, size, "%s registers a range without %s", fn, missing);
		return;
	}
	function_name(t, words_forgot_in(t, f), fn, sizeof(fn));
	if (*fn)
		snprintf(buf, size, "%s unregisters the mirror without %s of %s", fn, missing, born);
	else if (strchr(born, '('))
		snprintf(buf, size, "nobody called %s in time for %s", missing, born);
}

static void blame(const struct symtab *t, const struct finding *f, char *buf, size_t size)
{
	const char *missing = words_missing(f), *surplus = words_surplus(f);
	bool once_more = f->rule == RULE_REFERENCE_UNDERFLOW ||
			 f->rule == RULE_MIRROR_DOUBLE_UNREGISTER ||
			 f->rule == RULE_RANGE_DOUBLE_UNREGISTER ||
			 f->rule == RULE_MIRROR_DOUBLE_REGISTER ||
			 f->rule == RULE_RANGE_DOUBLE_REGISTER;
	char fn[WORDS_LEN / 4];

	buf[0] = '\0';
	if (missing) {
		blame_missing(t, f, missing, buf, size);
	} else if (surplus) {
		function_name(t, words_place(t, &f->offence), fn, sizeof(fn));
		if (*fn)
			snprintf(buf, size, "%s calls %s %s", fn, surplus,
				 once_more ? "once too often" : "where it must not be called");
	}
}

char *words_blame(const struct symtab *t, const struct finding *f, char *buf, size_t size)
{
	static const char doubt[] = "perhaps ";
	size_t n = f->confidence == CONFIDENCE_CERTAIN ? 0 : sizeof(doubt) - 1;

	buf[0] = '\0';
	/* What somebody still uses is no fault of anybody. */
	if (f->rule == RULE_ALIVE_AT_END)
		return buf;
	blame(t, f, buf + n, size - n);
	if (buf[n])
		memcpy(buf, doubt, n);
	else
		buf[0] = '\0';
	return buf;
}

/* The module of the first frame that is in one, "" when none is. */
static const char *module_of(const struct symtab *t, const struct moment *m)
{
	struct symbol sym;
	__u64 place = words_place(t, m);

	return place && symtab__lookup(t, place, &sym) ? sym.module : "";
}

const char *words_driver(const struct symtab *t, const struct finding *f)
{
	const char *name;

	if (f->object.class == HMT_CLASS_HMM && f->object.hmm) {
		name = module_of(t, &f->offence);
		return *name ? name : module_of(t, &f->object.born);
	}
	name = symtab__driver(t, f->object.ops, f->object.ops_fn);
	return strcmp(name, "?") ? name : "";
}

/* What is behind the system call is the same for all of them. */
__u32 words_depth(const struct symtab *t, const __u64 *ips, __u32 nr)
{
	struct symbol sym;

	for (__u32 i = 0; i < nr; i++)
		if (symtab__lookup(t, ips[i], &sym) &&
		    (!strncmp(sym.name, "__x64_sys_", 10) || !strncmp(sym.name, "__ia32_", 7) ||
		     !strncmp(sym.name, "__arm64_sys_", 12)))
			return i + 1;
	return nr;
}

void words_wrap(struct strbuf *sb, const char *text, unsigned int indent)
{
	size_t column = indent;
	bool first = true;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (!first && column + 1 + len > WORDS_WIDTH) {
			strbuf__addc(sb, '\n');
			strbuf__pad(sb, ' ', indent);
			column = indent;
		} else if (!first) {
			strbuf__addc(sb, ' ');
			column++;
		}
		for (size_t i = 0; i < len; i++)
			strbuf__addc(sb, text[i] > ' ' && text[i] < 0x7f ? text[i] : '?');
		column += len;
		first = false;
		text += len + strspn(text + len, " ");
	}
	strbuf__addc(sb, '\n');
}

char *words_clean(const char *s, char *buf, size_t size)
{
	size_t n = 0;

	for (; *s && n + 1 < size; s++)
		buf[n++] = *s >= ' ' && *s < 0x7f ? *s : '?';
	buf[n] = '\0';
	return buf;
}
