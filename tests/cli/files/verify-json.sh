# SPDX-License-Identifier: GPL-2.0
trace clean x.hmt; hmmtrace verify --json x.hmt
