/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recorder.h - where a session's records go: one trace file, a row of files of
 * which the last are kept, or memory, of which a file is made when something
 * happens. Each file stands alone: what it needs of before is carried over.
 *
 *   one        FILE
 *   rotation   FILE with a number, run.0001.hmt, run.0002.hmt, ...
 *   memory     FILE with a number on a finding or a signal, FILE at the end
 */
#ifndef CMD_RECORDER_H
#define CMD_RECORDER_H

#include "stream/file.h"

enum recorder_dump { DUMP_FINDING = 1, DUMP_SIGNAL = 2, DUMP_END = 4 };

/* All zero but path and meta: one file. */
struct recorder_opts {
	const char *path;
	bool force;			/* overwrite what is there */
	const struct trace_meta *meta;	/* outlives the recorder */
	__u64 rotate_bytes, rotate_ns;
	__u32 keep;			/* files of a rotation; 0: all */
	__u64 last_bytes, last_ns;	/* in memory */
	__u32 dump;			/* enum recorder_dump */
	__u64 grace_ns;			/* for findings; 0: the engine's default */
};

struct recorder;

/*
 * What can be said of the files before anything is recorded: whether one is in
 * the way. Return: 0, or negative with *err a sentence.
 */
int recorder_check(const struct recorder_opts *o, struct errmsg *err);
int recorder__open(const struct recorder_opts *o, struct recorder **ret_r, struct errmsg *err);
/* Return: 0, or negative with *err a sentence; the recorder stays failed then. */
int recorder__add(struct recorder *r, const struct hmt_hdr *rec, struct errmsg *err);
/* What was added is in the file, or in memory. */
int recorder__flush(struct recorder *r, struct errmsg *err);
bool recorder__pending(const struct recorder *r);
/* Memory only: a file of it, now, if there is a reason to. */
int recorder__dump(struct recorder *r, enum recorder_dump why, struct errmsg *err);
/* The last file is whole then. The recorder stays until __free(). */
int recorder__finish(struct recorder *r, struct errmsg *err);
void recorder__free(struct recorder *r);

/* Of the present file; of memory. */
__u64 recorder__bytes(const struct recorder *r);
struct recorder_stats {
	__u64 bytes;		/* in all files that are left */
	__u32 files;		/* written */
	__u32 kept;		/* of these, still there */
	const char *last;	/* the name of the last one, "" for none */
};
void recorder__stats(const struct recorder *r, struct recorder_stats *ret_st);

/* "run.hmt", 7 to "run.0007.hmt"; to be freed, NULL without memory. */
char *recorder_file_name(const char *path, __u32 number);

#endif /* CMD_RECORDER_H */
