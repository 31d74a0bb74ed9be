# SPDX-License-Identifier: GPL-2.0
hmmtrace report -q --comm "x*" --text "$DATA/leak.in"
