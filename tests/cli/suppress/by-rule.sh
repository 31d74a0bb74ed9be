# SPDX-License-Identifier: GPL-2.0
# What is suppressed counts in no assertion either; the next rule's line does not help.
echo 'rule:range-orphaned-by-mm' > other.supp
echo 'rule:range-orphaned-by-mirror:^hmm_exer*er$' > this.supp
hmmtrace check -q --text "$DATA/leak.in" --suppressions other.supp
hmmtrace check -q --text "$DATA/leak.in" --suppressions this.supp -a 'orphans == 0'
