/* SPDX-License-Identifier: GPL-2.0 */
/*
 * err.h - error sentences. Library code never prints: it returns a negative
 * errno and, where a person will have to act, fills a struct errmsg with one
 * complete sentence: what failed, on what, why, and what to do. src/cmd prints it.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>

#include "base/banned.h"

struct errmsg {
	char text[512];
};

/* Sets *e (NULL is fine) and returns code, so that `return err_set(err, -EINVAL, ...)` reads well. */
int err_set(struct errmsg *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* BASE_ERR_H */
