# SPDX-License-Identifier: GPL-2.0
hmmtrace check -q --text "$DATA/lossy.in"
