NAME: a recording killed at any moment reads back and is said to be cut
KERNELS: patched-*
NEEDS: hmmtrace exerciser
TIMEOUT: 120
RUN:
	for ms in 0.3 0.75 1.2 2.05; do
		hmmtrace record -q --events all=each -o $ms.hmt >$ms.out 2>&1 &
		pid=$!
		until_true 20 test -s $ms.hmt
		exercise --mixed 8s --threads 4 >/dev/null 2>&1 &
		load=$!
		# Begun, with the names of the kernel read, which takes a second when emulated.
		until_true 20 sh -c "[ \$(wc -c <$ms.hmt) -gt 12000 ]"
		sleep $ms
		kill -9 $pid
		wait $pid || true
		kill $load || true
		wait $load || true
		hmmtrace report --json $ms.hmt >$ms.json 2>$ms.err || echo $? >$ms.status
		hmmtrace report $ms.hmt >$ms.txt 2>&1 || true
		hmmtrace dump $ms.hmt >dump 2>/dev/null || true
		echo "$ms $(wc -l <dump)" >>lengths
		rm -f dump $ms.hmt
	done

HOST: for f in *.json; do jq -e -s '.[-1].cut == true and .[-1].verdict == "inconclusive" and .[-1].errors == 0' "$f" >/dev/null || { echo "$f: $(tail -n1 "$f")"; exit 1; }; done
HOST: for f in *.status; do [ "$(cat "$f")" = 3 ] || { echo "$f: $(cat "$f")"; exit 1; }; done; [ "$(ls ./*.status | wc -l)" = 4 ]
HOST: for f in *.txt; do grep -qi 'cut' "$f" || { echo "$f says nothing of it"; exit 1; }; done
HOST: awk '$2 < 10 { print "only " $2 " records after " $1 " s"; bad = 1 } END { exit bad }' lengths
