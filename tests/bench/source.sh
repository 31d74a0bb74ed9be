#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# source.sh - the same work seen through the tracepoints of a patched kernel and
# through the functions that any kernel has: what an operation costs more with
# each than with nothing attached, in one boot.
#
# In a VM whose clock is the number of instructions executed. Each run of a
# recorder has a time limit: one that hangs fails the table.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR/../..
# shellcheck source=tools/lib/bench.sh
. "$(dirname "$0")/../../tools/lib/bench.sh"

# What, how many operations, how it is named, and what to trace beside births and deaths
works=("windows 1600 inserted_and_removed" "windows 1600 faulted_in_between -e fault=each"
	"registers 320 notifier_registered_and_unregistered" "refs 1600 reference_got_and_put")
reps=$((bench_reps < 3 ? bench_reps : 3))
[[ $bench_quick = no ]] || reps=1

guest=$(cat <<'END'
churn 320 >/dev/null
# traced ROW WHO SOURCE STACKS WHAT OPS [OPTION]...
traced() {
	row=$1 who=$2 source=$3 stacks=$4 what=$5 ops=$6
	shift 6
	timeout -s KILL 60 hmmtrace record -f -q -g 0 --source $source --stacks $stacks "$@" -o a.hmt -- \
		churn $ops 0 $what >cost.json
	hmmtrace dump a.hmt | awk '$2 ~ /^(mirror|range|ref|fault|read|free)/ { n++ } END { print n + 0 }' >events
	echo "cost $row $who $(cat cost.json) $(cat events)"
}
END
)

# traces ROW WHAT OPS OPTIONS: adds one kind of work to what the guest does
traces() {
	local row=$1 what=$2 ops=$3 options=$4 source
	guest+=$'\n'"echo \"cost $row nothing \$(churn $ops 0 $what) 0\""
	for source in tracepoint notifier kprobe; do
		guest+=$'\n'"traced $row $source $source none $what $ops $options"
	done
	[[ $row = inserted_and_removed ]] || return 0
	for source in tracepoint notifier; do
		guest+=$'\n'"traced $row,_with_stacks $source $source default $what $ops $options"
	done
}
for ((rep = 0; rep < reps; rep++)); do
	for work in "${works[@]}"; do
		read -r what ops row options <<<"$work"
		traces "$row" "$what" "$ops" "$options"
	done
done

declare -A name=([tracepoint]="tracepoints" [notifier]="functions, fentry"
	[kprobe]="functions, kprobes" [nothing]="nothing")
declare -A base=() seen=() times=()
question "What does it cost to watch functions where there are no tracepoints?"
peers "tracepoints"
in_guest "$guest" "$bench_tmp/out" hmmtrace exerciser churn || die "the guest failed, see above"
while read -r _ row who cost events; do
	ns=$(jq .ns <<<"$cost")
	rep=$((times[$row.$who]++)) || true
	row=${row//_/ }
	if [[ $who = nothing ]]; then
		base[$row]=$ns
		sample "$row: the operation itself" nothing instructions "$ns" $rep
		continue
	fi
	[[ $who != tracepoint ]] || seen[$row]=$events
	sample "$row: cost" "${name[$who]}" instructions/operation $((ns - base[${row%, with stacks}])) $rep
	[[ $who = tracepoint ]] || sample "$row: events that only one of them saw" "${name[$who]}" events \
		$((events > seen[$row] ? events - seen[$row] : seen[$row] - events)) $rep
done < <(grep -a '^cost ' "$bench_tmp/out/stdout")
for work in "${works[@]}"; do
	read -r _ _ row _ <<<"$work"
	for who in notifier kprobe; do
		ceiling "${row//_/ }: events that only one of them saw" "${name[$who]}" 0
	done
done
remark "one boot of the patched kernel, which has both; an instruction is a nanosecond in the guest, which has one CPU"
remark "a cost is what an operation takes more than with nothing attached; without stacks but where it says so"
