# SPDX-License-Identifier: GPL-2.0
hmmtrace report --text --object m1 "$DATA/leak.in"
