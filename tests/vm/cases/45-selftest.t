NAME: selftest proves the path through the kernel, and finds out when it is broken
KERNELS: patched-* stock-*
NEEDS: hmmtrace exerciser
TIMEOUT: 120
WARN: ok
RUN:
	hmmtrace selftest >auto.txt
	hmmtrace selftest --path kernel --json >kernel.json
	hmmtrace selftest --path kernel --source notifier --json >notifier.json
	hmmtrace selftest --path stream --json >stream.json
	hmmtrace selftest --path kernel -W range-orphaned-by-mirror=off \
		-W range-orphaned-by-mm=off >broken.txt || echo $? >broken.status
	exercise --device hmm_exerciser --kind legal --jobs 4 notifier:interval_reinsert >after.txt
	rmmod hmm_exerciser
	hmmtrace selftest --path kernel >gone.txt 2>gone.err || echo $? >gone.status
	hmmtrace selftest >gone-auto.txt || true
	insmod /lib/modules/hmm_exerciser.ko

GREP: auto.txt ^proven, path kernel$
JQ: kernel.json .[0].proven and .[0].path == "kernel" and .[0].driver == "hmm_exerciser" and .[0].findings == 1 and .[0].released == 1
JQ: notifier.json .[0].proven and .[0].path == "kernel" and .[0].rule == "range-orphaned-by-mm" and .[0].findings == 1
JQ: stream.json .[0].proven and .[0].path == "stream"
GREP: broken.status ^1$
GREP: broken.txt ^NOT PROVEN, path kernel: the planted orphan was not reported
GREP: after.txt ^ok
GREP: gone.status ^4$
GREP: gone-auto.txt ^proven, path stream$
