# SPDX-License-Identifier: GPL-2.0
hmmtrace export --folded --driver other --text "$DATA/leak.in"
hmmtrace export --folded --driver hmm_exerciser --text "$DATA/leak.in"
