# SPDX-License-Identifier: GPL-2.0
# What a finding shows beside its two halves: references by the place where they were
# got, the counters, each failed attempt, the pages that are held.
replay=$DATA/../../replay
for case in reference-unaccounted/by-place mirror-orphaned-by-mm/by-place \
	range-unregister-after-failed-register/attempts mm-held-after-exit/hit \
	range-livelock/hit; do
	echo "== $case"
	hmmtrace report --text "$replay/$case.in" | sed -n '/^  rule /,/^$/p' |
		grep -E '^  (rule|got|failed|counters|pinned|retries|references|tries|users|missing|         )'
done
hmmtrace report --json --text "$replay/reference-unaccounted/by-place.in" |
	jq -c 'select(.rule == "reference-unaccounted") | .sites, .mm_counters'
hmmtrace report --json --text "$replay/range-unregister-after-failed-register/attempts.in" |
	jq -c 'select(.type == "finding") | [.failed_attempts[] | .ret], .failed_registers'
