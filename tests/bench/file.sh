#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# file.sh - what a trace takes on the disk and to be written: by hmmtrace, perf and
# trace-cmd, which recorded the same events side by side in one guest.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR/../..
# shellcheck source=tools/lib/bench.sh
. "$(dirname "$0")/../../tools/lib/bench.sh"

bench=$out/bench/bench same=$out/bench/same
[[ -x $bench ]] || die "there is no $bench: run make bench"
"$top/tests/bench/same"

events=$("$out/hmmtrace" dump "$same/r.hmt" | wc -l)
# Ticks of a guest, 100 a second.
cpu_of() {
	awk -v name="$1" -v events="$events" '$1 == name { sum += $2 } END { print sum / 100 / events * 1e6 }' \
		"$same/cpu"
}

question "How many bytes does an event take on the disk, and how much time to write?"
peers "perf record" "trace-cmd record"
size() { sample "size" "$1" bytes/event "$(jq -n "$(du -sb --apparent-size "$2" | cut -f1) / $events")"; }
size hmmtrace "$same/r.hmt"
size "perf record" "$same/perf.data"
size "trace-cmd record" "$same/trace.dat"
size "CTF" "$same/ctf"
sample "size, sent (zstd -3)" hmmtrace bytes/event \
	"$(jq -n "$(zstd -3 -c "$same/r.hmt" | wc -c) / $events")"
sample "size, sent (zstd -3)" "perf record" bytes/event \
	"$(jq -n "$(zstd -3 -c "$same/perf.data" | wc -c) / $events")"
for who in hmmtrace perf trace-cmd; do
	name=$who
	[[ $who = hmmtrace ]] || name="$who record"
	sample "CPU of the recorder, in the guest" "$name" us/event "$(cpu_of "$who")"
done
write=5000000
[[ $bench_quick = no ]] || write=500000
for ((rep = 0; rep < bench_reps; rep++)); do
	"$bench" write $write 1000 "$bench_tmp/w.hmt" | jq -c --argjson rep $rep \
		'{row: "writing alone", who: "hmmtrace", unit: "million events/s",
		  value: (.events / .cpu_seconds / 1e6), rep: $rep}'
done
ceiling size hmmtrace 6
bound size hmmtrace "perf record" 0.1
remark "$events events of the mixed load, without stacks, all kinds, recorded side by side: no one lost any"
remark "CTF is what hmmtrace exports of its own recording"
remark "trace-cmd compresses its file by itself, perf does not unless asked to"
