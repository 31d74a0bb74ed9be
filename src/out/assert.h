/* SPDX-License-Identifier: GPL-2.0 */
/*
 * assert.h - "range.lifetime.p99 < 500ms": one comparison of a quantity with a
 * number, parsed before anything runs and judged when all is over.
 *
 * An assertion is judged on the whole span the true value can lie in. It
 * passes when it holds for all of it, fails when it holds for none, and is
 * open in between: lost events can neither let it pass nor make it fail. One
 * that had nothing to look at fails.
 */
#ifndef OUT_ASSERT_H
#define OUT_ASSERT_H

#include "base/err.h"
#include "base/jsonw.h"
#include "out/quantity.h"

enum assert_op { OP_NONE, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE };
enum outcome { OUTCOME_PASSED, OUTCOME_FAILED, OUTCOME_OPEN };

struct assertion {
	char *text;		/* as it was written, without blanks around it */
	char *where;		/* "-a", "FILE:3" */
	const struct quantity *quantity;
	struct selector selector;
	enum assert_op op;
	__u64 limit;
	/* once judged */
	enum outcome outcome;
	struct measure measure;
	char message[1024];	/* "it is 3.50 s, of 38 ranges; worst: R17 of ..." */
};

struct assertions {
	struct assertion *v;
	size_t nr, cap;
	size_t passed, failed, open;
};

/* Return: 0, or -EINVAL with *err a sentence that ends with the text and a mark under its error. */
int assertions__add(struct assertions *as, const char *text, const char *where,
		    struct errmsg *err);
/* One a line; blank lines and lines that begin with # are skipped. Return: as above, or -errno. */
int assertions__read(struct assertions *as, const char *path, struct errmsg *err);
/* Before the first life: what of them has to be kept. Return: 0 or -ENOMEM. */
int assertions__prepare(const struct assertions *as, struct evidence *ev);
/* Return: 0 or -ENOMEM. */
int assertions__judge(struct assertions *as, const struct evidence *ev);
void assertions__free(struct assertions *as);

const char *outcome_name(enum outcome o);
/* A block for people; nothing when there are none. */
void assertions__text(const struct assertions *as, struct strbuf *sb);
/* NDJSON, a line each. */
void assertions__json(const struct assertions *as, struct strbuf *sb);

#endif /* OUT_ASSERT_H */
