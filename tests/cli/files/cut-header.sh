# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; head -c 20 x.hmt > y.hmt; hmmtrace report y.hmt
