# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; hmmtrace recover x.hmt
