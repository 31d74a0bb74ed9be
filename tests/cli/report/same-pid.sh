# SPDX-License-Identifier: GPL-2.0
hmmtrace report -q --pid 413 --pid 412 --text "$DATA/leak.in"
