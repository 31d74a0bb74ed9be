/* SPDX-License-Identifier: GPL-2.0 */
/*
 * legacy.h - the second BPF object, for kernels that miss what the main one
 * takes for granted (bpf/legacy.bpf.c). Inside src/capture only.
 */
#ifndef CAPTURE_LEGACY_H
#define CAPTURE_LEGACY_H

#include "capture/capture.h"
#include "capture/feature.h"
#include "capture/reader.h"

struct legacy;
struct bpf_object;

struct legacy_conf {
	const struct plan *plan;
	const struct features *features;
	enum capture_stacks stacks;
	__u32 table_entries;
	size_t ring_bytes;
};

/* Return: 0, or what libbpf said. */
int legacy__load(const struct legacy_conf *conf, struct legacy **ret_l);
struct bpf_object *legacy__object(const struct legacy *l);
/* What the reader needs, but for the programs. */
void legacy__reader_conf(const struct legacy *l, struct reader_conf *ret_conf);
void legacy__switch(const struct legacy *l, bool on);
void legacy__free(struct legacy *l);

#endif /* CAPTURE_LEGACY_H */
