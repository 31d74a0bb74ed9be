# SPDX-License-Identifier: GPL-2.0
mkdir directory
hmmtrace check -q --text "$DATA/clean.in" --junit nowhere/report.xml
a=$?
hmmtrace check -q --text "$DATA/clean.in" --sarif directory
[ "$a $?" = '2 2' ] && [ "$(ls -A)" = directory ]
