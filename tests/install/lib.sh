# SPDX-License-Identifier: GPL-2.0
# lib.sh - what the tests of the installed tree share.
# shellcheck shell=bash

n=0 bad=0
result() { # status of the test, its name; why on stdin
	((n++))
	if [[ $1 = 0 ]]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /'
		bad=1
	fi
}

# Paths below the prefix that an installation consists of, sorted.
expected_files() {
	local f
	{
		echo bin/hmmtrace
		echo share/bash-completion/completions/hmmtrace
		echo share/hmmtrace/hmmtrace-json.schema.json
		for f in docs/*.[1-8].md; do
			f=${f#docs/} f=${f%.md}
			echo "share/man/man${f##*.}/$f"
		done
		find docs/ci -type f -printf 'share/hmmtrace/ci/%P\n'
		find include/hmmtrace -name '*.h' -printf 'share/hmmtrace/%p\n'
		find kernel -type f -printf 'share/hmmtrace/%p\n'
	} | sort
}
