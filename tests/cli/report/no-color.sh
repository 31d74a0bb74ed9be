# SPDX-License-Identifier: GPL-2.0
hmmtrace report --no-color --text "$DATA/leak.in" | grep -c "$(printf "\033")"
