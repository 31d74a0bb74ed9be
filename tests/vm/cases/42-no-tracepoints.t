NAME: without the tracepoints that were asked for there is a sentence and a status
KERNELS: stock-*
NEEDS: hmmtrace
RUN:
	for c in live record check; do
		hmmtrace $c --source raw_tp -- true >$c.out 2>$c.err || echo $? >$c.status
	done
	hmmtrace doctor --source tracepoint >doctor.out 2>doctor.err || echo $? >doctor.status

HOST: for c in live record check; do [ "$(cat $c.status)" = 4 ] && grep -qiE 'hmm.*tracepoint|patch' $c.err || { echo "$c: $(cat $c.status) $(cat $c.err)"; exit 1; }; done
GREP: doctor.out missing .*hmm-tracepoints
