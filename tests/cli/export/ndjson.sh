# SPDX-License-Identifier: GPL-2.0
# needs: jq
hmmtrace export --ndjson --text "$DATA/leak.in" > out
jq -c . out > /dev/null || echo "not JSON"
# The lines of report are all there, and those of dump with names beside.
hmmtrace report --json --text "$DATA/leak.in" > report; grep -vxFf out report
hmmtrace dump --json --text "$DATA/leak.in" | jq -c 'select(.type == "record")' > one
jq -c 'select(.type == "record") | del(.frames) | with_entries(select(.key | endswith("_symbol") | not)) |
	if .event == "task" then . else del(.comm) end' out > other
diff one other && wc -l < one
grep '"event":"range-register"' out
