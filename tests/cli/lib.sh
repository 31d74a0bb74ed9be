# SPDX-License-Identifier: GPL-2.0
# lib.sh - what every command-line test may use; bash reads it by itself.

# Runs a command without privilege, whoever runs the tests.
unprivileged() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all "$@"
	else
		"$@"
	fi
}

# Text on stdin and in a file of the format, both from tests/cli/data/NAME.in.
trace() { # name, trace file, records per frame
	text2trace "$DATA/$1.in" "$2" ${3:+"$3"}
}
