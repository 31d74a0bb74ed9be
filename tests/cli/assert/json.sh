# SPDX-License-Identifier: GPL-2.0
hmmtrace check -j --text "$DATA/leak.in" -a 'range.lifetime.max < 1s' -a 'events.lost == 0' |
	grep -v '"type":"finding"'; exit "${PIPESTATUS[0]}"
