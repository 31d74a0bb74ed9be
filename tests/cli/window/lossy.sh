# SPDX-License-Identifier: GPL-2.0
# What was lost before the window is not forgotten by it.
trace lossy x.hmt; hmmtrace report -q --from 1.9s x.hmt; echo $?; hmmtrace dump --from 1.9s x.hmt | grep ' lost '
