NAME: a ring far too small loses events, says so, and flags nothing
KERNELS: patched-*
NEEDS: hmmtrace exerciser
TIMEOUT: 60
STATUS: 3
RUN:
	hmmtrace live --json --events all=each --ring-size 4K -o live.hmt -- \
		sh -c 'exercise --mixed 3s --threads 8 >mixed.json' >live.json || status=$?
	hmmtrace report --json live.hmt >report.json || echo $? >report.status
	hmmtrace report live.hmt >report.txt || true
	exit ${status:-0}

JQ: live.json .[-1].verdict == "inconclusive" and .[-1].errors == 0 and .[-1].warnings == 0
JQ: live.json .[-1].lost | map(select(.cause == "ring-full" and .count > 0)) | length > 0
JQ: live.json map(select(.type == "finding" and .confidence == "certain" and .severity != "note")) | length == 0
HOST: same live.json report.json
GREP: report.status ^3$
GREP: report.txt ring-full|ring
