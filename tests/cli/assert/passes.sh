# SPDX-License-Identifier: GPL-2.0
hmmtrace check --text "$DATA/clean.in" -a 'orphans == 0' -a 'range.lifetime.p99 < 500ms' -a 'events.lost == 0'
