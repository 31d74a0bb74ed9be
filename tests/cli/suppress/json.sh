# SPDX-License-Identifier: GPL-2.0
printf '%s\n' 'driver:^hmm_exerciser$' 'symbol:nothing' > known.supp
hmmtrace report -j --text "$DATA/leak.in" --suppressions known.supp
