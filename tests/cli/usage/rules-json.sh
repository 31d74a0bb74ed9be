# SPDX-License-Identifier: GPL-2.0
hmmtrace rules --json | head -n 1
