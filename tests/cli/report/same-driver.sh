# SPDX-License-Identifier: GPL-2.0
hmmtrace report -q --driver "hmm_ex*" --text "$DATA/leak.in"
