NAME: hides a complaint of the kernel
RUN:
	echo '<4>WARNING: planted in the console, and taken from the log' >/dev/kmsg
	dmesg -c >/dev/null
