# SPDX-License-Identifier: GPL-2.0
hmmtrace report -W range-orphaned-by-mirror=note --text "$DATA/leak.in" | head -n 2; exit "${PIPESTATUS[0]}"
