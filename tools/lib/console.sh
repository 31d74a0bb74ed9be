# shellcheck shell=bash
# shellcheck disable=SC2154  # top: see common.sh
# SPDX-License-Identifier: GPL-2.0
#
# What a kernel says on its console when something is wrong with it.

# The first line of each: lockdep, RCU, might_sleep() and KASAN begin theirs with
# WARNING: or BUG:, other checks with a WARN().
console_splat='WARNING: |BUG: |Oops: |UBSAN: |KASAN: |ODEBUG: |INFO: task .* blocked|INFO: rcu|rcu: INFO'
console_splat+='|possible circular|possible recursive|suspicious RCU|sleeping function called'
console_splat+='|general protection fault|Unable to handle|Kernel panic|DEBUG_LOCKS_WARN'
console_splat+='|list_(add|del) corruption|refcount_t: |bad unlock balance|held when returning'

# console_allowed LABEL: the patterns of tests/vm/splats for this run, one a line
console_allowed() {
	local label=$1 kernels pattern
	while IFS=$'\t' read -r kernels pattern; do
		# shellcheck disable=SC2053  # a pattern is meant
		[[ -z $kernels || $kernels = \#* || $label != $kernels ]] || printf '%s\n' "$pattern"
	done <"$top/tests/vm/splats"
}

# console_complaints LOG LABEL: the lines of LOG that say something is wrong, but
# for what tests/vm/splats allows on that kernel
console_complaints() {
	grep -a -E "$console_splat" "$1" | grep -a -v -E -f <(console_allowed "$2") || true
}
