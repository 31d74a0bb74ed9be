# SPDX-License-Identifier: GPL-2.0
hmmtrace record --table-size none
