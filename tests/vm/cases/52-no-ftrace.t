# tools/kernel-build --without-ftrace: make soak has it built. Tracepoints want no
# function tracer, and functions are probed by breakpoint instead.
NAME: without a function tracer the faults are found by tracepoint and by kprobe, and it is said why
KERNELS: patched-6.12-noftrace
NEEDS: hmmtrace exerciser
TIMEOUT: 240
WARN: ok
RUN:
	[ ! -e /proc/sys/kernel/ftrace_enabled ]
	hmmtrace doctor >doctor.txt
	hmmtrace doctor --json >doctor.json
	hmmtrace doctor --source notifier --json >notifier-doctor.json
	faulty="exercise --json --api notifier --kind fault --jobs 32"
	for s in tracepoint notifier; do
		hmmtrace live --json --source $s --events fault=each -o $s.hmt -- \
			sh -c "$faulty >$s.oracle" >$s.json || echo $? >$s.status
		hmmtrace dump --json $s.hmt >$s.dump
		hmmtrace record -q --source $s -o $s.record.hmt -- sh -c "$faulty --hot no >$s.record.oracle"
		hmmtrace report --json $s.record.hmt >$s.record.json || [ $? = 1 ]
		hmmtrace check --source $s -- true >$s.check 2>$s.check.err
	done
	hmmtrace snapshot --json >snapshot.json
	hmmtrace selftest --path kernel --json >selftest.json
	hmmtrace selftest --path kernel --source notifier --json >selftest-notifier.json

	# Nothing is left to be seen with: never clean.
	echo 0 >/sys/kernel/debug/kprobes/enabled
	for c in live record check; do
		hmmtrace $c --source notifier -- true >$c.out 2>$c.err || echo $? >$c.off
	done
	echo 1 >/sys/kernel/debug/kprobes/enabled

GREP: doctor.txt ^tier full, source tracepoint
GREP: doctor.txt ^missing +fentry .*built without CONFIG_FUNCTION_TRACER\. .*CONFIG_FUNCTION_TRACER=y
NOGREP: doctor.txt resource busy
JQ: doctor.json .[0].features | map(select(.id == "fentry")) | .[0].reason == "the kernel was built without CONFIG_FUNCTION_TRACER"
JQ: doctor.json .[0].features | map(select(.id == "kprobe" or .id == "bpf-events") | .state) == ["ok", "ok"]
JQ: notifier-doctor.json .[0].tier == "partial" and (.[0].plan.rows | map(select(.state == "on") | .mechanism) | index("kprobe") != null and index("fentry") == null)
HOST: for s in tracepoint notifier; do [ "$(cat $s.status)" = 1 ] && verdict $s.oracle $s.json && tally $s.oracle $s.dump && verdict $s.record.oracle $s.record.json; done
JQ: tracepoint.oracle map(select(.scenario)) | length >= 12
JQ: notifier.json .[0].tier == "partial" and .[-1].lost_overturning == 0
JQ: snapshot.json .[-1].type == "summary"
JQ: selftest.json .[0].proven and .[0].path == "kernel"
JQ: selftest-notifier.json .[0].proven and .[0].path == "kernel"
HOST: for c in live record check; do [ "$(cat $c.off)" = 4 ] && [ "$(wc -l <$c.err)" = 1 ] && grep -q 'fentry: the kernel was built without CONFIG_FUNCTION_TRACER; kprobes: they are switched off' $c.err && [ ! -s $c.out ] || { echo "$c: $(cat $c.off) $(cat $c.err)"; exit 1; }; done
