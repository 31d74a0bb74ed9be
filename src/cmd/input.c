// SPDX-License-Identifier: GPL-2.0
#include "cmd/input.h"

#include <errno.h>
#include <string.h>

#include "stream/file.h"
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

int input__open(struct input *in, const struct invocation *inv, struct errmsg *err)
{
	*in = (struct input){ 0 };
	if (inv->o.text)
		return open_text(in, inv->rest.args[0], err);
	return file_source__open(inv->rest.args[0], &in->source, err);
}

void input__close(struct input *in)
{
	source__free(in->source);
	if (in->text && in->text != stdin)
		fclose(in->text);
	*in = (struct input){ 0 };
}
