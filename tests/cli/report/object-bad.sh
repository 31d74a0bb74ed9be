# SPDX-License-Identifier: GPL-2.0
for id in X1 R R0 17 R1. R1.0 R99999999999 'R1 ' M-1; do
	hmmtrace report --text --object "$id" "$DATA/leak.in" && exit 1
done
exit 2
