# SPDX-License-Identifier: GPL-2.0
# What a run may have missed is neither new nor gone.
try() {
	echo "== $1 $2"
	hmmtrace diff -q --text "$DATA/$1.in" "$DATA/$2.in"
	echo "status $?"
}
try clean lossy
try lossy leak
try leak lossy
try lossy clean
