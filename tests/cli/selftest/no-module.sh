# SPDX-License-Identifier: GPL-2.0
# Without the exerciser there is nothing to plant with. (With it, the VM cases.)
[ ! -e /dev/hmm_exerciser ] || { echo 4; exit; }
hmmtrace selftest --path kernel 2> err
echo $?
[ "$(wc -l < err)" = 1 ] || cat err
