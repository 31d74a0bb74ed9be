NAME: the programs for old kernels find every fault, and nothing else
KERNELS: patched-6.1
NEEDS: hmmtrace exerciser
TIMEOUT: 300
WARN: ok
STATUS: 1
RUN:
	hmmtrace live --grace 3s --source legacy --json --events fault -o live.hmt -- \
		sh -c 'exercise --json --kind fault --hold 7000 --jobs 32 >oracle.json' >live.json || status=$?
	hmmtrace report --grace 3s --json live.hmt >report.json || [ $? = 1 ]
	hmmtrace dump --json live.hmt >dump.json
	hmmtrace info --json live.hmt >info.json
	exit ${status:-0}

HOST: verdict oracle.json live.json
HOST: same live.json report.json
HOST: tally oracle.json dump.json
JQ: oracle.json map(select(.scenario)) | length >= 24
JQ: live.json .[-1].lost_overturning == 0
JQ: info.json .[0] | tostring | contains("legacy")
