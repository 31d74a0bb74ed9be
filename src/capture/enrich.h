/* SPDX-License-Identifier: GPL-2.0 */
/*
 * enrich.h - puts before a record what it refers to by number: SYMBOL records
 * for kernel addresses, with the build-id of their module, STACK records for
 * stack ids. Each once; again when
 * modules came or went, for the same address may be something else then.
 */
#ifndef CAPTURE_ENRICH_H
#define CAPTURE_ENRICH_H

#include <hmmtrace/event.h>

#include "base/map64.h"
#include "capture/kallsyms.h"
#include "capture/loss.h"
#include "capture/outq.h"

/* Of enrich.refs: it was looked at. No record has as many fields. */
#define ENRICH_KNOWN (1ULL << 63)

struct enrich {
	struct kallsyms *ks;
	struct map64 addrs, stacks;	/* on record */
	struct map64 modules;		/* the same, by a hash of the name */
	const char *sysfs;		/* NULL: /sys */
	struct outq *out;
	struct loss *loss;
	__u64 checked;			/* when modules were looked at last */
	__u64 refs[HMT_KIND_MAX];	/* of each kind, the fields that refer to something */
	/*
	 * Fills at most HMT_STACK_DEPTH frames. Return: how many, negative when
	 * the stack is not there.
	 */
	int (*read_stack)(void *ctx, __s32 id, __u64 *ret_ips);
	void *ctx;
};

/* Return: true if delivering it takes the names of the kernel. */
bool enrich__refers(struct enrich *e, const struct hmt_hdr *rec);
/* Delivers the record behind what it needs. Return: 0 or a negative errno. */
int enrich__deliver(struct enrich *e, const struct hmt_hdr *rec);
void enrich__free(struct enrich *e);

#endif /* CAPTURE_ENRICH_H */
