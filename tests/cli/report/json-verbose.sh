# SPDX-License-Identifier: GPL-2.0
# With -v the rows of the tables stand before the summary; the other lines stay as they are.
hmmtrace report --json -v --text "$DATA/late.in" > verbose
hmmtrace report --json --text "$DATA/late.in" > plain
grep -Ev '^\{"type":"(cause|driver|mirror|holder|ranges)"' verbose | cmp - plain
grep -E '^\{"type":"(cause|driver|mirror|holder)"' verbose
tail -n 2 verbose | jq -r .type
