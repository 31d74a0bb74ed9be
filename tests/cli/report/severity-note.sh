# SPDX-License-Identifier: GPL-2.0
hmmtrace report -W range-orphaned-by-mirror=note --text "$DATA/leak.in" | grep '^verdict\|  note  '; exit "${PIPESTATUS[0]}"
