# SPDX-License-Identifier: GPL-2.0
# needs: jq
for i in leak clean lossy late; do
	hmmtrace report --json --text "$DATA/$i.in" > $i.json
	jq -es "first.type == \"header\" and last.type == \"summary\" and (first.version | test(\"^1[.]\"))" $i.json
done
