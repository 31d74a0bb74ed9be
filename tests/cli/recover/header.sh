# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; printf X | dd of=x.hmt bs=1 seek=40 conv=notrunc status=none
hmmtrace recover x.hmt -o y.hmt; s=$?; ls -A; exit $s
