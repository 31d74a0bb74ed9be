# SPDX-License-Identifier: GPL-2.0
sed "s/comm=session/comm=\\\\x1b[2Jboo/" "$DATA/leak.in" | hmmtrace report --text - | grep "^  owner\|$(printf "\033")"
