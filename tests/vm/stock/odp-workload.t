# The workload itself, as the kernel sees it: no hmmtrace in here.
NAME: rdma_rxe inserts and removes a range for each registration on demand
NEEDS: odp
TIMEOUT: 240
RUN:
	. /vm/odp.sh
	odp_up
	odp_watch
	odp_pingpong
	odp_pingpong -s 65536 -n 100
	echo "pingpong $(odp_watched insert) $(odp_watched remove)"

	odp_orphan --ranges 3 >orphan.json
	holder=$(sed 's/.*"child":\([0-9]*\).*/\1/' orphan.json)
	sleep 1
	echo "orphan $(odp_watched insert) $(odp_watched remove)"
	kill $holder
	until_true 10 sh -c '! kill -0 '$holder
	sleep 1
	echo "released $(odp_watched insert) $(odp_watched remove)"

	odp_orphan --pass --hold 200 >passed.json
	sleep 1
	echo "passed $(odp_watched insert) $(odp_watched remove)"

	status_of odp_orphan --implicit 2>refused
	odp_orphan --kill 100 --within 30 >killed.json
	odp_orphan --kill 20 --within 300 -- ibv_rc_pingpong -d rxe0 -g 1 -o >pingpong-killed.json
	sleep 1
	inserted=$(odp_watched insert) removed=$(odp_watched remove)
	odp_unwatch
	echo "killed $inserted $removed"
	[ "$inserted" -gt 100 ]
	[ "$inserted" = "$removed" ]
GREP: stdout ^pingpong 4 4$
GREP: stdout ^orphan 7 4$
GREP: stdout ^released 7 7$
GREP: stdout ^passed 8 8$
GREP: stdout ^4$
GREP: stdout ^killed
NOGREP: watch.stats overrun: [1-9]
HOST: awk '$3 != 0 { exit 1 }' watch.profile
JQ: orphan.json .[0].ranges | length == 3
JQ: passed.json .[0].passed and .[0].hold_ms == 200
JQ: killed.json .[0].killed == 100
JQ: pingpong-killed.json .[0].killed == 20
