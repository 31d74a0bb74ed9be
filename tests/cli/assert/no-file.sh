# SPDX-License-Identifier: GPL-2.0
hmmtrace check --text "$DATA/clean.in" --assertions nowhere
