#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# event.sh - what an event costs who causes it, on the running kernel: the
# handlers of the tracer on a tracepoint that any program can fire.
#
# Needs root, and a kernel that loads BPF programs. What of the peers the kernel
# refuses or nobody installed is said to be absent.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR/../..
# shellcheck source=tools/lib/bench.sh
. "$(dirname "$0")/../../tools/lib/bench.sh"

event=$out/bench/event
[[ -x $event ]] || die "there is no $event: run make bench"
[[ $(id -u) = 0 ]] || die "tracing needs root"
tracing=$bench_tmp/tracing
fires=300000 tp=$("$event" which)
[[ $bench_quick = no ]] || fires=30000

# tracefs where nobody else sees it
if [[ -z ${BENCH_EVENT_MOUNTED-} ]]; then
	exec env BENCH_EVENT_MOUNTED=yes unshare --mount --propagation private "$0"
fi
mkdir -p "$tracing"
mount -t tracefs nodev /sys/kernel/tracing
mount --bind /sys/kernel/tracing "$tracing"

# fire_under COMMAND...: nanoseconds of one fire while that runs it
fire_under() {
	"$@" >"$bench_tmp/stdout" 2>"$bench_tmp/stderr" || {
		cat "$bench_tmp/stderr" >&2
		return 1
	}
	grep -a -x -E '[0-9.]+' "$bench_tmp/stderr"
}

under_ftrace() {
	mkdir -p "$tracing/instances/hmmtrace-bench"
	echo 8192 >"$tracing/instances/hmmtrace-bench/buffer_size_kb"
	echo mono >"$tracing/instances/hmmtrace-bench/trace_clock"
	echo 1 >"$tracing/instances/hmmtrace-bench/events/task/$tp/enable"
	"$event" fire $fires
	rmdir "$tracing/instances/hmmtrace-bench"
}

under_perf() {
	perf record -q -a -m 1024 -o "$bench_tmp/perf.data" -e "task:$tp" "$@" -- "$event" fire $fires
}

under_bpftrace() {
	bpftrace -q -e "tracepoint:task:$tp { printf(\"%llu %d %d %s\\n\", nsecs, pid, cpu, comm); }" -c "$event fire $fires"
}

# peer NAME REP COMMAND...: what it adds, whatever the event stands for
peer() {
	local name=$1 rep=$2 base with row
	shift 2
	if ! base=$(fire_under "$event" fire $fires) || ! with=$(fire_under "$@"); then
		((rep)) || absent "any event" "$name" "$(tail -n 1 "$bench_tmp/stderr")"
		return 0
	fi
	rm -f "$bench_tmp/perf.data"
	sample "any event" "$name" ns/event "$(jq -n "$with - $base")" "$rep"
}

question "What does an event cost who causes it, in CPU time?"
peers "bare ring" "ring, written and timed" "perf record"
for ((rep = 0; rep < bench_reps; rep++)); do
	"$event" native >"$bench_tmp/native" || die "$event failed"
	samples $rep <"$bench_tmp/native"
	peer "perf record" $rep under_perf
	peer "perf record -g" $rep under_perf -g
	peer ftrace $rep under_ftrace
	peer "bpftrace printf" $rep under_bpftrace
done
for row in fault "get, put" birth death mix; do
	bound "$row" "hmmtrace, no stacks" "bare ring" 1.3
	bound "$row" "hmmtrace, no stacks" "perf record" 0.25 "any event"
done
bound mix "hmmtrace, default stacks" "perf record" 1 "any event"
remark "the events are fired with prctl(), task:$tp; a cost is the CPU time of that beyond its time with nothing attached"
remark "mix: a life with eleven events, one birth, with two faults in it"
remark "bare ring: room of the same size taken and given back, nothing put into it"
remark "ring, written and timed: the same, with a time in it and the rest zeros: what any record that says when costs"
remark "default stacks: at births, deaths and gets"
