# SPDX-License-Identifier: GPL-2.0
# A name cannot leave the data: not a driver's, not a process's.
sed 's/comm=session/comm=<\/script><b/;s/module=hmm_exerciser/module=<!--<script>alert(1)/' \
	"$DATA/leak.in" > hostile.in
hmmtrace report --html --text hostile.in > page
hmmtrace report --html --text "$DATA/leak.in" > tame
[ "$(grep -c '</script>' page)" = "$(grep -c '</script>' tame)" ] && [ "$(grep -c '<!--' page)" = 0 ] || echo "a name got out"
sed -n '/^<script type=.application.json/,/^<.script>/p' page | sed '1d;$d' | jq -r '.drivers[].driver, .mirrors[].owner.comm'
