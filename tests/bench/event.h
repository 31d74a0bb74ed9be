/* SPDX-License-Identifier: GPL-2.0 */
/* event.h - what event.bpf.c and event.c share. */
#ifndef BENCH_EVENT_H
#define BENCH_EVENT_H

#define BENCH_WORDS 16

/* X(KIND, event, nr of extra words): what can be fired */
#define BENCH_EVENTS(X) \
	X(RANGE_REGISTER, range_register, 4) \
	X(RANGE_UNREGISTER_BEGIN, range_unregister_begin, 0) \
	X(RANGE_UNREGISTER_END, range_unregister_end, 0) \
	X(REF_GET, ref_get, 2) \
	X(REF_PUT, ref_put, 2) \
	X(READ_BEGIN, read_begin, 1) \
	X(FAULT_BEGIN, fault_begin, 3) \
	X(FAULT_END, fault_end, 4)

/* The same, and what only tests fire */
#define TEST_EVENTS(X) \
	BENCH_EVENTS(X) \
	X(MIRROR_REGISTER, mirror_register, 2) \
	X(MIRROR_UNREGISTER, mirror_unregister, 1) \
	X(FREE, free, 1)

#endif /* BENCH_EVENT_H */
