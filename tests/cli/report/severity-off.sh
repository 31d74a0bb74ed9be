# SPDX-License-Identifier: GPL-2.0
hmmtrace report -W range-orphaned-by-mirror=off --text "$DATA/leak.in"
