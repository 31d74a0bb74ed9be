# SPDX-License-Identifier: GPL-2.0
for c in live record report check dump export info verify recover rules doctor selftest help; do
	hmmtrace help $c > one && hmmtrace $c --help > other && cmp one other || echo "$c differs"
	head -n 1 one
done
