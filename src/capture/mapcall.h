/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mapcall.h - bpf(2) on maps, while programs run.
 *
 * From the beginning to the end of such a call the kernel runs no program of a kprobe
 * or of a classic tracepoint on that CPU (bpf_disable_instrumentation()). That is a
 * microsecond, and nobody comes by, unless the caller is preempted there: then all
 * who run on that CPU until it gets on are not seen. Asked for, the calling thread
 * is out of reach of ordinary tasks for as long as the call takes.
 */
#ifndef CAPTURE_MAPCALL_H
#define CAPTURE_MAPCALL_H

#include <bpf/bpf.h>
#include <stdbool.h>

/*
 * Of the process. Nothing changes where the caller is of a real-time class already, or
 * may not become so.
 */
void mapcall__shield(bool on);

/* Around calls one after another, so that they share the price; they nest. */
void mapcall__begin(void);
void mapcall__end(void);

/* As libbpf's of the same name: 0, or negative with errno set. */
static inline int mapcall_lookup(int fd, const void *key, void *val)
{
	int err;

	mapcall__begin();
	err = bpf_map_lookup_elem(fd, key, val);
	mapcall__end();
	return err;
}

static inline int mapcall_update(int fd, const void *key, const void *val, __u64 flags)
{
	int err;

	mapcall__begin();
	err = bpf_map_update_elem(fd, key, val, flags);
	mapcall__end();
	return err;
}

static inline int mapcall_delete(int fd, const void *key)
{
	int err;

	mapcall__begin();
	err = bpf_map_delete_elem(fd, key);
	mapcall__end();
	return err;
}

#endif /* CAPTURE_MAPCALL_H */
