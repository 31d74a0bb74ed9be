NAME: memory on demand of rdma_rxe: whole when it is, one orphan when it is one
KERNELS: stock-newest
NEEDS: hmmtrace odp
TIMEOUT: 400
RUN:
	. /vm/odp.sh
	odp_up
	hmmtrace live --grace 3s --json -o pingpong.hmt -- sh -euc '. /vm/guest.sh; . /vm/odp.sh
		odp_pingpong; odp_pingpong -s 65536 -n 100' >pingpong.json
	hmmtrace dump --json pingpong.hmt >pingpong-dump.json

	hmmtrace live --json -o orphan.hmt -- sh -c 'odp_orphan --ranges 1 --pass >passed.json; sleep 1' \
		>orphan.json || echo $? >orphan.status
	hmmtrace report orphan.hmt >orphan.txt || true
	hmmtrace report --json orphan.hmt >reported.json || true
	hmmtrace dump --json orphan.hmt >dump.json
	kill $(sed 's/.*"child":\([0-9]*\).*/\1/' passed.json)

	hmmtrace live --grace 3s --json -- odp_orphan --ranges 2 --hold 200 >held.json
	# All of memory at once: where this is not refused any more, watch it like the rest.
	status_of odp_orphan --implicit >implicit.status 2>implicit.err
	ibv_rc_pingpong -d $odp_device -g $odp_gid -O >/dev/null 2>pingpong.err || echo $? >pingpong.status
	hmmtrace live --grace 3s --json -o killed.hmt -- sh -c 'odp_orphan --kill 100 --within 30 >kills.json' >killed.json

JQ: pingpong.json .[-1].verdict == "clean" and .[-1].lost_overturning == 0
JQ: pingpong-dump.json (map(select(.event == "range-register" and .ret == 0)) | length) as $in | $in >= 4 and $in == (map(select(.event == "range-unregister-begin")) | length)
GREP: orphan.status ^1$
JQ: orphan.json map(select(.type == "finding")) | length == 1 and .[0].rule == "range-orphaned-by-mm" and .[0].confidence == "certain" and (.[0].object.driver | test("rdma_rxe|ib_"))
HOST: jq -e -s '.[0] as $w | .[1:][] | select(.type == "finding") | .object.owner.pid == $w.pid and .object.window.start == $w.ranges[0].start and .object.window.size_bytes == $w.ranges[0].length' passed.json orphan.json
HOST: jq -e -s '.[0] as $w | .[1:][] | select(.type == "finding") | .nr_holders >= 1 and (.holders | all(.pid == $w.child and .comm == "odp_orphan" and .fd > 2)) and (.holders | map(select(.path == "/dev/infiniband/uverbs0")) | length == 1)' passed.json orphan.json
GREP: orphan.txt ^  still open  /dev/infiniband/uverbs0, fd [0-9]+ of pid [0-9]+ \(odp_orphan\)$
HOST: same orphan.json reported.json
GREP: implicit.status ^4$
GREP: implicit.err implicit ODP
GREP: pingpong.status ^[1-9]
JQ: held.json .[-1].verdict == "clean"
JQ: killed.json .[-1].verdict == "clean" and .[-1].lost_overturning == 0
JQ: kills.json .[0].killed == 100
