# SPDX-License-Identifier: GPL-2.0
echo leak:exerciser_ioctl > known.supp
hmmtrace diff -q --text --suppressions known.supp "$DATA/clean.in" "$DATA/leak.in"
