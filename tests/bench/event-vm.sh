#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# event-vm.sh - the same churn of windows on the patched kernel under hmmtrace and
# under whoever else can see its tracepoints: what an operation costs, and how many
# events are lost as the load rises. All have 64 KiB of buffers.
#
# In a VM, emulated in software: only the ratios mean something. Needs perf,
# trace-cmd, bpftrace and the kernel that make test builds.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR/../..
# shellcheck source=tools/lib/bench.sh
. "$(dirname "$0")/../../tools/lib/bench.sh"

# Operations, and how many of them a second; 0: no limit
loads=("1600 800" "6400 8000" "6400 20000" "6400 0")
[[ $bench_quick = no ]] || loads=("1600 800" "6400 20000" "6400 0")
who=(nothing record bare live perf trace-cmd bpftrace)
kinds='range-register|read-begin|fault-begin|fault-end|range-unregister-begin|range-unregister-end'

# The six events of an operation; an operation before the first warms up.
expected() { echo $((($1 + 1) * 6)); }

guest=$(cat <<'END'
cat >pair.bt <<BT
tracepoint:hmm:hmm_range_register { @born[args->range] = nsecs; @n = count(); }
tracepoint:hmm:hmm_range_unregister_begin /@born[args->range]/ {
	@lifetime = hist(nsecs - @born[args->range]); delete(@born[args->range]); @n = count(); }
tracepoint:hmm:hmm_range_unregister_end { @n = count(); }
tracepoint:hmm:hmm_read_begin { @n = count(); }
tracepoint:hmm:hmm_fault_begin { @fault[tid] = nsecs; @n = count(); }
tracepoint:hmm:hmm_fault_end /@fault[tid]/ {
	@faults = hist(nsecs - @fault[tid]); delete(@fault[tid]); @n = count(); }
BT
# Its status when events were lost
lossy() { [ $? = 3 ]; }
run() {
	out=$2.$1
	case $1 in
	nothing) churn $3 $4 >$out.json ;;
	record) hmmtrace record -q -g 0 -e all --ring-size 64K -o $out.hmt -- churn $3 $4 >$out.json || lossy ;;
	bare) hmmtrace record -q -g 0 -e all --stacks none --ring-size 64K -o $out.hmt -- \
		churn $3 $4 >$out.json || lossy ;;
	live) hmmtrace live --json -g 0 -e all --ring-size 64K -o $out.hmt -- \
		sh -c "churn $3 $4 >$out.json" >$out.ndjson || lossy ;;
	perf) perf record -q -a -m 16 -e "hmm:*" -o $out.data -- churn $3 $4 >$out.json ;;
	trace-cmd) trace-cmd record -q -b 64 -e hmm -o $out.dat churn $3 $4 >$out.json ;;
	bpftrace) bpftrace -q pair.bt -c "churn $3 $4" >$out.json ;;
	esac
	# What else they print is in the way; what churn prints is one line.
	grep -h '^{"ops"' $out.json >$out.tmp; mv $out.tmp $out.json
}
churn 3200 >/dev/null
END
)
for w in "${who[@]}"; do
	for i in "${!loads[@]}"; do
		guest+=$'\n'"run $w $i ${loads[i]}"
	done
done
# count WHO FILE-WITHOUT-SUFFIX: the events of ours that arrived; nothing if that cannot be told
count() {
	case $1 in
	record | bare | live) "$out/hmmtrace" dump "$2.hmt" | grep -cE "^[0-9.]+ ($kinds) " || true ;;
	perf) perf report -i "$2.data" --stats 2>/dev/null | awk '
		/^hmm:hmm_/ { ours = /(range|fault|read)_/ } ours && /SAMPLE events/ && !/LOST/ { n += $NF } END { print n + 0 }' ;;
	trace-cmd) trace-cmd report -i "$2.dat" 2>/dev/null | grep -cE 'hmm_(range|fault|read)_' || true ;;
	esac
}

# said FILE: the loss that a trace of ours owns up to
said() { "$out/hmmtrace" report --json "$1" | jq -s '.[-1].lost | map(select(.cause == "ring-full").count) | add // 0'; }

declare -A name=([nothing]="nothing" [record]="hmmtrace record" [bare]="hmmtrace record, no stacks"
	[live]="hmmtrace live"
	[perf]="perf record" [trace-cmd]="trace-cmd record" [bpftrace]="bpftrace, pairing")

question "What does it cost to trace a driver that churns windows, and what gets lost?"
peers "perf record" "trace-cmd record" "bpftrace, pairing"
for ((rep = 0; rep < bench_reps; rep++)); do
	dir=$bench_tmp/$rep
	in_guest "$guest" "$dir" hmmtrace exerciser churn perf trace-cmd bpftrace ||
		die "the guest failed, see above"
	for i in "${!loads[@]}"; do
		read -r ops rate <<<"${loads[i]}"
		((rate)) && row="$rate operations/s" || row="no limit"
		base=$(jq .ns "$dir/$i.nothing.json")
		for w in "${who[@]}"; do
			ns=$(jq .ns "$dir/$i.$w.json")
			[[ $w = nothing ]] || sample "$row: cost" "${name[$w]}" instructions/operation "$((ns - base))" $rep
			n=$(count "$w" "$dir/$i.$w")
			[[ -z $n ]] || sample "$row: lost" "${name[$w]}" % \
				"$(jq -n "100 * ($(expected "$ops") - $n) / $(expected "$ops")")" $rep
		done
		for w in record bare live; do
			n=$(count $w "$dir/$i.$w")
			sample "$row: lost and not said" "${name[$w]}" events \
				$(($(expected "$ops") - n - $(said "$dir/$i.$w.hmt"))) $rep
		done
	done
	rm -rf "$dir"
done
for load in "${loads[@]}"; do
	read -r ops rate <<<"$load"
	((rate)) && row="$rate operations/s" || row="no limit"
	for w in "hmmtrace record" "hmmtrace record, no stacks" "hmmtrace live"; do
		bound "$row: lost" "$w" "perf record" 0.5
		ceiling "$row: lost and not said" "$w" 0
	done
	bound "$row: cost" "hmmtrace record, no stacks" "perf record" 1
done
remark "an operation is a window inserted, faulted once and removed: six events; all buffers together are 64 KiB"
remark "hmmtrace takes a stack at each birth and end, the others take none; by default; an instruction is a nanosecond in the guest, which has one CPU"
