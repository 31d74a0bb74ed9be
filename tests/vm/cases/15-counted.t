NAME: frequent events are counted in the kernel, as many as the driver made, whatever the ring
KERNELS: patched-*
NEEDS: hmmtrace exerciser
TIMEOUT: 120
RUN:
	hmmtrace live --json --events all -o live.hmt -- \
		sh -c 'exercise --mixed 8000 --threads 4 >mixed.json' >live.json 2>live.err
	hmmtrace report --json live.hmt >report.json
	hmmtrace report live.hmt >report.txt
	hmmtrace live --json --events all --ring-size 4K -- \
		sh -c 'exercise --mixed 8000 --threads 8 >starved-mixed.json' \
		>starved.json 2>/dev/null || echo $? >starved.status
	hmmtrace live --json --source kprobe --events fault -- \
		sh -c 'exercise --mixed 2000 --threads 4 >kprobe-mixed.json' \
		>kprobe.json 2>/dev/null
	hmmtrace doctor --events fault >doctor.txt
	hmmtrace doctor --json --events fault >doctor.json

HOST: counted mixed.json live.json
HOST: counted mixed.json report.json
HOST: same live.json report.json
GREP: report.txt hmm_exerciser +fault +[0-9]+
GREP: live.err faults are only counted, so there is no use-of-unregistered-range
JQ: report.json map(select(.type == "frequent" and .what == "invalidate" and .driver == null and .calls > 0)) | length == 1
GREP: starved.status ^3$
JQ: starved.json .[-1].lost | map(select(.cause == "ring-full" and .count > 0)) | length > 0
HOST: counted starved-mixed.json starved.json
HOST: counted --faults kprobe-mixed.json kprobe.json
GREP: doctor.txt counted +fault-begin .*undecidable: use-of-unregistered-range
JQ: doctor.json .[0].plan.rows | map(select(.counted and (.undecidable | contains("use-of-unregistered-range")))) | length > 0
