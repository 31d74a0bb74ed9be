# SPDX-License-Identifier: GPL-2.0
hmmtrace dump --pid 413 --text "$DATA/leak.in"
