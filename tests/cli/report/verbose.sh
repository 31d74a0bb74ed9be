# SPDX-License-Identifier: GPL-2.0
hmmtrace report -v --text "$DATA/leak.in" | grep history; exit "${PIPESTATUS[0]}"
