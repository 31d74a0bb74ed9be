/* SPDX-License-Identifier: GPL-2.0 */
/*
 * holders.h - who still has what keeps an orphan: inside src/capture only.
 *
 * An owner that exits leaves FILE records of the drivers' files it shared. Most
 * of the time its registrations go with it and that is all. If they are there
 * still when three quarters of the grace time are over, the files of all
 * processes are walked, and a HOLDER record says who has one of them open.
 */
#ifndef CAPTURE_HOLDERS_H
#define CAPTURE_HOLDERS_H

#include <hmmtrace/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "capture/holders_shared.h"
#include "capture/known.h"
#include "capture/outq.h"

struct holders_conf {
	int prog_fd, files_fd;		/* of hmt_holders and hmt_files; prog_fd -1: not there */
	__u64 grace_ns;
};

/* A file of an owner that is dead. */
struct left_file {
	__u64 file, data, mm, due;
	__u32 owner, major, minor;
	char name[HMT_FILE_NAME_LEN];
};

struct holders {
	struct holders_conf conf;
	const struct known *known;	/* borrowed */
	struct left_file *left;		/* in order of due */
	size_t nr, cap;
};

/* Remembers what a FILE record says. Return: 0 or -ENOMEM. */
int holders__left(struct holders *h, const struct hmt_file *rec);
/* Is there something to be looked for, now that it is ts? */
static inline bool holders__due(const struct holders *h, __u64 ts)
{
	return h->nr && h->left[0].due <= ts;
}

/* How far ahead a walk looks, so that there are eight walks a grace time at most. */
static inline __u64 holders__slack(const struct holders *h)
{
	return h->conf.grace_ns / 8;
}

/*
 * Walks the files of all processes for what is due until then, and delivers
 * what it finds as of ts. Return: 0, also when it cannot be walked; -ENOMEM.
 */
int holders__look(struct holders *h, __u64 until, __u64 ts, struct outq *out);
void holders__free(struct holders *h);

/* What one match says. Pure. path: NULL, or where the holder has it. */
void holder_build(struct hmt_holder *rec, __u64 ts, const struct left_file *f,
		  const struct holder_obj *o, const char *path);

#endif /* CAPTURE_HOLDERS_H */
