# SPDX-License-Identifier: GPL-2.0
hmmtrace report --json --text "$DATA/lossy.in" | tail -n 1; exit "${PIPESTATUS[0]}"
