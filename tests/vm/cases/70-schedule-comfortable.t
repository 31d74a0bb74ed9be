# Grace is 6 s because an emulated guest is slow: there a thread that is about to
# release what it holds can be kept from it for seconds, and no longer than that.
NAME: two minutes of a random schedule, nothing lost: all that was planted and nothing else
KERNELS: patched-*
NEEDS: hmmtrace exerciser schedule
TIMEOUT: 900
WARN: ok
STATUS: 1
RUN:
	hmmtrace live --json --events fault=each --grace 6s --ring-size 64M -o live.hmt -- \
		sh -c 'schedule --seconds 120 --seed 20260101 --hold 9000 --hot >oracle.json' \
		>live.json || status=$?
	exit ${status:-0}

JQ: live.json .[-1].lost_overturning == 0 and .[-1].verdict == "findings" and .[-1].inconclusive == 0
JQ: oracle.json .[-1].live == 0 and .[-1].planted > 100
HOST: verdict oracle.json live.json
HOST: counts oracle.json live.hmt
JQ: oracle.json map(.expected[]?.rule) | unique | length >= 11
