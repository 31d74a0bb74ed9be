# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# One boot of a VM.

slot_mb=64

# vm_disk FILE SLOTS: the disk results come out on; sparse, so size is free
vm_disk() {
	rm -f "$1"
	truncate -s "$((($2 + 1) * slot_mb))M" "$1"
}

# vm_slot DISK SLOT DIR: unpack what a case left. Return: 1 when it left nothing.
vm_slot() {
	mkdir -p "$3"
	# tar stops reading at the end of the archive, and an unused slot is none
	dd if="$1" bs=1M skip="$(($2 * slot_mb))" count=$slot_mb status=none 2>/dev/null |
		tar xf - -C "$3" --strip-components=1 2>/dev/null || true
	[[ -e $3/status ]]
}

# qemu_boot KERNEL INITRD DISK SERIAL LIMIT [QEMU-ARGS...]: waits for the end.
# Return: 0, or 124 when it had to be killed.
#
# Emulated in software on purpose: it runs anywhere, and always the same way. In
# one thread, because with one per CPU QEMU may execute a breakpoint that the
# kernel has already taken back while it patched code, as it does each time
# tracing goes on or off, and the guest dies of it.
# The console is the log; the second serial line is what the guest tells us.
qemu_boot() {
	local kernel=$1 initrd=$2 disk=$3 serial=$4 limit=$5 status=0
	shift 5
	need_command qemu-system-x86_64
	timeout --kill-after=5 "$limit" qemu-system-x86_64 \
		-accel tcg,thread=single ${VM_ICOUNT:+-icount "$VM_ICOUNT"} -cpu max -smp "${VM_CPUS:-2}" -m "${VM_MEMORY:-1024}" \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$kernel/bzImage" -initrd "$initrd" \
		-append "console=ttyS0 loglevel=5 panic=-1 oops=panic tsc=reliable no_timer_check nokaslr rcupdate.rcu_cpu_stall_suppress=1 ${VM_APPEND:-}" \
		-drive "file=$disk,if=virtio,format=raw,cache=unsafe" \
		-serial "file:$serial" "$@" </dev/null || status=$?
	case $status in
	0) return 0 ;;
	124 | 137) return 124 ;;
	*) die "QEMU failed with status $status" ;;
	esac
}

# What ends a kernel's life, as it says it; the first such line of a log.
kernel_died() {
	grep -a -m1 -E 'Kernel panic|BUG: |Oops: |general protection fault|KASAN: |Unable to handle' "$1"
}
