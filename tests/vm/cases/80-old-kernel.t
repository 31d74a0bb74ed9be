# The kernels that had a mirror API of their own. Without hmmtrace: what is shown
# is that the patched kernel lives and says what was done to it.
NAME: an old kernel survives the exerciser, and has an event for each of its calls
KERNELS: patched-5.*
NEEDS: exerciser
TIMEOUT: 300
WARN: ok
RUN:
	# The text hashes addresses, NULL too, so the layers are told apart by filters.
	mkdir $tracing/instances/hmm $tracing/instances/notifier
	echo 20000 >$tracing/instances/hmm/buffer_size_kb
	echo 20000 >$tracing/instances/notifier/buffer_size_kb
	echo 'hmm != 0' >$tracing/instances/hmm/events/hmm/filter
	echo 'hmm == 0' >$tracing/instances/notifier/events/hmm/filter
	echo 1 | tee $tracing/instances/*/events/hmm/enable >/dev/null
	exercise --json --jobs 8 --hold 300 --linger 50 >oracle.json
	echo 0 | tee $tracing/instances/*/events/hmm/enable >/dev/null
	cat $tracing/instances/*/per_cpu/cpu*/stats >stats
	cat $tracing/instances/hmm/trace >hmm
	cat $tracing/instances/notifier/trace >notifier
	cat $tracing/events/hmm/*/format >formats
	uname -r >release

NOGREP: stats ^(overrun|dropped events): [1-9]
GREP: formats field:u64 mm;.*offset:8;.*size:8;
JQ: oracle.json [.[] | select(.scenario)] | length >= 19 and all(.ok)
JQ: oracle.json [.[] | select(.skipped)] | length >= 10 and all(.why | length > 0)
JQ: oracle.json .[-1].live == 0
HOST: counts-text oracle.json hmm notifier
