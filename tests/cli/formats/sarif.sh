# SPDX-License-Identifier: GPL-2.0
# needs: python3
check() { # trace, options
	echo "== $*"
	hmmtrace check -q --text "$DATA/$1.in" --sarif report.sarif "${@:2}"
	python3 "$DATA/../formats/sarif-check.py" < report.sarif
}
check clean
check leak -a 'orphans == 0' -a 'range.count == 1'
check leak --write-baseline known.json
check leak --baseline known.json
echo 'leak:exerciser_ioctl' > s.supp
check leak --suppressions s.supp
check lossy -a 'orphans == 0'
check leak -W range-orphaned-by-mirror=note
