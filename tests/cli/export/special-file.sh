# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; hmmtrace export --ndjson -o /dev/full x.hmt; hmmtrace export --sqlite -o /dev/null x.hmt
