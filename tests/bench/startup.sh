#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# startup.sh - how long until all is attached, until the first event is recorded,
# and to take it off again; and to report a file that has next to nothing in it.
#
# The first three in one boot of a VM in which time is the number of instructions
# executed, so that the load of this machine is no part of them; beside bpftrace
# by the same means: tracepoints, fentry (kfunc to bpftrace) and kprobes.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR/../..
# shellcheck source=tools/lib/bench.sh
. "$(dirname "$0")/../../tools/lib/bench.sh"

reps=$((bench_reps < 3 ? bench_reps : 3))
[[ $bench_quick = no ]] || reps=1

guest=$(cat <<'END'
now() { cut -d' ' -f1 /proc/uptime; }
cat >tracepoints.bt <<BT
tracepoint:hmm:hmm_range_register { @born[args->range] = nsecs; if (@n == 0) { printf("first %llu\n", nsecs); } @n = 1; }
tracepoint:hmm:hmm_range_unregister_begin /@born[args->range]/ {
	@lifetime = hist(nsecs - @born[args->range]); delete(@born[args->range]); }
tracepoint:hmm:hmm_mirror_register { @mirror[args->mirror] = nsecs; }
tracepoint:hmm:hmm_mirror_unregister { delete(@mirror[args->mirror]); }
tracepoint:hmm:hmm_ref_get { @refs[args->mirror]++; }
tracepoint:hmm:hmm_ref_put { @refs[args->mirror]--; }
BT
# As many functions as we have programs on, and the end of processes, which we watch, too
hmmtrace doctor --source notifier --json >doctor.json || true
tr '{' '\n' <doctor.json | grep '"state":"on"' |
	sed -n 's/.*"tracepoint":"\(_*mmu_[a-z_]*\)".*"program":"\([^"]*\)","program_out":"\([^"]*\)".*/\1 \2 \3/p' >functions
while read -r function in out; do
	case $in in hmt_in_*) echo "kprobe:$function { @[1] = count(); }" ;; esac
	case "$in $out" in *hmt_out_*) echo "kretprobe:$function { @[2] = count(); }" ;; esac
done <functions >kprobes.bt
echo 'tracepoint:sched:sched_process_exit { @[3] = count(); }' >>kprobes.bt
echo 'kprobe:mmu_interval_notifier_insert { if (@n == 0) { printf("first %llu\n", nsecs); } @n = 1; }' >>kprobes.bt
sed 's/^kprobe/kfunc/; s/^kretprobe/kretfunc/' kprobes.bt >kfuncs.bt
echo "functions $(wc -l <functions)"

# The command that is traced: it starts when all is attached.
cat >stamp <<'STAMP'
cut -d' ' -f1 /proc/uptime >ready
sleep 0.1
cut -d' ' -f1 /proc/uptime >done
STAMP
# took ROW WHO COMMAND...: while windows come and go, 100 times a second 32 of them
took() {
	row=$1 who=$2
	shift 2
	rm -f ready done
	churn 1000000 3200 >/dev/null &
	churn=$!
	began=$(now)
	timeout -s KILL 90 "$@" >out 2>err || { cat err; exit 1; }
	ended=$(now)
	kill $churn
	wait $churn || true
	case $who in
	hmmtrace*) first=$(hmmtrace dump a.hmt | sed -n '/^[0-9.]* range-register/{s/ .*//p;q}') ;;
	bpftrace) first=$(sed -n 's/^first \([0-9]*\)\([0-9]\{9\}\)$/\1.\2/p' out | head -n 1) ;;
	perf) first=$(perf script -i a.data -F time 2>/dev/null | sed 's/[ :]//g' | head -n 1) ;;
	trace-cmd) first=$(trace-cmd report -i a.dat 2>/dev/null |
		sed -n '/hmm_range_register:/{s/.* \([0-9]*\.[0-9]*\): .*/\1/p;q}') ;;
	esac
	echo "took $row $who $began $(cat ready) ${first:-none} $(cat done) $ended"
}
# attaching ROW WHO COMMAND...: how much of it the kernel takes to attach the programs
attaching() {
	row=$1 who=$2
	shift 2
	timeout -s KILL 90 strace -f -T -o calls -e trace=bpf,perf_event_open,ioctl "$@" >out 2>err || { cat err; exit 1; }
	grep -E 'BPF_LINK_CREATE|BPF_RAW_TRACEPOINT_OPEN|perf_event_open|PERF_EVENT_IOC_' calls |
		sed -n 's/.*<\([0-9.]*\)>$/\1/p' |
		awk -v what="attaching $row $who" '{ s += $1; n++ } END { print what, n, s }'
}
churn 32 >/dev/null
attaching fentry hmmtrace-record hmmtrace record -f -q -g 1ms --source notifier -o a.hmt -- sh stamp
attaching fentry bpftrace bpftrace -c "/bin/busybox sh stamp" kfuncs.bt
attaching kprobes hmmtrace-record hmmtrace record -f -q -g 1ms --source kprobe -o a.hmt -- sh stamp
attaching kprobes bpftrace bpftrace -c "/bin/busybox sh stamp" kprobes.bt
END
)
for ((rep = 0; rep < reps; rep++)); do
	guest+=$(cat <<'END'

took tracepoints hmmtrace-record hmmtrace record -f -q -g 1ms -o a.hmt -- sh stamp
took tracepoints hmmtrace-live hmmtrace live -f -q -g 1ms -o a.hmt -- sh stamp
took tracepoints perf perf record -q -a -k CLOCK_MONOTONIC -e 'hmm:*' -o a.data -- sh stamp
took tracepoints trace-cmd trace-cmd record -q -C mono -e hmm -o a.dat sh stamp
took tracepoints bpftrace bpftrace -c "/bin/busybox sh stamp" tracepoints.bt
took fentry hmmtrace-record hmmtrace record -f -q -g 1ms --source notifier -o a.hmt -- sh stamp
took fentry bpftrace bpftrace -c "/bin/busybox sh stamp" kfuncs.bt
took kprobes hmmtrace-record hmmtrace record -f -q -g 1ms --source kprobe -o a.hmt -- sh stamp
took kprobes bpftrace bpftrace -c "/bin/busybox sh stamp" kprobes.bt
END
	)
