# SPDX-License-Identifier: GPL-2.0
# needs: capture
for c in live record check; do
	unprivileged hmmtrace $c -- true && echo "$c ran"
	echo "$c: $?"
done
