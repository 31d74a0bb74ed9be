# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tables of `make bench` share. A table is a script tests/bench/NAME.sh
# that sources this and prints lines of JSON, by these functions only:
#
#   question TEXT             what the table answers
#   peers NAME...             whom the others are compared with, in columns: with
#                             the peer in the same row, else in the row "any event"
#   sample ROW WHO UNIT VALUE [REP]
#                             one measurement; those of one REP belong together
#   samples [REP]             the same, lines {"row","who","unit","value"} on stdin
#   bound ROW WHO PEER LIMIT [ROW_OF_PEER]
#                             WHO / PEER, the median over the repetitions, may
#                             not be more than LIMIT
#   ceiling ROW WHO LIMIT     the median may not be more than LIMIT
#   at_least ROW WHO LIMIT    the median may not be less than LIMIT
#   absent ROW WHO REASON     this was not measured, and why
#   remark TEXT               what one has to know to read the table
#
# bench_reps: how often; bench_quick: yes, to see that it works; bench_tmp: a
# directory of the table's own, removed afterwards.

# shellcheck source=tools/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# shellcheck disable=SC2034  # used by those who source this
bench_reps=${BENCH_REPS:-5} bench_quick=${BENCH_QUICK:-no} bench_tmp=${BENCH_TMP:?}

question() { jq -n -c --arg t "$*" '{question: $t}'; }
peers() { jq -n -c '{peers: $ARGS.positional}' --args "$@"; }
remark() { jq -n -c --arg t "$*" '{remark: $t}'; }
absent() { jq -n -c --arg row "$1" --arg who "$2" --arg why "$3" '{absent: $why, row: $row, who: $who}'; }

sample() {
	jq -n -c --arg row "$1" --arg who "$2" --arg unit "$3" --argjson value "$4" \
		--argjson rep "${5:-0}" '{row: $row, who: $who, unit: $unit, value: $value, rep: $rep}'
}

samples() { jq -c --argjson rep "${1:-0}" '. + {rep: $rep}'; }

bound() {
	jq -n -c --arg row "$1" --arg who "$2" --arg peer "$3" --argjson limit "$4" \
		--arg peer_row "${5:-$1}" \
		'{bound: "ratio", row: $row, who: $who, peer: $peer, peer_row: $peer_row, max: $limit}'
}

ceiling() {
	jq -n -c --arg row "$1" --arg who "$2" --argjson limit "$3" \
		'{bound: "value", row: $row, who: $who, max: $limit}'
}

at_least() {
	jq -n -c --arg row "$1" --arg who "$2" --argjson limit "$3" \
		'{bound: "value", row: $row, who: $who, min: $limit}'
}

# The seconds a command takes. Its output goes to $bench_tmp/stdout and stderr.
seconds_of() {
	local began=$EPOCHREALTIME ended
	"$@" >"$bench_tmp/stdout" 2>"$bench_tmp/stderr" || {
		cat "$bench_tmp/stderr" >&2
		die "$* failed"
	}
	ended=$EPOCHREALTIME
	echo "$((${ended/./} - ${began/./}))e-6"
}

# in_guest SCRIPT DIR NEED...: a script in a VM with the patched kernel, run by
# busybox's shell as a case is; what it leaves in its directory is in DIR then.
# Return: its status.
in_guest() {
	local script=$1 dir=$2 need
	local -a with=()
	shift 2
	for need; do
		with+=(--with "$need")
	done
	bench_kernel=${bench_kernel:-$("$top/tools/kernel-build" --base 6.12)} || return
	VM_ICOUNT=shift=0,sleep=off VM_CPUS=1 VM_MEMORY=2048 "$top/tools/vm" boot --kernel "$bench_kernel" "${with[@]}" --timeout 900 \
		--out "$dir" -- sh -euc "$script" >&2
}
