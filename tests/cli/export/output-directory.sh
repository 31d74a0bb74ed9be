# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; mkdir out; hmmtrace export -f --sqlite -o out x.hmt
