# SPDX-License-Identifier: GPL-2.0
# needs: xmllint
for i in clean leak lossy; do
	hmmtrace check -q --text "$DATA/$i.in" --junit report.xml -a 'orphans == 0' \
		-a 'range(driver=a<b&"c").count >= 1' -a 'events.lost < 100'
	echo "$i: status $?"
	xmllint --noout --schema "$DATA/../formats/junit.xsd" report.xml 2>&1
	# The trace, each rule, three assertions; and the totals are those of the list.
	for x in 'count(//testcase) = 4 + '"$(hmmtrace rules | wc -l)" '/*/@tests = count(//testcase)' \
		'/*/@failures = count(//failure)' '/*/@errors = count(//error)' \
		'not(/*/@skipped)' '/*/*/@skipped = count(//skipped)'; do
		[ "$(xmllint --xpath "$x" report.xml)" = true ] || echo "not so: $x"
	done
	xmllint --xpath '//failure/../@name | //error/../@name' report.xml
done
xmllint --xpath 'string(//error[1])' report.xml | head -n 3
