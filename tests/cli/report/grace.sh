# SPDX-License-Identifier: GPL-2.0
# With a grace time that never ends, nothing is known.
hmmtrace report --grace 1h --text "$DATA/leak.in"
