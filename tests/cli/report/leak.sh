# SPDX-License-Identifier: GPL-2.0
hmmtrace report --text "$DATA/leak.in"
