NAME: the mixed load takes at most 6 bytes an event on disk
KERNELS: patched-*
NEEDS: hmmtrace exerciser
TIMEOUT: 120
RUN:
	hmmtrace record -q --stacks none --ring-size 64M -o cold.hmt -- exercise --mixed 20000 --threads 8 >/dev/null
	hmmtrace record -q --stacks none --ring-size 64M --events all=each -o hot.hmt -- exercise --mixed 5000 --threads 8 >/dev/null
	for f in cold hot; do hmmtrace verify --json $f.hmt >$f.json; done

HOST: for f in cold hot; do jq -e '.whole and .records > 10000' $f.json >/dev/null || { cat $f.json; exit 1; }; done
HOST: for f in cold hot; do jq -e '.size_bytes <= 6 * .records' $f.json >/dev/null || { jq '.size_bytes / .records' $f.json; exit 1; }; done
