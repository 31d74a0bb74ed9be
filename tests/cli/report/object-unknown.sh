# SPDX-License-Identifier: GPL-2.0
hmmtrace report --text --object R9 "$DATA/leak.in"
