# SPDX-License-Identifier: GPL-2.0
# needs: sqlite3
"$DATA/../../export/records" 20 > many.in; text2trace many.in many.hmt 100

hmmtrace export --sqlite -o db many.hmt
q() { sqlite3 db "$1"; }
q 'PRAGMA integrity_check; PRAGMA foreign_key_check; PRAGMA user_version'
q 'SELECT class, count(*), sum(ended_ns IS NULL), count(DISTINCT driver) FROM objects GROUP BY class'
q "SELECT value = (SELECT count(*) FROM events) + (SELECT count(*) FROM losses) +
	(SELECT count(*) FROM symbols) + 2 FROM meta WHERE key = 'records'"
q "SELECT count(*) FROM objects r JOIN objects m ON r.parent_id = m.id WHERE r.class = 'range'
	AND m.class = 'mirror' AND r.owner_pid = m.owner_pid AND r.born_ns >= m.born_ns"
q 'SELECT rule, object, driver, missing, born_at FROM leaks'
q 'SELECT driver, class, seen, live FROM lifetimes'
q 'SELECT driver, class, live, size_bytes, born_at FROM holders'
q "SELECT event, ts_ns FROM object_events WHERE object = 'R2'"
q "SELECT event, count(*) FROM events GROUP BY event HAVING ret < 0 OR event = 'free'"
q 'SELECT cause, cpu, count, overturns FROM losses'
q "SELECT printf('%x', addr), name, module FROM symbols WHERE addr = 0xffffffff81001000"
q "SELECT stack, frame, symbol FROM frames ORDER BY 1, 2; SELECT value FROM meta WHERE key = 'verdict'"
