# SPDX-License-Identifier: GPL-2.0
cp "$DATA/leak.in" "$DATA/clean.in" .
# Two of a kind instead of one: told, and no new leak.
awk '/ range-register /  { r = $0; sub(/0xd0/, "0xd8", r); sub(/0.002100/, "0.002300", r)
			   print; print "0.002200 ref-get cpu=0 tgid=412 tid=412 mm=0xa0 hmm=0xb0 count=3 stack=1"
			   print r; next } { print }' leak.in > more.in
hmmtrace diff --text leak.in more.in | grep -v '^  [AB] '; echo "status ${PIPESTATUS[0]}"
hmmtrace diff --text more.in leak.in | grep -v '^  [AB] '; echo "status ${PIPESTATUS[0]}"
