# SPDX-License-Identifier: GPL-2.0
hmmtrace record -o x --; ret=$?; ls; exit $ret
