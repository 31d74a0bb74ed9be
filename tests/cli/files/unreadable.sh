# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; chmod 0 x.hmt; unprivileged hmmtrace report x.hmt
