NAME: the rules that need no hot events find the same without them
KERNELS: patched-*
NEEDS: hmmtrace exerciser
TIMEOUT: 120
WARN: ok
STATUS: 1
RUN:
	hmmtrace live --json -o live.hmt -- \
		sh -c 'exercise --json --kind fault --hot no --jobs 32 >oracle.json' \
		>live.json || status=$?
	hmmtrace report --json live.hmt >report.json || [ $? = 1 ]
	exit ${status:-0}

HOST: verdict oracle.json live.json
HOST: same live.json report.json
