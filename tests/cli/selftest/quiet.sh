# SPDX-License-Identifier: GPL-2.0
hmmtrace selftest --path stream -q
