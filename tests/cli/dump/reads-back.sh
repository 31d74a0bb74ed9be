# SPDX-License-Identifier: GPL-2.0
for i in leak clean lossy late; do
	hmmtrace dump --text "$DATA/$i.in" > one && hmmtrace dump --text one | cmp - one || echo "$i differs"
	trace $i x.hmt && hmmtrace dump x.hmt | cmp - one || echo "$i differs in a file"
done
