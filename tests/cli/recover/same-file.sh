# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; hmmtrace recover x.hmt -f -o ./x.hmt; s=$?; hmmtrace verify x.hmt; exit $s
