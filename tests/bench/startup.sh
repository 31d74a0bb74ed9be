#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# startup.sh - how long until the first event can be seen, to attach to everything
# and take it off again, and to report a file that has next to nothing in it.
#
# The first two in a VM in which time is the number of instructions executed, so
# that the load of this machine is no part of them.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR/../..
# shellcheck source=tools/lib/bench.sh
. "$(dirname "$0")/../../tools/lib/bench.sh"

guest=$(cat <<'END'
now() { cut -d' ' -f1 /proc/uptime; }
cat >pair.bt <<BT
BEGIN { printf("ready\n"); }
tracepoint:hmm:hmm_range_register { @born[args->range] = nsecs; }
tracepoint:hmm:hmm_range_unregister_begin /@born[args->range]/ {
	@lifetime = hist(nsecs - @born[args->range]); delete(@born[args->range]); }
tracepoint:hmm:hmm_mirror_register { @mirror[args->mirror] = nsecs; }
tracepoint:hmm:hmm_mirror_unregister { delete(@mirror[args->mirror]); }
tracepoint:hmm:hmm_ref_get { @refs[args->mirror]++; }
tracepoint:hmm:hmm_ref_put { @refs[args->mirror]--; }
BT
ready() { # NAME WHAT COMMAND...
	name=$1 what=$2
	shift 2
	began=$(now)
	"$@" >out 2>&1 &
	pid=$!
	until grep -q "$what" out; do sleep 0.01; done
	echo "ready $name $began $(now)"
	kill -INT $pid
	wait $pid || true
}
whole() { # NAME COMMAND...
	name=$1
	shift
	began=$(now)
	"$@" >out 2>&1
	echo "whole $name $began $(now)"
}
churn 32 >/dev/null
ready record tracing hmmtrace record -f -g 0 -o a.hmt
ready live tracing hmmtrace live -g 0
ready bpftrace ready bpftrace pair.bt
whole record hmmtrace record -f -q -g 1ms -o a.hmt -- true
whole perf perf record -q -a -e 'hmm:*' -o a.data -- true
whole trace-cmd trace-cmd record -q -e hmm -o a.dat true
whole bpftrace bpftrace -q pair.bt -c true
END
)
declare -A name=([record]="hmmtrace record" [live]="hmmtrace live"
	[perf]="perf record" [trace-cmd]="trace-cmd record" [bpftrace]="bpftrace, pairing")
hmmtrace=$out/hmmtrace

question "How long until it traces, to trace nothing, and to report nothing?"
peers "bpftrace, pairing" "perf record" "true(1)"
for ((rep = 0; rep < bench_reps; rep++)); do
	in_guest "$guest" "$bench_tmp/$rep" hmmtrace exerciser churn perf trace-cmd bpftrace ||
		die "the guest failed, see above"
	while read -r what who began ended; do
		case $what in
		ready) sample "until it traces" "${name[$who]}" "s in the VM" "$(jq -n "$ended - $began")" $rep ;;
		whole) sample "trace true(1)" "${name[$who]}" "s in the VM" "$(jq -n "$ended - $began")" $rep ;;
		esac
	done < <(grep -aE '^(ready|whole) ' "$bench_tmp/$rep/stdout")
done

printf '%s\n' "1000 start flags=0x0" "2000 end flags=0x0" >"$bench_tmp/empty.in"
"$out/text2trace" "$bench_tmp/empty.in" "$bench_tmp/empty.hmt" 2>/dev/null || : >"$bench_tmp/none"
"$out/text2trace" "$top/tests/cli/data/leak.in" "$bench_tmp/small.hmt"
for ((rep = 0; rep < 4 * bench_reps; rep++)); do
	for f in empty small; do
		[[ -s $bench_tmp/$f.hmt ]] || continue
		s=$(seconds_of bash -c "$hmmtrace report $bench_tmp/$f.hmt; [ \$? -lt 2 ]")
		sample "report, $f file" "hmmtrace report" ms "$(jq -n "$s * 1000")" $rep
		sample "report, $f file" "true(1)" ms "$(jq -n "$(seconds_of bash -c true) * 1000")" $rep
	done
done
bound "until it traces" "hmmtrace record" "bpftrace, pairing" 0.5
bound "until it traces" "hmmtrace live" "bpftrace, pairing" 0.5
ceiling "report, empty file" "hmmtrace report" 20
ceiling "report, small file" "hmmtrace report" 20
remark "a second in the VM is a billion instructions; reports are run by the shell, which true(1) is, too"
