NAME: a driver that misbehaves is told from one beside it that does not
KERNELS: patched-*
NEEDS: hmmtrace exerciser
TIMEOUT: 240
WARN: ok
STATUS: 1
RUN:
	hmmtrace live --grace 3s --json --driver hmm_exerciser_good -- \
		sh -c 'hmmtrace live --grace 3s --json -o live.hmt -- sh -c "
			exercise --device hmm_exerciser_good --kind legal --jobs 2 --json >good.json &
			exercise --kind fault --hold 7000 --hot no --jobs 32 --json >oracle.json; wait
		" >live.json || echo $? >status.inner' >filtered.json
	hmmtrace report --grace 3s --json live.hmt >report.json || [ $? = 1 ]
	exit $(cat status.inner)

HOST: verdict oracle.json live.json
HOST: same live.json report.json
JQ: good.json map(select(.scenario)) | length > 20 and all(.ok)
JQ: filtered.json .[-1].verdict == "clean" and (map(select(.type == "finding")) | length == 0)
