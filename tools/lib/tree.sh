# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A kernel tree that somebody gives us by its path: which version it is, what it
# needs, a copy that can be built. Says what it did by say(), which is the caller's.

# tree_version TREE: 5.3, for what calls itself 5.3.1; nothing for what does not say
tree_version() {
	sed -n 's/^VERSION *= *\([0-9][0-9]*\)$/\1./p; s/^PATCHLEVEL *= *\([0-9][0-9]*\)$/\1/p' \
		"$1/Makefile" | head -n 2 | tr -d '\n'
}

# tree_is_old VERSION: is it older than the compiler that has to build it?
tree_is_old() {
	[ -n "$1" ] && [ "$(printf '%s\n' "$1" 5.10 | sort -V | head -n 1)" != 5.10 ]
}

# tree_copy TREE DEST: without .git. Archives and uploads lose the executable bit,
# and make runs scripts by their names.
tree_copy() {
	local -a lost

	(cd "$1" && tar --exclude=./.git -cf - .) | tar -C "$2" -xf - || return 1
	mapfile -t lost < <(cd "$2" && find . -type f ! -perm -u+x \
		\( -path './scripts/*' -o -path './tools/*' -o -path './arch/*' -o -path './usr/*' \) \
		-exec awk 'FNR == 1 && /^#!/ { print FILENAME } { nextfile }' {} +)
	if [ ${#lost[@]} -gt 0 ]; then
		(cd "$2" && chmod +x "${lost[@]}") || return 1
		say "made ${#lost[@]} scripts executable, which the tree had lost"
	fi
}
