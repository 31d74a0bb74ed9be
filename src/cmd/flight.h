/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flight.h - the last seconds or bytes of a stream, in memory, as the frames a
 * file would have. What falls out at the far end goes into a carry, so that a
 * file made of the rest begins with where things stood.
 */
#ifndef CMD_FLIGHT_H
#define CMD_FLIGHT_H

#include "cmd/recorder.h"

struct flight;

/* NULL without memory. */
struct flight *flight__new(const struct recorder_opts *o);
void flight__free(struct flight *f);
int flight__add(struct flight *f, const struct hmt_hdr *rec, struct errmsg *err);
int flight__flush(struct flight *f, struct errmsg *err);
bool flight__pending(const struct flight *f);
__u64 flight__bytes(const struct flight *f);
/*
 * Was something found since, and is it time for another file? Findings that come
 * while the memory still holds what the last file has are in that one's neighbourhood.
 */
bool flight__found(struct flight *f);
/* A whole file. goes_on: the stream does, so it needs an end of its own. */
int flight__write(struct flight *f, const char *path, bool goes_on, __u64 *ret_bytes,
		  struct errmsg *err);

#endif /* CMD_FLIGHT_H */
