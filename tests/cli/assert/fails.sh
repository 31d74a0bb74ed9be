# SPDX-License-Identifier: GPL-2.0
hmmtrace check --text "$DATA/leak.in" -a 'orphans == 0' -a 'range.lifetime.p99 < 500ms' \
	-a 'mirror(driver=hmm_exerciser).live.max <= 4' | sed '/^$/,$d'; exit "${PIPESTATUS[0]}"
