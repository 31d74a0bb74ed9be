NAME: the record says that returns are seen, and of an exit whether it was the last
KERNELS: patched-*
NEEDS: hmmtrace exerciser
TIMEOUT: 60
RUN:
	hmmtrace record -q -o faults.hmt -- exercise --api mirror --kind fault --hot no --jobs 4 >/dev/null
	hmmtrace dump faults.hmt >faults.txt

GREP: faults.txt ^[0-9.]+ start .*flags=0x2[0-9a-f]$
GREP: faults.txt  task-exit .*flags=0x1$
