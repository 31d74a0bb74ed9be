# SPDX-License-Identifier: GPL-2.0
hmmtrace reprot; hmmtrace chekc; hmmtrace x; hmmtrace frobnicate
