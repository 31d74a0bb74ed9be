# SPDX-License-Identifier: GPL-2.0
# Clean by the rules, and still not what was asked for.
hmmtrace check --text "$DATA/clean.in" -a 'mirror(driver=rxe).live.max <= 4'
