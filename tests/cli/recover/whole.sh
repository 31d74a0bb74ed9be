# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; hmmtrace recover x.hmt -o y.hmt; echo $?; hmmtrace verify y.hmt; cmp x.hmt y.hmt
