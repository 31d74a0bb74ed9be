# SPDX-License-Identifier: GPL-2.0
# needs: sqlite3
hmmtrace export --sqlite -o db --text "$DATA/lossy.in"
sqlite3 db 'SELECT rule, certain, doubt FROM findings; SELECT cause, count, overturns FROM losses;
	SELECT value FROM meta WHERE key = "verdict"'
