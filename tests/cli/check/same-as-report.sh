# SPDX-License-Identifier: GPL-2.0
# The same judgement: report says more around it, but of it the same.
for i in leak clean lossy late; do
	hmmtrace check --json --text "$DATA/$i.in" > check; a=$?
	hmmtrace report --json --text "$DATA/$i.in" > report; b=$?
	cmp check report && [ $a = $b ] || echo "$i: check $a, report $b"
	hmmtrace check --text "$DATA/$i.in" > check
	hmmtrace report --text "$DATA/$i.in" > report
	# Every line of the one, in this order, is in the other.
	diff check report | grep '^<'
done
true
