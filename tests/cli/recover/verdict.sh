# SPDX-License-Identifier: GPL-2.0
# The rescued file is whole, and says what the damaged one said; again and again.
trace leak x.hmt 3; size=$(stat -c %s x.hmt); bad=0 n=0
for ((at = 340; at < size; at += 97)); do
	head -c $at x.hmt > cut.hmt
	cp x.hmt flip.hmt; printf '\377' | dd of=flip.hmt bs=1 seek=$at conv=notrunc status=none
	for f in cut flip; do
		hmmtrace recover -f -o out.hmt $f.hmt > said; s=$?
		hmmtrace verify out.hmt > verified; v=$?
		hmmtrace report --json $f.hmt > one; r=$?
		hmmtrace report --json out.hmt > other; o=$?
		# One record more when the end had to be made.
		sed -i 's/"records":[0-9]*//' one other
		[ $v = 0 ] && [ $r = $o ] && cmp -s one other && { [ $s = 0 ] || [ $s = 3 ]; } ||
			{ echo "$f at $at: $s $v $r $o"; bad=1; }
		n=$((n + 1))
	done
done
[ $n -gt 10 ] && [ $bad = 0 ] && echo fine
