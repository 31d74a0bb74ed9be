# SPDX-License-Identifier: GPL-2.0
hmmtrace dump --json --text "$DATA/leak.in"
