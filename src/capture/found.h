/* SPDX-License-Identifier: GPL-2.0 */
/*
 * found.h - what a walk of the kernel's lists found, made known to those who have not
 * seen it begin: the programs, by their maps, and the reader.
 */
#ifndef CAPTURE_FOUND_H
#define CAPTURE_FOUND_H

#include "capture/reader.h"

/*
 * One that ended before it was entered has its record in the ring, and is taken out
 * again when that has been delivered. Return: 0 or -ENOMEM.
 */
int found__enter(const struct reader_conf *conf, const struct sync_set *found,
		 struct known *known);
/* What was found and is not there now: it has not ended before the eyes of the programs. */
void found__leave(const struct reader_conf *conf, const struct sync_set *found,
		  const struct sync_set *now);

#endif /* CAPTURE_FOUND_H */
