NAME: perf buffers far too small lose events, say so, and nothing false is flagged
KERNELS: patched-6.1
NEEDS: hmmtrace exerciser schedule
TIMEOUT: 180
WARN: ok
RUN:
	hmmtrace live --source legacy --json --events all --ring-size 4K -o live.hmt -- \
		sh -c 'exercise --mixed 3s --threads 8 >mixed.json' >live.json || echo $? >live.status
	hmmtrace report --json live.hmt >report.json || echo $? >report.status
	hmmtrace live --source legacy --json --grace 6s --ring-size 16K -o /tmp/dice.hmt -- \
		sh -c 'schedule --seconds 10 --seed 5 --pause 500 --hold 9000 >oracle.json' \
		>/tmp/dice.json || echo $? >dice.status
	hmmtrace report --json --grace 6s /tmp/dice.hmt >/tmp/dice-report.json || true
	for f in dice dice-report; do
		tail -n +2 /tmp/$f.json | md5sum >$f.sum
	done
	grep -e '"type":"summary"' -e '"confidence":"certain"' /tmp/dice.json >certain.json
	rm /tmp/dice.hmt /tmp/dice.json /tmp/dice-report.json

GREP: live.status ^3$
GREP: report.status ^3$
JQ: live.json .[-1].verdict == "inconclusive" and .[-1].errors == 0 and .[-1].warnings == 0
JQ: live.json .[-1].lost | map(select(.cause == "ring-full" and .count > 0)) | length > 0
HOST: same live.json report.json
GREP: dice.status ^[13]$
HOST: cmp dice.sum dice-report.sum
JQ: certain.json .[-1].lost_overturning > 0
HOST: true-only oracle.json certain.json
