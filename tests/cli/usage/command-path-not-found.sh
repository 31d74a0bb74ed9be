# SPDX-License-Identifier: GPL-2.0
# needs: capture
hmmtrace check -- ./no-such-command-here
