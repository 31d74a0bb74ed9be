# SPDX-License-Identifier: GPL-2.0
cp "$DATA/clean.in" a.in; cp "$DATA/leak.in" b.in
hmmtrace diff -j --text a.in b.in
