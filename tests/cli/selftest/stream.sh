# SPDX-License-Identifier: GPL-2.0
hmmtrace selftest --path stream | sed 's/process [0-9]*/process PID/'
