# SPDX-License-Identifier: GPL-2.0
hmmtrace export --leaked --ndjson x.hmt
