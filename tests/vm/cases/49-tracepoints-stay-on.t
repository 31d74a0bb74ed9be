# The other half of 48: tracepoints hang on neither switch, so nothing is missed.
NAME: tracepoints go on when ftrace and kprobes are switched off, and nothing is called lost
KERNELS: patched-*
NEEDS: hmmtrace exerciser
TIMEOUT: 240
WARN: ok
RUN:
	cat >faulty <<-'END'
		for f in /proc/sys/kernel/ftrace_enabled /sys/kernel/debug/kprobes/enabled; do
			[ -e $f ] || continue
			echo 0 >$f
			echo $f $(cat $f) >>off
		done
		exercise --json --kind fault --hold 7000 --hot no --jobs 32 >$1.oracle
		while read f _; do
			echo 1 >$f
		done <off
	END
	for s in raw_tp tp; do
		hmmtrace live --grace 3s --json --source $s -- sh faulty $s >$s.json || [ $? = 1 ]
	done
	test -s off || skip "this kernel has neither switch"

HOST: for s in raw_tp tp; do verdict $s.oracle $s.json || exit 1; done
HOST: ! grep -v ' 0$' off
JQ: raw_tp.json .[-1].lost_overturning == 0
JQ: tp.json .[-1].lost_overturning == 0
