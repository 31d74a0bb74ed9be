# SPDX-License-Identifier: GPL-2.0
hmmtrace report -q --text - < "$DATA/leak.in"
