#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# postmortem.sh - what report and check cost, beside programs that decode the same
# events and judge nothing; and how that grows. All times are CPU time.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR/../..
# shellcheck source=tools/lib/bench.sh
. "$(dirname "$0")/../../tools/lib/bench.sh"

bench=$out/bench/bench same=$out/bench/same hmmtrace=$out/hmmtrace
[[ -x $bench ]] || die "there is no $bench: run make bench"
"$top/tests/bench/same"
events=$("$hmmtrace" dump "$same/r.hmt" | wc -l)

# cost ROW WHO REP NR-EVENTS COMMAND...: time per event, and memory
cost() {
	local row=$1 who=$2 rep=$3 nr=$4
	shift 4
	command -v "$1" >/dev/null || {
		((rep)) || absent "$row" "$who" "$1 is not installed"
		return 0
	}
	"$bench" cost "$@" >"$bench_tmp/cost"
	jq -e '.status == 0' "$bench_tmp/cost" >/dev/null || die "$* failed"
	jq -c --arg row "$row" --arg who "$who" --argjson rep "$rep" --argjson nr "$nr" \
		'{row: $row, who: $who, rep: $rep} + ({unit: "ns/event", value: (.cpu_seconds / $nr * 1e9)},
		 {row: "\($row), memory", unit: "MiB", value: (.peak_kib / 1024)})' "$bench_tmp/cost"
}

question "What do report and check cost, beside programs that only decode the same events?"
peers "perf script" "trace-cmd report" babeltrace2
row="mixed load"
for ((rep = 0; rep < bench_reps; rep++)); do
	cost "$row" report $rep "$events" taskset -c 0 "$hmmtrace" report "$same/r.hmt"
	cost "$row" check $rep "$events" taskset -c 0 "$hmmtrace" check -a 'range.lifetime.p99 < 1h' "$same/r.hmt"
	cost "$row" "perf script" $rep "$events" perf script -i "$same/perf.data"
	cost "$row" "trace-cmd report" $rep "$events" trace-cmd report -i "$same/trace.dat"
	cost "$row" babeltrace2 $rep "$events" babeltrace2 "$same/ctf"
	cost "$row" "babeltrace2, no output" $rep "$events" babeltrace2 -o dummy "$same/ctf"
done

sizes=(100000 1000000 10000000 100000000) lives=(100 10000 1000000) reps=3
[[ $bench_quick = no ]] || { sizes=(100000 1000000) lives=(100 10000) reps=1; }
for nr in "${sizes[@]}"; do
	"$bench" write "$nr" 1000 "$bench_tmp/trace.hmt" >"$bench_tmp/write"
	((nr < 100000000)) || reps=1
	for ((rep = 0; rep < reps; rep++)); do
		cost "$nr events" report $rep "$nr" taskset -c 0 "$hmmtrace" report "$bench_tmp/trace.hmt"
	done
	((nr == 10000000)) || continue
	sample "10000000 events, whole" report s "$(jq .cpu_seconds "$bench_tmp/cost")"
	"$hmmtrace" report --html -o "$bench_tmp/page.html" "$bench_tmp/trace.hmt" >"$bench_tmp/said"
	sample "10000000 events, page" report MiB "$(jq -n "$(stat -c %s "$bench_tmp/page.html") / 1048576")"
done
for nr in "${lives[@]}"; do
	"$bench" write 5000000 "$nr" "$bench_tmp/trace.hmt" >"$bench_tmp/write"
	cost "$nr live ranges" report 0 "$(jq .events "$bench_tmp/write")" \
		taskset -c 0 "$hmmtrace" report -q "$bench_tmp/trace.hmt"
done
bound "$row" report "perf script" 0.0333
bound "$row" report babeltrace2 0.1
ceiling "10000000 events, whole" report 5
ceiling "10000000 events, memory" report 200
ceiling "10000000 events, page" report 10
bound "${sizes[-1]} events, memory" report report 1.1 "1000000 events, memory"
bound "${sizes[-1]} events" report report 1.5 "1000000 events"
remark "the mixed load: $events events of one run, recorded by hmmtrace, perf and trace-cmd side by side; CTF is exported from the first"
remark "one CPU; what is printed goes to /dev/null"
remark "growth: traces that are made up, one driver, 1000 ranges live at once; with so many live, 5 million events and -q, which spares the text of a note for each"
