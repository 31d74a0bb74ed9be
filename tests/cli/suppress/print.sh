# SPDX-License-Identifier: GPL-2.0
# The lines that are proposed do what they say.
hmmtrace report --print-suppressions --text "$DATA/leak.in" > report
sed -n 's/^    \(rule:.*\)/\1/p' report | tee proposed.supp
hmmtrace report -q --suppressions proposed.supp --text "$DATA/leak.in"
