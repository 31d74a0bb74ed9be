# SPDX-License-Identifier: GPL-2.0
hmmtrace check -o x y
