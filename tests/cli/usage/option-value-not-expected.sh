# SPDX-License-Identifier: GPL-2.0
hmmtrace report --json=yes x
