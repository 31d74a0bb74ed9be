// SPDX-License-Identifier: GPL-2.0
/* Any bytes as text: what is taken for a record prints to a line that is that record. */
#include <stdint.h>

#include "base/mem.h"
#include "stream/desc.h"
#include "stream/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(cond) do {							\
	if (!(cond)) {								\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond);	\
		abort();							\
	}									\
} while (0)

static void check_round_trip(const struct hmt_hdr *rec)
{
	static char line[TEXT_LINE_MAX];
	const struct hmt_hdr *again;
	struct source *s;
	struct errmsg err;
	size_t len;
	FILE *f;

	CHECK(!record_validate(rec, rec->size, NULL));
	len = text_format(rec, line, sizeof(line));
	CHECK(len < sizeof(line));
	f = fmemopen(line, len, "r");
	CHECK(f && !text_source__open(f, "again", &s, &err));
	CHECK(source__next(s, &again) == 1);
	CHECK(again->size == rec->size && !memcmp(again, rec, rec->size));
	source__free(s);
	fclose(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hmt_hdr *rec;
	struct source *s;
	struct errmsg err;
	FILE *f;
	int code;

	if (!size)
		return 0;
	f = fmemopen((void *)(size_t)data, size, "r");
	CHECK(f && !text_source__open(f, "fuzz", &s, &err));
	while ((code = source__next(s, &rec)) == 1)
		check_round_trip(rec);
	CHECK(!code || (code < 0 && s->err.text[0]));
	source__free(s);
	fclose(f);
	CHECK(!hmt_mem_live());
	return 0;
}
