# The pairs come as fast as an emulated guest can: 8,000 to 12,000 a second before
# anybody looks, some thousands while it is traced. How many is what counts: two
# seconds of 10,000 each.
NAME: live that begins among 1,000 registrations sees all of them, beside 20,000 that come and go
KERNELS: stock-*
NEEDS: hmmtrace exerciser crowd
TIMEOUT: 240
RUN:
	crowd 1000 20000 >crowd.json &
	pid=$!
	until_true 60 grep -q ready crowd.json
	hmmtrace snapshot --json >snapshot.json
	hmmtrace live --json -o late.hmt -- \
		sh -c "kill $pid; while kill -0 $pid 2>/dev/null; do sleep 0.1; done" >late.json
	hmmtrace dump --json late.hmt >dump.json
	hmmtrace snapshot --json >after.json

JQ: snapshot.json map(select(.type == "object" and .comm == "crowd" and .driver == "hmm_exerciser")) | length >= 1000
HOST: sed 1d crowd.json | jq -e '.kept == 1000 and .pairs == 20000 and .before > 1000'
JQ: dump.json map(select(.event == "range-register" and .ret == 0)) | length >= 20000
JQ: late.json map(select(.type == "finding")) | length == 0
JQ: dump.json [.[] | select(.event == "sync-begin")][0].flags == "0x2"
JQ: dump.json (map(select(.event == "sync-object" and .born == 0)) | length) as $n | $n >= 1000 and $n <= 1001
JQ: dump.json (map(select(.event == "range-unregister-begin")) | length) - (map(select(.event == "range-register" and .ret == 0)) | length) | . >= 1000 and . <= 1001
JQ: late.json .[-1].verdict == "clean" and .[-1].lost_overturning == 0 and .[-1].live_ranges == 0
JQ: after.json map(select(.type == "object")) | length == 0
