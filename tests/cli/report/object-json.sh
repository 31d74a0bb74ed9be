# SPDX-License-Identifier: GPL-2.0
hmmtrace report --json --text --object R1 "$DATA/leak.in" | jq -r '.type + " " + (.event // .rule // "")'
