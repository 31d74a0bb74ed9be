NAME: the programs for old kernels flag nothing legal that is odd
KERNELS: patched-6.1
NEEDS: hmmtrace exerciser
TIMEOUT: 300
RUN:
	hmmtrace live --grace 3s --source legacy --json --events all -o live.hmt -- \
		sh -c 'exercise --json --kind legal --jobs 4 >oracle.json' >live.json
	hmmtrace report --grace 3s --json live.hmt >report.json
	hmmtrace dump --json live.hmt >dump.json

HOST: verdict oracle.json live.json
HOST: same live.json report.json
HOST: tally oracle.json dump.json
JQ: oracle.json map(select(.scenario)) | length >= 24
JQ: live.json .[-1].verdict == "clean" and .[-1].lost_overturning == 0
