# SPDX-License-Identifier: GPL-2.0
hmmtrace report --json --text "$DATA/leak.in"
