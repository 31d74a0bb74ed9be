# SPDX-License-Identifier: GPL-2.0
# perfetto-facts.awk - what `protoc --decode perfetto.protos.Trace` printed, checked
# for what a viewer needs, and counted. Every line that begins with "bad" is one.
function end_event() {
	if (!(track in seen)) bad("event on a track without descriptor", track)
	if (clock != 3) bad("clock", clock)
	if (type == "TYPE_SLICE_BEGIN") {
		if (depth[track]++) bad("slices overlap", name)
		if (ts < last[track]) bad("time steps back on a track", name)
		if (counter[track]) bad("slice on a counter track", name)
		slices[substr(name, 1, 1)]++
	} else if (type == "TYPE_SLICE_END") {
		if (--depth[track] < 0) bad("end without begin", track)
		if (ts < last[track]) bad("slice ends before it begins", track)
	} else if (type == "TYPE_COUNTER") {
		if (!counter[track]) bad("count on a track that is none", track)
		counts++
		return
	} else if (type == "TYPE_INSTANT") {
		instants[category]++
		if (flow != "") { if (flow in flows) bad("flow begins twice", flow); flows[flow] = ts }
		if (ends != "") {
			if (!(ends in flows)) bad("flow ends that never began", ends)
			else if (flows[ends] > ts) bad("flow runs backwards", ends)
			joined++
		}
		return
	} else bad("type", type)
	last[track] = ts
}
function bad(what, which) { printf "bad: %s: %s\n", what, which }
function value(s) { sub(/^[^:]*: /, "", s); gsub(/^"|"$/, "", s); return s }
/^packet {/ { ts = clock = track = type = name = category = flow = ends = uuid = parent = ""; kind = ""; n++ }
/^  timestamp: / { ts = $2 + 0 }
/^  timestamp_clock_id: / { clock = $2 }
/^  sequence_flags: 1/ { if (n != 1) bad("the sequence starts again", n); started = 1 }
/^  trusted_packet_sequence_id: 1/ { sequenced++ }
/^  track_event {/ { kind = "event" }
/^  track_descriptor {/ { kind = "track" }
/^    track_uuid: / { track = $2 }
/^    type: / { type = $2 }
/^    name: / { name = value($0) }
/^    categories: / { category = value($0) }
/^    flow_ids: / { flow = $2 }
/^    terminating_flow_ids: / { ends = $2 }
/^    uuid: / { uuid = $2 }
/^    parent_uuid: / { parent = $2 }
/^    counter {/ { is_counter = 1 }
/^    process {/ { processes++ }
/^}/ {
	if (kind == "event") end_event()
	if (kind == "track") {
		if (uuid in seen) bad("track described twice", uuid)
		if (parent != "" && !(parent in seen)) bad("parent is not there", parent)
		seen[uuid] = 1; counter[uuid] = is_counter; tracks++
	}
	is_counter = 0
}
END {
	if (!started) bad("no start of the sequence", "")
	if (sequenced != n) bad("packets without a sequence", n - sequenced)
	for (t in depth) if (depth[t]) bad("slices that do not end", t)
	printf "processes %d\nspaces %d\nmirrors %d\nranges %d\ncounts %d\ngets and puts %d\n", \
		processes, slices["A"], slices["M"], slices["R"], counts, instants["reference"]
	printf "joined %d\nfindings %d\nfailures %d\nlosses %d\n", joined, instants["finding"], \
		instants["failure"], instants["loss"]
}
