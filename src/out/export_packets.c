// SPDX-License-Identifier: GPL-2.0
#include "out/export_packets.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "perfetto.pb-c.h"

#define CLOCK_REAL 1
#define CLOCK_MONO 3
#define SEQUENCE 1
#define SEQUENCE_STARTS 1

typedef Perfetto__Protos__TracePacket Packet;
typedef Perfetto__Protos__TrackEvent Event;
typedef Perfetto__Protos__DebugAnnotation Annotation;

#define EVENT(name) PERFETTO__PROTOS__TRACK_EVENT__TYPE__TYPE_##name

/* A trace of one packet: traces are put together by writing one behind the other. */
static void write_packet(struct packets *p, Packet *packet)
{
	Perfetto__Protos__Trace trace = PERFETTO__PROTOS__TRACE__INIT;
	unsigned char *buf;
	size_t len;

	packet->has_trusted_packet_sequence_id = true;
	packet->trusted_packet_sequence_id = SEQUENCE;
	packet->has_sequence_flags = !p->any;
	packet->sequence_flags = SEQUENCE_STARTS;
	p->any = true;
	trace.packet = &packet;
	trace.n_packet = 1;
	len = perfetto__protos__trace__get_packed_size(&trace);
	if (len > p->cap) {
		buf = hmt_realloc(p->buf, len * 2, 1);
		if (!buf) {
			export_no_memory(p->x);
			return;
		}
		p->buf = buf;
		p->cap = len * 2;
	}
	perfetto__protos__trace__pack(&trace, p->buf);
	if (p->x->failed)
		return;
	errno = 0;
	if (fwrite(p->buf, 1, len, p->f) != len)
		export_cannot_write(p->x, errno ? -errno : -EIO);
}

/* The library does not write through what it is given, and has no word for that. */
static char *str(const char *s)
{
	return (char *)(uintptr_t)s;
}

void notes_add(struct notes *n, const char *name, enum note_kind kind, const char *text,
	       __u64 value)
{
	if (n->nr == NOTES_MAX || (kind == NOTE_TEXT ? !text || !*text : !value))
		return;
	n->v[n->nr++] = (struct note){ .name = name, .text = text, .value = value, .kind = kind };
}

static void annotation(Annotation *a, const struct note *n)
{
	perfetto__protos__debug_annotation__init(a);
	a->name = str(n->name);
	switch (n->kind) {
	case NOTE_TEXT:
		a->string_value = str(n->text);
		break;
	case NOTE_NUMBER:
		a->has_uint_value = true;
		a->uint_value = n->value;
		break;
	case NOTE_POINTER:
		a->has_pointer_value = true;
		a->pointer_value = n->value;
		break;
	case NOTE_FLAG:
		a->has_bool_value = true;
		a->bool_value = n->value != 0;
		break;
	}
}

static void write_event(struct packets *p, __u64 ts, __u64 track, Event *e,
			const struct notes *notes)
{
	Packet packet = PERFETTO__PROTOS__TRACE_PACKET__INIT;
	Annotation v[NOTES_MAX], *list[NOTES_MAX];

	for (unsigned int i = 0; notes && i < notes->nr; i++) {
		annotation(&v[i], &notes->v[i]);
		list[i] = &v[i];
	}
	e->n_debug_annotations = notes ? notes->nr : 0;
	e->debug_annotations = list;
	e->has_type = true;
	e->has_track_uuid = true;
	e->track_uuid = track;
	packet.has_timestamp = true;
	packet.timestamp = ts;
	packet.has_timestamp_clock_id = true;
	packet.timestamp_clock_id = CLOCK_MONO;
	packet.track_event = e;
	write_packet(p, &packet);
}

void packet_begin(struct packets *p, __u64 ts, __u64 track, const char *name,
		  const struct notes *notes)
{
	Event e = PERFETTO__PROTOS__TRACK_EVENT__INIT;

	e.type = EVENT(SLICE_BEGIN);
	e.name = str(name);
	write_event(p, ts, track, &e, notes);
}

