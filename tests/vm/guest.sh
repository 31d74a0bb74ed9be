# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# What the RUN part of a case can use. It runs in busybox's shell, with -eu, in
# a directory whose files go to the host.

tracing=/sys/kernel/tracing
[ -d $tracing/events ] || tracing=/sys/kernel/debug/tracing

# skip REASON: this case cannot run here, and that is all right
skip() {
	echo "$*" >skip
	exit 0
}

# until_true SECONDS COMMAND...: wait until the command succeeds, fail when it does not in time
until_true() {
	_tries=$(($1 * 20))
	shift
	while ! "$@" >/dev/null 2>&1; do
		_tries=$((_tries - 1))
		[ $_tries -gt 0 ] || {
			echo "never came true: $*" >&2
			return 1
		}
		sleep 0.05
	done
}

# status_of COMMAND...: prints its exit status, never fails
status_of() {
	_status=0
	"$@" || _status=$?
	echo $_status
}
