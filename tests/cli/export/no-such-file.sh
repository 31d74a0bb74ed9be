# SPDX-License-Identifier: GPL-2.0
hmmtrace export --folded -o out x.hmt; s=$?; ls; exit $s
