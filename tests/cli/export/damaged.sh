# SPDX-License-Identifier: GPL-2.0
# needs: sqlite3 babeltrace2
trace leak x.hmt 4; head -c 900 x.hmt > cut.hmt
for f in perfetto ctf sqlite ndjson folded; do
	hmmtrace export --$f -o out.$f cut.hmt; echo $?
done
sqlite3 out.sqlite 'SELECT cause, count, overturns FROM losses'
babeltrace2 out.ctf 2>/dev/null | grep -o 'lost: .*'
cat out.folded
