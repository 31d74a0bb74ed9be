NAME: doctor finds nothing to complain about on a patched kernel
KERNELS: patched-*
NEEDS: hmmtrace
RUN:
	hmmtrace doctor >doctor.txt
	hmmtrace doctor --json >doctor.json

GREP: doctor.txt tracepoint
JQ: doctor.json length > 0
