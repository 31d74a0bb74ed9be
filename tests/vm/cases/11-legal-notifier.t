NAME: nothing legal that is odd is flagged on the notifier API
KERNELS: patched-* stock-*
NEEDS: hmmtrace exerciser
TIMEOUT: 240
RUN:
	hmmtrace live --grace 3s --json --events all=each -o live.hmt -- \
		hmmtrace record -q --events all=each -o record.hmt -- \
		sh -c 'exercise --json --api notifier --kind legal --jobs 4 >oracle.json' >live.json
	hmmtrace report --grace 3s --json live.hmt >report-live.json
	hmmtrace report --grace 3s --json record.hmt >report-record.json
	hmmtrace dump --json record.hmt >dump.json

HOST: verdict oracle.json live.json
HOST: verdict oracle.json report-record.json
HOST: same live.json report-live.json
HOST: tally oracle.json dump.json
JQ: oracle.json map(select(.scenario)) | length >= 12
JQ: live.json .[-1].verdict == "clean" and .[-1].lost_overturning == 0
