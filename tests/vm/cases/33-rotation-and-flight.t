NAME: each file of a rotation and each dump of memory stands alone
KERNELS: patched-*
NEEDS: hmmtrace exerciser
TIMEOUT: 180
RUN:
	hmmtrace record --rotate 32K --keep 3 -o row.hmt -- exercise --mixed 30000 --threads 4 >/dev/null 2>row.err
	for f in row.*.hmt; do
		hmmtrace verify --json $f >>verify.json
		hmmtrace report --json $f | tail -n1 >>row.json || true
	done
	hmmtrace record --last 2s -o last.hmt -- sh -c "exercise notifier:interval_leaked_by_driver >/dev/null; exercise --mixed 500 >/dev/null" >last.out 2>last.err || true
	for f in last.*.hmt last.hmt; do
		hmmtrace verify --json $f >>verify.json
		hmmtrace report --json $f >$f.json || true
	done
	hmmtrace record --last 1M -o sig.hmt 2>sig.err &
	pid=$!
	until_true 60 grep -q tracing sig.err
	exercise --mixed 1000 >/dev/null
	kill -USR1 $pid
	until_true 60 test -s sig.0001.hmt
	kill -INT $pid
	wait $pid
	hmmtrace verify --json sig.0001.hmt >>verify.json
	hmmtrace verify --json sig.hmt >>verify.json

HOST: jq -e -s 'all(.whole) and length >= 6' verify.json >/dev/null || { cat verify.json; exit 1; }
HOST: ls row.*.hmt | wc -l | grep -qx 3 || { ls; exit 1; }
HOST: ! test -e row.0001.hmt
HOST: jq -e -s 'all(.errors == 0 and .warnings == 0)' row.json >/dev/null || { cat row.json; exit 1; }
HOST: grep -q 'and 2 before it' row.err || { cat row.err; exit 1; }
HOST: jq -e -s 'map(select(.type == "finding" and .rule == "range-orphaned-by-mm" and .confidence == "certain")) | length >= 1' last.0001.hmt.json >/dev/null || { cat last.err last.0001.hmt.json; exit 1; }
HOST: grep -q 'last.0001.hmt: written' last.err || { cat last.err; exit 1; }
