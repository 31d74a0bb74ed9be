NAME: nothing legal that is odd is flagged on a kernel as it is
KERNELS: stock-*
NEEDS: hmmtrace exerciser
TIMEOUT: 240
RUN:
	hmmtrace live --grace 3s --json --events all=each -o live.hmt -- \
		sh -c 'exercise --json --api notifier --kind legal --jobs 4 >oracle.json' >live.json
	hmmtrace report --grace 3s --json live.hmt >report.json
	hmmtrace dump --json live.hmt >dump.json
	hmmtrace live --grace 3s --source kprobe --json --events all=each -o kprobe.hmt -- \
		sh -c 'exercise --json --api notifier --kind legal --jobs 4 >kprobe-oracle.json' \
		>kprobe.json
	hmmtrace dump --json kprobe.hmt >kprobe-dump.json

HOST: verdict oracle.json live.json
HOST: same live.json report.json
HOST: tally oracle.json dump.json
JQ: oracle.json map(select(.scenario)) | length >= 12
JQ: live.json .[-1].verdict == "clean" and .[-1].lost_overturning == 0
HOST: verdict kprobe-oracle.json kprobe.json
HOST: tally kprobe-oracle.json kprobe-dump.json
JQ: kprobe.json .[-1].verdict == "clean" and .[-1].lost_overturning == 0
