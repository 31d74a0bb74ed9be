# SPDX-License-Identifier: GPL-2.0
# needs: python3
for i in clean leak lossy; do
	hmmtrace check --ktap --text "$DATA/$i.in" -a 'orphans == 0' -a 'range(driver=#x).count > 0' > out
	echo "$i: status $?"
	python3 "$DATA/../formats/ktap-parse.py" < out | tr ' ' '\n' > totals
	grep -E 'fail|error' totals
	# The trace, each rule, two assertions.
	[ "$(awk -F: '{ n += $2 } END { print n }' totals)" = $((3 + $(hmmtrace rules | wc -l))) ] ||
		cat totals
done
# The parser tells good from bad.
sed 's/^1\.\.3/1..4/' out | python3 "$DATA/../formats/ktap-parse.py" 2>/dev/null && echo 'a wrong plan passes'
sed 's/^not ok 2 rule/ok 2 rule/' out | python3 "$DATA/../formats/ktap-parse.py" 2>/dev/null && echo 'a wrong parent passes'
sed '/ok 7 /d' out | python3 "$DATA/../formats/ktap-parse.py" 2>/dev/null && echo 'a missing result passes'
exit 0
