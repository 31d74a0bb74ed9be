# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; echo mine > y.hmt; hmmtrace recover x.hmt -o y.hmt; s=$?; cat y.hmt; ls -A; exit $s
