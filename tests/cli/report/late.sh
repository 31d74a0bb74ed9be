# SPDX-License-Identifier: GPL-2.0
hmmtrace report --text "$DATA/late.in"
