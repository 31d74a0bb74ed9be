# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tools share. Source it after `set -euo pipefail`.

# shellcheck disable=SC2034  # used by those who source this
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
out=${O:-build}
[[ $out = /* ]] || out=$top/$out

me=${0##*/}

# A make that calls us passes on its own O= and jobs, which the kernel's make
# would take for its own.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL

# Where modprobe and bpftool are, whoever calls
export PATH=$PATH:/usr/sbin:/sbin

die() {
	printf '%s: %s\n' "$me" "$*" >&2
	exit 2
}

# Progress, for people: never on stdout, which belongs to results.
note() {
	printf '%s: %s\n' "$me" "$*" >&2
}

need_command() {
	command -v "$1" >/dev/null || die "$1 is not installed; run tools/setup"
}

# hash_of FILE...: one word that changes when a name or the content of a file does
hash_of() {
	sha256sum "$@" | sha256sum | cut -c1-16
}
