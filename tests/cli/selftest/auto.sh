# SPDX-License-Identifier: GPL-2.0
# One path or the other, and it says which.
hmmtrace selftest | head -n 1
