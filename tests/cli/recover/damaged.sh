# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt 4; printf XXXX | dd of=x.hmt bs=1 seek=900 conv=notrunc status=none
hmmtrace recover x.hmt -o y.hmt
