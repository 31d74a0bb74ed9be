// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_selftest.c - plant an orphan, and see that it is reported: "clean" from a
 * tracer that sees nothing would mean nothing.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/jsonw.h"
#include "cmd/options.h"
#include "cmd/selftest.h"

#define DEFAULT_GRACE_NS 200000000ULL

const char *const path_choices[] = { "auto", "kernel", "stream", NULL };
enum path_choice { PATH_AUTO, PATH_KERNEL, PATH_STREAM };

/* What the report turned out to say. */
struct proof {
	unsigned int hits, released;
	json_int_t serial;	/* of the finding that had to come */
	__u64 after_ns;		/* from the fact to the finding */
	char wrong[256];	/* the first thing that should not be there, "" for none */
};

static const char *member(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

static bool is_ours(const struct selftest *t, const json_t *object)
{
	json_int_t pid = json_integer_value(json_object_get(json_object_get(object, "owner"),
							    "pid"));

	return pid == t->pid || pid == getpid();
}

static bool is_the_orphan(const struct selftest *t, const json_t *finding, const json_t *object)
{
	return !strcmp(member(finding, "rule"), rule_name(t->rule)) &&
	       !strcmp(member(finding, "confidence"), "certain") &&
	       !strcmp(member(object, "class"), t->class) &&
	       !strcmp(member(object, "driver"), t->driver) &&
	       strtoull(member(object, "address"), NULL, 16) == t->address &&
	       json_integer_value(json_object_get(json_object_get(object, "owner"), "pid")) ==
		       t->pid;
}

static void look_at_finding(const struct selftest *t, struct proof *p, const json_t *finding)
{
	const json_t *object = json_object_get(finding, "object");

	/* Others may leave orphans, too; what is alive at the end is no accusation. */
	if (!is_ours(t, object) || !strcmp(member(finding, "severity"), "note"))
		return;
	if (is_the_orphan(t, finding, object)) {
		p->hits++;
		p->serial = json_integer_value(json_object_get(finding, "serial"));
		p->after_ns = (__u64)(json_integer_value(json_object_get(finding, "flagged_ns")) -
				      json_integer_value(json_object_get(finding, "fact_ns")));
	} else if (!*p->wrong) {
		snprintf(p->wrong, sizeof(p->wrong), "there is a finding that nobody planted: "
			 "%s (%s) on %s %s of driver %s", member(finding, "rule"),
			 member(finding, "confidence"), member(object, "class"),
			 member(object, "address"), member(object, "driver"));
	}
}

static void look_at_line(const struct selftest *t, struct proof *p, const json_t *line)
{
	const char *type = member(line, "type");

	if (!strcmp(type, "finding"))
		look_at_finding(t, p, line);
	else if (!strcmp(type, "released") && p->hits &&
		 json_integer_value(json_object_get(line, "finding")) == p->serial)
		p->released++;
}

/* The report, as a script reads it: whole lines of JSON, the last one a summary. */
static void read_report(const struct selftest *t, struct proof *p, char *report)
{
	char *line = report, *end, *next;
	bool whole = false;

	for (; *line; line = next) {
		json_t *o;

		end = strchr(line, '\n');
		next = end ? end + 1 : line + strlen(line);
		o = json_loadb(line, (size_t)(next - line), 0, NULL);
		if (o)
			look_at_line(t, p, o);
		whole = o && end && !strcmp(member(o, "type"), "summary");
		json_decref(o);
	}
	if (!whole && !*p->wrong)
		snprintf(p->wrong, sizeof(p->wrong), "the report does not end with a summary");
}

/* Return: what keeps the pipeline from being proven, NULL when it is. */
static const char *what_is_wrong(const struct proof *p)
{
	if (*p->wrong)
		return p->wrong;
	if (!p->hits)
		return "the planted orphan was not reported";
	if (p->hits > 1)
		return "the planted orphan was reported more than once";
	if (p->released != 1)
		return "its release was not reported";
	return NULL;
}

static void print_text(const struct selftest *t, const struct proof *p, const char *not_tried)
{
	const char *wrong = what_is_wrong(p);
	char grace[FMT_LEN];

	printf("%s, path %s%s%s\n", wrong ? "NOT PROVEN" : "proven", t->path, wrong ? ": " : "",
	       wrong ? wrong : "");
	if (t->inv->o.quiet)
		return;
	printf("  planted    %s, %s 0x%llx of process %u, driver %s\n", rule_name(t->rule),
	       t->class, (unsigned long long)t->address, t->pid, t->driver);
	printf("  through    %s\n", t->through);
	if (p->hits)
		printf("  reported   %s after the fact, and %s\n",
		       fmt_duration(grace, sizeof(grace), p->after_ns),
		       p->released ? "released when it was" : "never released");
	if (not_tried)
		printf("  not tried  the path through the kernel: %s\n", not_tried);
}

static int print_json(const struct selftest *t, const struct proof *p, const char *not_tried)
{
	const char *wrong = what_is_wrong(p);
	struct strbuf sb = STRBUF_INIT;
	struct jsonw j;
	int ret;

	jsonw__init(&j, &sb);
	jsonw__object(&j);
	jsonw__kstr(&j, "type", "selftest");
	jsonw__kbool(&j, "proven", !wrong);
	jsonw__kstr(&j, "path", t->path);
	jsonw__kstr_or_null(&j, "why", wrong);
	jsonw__kstr(&j, "rule", rule_name(t->rule));
	jsonw__kstr(&j, "class", t->class);
	jsonw__khex(&j, "address", t->address);
	jsonw__ku64(&j, "pid", t->pid);
	jsonw__kstr(&j, "driver", t->driver);
	jsonw__kstr(&j, "through", t->through);
	jsonw__ku64(&j, "findings", p->hits);
	jsonw__ku64(&j, "released", p->released);
	jsonw__kstr_or_null(&j, "kernel_not_tried", not_tried);
	jsonw__end(&j);
	ret = strbuf__err(&sb);
	if (!ret)
		puts(strbuf__str(&sb));
	strbuf__free(&sb);
	return ret;
}

static bool is_not_available(int ret)
{
	return ret == -ENODEV || ret == -EOPNOTSUPP || ret == -EPERM || ret == -EACCES;
}

/* Return: as selftest_kernel(); *why is then why it was not the kernel, "" otherwise. */
static int run_path(struct selftest *t, struct errmsg *why, struct errmsg *err)
{
	int ret;

	*why->text = 0;
	if (t->inv->o.path != PATH_STREAM) {
		ret = selftest_kernel(t, err);
		if (t->inv->o.path == PATH_KERNEL || !is_not_available(ret))
			return ret;
		*why = *err;
	}
	return selftest_stream(t, err);
}

/* The report goes to memory, as NDJSON whatever our own answer is printed as. */
static int run_to_memory(struct selftest *t, char **ret_report, struct errmsg *why,
			 struct errmsg *err)
{
	size_t len = 0;
	int ret;

	t->out = open_memstream(ret_report, &len);
	if (!t->out)
		return err_set(err, -ENOMEM, "out of memory");
	ret = run_path(t, why, err);
	if (fclose(t->out) && !ret)
		ret = err_set(err, -ENOMEM, "out of memory");
	return ret;
}

int cmd_selftest(struct invocation *inv)
{
	struct invocation judged = *inv;
	struct selftest t = { .inv = &judged };
	struct proof p = { 0 };
	struct errmsg why, err;
	char *report = NULL;
	int ret, status;

	if (!inv->o.grace_ns[GRACE_RELEASE])
		judged.o.grace_ns[GRACE_RELEASE] = DEFAULT_GRACE_NS;
	t.grace_ns = judged.o.grace_ns[GRACE_RELEASE];
	judged.o.json = true;
	ret = run_to_memory(&t, &report, &why, &err);
	if (ret) {
		free(report);
		status = complain(&err);
		return ret == -ENODEV || ret == -EOPNOTSUPP ? EXIT_UNSUPPORTED : status;
	}
	read_report(&t, &p, report);
	free(report);
	status = what_is_wrong(&p) ? EXIT_FINDINGS : EXIT_CLEAN;
	if (!inv->o.json)
		print_text(&t, &p, *why.text ? why.text : NULL);
	else if (print_json(&t, &p, *why.text ? why.text : NULL))
		status = complainf("out of memory");
	return status;
}
