// SPDX-License-Identifier: GPL-2.0
/* hot.bpf.c - the table of what is counted, and the knob that says what is. */
#include "handlers.bpf.h"

struct hmt_hot_def hmt_hot SEC(".maps");
struct hmt_hot_open_def hmt_hot_open SEC(".maps");

const volatile __u32 cfg_hot_count = 0;
const volatile __u64 hot_zero[sizeof(struct hot_val) / 8] = {};
