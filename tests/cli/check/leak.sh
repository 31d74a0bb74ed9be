# SPDX-License-Identifier: GPL-2.0
hmmtrace check --text "$DATA/leak.in" | head -n 2; exit "${PIPESTATUS[0]}"
