# SPDX-License-Identifier: GPL-2.0
# With lost events nothing that they could overturn passes or fails.
hmmtrace check --text "$DATA/lossy.in" -a 'range.lifetime.max < 1h' -a 'range.count >= 1' |
	sed '/^$/,$d'; exit "${PIPESTATUS[0]}"
