# SPDX-License-Identifier: GPL-2.0
"$DATA/../../export/records" 20 > many.in; text2trace many.in many.hmt 100

hmmtrace export --folded many.hmt
echo "leaked:"
hmmtrace export --folded --leaked many.hmt
echo "alive, and no leak:"
grep -v -E 'unregister|ref-put|free|mm-release' many.in > alive.in
hmmtrace export --folded --text alive.in
hmmtrace export --folded --leaked --text alive.in
