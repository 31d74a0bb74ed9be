# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt
hmmtrace report --from 2s --to 1s x.hmt; echo $?
hmmtrace report --from 1h x.hmt; echo $?
hmmtrace dump --from 1h x.hmt; echo $?
