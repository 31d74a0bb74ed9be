# shellcheck shell=bash
# shellcheck disable=SC2154  # top, out, root: see common.sh and case.sh
# SPDX-License-Identifier: GPL-2.0
#
# The initramfs of a VM: busybox, and what the cases need. Functions work on
# the directory $root, which becomes the guest's root.

image_begin() {
	local applet
	need_command busybox
	mkdir -p "$root"/{bin,sbin,dev,proc,sys,tmp,out,etc,vm,lib/modules,usr/bin}
	cp "$(command -v busybox)" "$root/bin/busybox"
	for applet in $(busybox --list); do
		[[ $applet = busybox ]] || ln -s busybox "$root/bin/$applet"
	done
	printf 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
	cp "$top/tools/lib/guest-init" "$root/init"
	cp "$top/tests/vm/guest.sh" "$root/vm/guest.sh"
	: >"$root/vm/modules"
}

# image_program FILE [NAME]: a program and the shared libraries it is linked with
image_program() {
	local file=$1 name=${2:-} lib
	rm -f "$root/bin/${name:-${file##*/}}"
	cp -L "$file" "$root/bin/${name:-${file##*/}}"
	# "not a dynamic executable" is no error here
	while read -r lib; do
		[[ ! -e $root$lib ]] || continue
		mkdir -p "$root${lib%/*}"
		cp -L "$lib" "$root$lib"
	done < <(ldd "$file" 2>/dev/null | sed -n 's|^[^/]*\(/[^ ]*\).*|\1|p')
}

# image_ko FILE: loaded at boot, in the order of the calls
image_ko() {
	local name=${1##*/}
	cp "$1" "$root/lib/modules/"
	case $name in
	*.xz) xz -df "$root/lib/modules/$name" && name=${name%.xz} ;;
	*.zst) zstd -qdf --rm "$root/lib/modules/$name" && name=${name%.zst} ;;
	esac
	grep -qx "$name" "$root/vm/modules" || echo "$name" >>"$root/vm/modules"
}

# image_module KERNEL NAME: the same for a module of the kernel with what it
# depends on. Built in: nothing to do. Return: 1 when there is no such module.
image_module() {
	local kernel=$1 name=$2 list line
	list=$(modprobe -d "$kernel" -S "$(kernel_release "$kernel")" --show-depends "$name" \
		2>/dev/null) || return 1
	while read -r line; do
		case $line in
		insmod\ *)
			line=${line#insmod }
			image_ko "${line%% *}"
			;;
		esac
	done <<<"$list"
}

# image_types KERNEL: kernels before 5.4 do not show their type information, but
# it may be in the image: that goes where a distribution would have it.
image_types() {
	local kernel=$1 release
	release=$(kernel_release "$kernel")
	[[ $release == 5.[0-3].* && -e $kernel/vmlinux ]] || return 0
	mkdir -p "$root/boot"
	# It warns of every segment that is empty then.
	objcopy --only-section=.BTF "$kernel/vmlinux" "$root/boot/vmlinux-$release" 2>/dev/null
}

# What a case may need, by name. Prints nothing, or why it cannot be had. Fails
# only when something that should work does not; that has been said then.
image_need() {
	local kernel=$1 what=$2 made
	case $what in
	hmmtrace)
		[[ -x $out/hmmtrace ]] || {
			echo "hmmtrace is not built"
			return
		}
		image_program "$out/hmmtrace"
		image_types "$kernel" || return
		;;
	exerciser)
		made=$(build_modules "$kernel") || return
		image_ko "$made/hmm_exerciser.ko"
		image_ko "$made/hmm_exerciser_good.ko"
		made=$(build_exercise) || return
		image_program "$made"
		;;
	schedule)
		made=$(build_schedule) || return
		image_program "$made"
		;;
	churn)
		made=$(build_churn) || return
		image_program "$made"
		;;
	planted)
		made=$(build_planted "$kernel") || return
		image_ko "$made/planted.ko"
		;;
	test_hmm)
		if ! image_module "$kernel" test_hmm; then
			echo "the kernel was built without CONFIG_TEST_HMM=m"
			return
		fi
		made=$(build_hmm_tests "$kernel") || return
		image_program "$made"
		;;
	crowd)
		made=$(build_crowd) || return
		image_program "$made"
		;;
	odp)
		image_odp "$kernel" || return
		;;
	*)
		if ! command -v "$what" >/dev/null; then
			echo "$what is not installed"
			return
		fi
		image_program "$(command -v "$what")"
		;;
	esac
}

# image_end FILE: not compressed, because unpacking is slower than reading here
image_end() {
	chmod +x "$root/init"
	(cd "$root" && find . -print0 | LC_ALL=C sort -z | cpio -0 -o -H newc --quiet -R 0:0) >"$1"
}
