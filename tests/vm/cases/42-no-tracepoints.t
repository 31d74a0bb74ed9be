NAME: without hmm tracepoints hmmtrace says what to do
KERNELS: unpatched-* stock-*
NEEDS: hmmtrace
RUN:
	for c in live record check; do
		hmmtrace $c -- true >$c.out 2>$c.err || echo $? >$c.status
	done
	hmmtrace doctor >doctor.out 2>doctor.err || echo $? >doctor.status

HOST: for c in live record check; do [ "$(cat $c.status)" = 4 ] && grep -qiE 'hmm.*tracepoint|patch' $c.err || { echo "$c: $(cat $c.status) $(cat $c.err)"; exit 1; }; done
HOST: [ "$(cat doctor.status)" = 4 ] && grep -qiE 'tracepoint|patch' doctor.out
