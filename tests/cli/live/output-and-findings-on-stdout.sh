# SPDX-License-Identifier: GPL-2.0
# needs: capture
hmmtrace live -o -
