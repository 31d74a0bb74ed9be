# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; printf X | dd of=x.hmt bs=1 seek=60 conv=notrunc status=none; hmmtrace report x.hmt
