# SPDX-License-Identifier: GPL-2.0
# The sentence that explains the thread behind 5.3, and what a range of 5.3 keeps.
hmmtrace report --text "$DATA/../../replay/bugs/B35-range-without-mirror.in" | grep -A11 '^error: R1'
hmmtrace report --text "$DATA/../../replay/bugs/5.3-range-left-by-process.in" | grep -A10 '^warn: A2'
