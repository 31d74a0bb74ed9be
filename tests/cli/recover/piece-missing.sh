# SPDX-License-Identifier: GPL-2.0
# Two frames out of the middle, cleanly: only their numbers tell.
trace leak x.hmt 2
at=($(LC_ALL=C grep -aobF "$(printf 'HMT\365')" x.hmt | cut -d: -f1))
head -c "${at[3]}" x.hmt > y.hmt; tail -c +$((at[5] + 1)) x.hmt >> y.hmt
hmmtrace recover y.hmt -o z.hmt
