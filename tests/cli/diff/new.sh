# SPDX-License-Identifier: GPL-2.0
cp "$DATA/leak.in" "$DATA/clean.in" .
hmmtrace diff --text clean.in leak.in
