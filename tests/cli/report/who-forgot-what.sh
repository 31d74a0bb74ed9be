# SPDX-License-Identifier: GPL-2.0
# Three bugs in three drivers: what the report says of each before anything else.
hmmtrace report --text "$DATA/three.in" | sed -n '/^what is wrong/,/^$/p'; exit "${PIPESTATUS[0]}"
