# SPDX-License-Identifier: GPL-2.0
# A file that is cut has windows like any other; the one to its end is cut.
trace leak x.hmt 4; head -c 900 x.hmt > y.hmt
hmmtrace report -q --to 1.5ms y.hmt; echo $?; hmmtrace report -q --from 1.5ms y.hmt; echo $?
