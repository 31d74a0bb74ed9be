# The grace times are shorter than what is held up, and that is shorter than the
# defaults: without them nothing of this would be late, which is the other half.
NAME: what a driver holds up is found while it is held up, and is not late by default
KERNELS: patched-*
NEEDS: hmmtrace exerciser
TIMEOUT: 120
WARN: ok
STATUS: 1
RUN:
	hmmtrace live --json --events invalidate=each --grace 1s,callback=1s,unregister=1s -o stuck.hmt -- \
		sh -c 'exercise --json --kind stuck >oracle.json' >live.json || status=$?
	hmmtrace report --json --grace 1s,callback=1s,unregister=1s stuck.hmt >report.json || [ $? = 1 ]
	hmmtrace report --json --grace 5s stuck.hmt >patient.json
	exit ${status:-0}

HOST: verdict oracle.json live.json
HOST: same live.json report.json
JQ: oracle.json map(select(.scenario and .kind == "stuck") | .scenario) | length == 4
JQ: live.json map(select(.type == "released")) | length == 5
JQ: live.json map(select(.rule == "unregister-stuck" and .type == "finding" and .prior.event == "callback-begin")) | length == 1
JQ: patient.json .[-1].verdict == "clean"
