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

# A trace file made of text records, by the program's own writer.
trace_file() { # text, file
	"$TOOLS/../build/text2trace" "$1" "$2"
}
