# SPDX-License-Identifier: GPL-2.0
for line in 'leek:foo' 'leak:' 'rule:range-orphaned' foo; do
	printf '\n%s\n' "$line" > known.supp
	hmmtrace check --text "$DATA/leak.in" --suppressions known.supp
	[ $? = 2 ] || echo "$line: not refused"
done
