# SPDX-License-Identifier: GPL-2.0
# A pipeline that reports nothing is found out.
hmmtrace selftest --path stream -q -W range-orphaned-by-mirror=off
