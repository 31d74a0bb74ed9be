// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/mem.h"
#include "cmd/input.h"
#include "out/record_json.h"
#include "out/sink.h"
#include "stream/text.h"

static int dump_text(const struct hmt_hdr *rec, char **buf, size_t *size)
{
	size_t len = text_format(rec, *buf, *size);
	char *bigger;

	if (len >= *size) {
		bigger = hmt_realloc(*buf, len + 1, 1);
		if (!bigger)
			return -ENOMEM;
		*buf = bigger;
		*size = len + 1;
		len = text_format(rec, *buf, *size);
	}
	(*buf)[len] = '\n';
	fwrite(*buf, 1, len + 1, stdout);
	(*buf)[len] = '\0';
	return 0;
}

static int dump_json(const struct hmt_hdr *rec, struct strbuf *sb)
{
	strbuf__reset(sb);
	record_json(rec, sb);
	strbuf__addc(sb, '\n');
	if (strbuf__err(sb))
		return -ENOMEM;
	fwrite(strbuf__str(sb), 1, sb->len, stdout);
	return 0;
}

static int dump_all(struct invocation *inv, struct source *s, struct errmsg *err)
{
	struct strbuf sb = STRBUF_INIT;
	const struct hmt_hdr *rec;
	char *buf = NULL;
	size_t size = 0;
	int ret;

	while ((ret = source__next(s, &rec)) == 1) {
		ret = inv->o.json ? dump_json(rec, &sb) : dump_text(rec, &buf, &size);
		if (ret) {
			err_set(err, ret, "out of memory");
			break;
		}
		/* close_stdout() says what there is to say. */
		if (ferror(stdout)) {
			inv->write_errno = errno;
			break;
		}
	}
	if (ret < 0 && ret != -ENOMEM)
		*err = s->err;
	strbuf__free(&sb);
	hmt_free(buf);
	return ret;
}

int cmd_dump(struct invocation *inv)
{
	int status = EXIT_CLEAN;
	struct input in;
	struct errmsg err;
	struct sink sink = { .f = stdout };

	if (input__open(&in, inv, &err))
		return complain(&err);
	if (inv->o.json)
		sink_json_ops.begin(&sink, in.source->meta);
	if (dump_all(inv, in.source, &err) < 0)
		status = complain(&err);
	input__close(&in);
	return status;
}
