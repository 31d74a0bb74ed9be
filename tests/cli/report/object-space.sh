# SPDX-License-Identifier: GPL-2.0
hmmtrace report --text --object A1 "$DATA/leak.in"
