# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt
hmmtrace report --json x.hmt | tail -n +2 > file
hmmtrace report --json --text "$DATA/leak.in" | tail -n +2 > text
cmp file text
