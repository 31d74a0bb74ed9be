# SPDX-License-Identifier: GPL-2.0
hmmtrace rules | wc -l | grep -qx 0 && echo no rules; hmmtrace rules | grep range-orphaned-by-mirror
