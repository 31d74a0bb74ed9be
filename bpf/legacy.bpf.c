// SPDX-License-Identifier: GPL-2.0
/*
 * legacy.bpf.c - the tracepoint source for kernels that miss what the main
 * object takes for granted: type information (5.4, and only where it was built
 * in), the ring buffer (5.8), globals that can be mapped (5.5). The handlers are
 * the same. It loads from Linux 5.2 on, and nothing newer may come in here:
 * tests/unit/t_legacy.c looks at what it is made of.
 */
#define HMT_LEGACY
#include "hmmtrace.bpf.c"
#include "source_tracepoint.bpf.c"
