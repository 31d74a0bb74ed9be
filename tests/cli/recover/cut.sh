# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt 4; head -c 900 x.hmt > y.hmt; hmmtrace recover y.hmt -o z.hmt; s=$?; hmmtrace verify z.hmt; exit $s
