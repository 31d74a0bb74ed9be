# SPDX-License-Identifier: GPL-2.0
# needs: script
script -qec "hmmtrace report --text $DATA/leak.in" /dev/null | grep -c "$(printf "\033")\[1;31merror"
NO_COLOR=1 script -qec "hmmtrace report --text $DATA/leak.in" /dev/null | grep -c "$(printf "\033")"
