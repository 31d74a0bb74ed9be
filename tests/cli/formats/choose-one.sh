# SPDX-License-Identifier: GPL-2.0
hmmtrace check --ktap --json --text "$DATA/clean.in"
