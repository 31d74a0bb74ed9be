NAME: is for another kernel
KERNELS: no-such-*
RUN:
	false
