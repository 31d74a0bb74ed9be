/* SPDX-License-Identifier: GPL-2.0 */
/* snapshot_source.h - a snapshot as a stream of records: inside src/capture only. */
#ifndef CAPTURE_SNAPSHOT_SOURCE_H
#define CAPTURE_SNAPSHOT_SOURCE_H

#include "capture/snapshot.h"
#include "stream/source.h"

/* Takes it. conf is not needed any more afterwards. */
int snapshot_source__open(const struct snap_conf *conf, struct source **ret_s, struct errmsg *err);

#endif /* CAPTURE_SNAPSHOT_SOURCE_H */
