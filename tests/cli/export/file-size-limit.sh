# SPDX-License-Identifier: GPL-2.0
"$DATA/../../export/records" 20 > many.in; text2trace many.in many.hmt 100

# A disk that is full, as far as one can have it without one.
ulimit -f 8
trap '' XFSZ
for f in perfetto sqlite ndjson ctf; do
	hmmtrace export --$f -o out many.hmt
	echo $?
done
ls -A
