# SPDX-License-Identifier: GPL-2.0
try() {
	hmmtrace check -q --text "$DATA/leak.in" --baseline b.json
	[ $? = 2 ] || echo "not refused: $(cat b.json)"
}
try
for text in '' '{' '[]' '{"type":"hmmtrace-baseline","version":"2.0","findings":[]}' \
	'{"type":"other","version":"1.0","findings":[]}' \
	'{"type":"hmmtrace-baseline","version":"1.0","findings":[{"rule":"x"}]}' \
	'{"type":"hmmtrace-baseline","version":"1.0","findings":[{"rule":"x","driver":"y","stack":[1]}]}'; do
	printf '%s' "$text" > b.json
	try
done
