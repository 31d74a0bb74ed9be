# SPDX-License-Identifier: GPL-2.0
for g in 1ns 999us 1s 1h; do
	hmmtrace selftest --path stream -q -g $g
done
