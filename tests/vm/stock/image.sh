# shellcheck shell=bash
# shellcheck disable=SC2154  # top, out, root: see tools/lib
# SPDX-License-Identifier: GPL-2.0
#
# What a VM needs for memory on demand over rdma_rxe. Source it where
# tools/lib/{common,build,image}.sh are.

# Static, and without libibverbs: it runs in any guest.
build_odp_orphan() {
	local source=$top/tests/vm/stock/odp_orphan.c dest
	dest=$out/vm/odp_orphan-$(hash_of "$source")
	mkdir -p "$dest"
	(
		flock 9
		[[ ! -x $dest/odp_orphan ]] || exit 0
		${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -static \
			"$source" -o "$dest/odp_orphan.new" >&2
		mv "$dest/odp_orphan.new" "$dest/odp_orphan"
	) 9>"$dest/lock"
	echo "$dest/odp_orphan"
}

build_crowd() {
	local source=$top/tests/vm/stock/crowd.c dest
	dest=$out/vm/crowd-$(hash_of "$source" "$top/include/hmmtrace/exerciser.h")
	mkdir -p "$dest"
	(
		flock 9
		[[ ! -x $dest/crowd ]] || exit 0
		${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -static \
			-I"$top/include" "$source" -o "$dest/crowd.new" >&2
		mv "$dest/crowd.new" "$dest/crowd"
	) 9>"$dest/lock"
	echo "$dest/crowd"
}

# image_odp KERNEL: the modules, loaded at boot, the verbs programs, odp_orphan,
# and /vm/odp.sh for the cases. Prints nothing, or why it cannot be had.
image_odp() {
	local kernel=$1 verbs module
	# Up to 6.12 rxe asks the crypto layer for a checksum, by name.
	image_module "$kernel" crc32_generic || true
	for module in ib_uverbs rdma_rxe; do
		image_module "$kernel" "$module" || {
			echo "the kernel has no module $module"
			return
		}
	done
	verbs=$("$top/tools/kernel-stock" verbs) || {
		echo "the verbs programs cannot be fetched"
		return
	}
	# What the image has already is of the same suite, and stays.
	cp -a --no-clobber "$verbs/." "$root/"
	image_program "$(build_odp_orphan)"
	cp "$top/tests/vm/stock/odp.sh" "$root/vm/odp.sh"
}
