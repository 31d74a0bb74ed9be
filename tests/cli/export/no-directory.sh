# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; hmmtrace export --perfetto -o there/is/none x.hmt
