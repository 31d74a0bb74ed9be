NAME: a driver that misbehaves is told from one beside it that does not
KERNELS: patched-*
NEEDS: hmmtrace exerciser
TIMEOUT: 120
WARN: ok
STATUS: 1
RUN:
	hmmtrace live --json --driver hmm_exerciser_good -- \
		sh -c 'hmmtrace live --json -o live.hmt -- sh -c "
			exercise --device hmm_exerciser_good --kind legal --jobs 2 --json >good.json &
			exercise --kind fault --hot no --jobs 32 --json >oracle.json; wait
		" >live.json || echo $? >status.inner' >filtered.json
	hmmtrace report --json live.hmt >report.json || [ $? = 1 ]
	exit $(cat status.inner)

HOST: verdict oracle.json live.json
HOST: same live.json report.json
JQ: good.json map(select(.scenario)) | length > 20 and all(.ok)
JQ: filtered.json .[-1].verdict == "clean" and (map(select(.type == "finding")) | length == 0)
