# Grace is 6 s for the reason that 70 has. How much is planted and lost in two minutes
# is a matter of how much of a processor the guest is given: thousands, where it has one.
# Nice, or the rings are emptied too soon for much to be lost.
NAME: two minutes of a random schedule, much of it lost: nothing false, never clean
KERNELS: patched-*
NEEDS: hmmtrace exerciser schedule nice
TIMEOUT: 900
WARN: ok
RUN:
	nice -n 1 hmmtrace live --json --events all=each --grace 6s --ring-size 8K -o /tmp/live.hmt -- \
		sh -c 'schedule --seconds 120 --seed 20260202 --pause 500 --hold 9000 --hot >oracle.json' \
		>/tmp/live.json || echo $? >status.live
	hmmtrace report --json --grace 6s /tmp/live.hmt >/tmp/report.json || echo $? >status.report
	for f in live report; do
		tail -n +2 /tmp/$f.json | md5sum >$f.sum
	done
	# What is inconclusive is a line each, and many.
	grep -e '"type":"summary"' -e '"confidence":"certain"' /tmp/live.json >certain.json
	hmmtrace report -q /tmp/live.hmt >report.txt || true
	mv /tmp/live.hmt .
	rm /tmp/live.json /tmp/report.json

JQ: certain.json .[-1].verdict == "findings" or .[-1].verdict == "inconclusive"
GREP: status.live ^[13]$
HOST: cmp status.live status.report
HOST: cmp live.sum report.sum
JQ: certain.json .[-1].lost | map(select(.cause == "ring-full" and .count > 0)) | length > 0
JQ: certain.json .[-1] | .lost_overturning == (.lost | map(select(.overturns) | .count) | add)
JQ: certain.json .[-1].lost_overturning > 1000
JQ: oracle.json .[-1].live == 0 and .[-1].planted > 100
HOST: true-only oracle.json certain.json
HOST: synced live.hmt
