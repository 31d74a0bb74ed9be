# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; mkdir out; touch out/mine; hmmtrace export -f --ctf -o out x.hmt; s=$?; ls -A . out; exit $s
