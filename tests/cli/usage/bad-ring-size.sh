# SPDX-License-Identifier: GPL-2.0
hmmtrace record --ring-size 12
