# SPDX-License-Identifier: GPL-2.0
hmmtrace report --text --object R1 "$DATA/late.in"