done
declare -A name=([hmmtrace-record]="hmmtrace record" [hmmtrace-live]="hmmtrace live"
	[perf]="perf record" [trace-cmd]="trace-cmd record" [bpftrace]="bpftrace")
declare -A times=()
hmmtrace=$out/hmmtrace

# stamps ROW WHO BEGAN READY FIRST DONE ENDED
stamps() {
	local row=$1 who=${name[$2]} rep=$((times[$1.$2]++))
	sample "$row: from start to ready" "$who" "s in the VM" "$(jq -n "$4 - $3")" $rep
	if [[ $5 = none ]]; then
		((rep)) || absent "$row: to the first event" "$who" "it recorded none"
	else
		# The clock of the VM has ticks of 10 ms.
		sample "$row: to the first event" "$who" "s in the VM" "$(jq -n "[$5 - $3, 0.01] | max")" $rep
	fi
	sample "$row: from the command's end to ours" "$who" "s in the VM" "$(jq -n "[$7 - $6, 0.01] | max")" $rep
}

question "How long until it traces, to stop tracing, and to report nothing?"
peers "bpftrace" "perf record" "true(1)"
in_guest "$guest" "$bench_tmp/out" hmmtrace exerciser churn perf trace-cmd bpftrace strace ||
	die "the guest failed, see above"
(($(sed -n 's/^functions //p' "$bench_tmp/out/stdout" | tr -d '\r') >= 10)) || die "the functions are not known"
while read -r _ line; do
	# shellcheck disable=SC2086  # words
	stamps $line
done < <(grep -a '^took ' "$bench_tmp/out/stdout" | tr -d '\r')

while read -r _ row who nr seconds; do
	sample "$row: of that, calls that attach" "${name[$who]}" "s in the VM" "$seconds"
	note "$row: $who makes $nr calls to attach"
done < <(grep -a '^attaching ' "$bench_tmp/out/stdout" | tr -d '\r')

printf '%s\n' "1.000000 start flags=0x1" "2.000000 end flags=0x0" >"$bench_tmp/empty.in"
"$out/text2trace" "$bench_tmp/empty.in" "$bench_tmp/empty.hmt"
"$out/text2trace" "$top/tests/cli/data/leak.in" "$bench_tmp/small.hmt"
for ((rep = 0; rep < 4 * bench_reps; rep++)); do
	for f in empty small; do
		s=$(seconds_of bash -c "$hmmtrace report $bench_tmp/$f.hmt; [ \$? -lt 2 ]")
		sample "report, $f file" "hmmtrace report" ms "$(jq -n "$s * 1000")" $rep
		sample "report, $f file" "true(1)" ms "$(jq -n "$(seconds_of bash -c true) * 1000")" $rep
	done
done
for who in record live; do
	bound "tracepoints: from start to ready" "hmmtrace $who" bpftrace 0.5
	bound "tracepoints: to the first event" "hmmtrace $who" bpftrace 0.5
done
for row in fentry kprobes; do
	bound "$row: from start to ready" "hmmtrace record" bpftrace 0.5
	bound "$row: to the first event" "hmmtrace record" bpftrace 0.5
done
ceiling "report, empty file" "hmmtrace report" 20
ceiling "report, small file" "hmmtrace report" 20
remark "a second in the VM is a billion instructions; ready: the command that is traced begins"
remark "the first event is the first that was recorded while others make windows, 32 of them 100 times a second"
remark "bpftrace has as many programs on functions as hmmtrace, of the same sort, which only count; at tracepoints six that pair"
remark "calls that attach: what the kernel takes to put the programs where they belong, of both alike; counted by strace in a run of its own"
remark "reports are run by the shell, which true(1) is, too"
