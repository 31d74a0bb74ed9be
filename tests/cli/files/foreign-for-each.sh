# SPDX-License-Identifier: GPL-2.0
head -c 4096 /dev/zero > foreign
for c in report check dump info verify; do hmmtrace $c foreign; echo "$c: $?"; done
