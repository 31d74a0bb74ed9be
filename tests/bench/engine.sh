#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# engine.sh - how fast and how big the verdict engine is. The limit of each speed
# is a walk over the same records in the same process, which copies them.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR/../..
# shellcheck source=tools/lib/bench.sh
. "$(dirname "$0")/../../tools/lib/bench.sh"

bench=$out/bench/bench
[[ -x $bench ]] || die "there is no $bench: run make bench"
events=10000000 flat=100000000
[[ $bench_quick = no ]] || events=2000000 flat=5000000

question "How many events a second does the engine judge, in how much memory?"
peers limit
for ((rep = 0; rep < bench_reps; rep++)); do
	for mix in notifier mirror hot; do
		for live in 100 10000 1000000; do
			"$bench" engine $mix $live $events | jq -c --argjson rep $rep \
				'{row: "\(.mix), \(.live) live", unit: "ns/event", rep: $rep} +
				 ({who: "engine", value: (.seconds / .events * 1e9)},
				  {who: "limit", value: (.limit_seconds / .events * 1e9)})'
		done
	done
done
for live in 10000 1000000; do
	"$bench" memory $live | jq -c '{row: "memory, \(.live) live", who: "engine", unit: "bytes each",
		value: .bytes_each, rep: 0}'
done
"$bench" flat $flat | jq -c '{row: "grown after \(.resident_kib[-1][0]) events", who: "engine",
	unit: "x", value: (.resident_kib[-1][1] / .resident_kib[0][1]), rep: 0}' >"$bench_tmp/flat"
cat "$bench_tmp/flat"
ceiling "memory, 1000000 live" engine 256
ceiling "$(jq -r .row "$bench_tmp/flat")" engine 1.02
remark "the limit is a walk over the same records in the same process that copies them"
