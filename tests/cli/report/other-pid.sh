# SPDX-License-Identifier: GPL-2.0
hmmtrace report --pid 413 --text "$DATA/leak.in"
