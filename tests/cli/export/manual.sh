# SPDX-License-Identifier: GPL-2.0
# needs: sqlite3 babeltrace2 jq
# The examples of the page, as they stand there.
"$DATA/../../export/records" 20 | grep -v lost > in; text2trace in run.hmt
flamegraph.pl() { cat; }
awk '/^## /{here = /EXAMPLES/} here && /^    \$ /{if (s) print s; s = substr($0, 7); next}
	here && /^     /{s = s " " $0; next} s {print s; s = ""}' \
	"$DATA/../../../docs/hmmtrace-export.1.md" > examples
while IFS= read -r example; do
	eval "$example" > out 2> said < /dev/null && [ ! -s said ] || { echo "fails: $example"; cat said; }
	n=$((n + 1))
done < examples
echo "$n examples"
cat leaks.svg
