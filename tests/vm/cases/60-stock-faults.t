NAME: every fault of the notifier API is found on a kernel as it is, and nothing else
KERNELS: stock-*
NEEDS: hmmtrace exerciser
TIMEOUT: 240
WARN: ok
STATUS: 1
RUN:
	hmmtrace live --grace 3s --json --events fault=each -o live.hmt -- \
		sh -c 'exercise --json --api notifier --kind fault --hold 7000 --jobs 32 >oracle.json' \
		>live.json || status=$?
	hmmtrace report --grace 3s --json live.hmt >report.json || [ $? = 1 ]
	hmmtrace dump --json live.hmt >dump.json
	hmmtrace live --grace 3s --source kprobe --json --events fault=each -o kprobe.hmt -- \
		sh -c 'exercise --json --api notifier --kind fault --hold 7000 --jobs 32 >kprobe-oracle.json' \
		>kprobe.json || [ $? = 1 ]
	hmmtrace dump --json kprobe.hmt >kprobe-dump.json
	exit ${status:-0}

HOST: verdict oracle.json live.json
HOST: same live.json report.json
HOST: tally oracle.json dump.json
JQ: oracle.json map(select(.scenario)) | length >= 12
JQ: live.json .[0].tier == "partial" and .[-1].lost == []
HOST: verdict kprobe-oracle.json kprobe.json
HOST: tally kprobe-oracle.json kprobe-dump.json
JQ: kprobe.json .[-1].lost == []
