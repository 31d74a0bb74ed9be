# SPDX-License-Identifier: GPL-2.0
# needs: babeltrace2
"$DATA/../../export/records" 20 > many.in; text2trace many.in many.hmt 100

hmmtrace export --ctf -o out many.hmt
ls out
babeltrace2 --clock-seconds --no-delta out > events 2> said || cat said
hmmtrace dump many.hmt > dump
# As many of each kind, and the members of records agree.
awk '{print $2}' dump | sort | uniq -c > one
awk '{sub(/:$/, "", $2); print $2}' events | sort | uniq -c > other
diff one other
sed -n 's/.*range-register.* range=\(0x[0-9a-f]*\).* start=\(0x[0-9a-f]*\).*/\1 \2/p' dump > one
sed -n 's/.*range-register: .* range = \(0x[0-9A-F]*\),.* start = \(0x[0-9A-F]*\),.*/\1 \2/p' events |
	tr A-F a-f > other
diff one other && wc -l < one
grep -o 'symbol: .*' events | head -n 1
grep -o 'stack: .*' events | head -n 1
grep -o 'lost: .*' events
head -n 1 events
