# SPDX-License-Identifier: GPL-2.0
# The window ends within the grace time: neither clean nor certain.
trace leak x.hmt; hmmtrace report -q --to 1.5s x.hmt
