# SPDX-License-Identifier: GPL-2.0
for i in leak clean lossy late; do
	hmmtrace check --text "$DATA/$i.in" > check; a=$?
	hmmtrace report --text "$DATA/$i.in" > report; b=$?
	cmp check report && [ $a = $b ] || echo "$i: check $a, report $b"
done
