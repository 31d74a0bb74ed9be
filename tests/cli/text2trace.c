// SPDX-License-Identifier: GPL-2.0
/*
 * text2trace TEXT FILE - records as text into a trace file, for tests. With a
 * third argument, that many records go into each frame.
 */
#include <stdio.h>
#include <stdlib.h>

#include "stream/file.h"
#include "stream/text.h"

static int die(const struct errmsg *err)
{
	fprintf(stderr, "text2trace: %s\n", err->text);
	return 1;
}

int main(int argc, char **argv)
{
	unsigned long per_frame = argc > 3 ? strtoul(argv[3], NULL, 10) : 0, n = 0;
	struct trace_meta meta = {
		.version = (char *)"0.1-test", .uname = (char *)"Linux test 6.12.0 x86_64",
		.boot_id = (char *)"00000000-0000-0000-0000-000000000000",
		.command_line = (char *)"hmmtrace record", .filters = (char *)"",
		.tier = (char *)"full", .plan = (char *)"{}",
		.wall_start_ns = 1700000000000000000ULL, .mono_start_ns = 1000000000,
	};
	const struct hmt_hdr *rec;
	struct file_writer *w;
	struct errmsg err;
	struct source *s;
	FILE *f;
	int ret;

	f = argc > 2 ? fopen(argv[1], "r") : NULL;
	if (!f || text_source__open(f, argv[1], &s, &err) ||
	    file_writer__open(argv[2], true, &meta, &w, &err)) {
		fprintf(stderr, "usage: text2trace TEXT FILE [RECORDS-PER-FRAME]\n");
		return 2;
	}
	while ((ret = source__next(s, &rec)) == 1) {
		if (file_writer__add(w, rec, &err))
			return die(&err);
		if (per_frame && ++n % per_frame == 0 && file_writer__flush(w, &err))
			return die(&err);
	}
	if (ret < 0)
		return die(&s->err);
	if (file_writer__close(w, &err))
		return die(&err);
	source__free(s);
	fclose(f);
	return 0;
}
