# SPDX-License-Identifier: GPL-2.0
# No crash and never "clean", wherever the file ends. What was certain before stays so.
trace leak x.hmt 2
size=$(stat -c %s x.hmt)
for n in $(seq 24 37 $((size - 1))); do
	head -c $n x.hmt > y.hmt
	hmmtrace check -q y.hmt > out 2> err
	s=$?
	case $s in
	2) ;;
	1|3) grep -q cut out || echo "$n of $size bytes: $s $(cat out err)";;
	*) echo "$n of $size bytes: $s $(cat out err)";;
	esac
done
