# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; echo mine > out; hmmtrace export --folded -o out x.hmt; s=$?; cat out; ls -A; exit $s
