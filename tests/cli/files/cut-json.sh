# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt 4; head -c 900 x.hmt > y.hmt
hmmtrace report --json y.hmt | tail -n 1; exit "${PIPESTATUS[0]}"
