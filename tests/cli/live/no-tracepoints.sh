# SPDX-License-Identifier: GPL-2.0
# needs: capture root
# Where doctor says that this kernel cannot, nothing runs, and says the same.
# (Where it can, the VM cases have this on a kernel that cannot.)
hmmtrace doctor > doctor
[ $? = 4 ] || exit 0
why=$(sed -n '1s/^tier none: //p' doctor)
for c in live record check; do
	hmmtrace $c -- true > out 2> err && echo "$c ran"
	[ $? = 4 ] || echo "$c: status"
	[ "$(cat err)" = "hmmtrace: $why" ] || cat err
	[ ! -s out ] || cat out
done
