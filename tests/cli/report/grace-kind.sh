# SPDX-License-Identifier: GPL-2.0
# A kind of waiting has its own grace time: with the usual one this is late, with 1 h it is not.
replay=$DATA/../../replay
hmmtrace report -q --text "$replay/unregister-stuck/hit.in" | head -1
hmmtrace report -q --grace 1s,unregister=1h,callback=1h --text "$replay/unregister-stuck/hit.in" | head -1
hmmtrace report -q --grace unregister=1h --text "$replay/unregister-stuck/hit.in" | head -1
