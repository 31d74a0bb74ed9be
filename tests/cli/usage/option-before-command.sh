# SPDX-License-Identifier: GPL-2.0
hmmtrace --json report x
