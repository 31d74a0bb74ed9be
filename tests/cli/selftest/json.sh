# SPDX-License-Identifier: GPL-2.0
hmmtrace selftest --path stream --json | sed 's/"pid":[0-9]*/"pid":0/'
