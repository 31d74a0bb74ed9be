# SPDX-License-Identifier: GPL-2.0
# needs: sqlite3 jq
"$DATA/../../export/records" 20 > many.in; text2trace many.in many.hmt 100

# The same numbers as the report has.
hmmtrace export --sqlite -o db many.hmt
hmmtrace report --json many.hmt > report
jq -r 'select(.type == "summary") | .mirrors, .ranges, .live_mirrors, .live_ranges, .errors' report > one
sqlite3 db "SELECT sum(class = 'mirror'), sum(class = 'range'), sum(class = 'mirror' AND ended_ns IS NULL),
	sum(class = 'range' AND ended_ns IS NULL), (SELECT count(*) FROM leaks) FROM objects" | tr '|' '\n' > other
diff one other
jq -r 'select(.type == "finding") | [.serial, .rule, .severity, .object.id, .object.driver, .fact_ns, .flagged_ns, .missing] | join("|")' report > one
sqlite3 db 'SELECT id, rule, severity, object, driver, fact_ns, flagged_ns, missing FROM findings' > other
diff one other && wc -l < one