void packet_end(struct packets *p, __u64 ts, __u64 track)
{
	Event e = PERFETTO__PROTOS__TRACK_EVENT__INIT;

	e.type = EVENT(SLICE_END);
	write_event(p, ts, track, &e, NULL);
}

void packet_instant(struct packets *p, __u64 ts, __u64 track, const char *category,
		    const char *name, const struct notes *notes, __u64 flow, bool last)
{
	Event e = PERFETTO__PROTOS__TRACK_EVENT__INIT;
	char *categories[] = { str(category) };
	uint64_t flows[] = { flow };

	e.type = EVENT(INSTANT);
	e.name = str(name);
	e.categories = categories;
	e.n_categories = 1;
	if (flow && last) {
		e.terminating_flow_ids = flows;
		e.n_terminating_flow_ids = 1;
	} else if (flow) {
		e.flow_ids = flows;
		e.n_flow_ids = 1;
	}
	write_event(p, ts, track, &e, notes);
}

void packet_counter(struct packets *p, __u64 ts, __u64 track, __s64 value)
{
	Event e = PERFETTO__PROTOS__TRACK_EVENT__INIT;

	e.type = EVENT(COUNTER);
	e.has_counter_value = true;
	e.counter_value = value;
	write_event(p, ts, track, &e, NULL);
}

void packet_track(struct packets *p, enum track_kind kind, __u64 uuid, __u64 parent,
		  const char *name, __u32 pid)
{
	Perfetto__Protos__ProcessDescriptor process = PERFETTO__PROTOS__PROCESS_DESCRIPTOR__INIT;
	Perfetto__Protos__CounterDescriptor counter = PERFETTO__PROTOS__COUNTER_DESCRIPTOR__INIT;
	Perfetto__Protos__TrackDescriptor track = PERFETTO__PROTOS__TRACK_DESCRIPTOR__INIT;
	Packet packet = PERFETTO__PROTOS__TRACE_PACKET__INIT;

	track.has_uuid = true;
	track.uuid = uuid;
	track.has_parent_uuid = parent != 0;
	track.parent_uuid = parent;
	if (kind == TRACK_PROCESS) {
		process.has_pid = true;
		process.pid = (int32_t)pid;
		process.process_name = str(name);
		track.process = &process;
	} else {
		track.name = str(name);
	}
	if (kind == TRACK_COUNTER) {
		counter.has_unit = true;
		counter.unit = PERFETTO__PROTOS__COUNTER_DESCRIPTOR__UNIT__UNIT_COUNT;
		track.counter = &counter;
	}
	packet.track_descriptor = &track;
	write_packet(p, &packet);
}

void packet_clocks(struct packets *p, __u64 mono, __u64 wall)
{
	Perfetto__Protos__ClockSnapshot snapshot = PERFETTO__PROTOS__CLOCK_SNAPSHOT__INIT;
	Perfetto__Protos__ClockSnapshot__Clock clocks[2], *list[2] = { &clocks[0], &clocks[1] };
	Packet packet = PERFETTO__PROTOS__TRACE_PACKET__INIT;
	const __u64 times[2] = { mono, wall };

	for (int i = 0; i < 2; i++) {
		perfetto__protos__clock_snapshot__clock__init(&clocks[i]);
		clocks[i].has_clock_id = true;
		clocks[i].clock_id = i ? CLOCK_REAL : CLOCK_MONO;
		clocks[i].has_timestamp = true;
		clocks[i].timestamp = times[i];
	}
	snapshot.clocks = list;
	snapshot.n_clocks = wall ? 2 : 1;
	snapshot.has_primary_trace_clock = true;
	snapshot.primary_trace_clock = CLOCK_MONO;
	packet.clock_snapshot = &snapshot;
	write_packet(p, &packet);
}
