# SPDX-License-Identifier: GPL-2.0
hmmtrace live --events fault=each,invalidate=some
