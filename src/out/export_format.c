// SPDX-License-Identifier: GPL-2.0
#include "out/export_format.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

void export_fail(struct export *x, int code, const char *fmt, ...)
{
	va_list ap;

	if (x->failed)
		return;
	x->failed = code;
	va_start(ap, fmt);
	vsnprintf(x->err.text, sizeof(x->err.text), fmt, ap);
	va_end(ap);
}

void export_no_memory(struct export *x)
{
	export_fail(x, -ENOMEM, "out of memory");
}

void export_cannot_write(struct export *x, int code)
{
	bool full = code == -ENOSPC || code == -EDQUOT;

	export_fail(x, code, "%s: cannot write: %s%s", x->name, strerror(-code),
		    full ? "; make room or write elsewhere" : "");
}

void export_write(struct export *x, const void *data, size_t len)
{
	if (x->failed || !len)
		return;
	errno = 0;
	if (fwrite(data, 1, len, x->f) != len)
		export_cannot_write(x, errno ? -errno : -EIO);
}
