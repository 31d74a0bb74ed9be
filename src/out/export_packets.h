/* SPDX-License-Identifier: GPL-2.0 */
/*
 * export_packets.h - packets of the Perfetto format, one call each. What a
 * packet says is the caller's; how it looks in bytes is the protobuf library's.
 */
#ifndef OUT_EXPORT_PACKETS_H
#define OUT_EXPORT_PACKETS_H

#include "out/export_format.h"

#define NOTES_MAX 16

enum note_kind { NOTE_TEXT, NOTE_NUMBER, NOTE_POINTER, NOTE_FLAG };

/* What is shown beside an event. */
struct note {
	const char *name, *text;	/* text: until the packet is written */
	__u64 value;
	enum note_kind kind;
};

struct notes {
	struct note v[NOTES_MAX];
	unsigned int nr;
};

/* Nothing is added when there is nothing to say: "" or, for numbers and pointers, 0. */
void notes_add(struct notes *n, const char *name, enum note_kind kind, const char *text,
	       __u64 value);

struct packets {
	struct export *x;	/* where failures go */
	FILE *f;
	unsigned char *buf;
	size_t cap;
	bool any;		/* the first packet of a sequence says so */
};

enum track_kind { TRACK_PLAIN, TRACK_PROCESS, TRACK_COUNTER };

/* parent: 0 for none. pid: of a TRACK_PROCESS. */
void packet_track(struct packets *p, enum track_kind kind, __u64 uuid, __u64 parent,
		  const char *name, __u32 pid);
/* wall 0: unknown. */
void packet_clocks(struct packets *p, __u64 mono, __u64 wall);
void packet_begin(struct packets *p, __u64 ts, __u64 track, const char *name,
		  const struct notes *notes);
void packet_end(struct packets *p, __u64 ts, __u64 track);
/* flow: 0 for none; last: it ends here. */
void packet_instant(struct packets *p, __u64 ts, __u64 track, const char *category,
		    const char *name, const struct notes *notes, __u64 flow, bool last);
void packet_counter(struct packets *p, __u64 ts, __u64 track, __s64 value);

#endif /* OUT_EXPORT_PACKETS_H */
