# SPDX-License-Identifier: GPL-2.0
# Help fits a terminal of 80 columns; a synopsis is one line, however long.
hmmtrace help --complete | awk '$1 == "command" { print $2 }' | sort -u > commands
wc -l < commands | awk '{ print ($1 > 10) }'
while read -r c; do hmmtrace help "$c"; done < commands | grep -v '^usage: ' | awk 'length > 79'
hmmtrace help | awk 'length > 79'
