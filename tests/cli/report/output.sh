# SPDX-License-Identifier: GPL-2.0
# Into a file, which is not overwritten unasked; nothing of a failed one stays.
hmmtrace report --text "$DATA/leak.in" > want
hmmtrace report --text -o got "$DATA/leak.in"; echo $?
cmp want got
hmmtrace report --text -o got "$DATA/clean.in"; echo $?
hmmtrace report --text -f -o got "$DATA/clean.in"; echo $?
head -n 1 got
hmmtrace report --text -f -o none --object R9 "$DATA/clean.in"; echo $?
ls none 2> /dev/null
hmmtrace report --text -o dir/none "$DATA/clean.in"; echo $?
hmmtrace report --html --json -o none --text "$DATA/clean.in"; echo $?
