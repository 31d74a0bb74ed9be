// SPDX-License-Identifier: GPL-2.0
#include "cmd/input.h"

#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "cmd/window.h"
#include "stream/file.h"
#include "stream/filter.h"
#include "stream/text.h"

static int open_text(struct input *in, const char *path, struct errmsg *err)
{
	bool is_stdin = !strcmp(path, "-");
	int ret;

	in->text = is_stdin ? stdin : fopen(path, "re");
	if (!in->text)
		return err_set(err, -errno, "cannot open '%s': %s", path, strerror(errno));
	ret = text_source__open(in->text, is_stdin ? "stdin" : path, &in->source, err);
	if (ret)
		input__close(in);
	return ret;
}

int input_filter(const struct invocation *inv, struct source **s, struct errmsg *err)
{
	const struct options *o = &inv->o;
	const struct filter_opts opts = {
		.pids = o->pids.v, .nr_pids = o->pids.nr,
		.comms = o->comms.v, .nr_comms = o->comms.nr,
		.drivers = o->drivers.v, .nr_drivers = o->drivers.nr,
	};

	return filter_source__open(*s, &opts, s, err);
}

char *input_filter_words(const struct invocation *inv)
{
	const struct options *o = &inv->o;
	struct strbuf sb = STRBUF_INIT;

	strbuf__adds(&sb, "");
	for (unsigned int i = 0; i < o->pids.nr; i++)
		strbuf__addf(&sb, "%s--pid %u", sb.len ? " " : "", o->pids.v[i]);
	for (unsigned int i = 0; i < o->comms.nr; i++)
		strbuf__addf(&sb, "%s--comm %s", sb.len ? " " : "", o->comms.v[i]);
	for (unsigned int i = 0; i < o->drivers.nr; i++)
		strbuf__addf(&sb, "%s--driver %s", sb.len ? " " : "", o->drivers.v[i]);
	return strbuf__detach(&sb);
}

int input__open(struct input *in, const struct invocation *inv, struct errmsg *err)
{
	int ret;

	*in = (struct input){ 0 };
	if (inv->o.text)
		ret = open_text(in, inv->rest.args[0], err);
	else
		ret = file_source__open(inv->rest.args[0], &in->source, err);
	if (!ret && !inv->o.text)
		file_source__read_ahead(in->source);
	/* The window first: where things stand at its beginning is nobody's choice. */
	if (!ret)
		ret = window_source__open(&in->source, inv->o.from_ns, inv->o.to_ns, err);
	if (!ret)
		ret = input_filter(inv, &in->source, err);
	if (ret)
		input__close(in);
	return ret;
}

void input__close(struct input *in)
{
	source__free(in->source);
	if (in->text && in->text != stdin)
		fclose(in->text);
	*in = (struct input){ 0 };
}
