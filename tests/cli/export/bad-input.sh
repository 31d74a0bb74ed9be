# SPDX-License-Identifier: GPL-2.0
# Nothing is left of a conversion that fails in the middle.
{ cat "$DATA/leak.in"; echo nonsense; } > in
for f in perfetto ctf sqlite ndjson folded; do
	hmmtrace export --$f -o out --text in
	echo $?
done
ls -A
