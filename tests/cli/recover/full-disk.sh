# SPDX-License-Identifier: GPL-2.0
"$DATA/../../export/records" 100 > in; text2trace in x.hmt; ulimit -f 8; trap "" XFSZ
hmmtrace recover x.hmt -o y.hmt; s=$?; ls -A; exit $s
