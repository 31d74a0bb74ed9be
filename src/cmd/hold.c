// SPDX-License-Identifier: GPL-2.0
#include "cmd/hold.h"

#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/mem.h"

/* As much as a report that somebody will read; what comes beyond that waits on the disk. */
#define HOLD_MEMORY (8U << 20)

struct hold {
	FILE *f;		/* that is written to; NULL once closed */
	FILE *spill;		/* what did not fit; NULL: there was no need, or no file */
	struct strbuf sb;
	int err;
	int no_file;
};

static int spill(struct hold *h)
{
	if (!h->spill && !h->no_file) {
		h->spill = tmpfile();
		/* Nowhere to write to: then in memory, as long as there is some. */
		h->no_file = !h->spill;
	}
	if (!h->spill)
		return 0;
	if (fwrite(strbuf__str(&h->sb), 1, h->sb.len, h->spill) != h->sb.len)
		return -EIO;
	strbuf__reset(&h->sb);
	return 0;
}

static ssize_t on_write(void *cookie, const char *data, size_t len)
{
	struct hold *h = cookie;

	if (h->sb.len > HOLD_MEMORY && !h->err)
		h->err = spill(h);
	strbuf__add(&h->sb, data, len);
	if (strbuf__err(&h->sb))
		h->err = -ENOMEM;
	return h->err ? 0 : (ssize_t)len;
}

FILE *hold__open(struct hold **ret_h)
{
	static const cookie_io_functions_t io = { .write = on_write };
	struct hold *h = hmt_calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	strbuf__init(&h->sb);
	h->f = fopencookie(h, "w", io);
	if (!h->f) {
		hmt_free(h);
		return NULL;
	}
	*ret_h = h;
	return h->f;
}

int hold__close(struct hold *h)
{
	FILE *f = h->f;

	if (!f)
		return h->err;
	h->f = NULL;
	if (fclose(f) && !h->err)
		h->err = -ENOMEM;
	if (h->spill && fflush(h->spill) && !h->err)
		h->err = errno ? -errno : -EIO;
	return h->err;
}

int hold__empty(const struct hold *h)
{
	return !h->spill && !h->sb.len;
}

int hold__copy(struct hold *h, FILE *out)
{
	char buf[16384];
	size_t n;

	if (h->spill) {
		rewind(h->spill);
		while ((n = fread(buf, 1, sizeof(buf), h->spill)) > 0)
			fwrite(buf, 1, n, out);
		if (ferror(h->spill))
			return -EIO;
	}
	fwrite(strbuf__str(&h->sb), 1, h->sb.len, out);
	return 0;
}

void hold__free(struct hold *h)
{
	if (!h)
		return;
	hold__close(h);
	if (h->spill)
		fclose(h->spill);
	strbuf__free(&h->sb);
	hmt_free(h);
}
