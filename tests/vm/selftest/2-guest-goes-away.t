NAME: takes the guest away
RUN:
	poweroff -f
	sleep 5
