# SPDX-License-Identifier: GPL-2.0
# What dump prints of a window stands alone, and gives the same report.
trace leak x.hmt
hmmtrace dump --from 500ms --to 2s x.hmt | tee d
hmmtrace report --from 500ms --to 2s x.hmt | grep -v -e '^recorded' -e '^$' > a
hmmtrace report --text d | grep -v '^$' | diff - a && echo same
