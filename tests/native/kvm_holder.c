// SPDX-License-Identifier: GPL-2.0
/*
 * kvm_holder.c - has a virtual machine, which is an mmu notifier on this address
 * space. Says "open", and with every line on stdin does the next thing: gives
 * the machine up and says "closed"; exits.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(void)
{
	int dev = open("/dev/kvm", O_RDWR | O_CLOEXEC), vm;
	char line[16];

	vm = dev < 0 ? -1 : ioctl(dev, KVM_CREATE_VM, 0);
	if (vm < 0) {
		printf("no: %s: %s\n", dev < 0 ? "/dev/kvm" : "KVM_CREATE_VM", strerror(errno));
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("open");
	if (!fgets(line, sizeof(line), stdin))
		return 0;
	close(vm);
	puts("closed");
	if (!fgets(line, sizeof(line), stdin))
		return 0;
	return 0;
}
