#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# event-vm.sh - the same churn of windows on the patched kernel under hmmtrace and
# under whoever else can see its tracepoints: what an operation costs, and how many
# events are lost as the load rises. All have 64 KiB of buffers in the kernel. One boot a
# repetition; a run that hangs is killed and fails the table.
#
# In a VM, emulated in software: only the ratios mean something. Needs perf,
# trace-cmd, bpftrace and the kernel that make test builds.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR/../..
# shellcheck source=tools/lib/bench.sh
. "$(dirname "$0")/../../tools/lib/bench.sh"

# Operations, and how many of them a second; 0: no limit
loads=("1600 800" "6400 8000" "6400 20000" "6400 0")
[[ $bench_quick = no ]] || loads=("320 800" "1600 0")
reps=$((bench_reps < 3 ? bench_reps : 3))
who=(nothing record bare counted live perf trace-cmd bpftrace)
ours=(record bare counted live)
kinds='range-register|read-begin|fault-begin|fault-end|range-unregister-begin|range-unregister-end'

# What ours are run with: all windows and all faults, as the others see them; or
# those counted in the kernel.
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
within() { timeout -s KILL 60 "$@"; }
ours() { # NAME-OF-FILES COMMAND OPTION... -- CHURN...
	out=$1 command=$2
	shift 2
	within hmmtrace $command -f -q -g 0 --ring-size 64K -o $out.hmt "$@" >$out.json || lossy
	hmmtrace report --json $out.hmt >$out.report || [ $? = 3 ] || [ $? = 1 ]
	hmmtrace dump $out.hmt | awk '$2 ~ /^(KINDS)$/ { n++ } END { print n + 0 }' >$out.n
	rm -f $out.hmt
}
run() {
	out=$2.$1
	load="churn $3 $4"
	case $1 in
	nothing) within $load >$out.json ;;
	record) ours $out record -e fault=each -- $load ;;
	bare) ours $out record -e fault=each --stacks none -- $load ;;
	counted) ours $out record -e fault --stacks none -- $load ;;
	live) ours $out "live --json" -e fault=each -- sh -c "$load >&2" 2>$out.err
		grep '^{"ops"' $out.err >$out.json ;;
	perf) within perf record -q -a -m 16 -e "hmm:*" -o $out.data -- $load >$out.json
		gzip -1 $out.data ;;
	trace-cmd) within trace-cmd record -q -b 64 -e hmm -o $out.dat $load >$out.json ;;
	bpftrace) within bpftrace -q pair.bt -c "$load" >$out.json
		sed -n 's/^@n: //p' $out.json >$out.n ;;
	esac
	# What else they print is in the way; what churn prints is one line.
	grep -h '^{"ops"' $out.json >$out.tmp; mv $out.tmp $out.json
}
churn 3200 >/dev/null
END
)
guest=${guest/KINDS/$kinds}
for w in "${who[@]}"; do
	for i in "${!loads[@]}"; do
		guest+=$'\n'"run $w $i ${loads[i]}"
	done
done

# The events of so many operations; an operation before the first warms up.
expected() { # WHO OPS
	local each=6
	[[ $1 != counted ]] || each=3
	echo $((($2 + 1) * each))
}

# count WHO FILE-WITHOUT-SUFFIX: the events of ours that arrived
count() {
	case $1 in
	perf)
		gzip -dc "$2.data.gz" >"$2.data"
		perf report -i "$2.data" --stats 2>/dev/null | awk '
		/^hmm:hmm_/ { ours = /(range|fault|read)_/ } ours && /SAMPLE events/ && !/LOST/ { n += $NF } END { print n + 0 }'
		rm -f "$2.data"
		;;
	trace-cmd) trace-cmd report -i "$2.dat" 2>/dev/null | grep -cE 'hmm_(range|fault|read)_' || true ;;
	*) cat "$2.n" ;;
	esac
}

# said FILE: the loss that a trace of ours owns up to
said() { jq -s '.[-1].lost | map(select(.cause == "ring-full").count) | add // 0' "$1"; }

declare -A name=([nothing]="nothing" [record]="hmmtrace record" [bare]="hmmtrace record, no stacks"
	[counted]="hmmtrace record, faults counted" [live]="hmmtrace live"
	[perf]="perf record" [trace-cmd]="trace-cmd record" [bpftrace]="bpftrace, pairing")

# one LOAD REP: the samples of one load
one() {
	local i=$1 rep=$2 dir=$3 ops rate row base w n
	read -r ops rate <<<"${loads[i]}"
	((rate)) && row="$rate operations/s" || row="no limit"
	base=$(jq .ns "$dir/$i.nothing.json")
	sample "$row: the operation itself" nothing instructions "$base" "$rep"
	for w in "${who[@]:1}"; do
		sample "$row: cost" "${name[$w]}" instructions/operation \
			"$(($(jq .ns "$dir/$i.$w.json") - base))" "$rep"
	done
	for w in "${who[@]:1}"; do
		n=$(count "$w" "$dir/$i.$w")
		n=$(($(expected "$w" "$ops") - n))
		sample "$row: lost" "${name[$w]}" % "$(jq -n "100 * $n / $(expected "$w" "$ops")")" "$rep"
		[[ $w != trace-cmd ]] || ((!n)) || other_loses[i]=yes
		[[ -s $dir/$i.$w.report ]] || continue
		sample "$row: lost and not said" "${name[$w]}" events $((n - $(said "$dir/$i.$w.report"))) "$rep"
	done
}

question "What does it cost to trace a driver that churns windows, and what gets lost?"
peers "perf record" "trace-cmd record" "bpftrace, pairing"
declare -a other_loses=()
for ((rep = 0; rep < reps; rep++)); do
	dir=$bench_tmp/$rep
	in_guest "$guest" "$dir" hmmtrace exerciser churn perf trace-cmd bpftrace ||
		die "the guest failed, see above"
	for i in "${!loads[@]}"; do
		one "$i" $rep "$dir"
	done
	rm -rf "$dir"
done
for i in "${!loads[@]}"; do
	read -r ops rate <<<"${loads[i]}"
	((rate)) && row="$rate operations/s" || row="no limit"
	for w in "${ours[@]}"; do
		bound "$row: lost" "${name[$w]}" "perf record" 0.5
		[[ ${other_loses[i]:-no} = no ]] || bound "$row: lost" "${name[$w]}" "trace-cmd record" 0.5
		ceiling "$row: lost and not said" "${name[$w]}" 0
		# Of the ends of processes and the like, which are not what is counted here
		at_least "$row: lost and not said" "${name[$w]}" -16
	done
	bound "$row: cost" "hmmtrace record, no stacks" "perf record" 1
done
remark "an operation is a window inserted, faulted once and removed: six events; all buffers of the kernel together are 64 KiB; what was taken out of them waits in up to 8 MiB of hmmtrace's memory, or in files"
remark "lost and not said: events generated, less those recorded, less those that the trace says were lost; below zero by what else was lost than windows and faults"
remark "hmmtrace takes a stack at each birth and end unless it says otherwise, the others take none; faults counted: in the kernel, three events are left"
remark "an instruction is a nanosecond in the guest, which has one CPU"
remark "a bound to who loses none is kept by who loses none"
