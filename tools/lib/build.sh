# shellcheck shell=bash
# shellcheck disable=SC2154  # top, out, root: see common.sh and case.sh
# SPDX-License-Identifier: GPL-2.0
#
# Builds what runs inside the VM. Each function prints the path of its result
# and does nothing when that is there already: results live under a directory
# named by a hash of what they are made from.

# kernel_release KERNEL: the name of the modules directory
kernel_release() {
	local d
	for d in "$1"/lib/modules/*/; do
		basename "$d"
		return
	done
	die "$1 has no lib/modules: is it what tools/kernel-build prints?"
}

# In a copy of the source, so that two kernels can be built for at once and
# the tree stays clean. Without debug information: the guest loads it from RAM.
build_modules() {
	local kernel=$1 dest key
	local -a source=("$top"/kernel/exerciser/{Kbuild,Makefile,*.c,*.h}
		"$top"/include/hmmtrace/exerciser.h)

	key=$(hash_of "${source[@]}" "$kernel/config" "$kernel/build/Module.symvers")
	dest=$out/vm/modules/$(kernel_release "$kernel")-$key
	mkdir -p "$dest"
	(
		flock 9
		[[ ! -e $dest/done ]] || exit 0
		note "building the exerciser for $(kernel_release "$kernel")"
		mkdir -p "$dest/include/hmmtrace"
		cp "$top"/kernel/exerciser/{Kbuild,*.c,*.h} "$dest"
		cp "$top"/include/hmmtrace/exerciser.h "$dest/include/hmmtrace"
		if ! make -C "$kernel/build" M="$dest" HMM_EXERCISER_INCLUDE="$dest/include" \
			modules >"$dest/log" 2>&1; then
			cat "$dest/log" >&2
			die "the exerciser does not build for $(kernel_release "$kernel")"
		fi
		strip --strip-debug "$dest"/*.ko
		touch "$dest/done"
	) 9>"$dest/lock"
	echo "$dest"
}

# The mistakes of tests/vm/soak, in the same way.
build_planted() {
	local kernel=$1 dest
	local -a source=("$top"/tests/vm/soak/planted/{Kbuild,planted.c})

	dest=$out/vm/planted-$(hash_of "${source[@]}" "$kernel/config" "$kernel/build/Module.symvers")
	mkdir -p "$dest"
	(
		flock 9
		[[ ! -e $dest/done ]] || exit 0
		cp "${source[@]}" "$dest"
		if ! make -C "$kernel/build" M="$dest" modules >"$dest/log" 2>&1; then
			cat "$dest/log" >&2
			die "the planted mistakes do not build for $(kernel_release "$kernel")"
		fi
		strip --strip-debug "$dest"/*.ko
		touch "$dest/done"
	) 9>"$dest/lock"
	echo "$dest"
}

# Static: the guest has no C library but what hmmtrace brings.
build_exercise() {
	local dest=$out/vm key
	local -a source=("$top"/tests/vm/exercise/*.[ch] "$top"/include/hmmtrace/exerciser.h)

	key=$(hash_of "${source[@]}")
	dest=$out/vm/exercise-$key
	mkdir -p "$dest"
	(
		flock 9
		[[ ! -x $dest/exercise ]] || exit 0
		${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -static -pthread \
			-I"$top"/include -I"$top"/tests/vm/exercise \
			"$top"/tests/vm/exercise/*.c -o "$dest/exercise.new" >&2
		mv "$dest/exercise.new" "$dest/exercise"
	) 9>"$dest/lock"
	echo "$dest/exercise"
}

# The same for what drives it by dice.
build_schedule() {
	local dest key
	local -a source=("$top"/tests/vm/schedule/*.[ch] "$top"/tests/vm/exercise/{run.c,exercise.h}
		"$top"/include/hmmtrace/exerciser.h)

	key=$(hash_of "${source[@]}")
	dest=$out/vm/schedule-$key
	mkdir -p "$dest"
	(
		flock 9
		[[ ! -x $dest/schedule ]] || exit 0
		${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -static -pthread \
			-I"$top"/include -I"$top"/tests/vm/exercise \
			"$top"/tests/vm/{schedule/*.c,exercise/run.c} -o "$dest/schedule.new" >&2
		mv "$dest/schedule.new" "$dest/schedule"
	) 9>"$dest/lock"
	echo "$dest/schedule"
}

# What the measurements in a VM have as their load.
build_churn() {
	local dest
	dest=$out/vm/churn-$(hash_of "$top"/tests/bench/guest/churn.c "$top"/include/hmmtrace/exerciser.h)
	mkdir -p "$dest"
	(
		flock 9
		[[ ! -x $dest/churn ]] || exit 0
		${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -static \
			-I"$top"/include "$top"/tests/bench/guest/churn.c -o "$dest/churn.new" >&2
		mv "$dest/churn.new" "$dest/churn"
	) 9>"$dest/lock"
	echo "$dest/churn"
}

# Upstream's own tests, unmodified, from the tree the kernel was built from.
build_hmm_tests() {
	local kernel=$1 dest source dir harness
	local -a select=()
	for dir in mm vm; do
		source=$kernel/src/tools/testing/selftests/$dir/hmm-tests.c
		[[ ! -e $source ]] || break
	done
	[[ -e $source ]] || die "no hmm-tests.c under $kernel/src"
	harness=$kernel/src/tools/testing/selftests/kselftest_harness.h
	grep -q getopt "$harness" || select=(-include "$top/tests/vm/hmm-tests-select.h")
	dest=$out/vm/hmm-tests-$(hash_of "$source" "$harness" "$top/tests/vm/hmm-tests-select.h")
	mkdir -p "$dest"
	(
		flock 9
		[[ ! -x $dest/hmm-tests ]] || exit 0
		note "building upstream's hmm-tests"
		# The headers it includes by path come from its own tree, the rest from the host.
		if ! ${CC:-gcc} -D_GNU_SOURCE= -O2 -w -static -pthread \
			-I"$(dirname "$source")" -I"$kernel/src/tools/testing/selftests" \
			-idirafter "$kernel/src" "${select[@]}" \
			"$source" -o "$dest/hmm-tests.new" >"$dest/log" 2>&1; then
			cat "$dest/log" >&2
			die "upstream's hmm-tests do not build"
		fi
		mv "$dest/hmm-tests.new" "$dest/hmm-tests"
	) 9>"$dest/lock"
	echo "$dest/hmm-tests"
}
