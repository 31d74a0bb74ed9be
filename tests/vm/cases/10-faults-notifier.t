NAME: every fault of the notifier API is found, and nothing else
KERNELS: patched-* stock-*
NEEDS: hmmtrace exerciser
TIMEOUT: 240
WARN: ok
STATUS: 1
RUN:
	hmmtrace live --grace 3s --json --events fault=each -o live.hmt -- \
		hmmtrace record -q --events fault=each -o record.hmt -- \
		sh -c 'exercise --json --api notifier --kind fault --hold 7000 --jobs 32 >oracle.json' \
		>live.json || status=$?
	hmmtrace report --grace 3s --json live.hmt >report-live.json || [ $? = 1 ]
	hmmtrace report --grace 3s --json record.hmt >report-record.json || [ $? = 1 ]
	hmmtrace check --grace 3s --json record.hmt >check.json || [ $? = 1 ]
	hmmtrace dump --json record.hmt >dump.json
	exit ${status:-0}

HOST: verdict oracle.json live.json
HOST: verdict oracle.json report-record.json
HOST: verdict oracle.json check.json
HOST: same live.json report-live.json
HOST: tally oracle.json dump.json
JQ: oracle.json map(select(.scenario)) | length >= 12
JQ: live.json .[-1].lost_overturning == 0
