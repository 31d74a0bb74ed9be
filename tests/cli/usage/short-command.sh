# SPDX-License-Identifier: GPL-2.0
hmmtrace rul | head -n 1
