# SPDX-License-Identifier: GPL-2.0
# needs: capture root
# The kernel this runs on has no hmm tracepoints.
for c in live record check; do hmmtrace $c -- true; echo "$c: $?"; done
