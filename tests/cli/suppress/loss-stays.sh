# SPDX-License-Identifier: GPL-2.0
# A finding can be suppressed, what was lost can not.
echo 'rule:range-orphaned-by-mirror' > known.supp
hmmtrace check -q --text "$DATA/lossy.in" --suppressions known.supp
